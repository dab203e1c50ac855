// SPDX-License-Identifier: MIT
// Correct traces made from a seed, with every way of touching memory and with calls inside calls;
// and what a test that compares with them wants to know of their lines. Each line shows the whole
// memory.
#pragma once

#include <cstdint>
#include <vector>

#include "trace_builder.hpp"

namespace evmmem::test {

/// About `instructions` of them, without what pushes their operands; calls at most four deep.
TraceBuilder random_trace(std::uint64_t seed, std::size_t instructions);

/// What the outermost call of such a trace is given, and the code it runs.
Bytes random_trace_calldata();
Bytes random_trace_code();

/// The frame of each line, frames counted as they are entered; for traces of one transaction.
std::vector<std::uint64_t> frames_of(const TraceBuilder& trace);

/// The line that shows the same frame next; the number of lines when there is none.
std::size_t next_of_frame(const std::vector<std::uint64_t>& frames, std::size_t line);

}  // namespace evmmem::test
