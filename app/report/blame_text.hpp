// SPDX-License-Identifier: MIT
// Who wrote the bytes of a finding, as people read it: one line for each run of bytes with one
// history, and one more where the value had come from elsewhere. For the terminal and for the page.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "traces/finding.hpp"

namespace evmmem::app {

/// "step 2, pc 4, MSTORE, depth 1, frame 0 (line 3)"
std::string step_text(const traces::StepReference& step);

/// "0x5f", "0x40..0x5f": the first and the last of these bytes.
std::string range_text(std::uint64_t offset, std::uint64_t size);

/// "memory", "calldata", "return data"
std::string_view name(traces::Finding::Buffer buffer);

/// "rule: MLOAD's result is the word in memory (Yellow Paper H.2, 0x51)"
std::string rule_text(traces::Check check);

struct BlameLine {
    std::string text;
    std::optional<std::uint64_t> step;  ///< that it names
    bool is_origin = false;             ///< it says more about the line before it
};
std::vector<BlameLine> blame_lines(const traces::Finding& finding);

}  // namespace evmmem::app
