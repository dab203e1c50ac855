// SPDX-License-Identifier: MIT
// The shortest part of a trace that still shows a finding, for people to read: lines, or elements of a
// document, are left out as long as a replay of the rest finds the same check failing at the same
// instruction. What is kept is kept as it is printed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "traces/finding.hpp"
#include "traces/replay/replay_options.hpp"
#include "traces/step_reader.hpp"

namespace evmmem::traces {

struct MinimizeOptions {
    /// Of which one must fail; nothing: the first finding's check, whichever it is.
    std::optional<CheckSet> checks;
    ReaderOptions reader;
    ReplayOptions replay;
    /// Bytes of text that are held: those of the finding's transaction, and of the ones before it as far
    /// as they fit.
    std::uint64_t text_max = std::uint64_t{256} << 20;
    /// Bytes of text that are replayed in all, to find out what can go.
    std::uint64_t work_max = std::uint64_t{4} << 30;
    std::function<bool()> is_cancelled;
};

struct Minimized {
    std::string text;                                  ///< lines, or a document
    Finding finding;                                   ///< as the whole trace shows it
    std::uint64_t steps = 0, bytes = 0;                ///< of `text`
    std::uint64_t steps_before = 0, bytes_before = 0;  ///< up to where the finding shows
    std::uint64_t replays = 0;
    bool is_shortest = true;  ///< nothing that is left can go, alone or with up to 15 that follow
};

/// Nothing where the trace has no such finding. Errors: those of StepReader that end a reading before there
/// is one; limit where the transaction is too long to be held, or shows it only as a whole file.
std::expected<std::optional<Minimized>, TraceError> minimize(StepReader& reader,
                                                             const MinimizeOptions& options);

}  // namespace evmmem::traces
