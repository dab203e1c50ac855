// SPDX-License-Identifier: MIT
// The memory implementations that bench can run: evmmem, the growth strategies of other clients,
// raw memcpy, and plug-ins. All but raw memcpy are the C interface of core/evmmem_backend.h, so a
// plug-in and a built-in backend are measured by the very same code.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/access_program.hpp"
#include "core/raw_copies.hpp"

namespace evmmem::app {

struct Backend {
    std::string name;
    std::string description;                ///< one sentence
    std::string build;                      ///< what compiled it, for which processor; may be empty
    const evmmem_backend* calls = nullptr;  ///< null: the baseline, which is no memory
    std::shared_ptr<void> library;          ///< of a plug-in; it stays loaded as long as it is used

    bool is_baseline() const { return calls == nullptr; }
    bool is_plugin() const { return library != nullptr; }
};

/// Name of the baseline: memcpy, memmove and memset of the same pieces in a ready buffer.
inline constexpr std::string_view baseline_name = "flat";

/// In the order that reports list them; evmmem first, the baseline second.
std::span<const Backend> builtin_backends();

/// Nothing when there is none of that name.
const Backend* builtin_backend(std::string_view name);

/// Where the plug-in is that a user means: a path (anything with a '/' or ending in ".so"), or the
/// name of a peer that scripts/peers built. Nothing when it is neither; whether the file is any
/// good is load_plugin()'s to say.
std::optional<std::string> plugin_path(std::string_view name);
/// Where scripts/peers puts what it builds: $EVMMEM_PEERS, or evmmem/peers in the user's cache
/// directory.
std::string peers_directory();

/// Ends a memory as its backend does.
struct DestroyMemory {
    const evmmem_backend* calls = nullptr;
    void operator()(void* memory) const { calls->destroy(memory); }
};

/// One backend with one program: made once, run many times.
class BackendRun {
public:
    /// The error is one sentence for the user: no storage.
    static std::expected<BackendRun, std::string> make(const Backend& backend,
                                                       const AccessProgram& program);

    /// Runs the whole program on an empty memory. False when the memory could not grow.
    bool run();
    /// Of the last run. Of the baseline it means nothing but that the work was done.
    AccessResult result() const { return {run_.checksum, run_.size}; }

private:
    BackendRun(const Backend& backend, const AccessProgram& program);

    Backend backend_;
    std::span<const AccessOp> ops_;
    std::unique_ptr<AccessBuffers> buffers_;
    std::unique_ptr<void, DestroyMemory> memory_;
    std::unique_ptr<RawCopies> raw_;  // of the baseline
    evmmem_run run_{};
};

}  // namespace evmmem::app
