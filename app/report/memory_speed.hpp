// SPDX-License-Identifier: MIT
// What a trace's memory work costs by itself: its access program timed on evmmem's memory, and the
// same pieces of bytes moved by memcpy in a buffer that is ready.
#pragma once

#include <cstdint>
#include <optional>

#include "core/access_program.hpp"

namespace evmmem::app {

struct MemorySpeed {
    std::uint64_t operations = 0;
    std::uint64_t bytes_moved = 0;
    bool is_prefix = false;     ///< the trace has more operations than were timed
    double seconds = 0;         ///< on evmmem's memory; the median of several runs
    double memcpy_seconds = 0;  ///< of the baseline

    double ratio() const { return memcpy_seconds > 0 ? seconds / memcpy_seconds : 0; }
};

/// Takes some ten milliseconds, or one run of each when a run takes longer. Nothing when the
/// program moves no bytes or there is no storage for it.
std::optional<MemorySpeed> measure_memory_speed(const AccessProgram& program);

}  // namespace evmmem::app
