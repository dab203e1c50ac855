// SPDX-License-Identifier: MIT
// A built trace replayed, and what came of it in words that a test can compare.
#pragma once

#include <string>
#include <vector>

#include "trace_builder.hpp"
#include "traces/replayer.hpp"

namespace evmmem::test {

struct Replayed {
    std::vector<traces::Finding> findings;
    traces::ReplaySummary summary;

    const traces::CheckCount& count(traces::Check check) const {
        return summary.checks[static_cast<std::size_t>(check)];
    }
    /// The findings, a line each: "memory.load at line 7: claims 0x2b, computes 0x2a".
    std::string told() const;
};

/// Replays the lines as the dialect of the builder's style.
Replayed replay(const TraceBuilder& trace, const traces::ReplayOptions& options = {});
Replayed replay(const std::vector<TraceLine>& lines, const traces::Dialect& dialect,
                const traces::ReplayOptions& options = {});
/// Replays JSON lines through the reader.
Replayed replay_json(const std::string& text, const std::string& dialect = "");

/// What told() says of this one finding; `index` is that of the line in the builder.
std::string finding(traces::Check check, std::size_t index, const std::string& claimed,
                    const std::string& computed);

}  // namespace evmmem::test
