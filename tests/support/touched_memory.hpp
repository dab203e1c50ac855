// SPDX-License-Identifier: MIT
// What the lines of a correct trace do to memory, found out in the plainest way: from the operands
// that they print and the sizes that the next lines print. It shares no table with the code under
// test, and knows only the instructions that random_trace() uses.
#pragma once

#include <cstdint>
#include <vector>

#include "trace_builder.hpp"

namespace evmmem::test {

struct Touch {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;  ///< 0: nothing
};

struct TouchedMemory {
    std::uint64_t frame = 0;
    Touch read;
    Touch write;                    ///< of a call: nothing
    Touch arrival;                  ///< what a call brings when it is over
    std::uint64_t size_before = 0;  ///< of the frame's memory, in bytes
    std::uint64_t size_after = 0;
    std::uint64_t gas = 0;    ///< for growing
    std::uint64_t total = 0;  ///< memory of all open frames, after the step
};

/// One for each line.
std::vector<TouchedMemory> touched_memory(const TraceBuilder& trace);

}  // namespace evmmem::test
