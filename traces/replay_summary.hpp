// SPDX-License-Identifier: MIT
// What a replay did, in numbers.
#pragma once

#include <cstdint>

#include "checks.hpp"
#include "core/fork.hpp"

namespace evmmem::traces {

struct ReplaySummary {
    std::uint64_t steps = 0;
    std::uint64_t frames = 0;  ///< entered, the outermost ones included
    std::uint64_t transactions = 0;
    std::uint64_t gaps = 0;  ///< places where steps are missing; the replay began anew there
    std::uint64_t findings = 0;
    std::uint64_t warnings = 0;
    /// The last frame did not end: steps are missing at the end of the trace.
    bool is_truncated = false;
    /// A frame would have grown beyond what the replay may hold; its memory was not followed from
    /// there.
    bool is_limit_reached = false;

    ForkSet forks;  ///< that the trace is consistent with
    CheckCounts checks{};

    std::uint64_t peak_bytes = 0;  ///< of memory, all open frames together
    std::uint64_t expansions = 0;
    std::uint64_t memory_gas = 0;     ///< spent on expansion
    std::uint64_t known_bytes = 0;    ///< read by instructions and vouched for
    std::uint64_t unknown_bytes = 0;  ///< read by instructions and not vouched for
};

}  // namespace evmmem::traces
