// SPDX-License-Identifier: MIT
// Correct traces of any size from a seed: an access pattern plays the part of the contract's memory
// accesses, and between them stands what contracts do on the stack. Such a trace replays without a
// finding; it serves to measure, and to feed other tools. One set of options, one trace, on every
// machine.
#pragma once

#include <cstdint>

#include "pattern.hpp"
#include "trace_writer.hpp"

namespace evmmem::traces {

struct TraceOptions {
    const Pattern* pattern = nullptr;
    std::uint64_t steps = 100'000;  ///< exactly so many
    std::uint64_t size = 4096;      ///< bytes of memory that the pattern plays in
    std::uint64_t seed = 1;
    bool with_memory = false;  ///< every line shows the whole memory
    bool with_calls = false;   ///< calls with return data between the pattern's rounds
};

/// Writes the trace, in transactions that all end well. Stops when the sink wants no more.
void generate_trace(const TraceOptions& options, TraceWriter::Sink sink);

}  // namespace evmmem::traces
