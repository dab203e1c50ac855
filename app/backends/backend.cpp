// SPDX-License-Identifier: MIT
#include "backend.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "builtin.hpp"

namespace evmmem::app {
namespace {

Backend builtin(const evmmem_backend& calls) {
    return {calls.name, calls.description, calls.build, &calls, nullptr};
}

}  // namespace

std::span<const Backend> builtin_backends() {
    static const Backend backends[] = {
        builtin(builtin_evmmem()),
        {std::string{baseline_name},
         "Raw memcpy of the same pieces in a ready buffer: no growth, no frames, no byte order.",
         builtin_evmmem().build, nullptr, nullptr},
        builtin(builtin_doubling()),
        builtin(builtin_checkpointed()),
        builtin(builtin_appended()),
        builtin(builtin_vector()),
    };
    return backends;
}

const Backend* builtin_backend(std::string_view name) {
    const auto found = std::ranges::find(builtin_backends(), name, &Backend::name);
    return found == builtin_backends().end() ? nullptr : &*found;
}

std::string peers_directory() {
    if (const char* directory = std::getenv("EVMMEM_PEERS")) return directory;
    if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/')
        return std::string{cache} + "/evmmem/peers";
    const char* home = std::getenv("HOME");
    return std::string{home != nullptr ? home : ""} + "/.cache/evmmem/peers";
}

std::optional<std::string> plugin_path(std::string_view name) {
    if (name.contains('/') || name.ends_with(".so")) return std::string{name};
    std::string path = peers_directory() + "/" + std::string{name} + ".so";
    if (access(path.c_str(), F_OK) == 0) return path;
    return std::nullopt;
}

std::expected<BackendRun, std::string> BackendRun::make(const Backend& backend,
                                                        const AccessProgram& program) {
    BackendRun run{backend, program};
    if (backend.is_baseline()) {
        run.raw_ = std::make_unique<RawCopies>(program);
        return run;
    }
    run.memory_ = std::unique_ptr<void, DestroyMemory>{backend.calls->create(), {backend.calls}};
    if (run.memory_ == nullptr) return std::unexpected{"it could not create a memory"};
    return run;
}

BackendRun::BackendRun(const Backend& backend, const AccessProgram& program)
    : backend_{backend}, ops_{program.ops()}, buffers_{std::make_unique<AccessBuffers>(program)} {}

bool BackendRun::run() {
    if (raw_ != nullptr) {
        run_.checksum = raw_->run();
        return true;
    }
    backend_.calls->reset(memory_.get());
    run_ = buffers_->begin();
    return backend_.calls->run(memory_.get(), ops_.data(), ops_.size(), &run_) == 0;
}

}  // namespace evmmem::app
