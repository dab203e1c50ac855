// SPDX-License-Identifier: MIT
// What a replay did, in numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "check.hpp"
#include "core/fork.hpp"
#include "step_reference.hpp"
#include "traces/replay/work_budget.hpp"

namespace evmmem::traces {

/// A frame would have grown beyond what the replay may hold, or would have been handed more data;
/// they were not followed from there.
struct MemoryLimit {
    std::uint64_t line = 0;   ///< of the first time; from 1
    std::uint64_t bytes = 0;  ///< the most that would have been held at any time
    bool is_hosts = false;    ///< the host had no more, though the replay was allowed more
};

/// A step that only these forks do not explain.
struct ForkStrike {
    ForkSet forks;  ///< that it excludes
    StepReference step;
};

/// Transactions that follow each other and allow the same forks.
struct ForkRun {
    std::uint64_t first = 0;  ///< transaction, from 0
    std::uint64_t count = 0;
    ForkSet forks;                    ///< that each of them is consistent with
    std::vector<ForkStrike> strikes;  ///< what excludes the others, in the first of them
};

struct ReplaySummary {
    std::uint64_t steps = 0;
    std::uint64_t frames = 0;  ///< entered, the outermost ones included
    std::uint64_t transactions = 0;
    std::uint64_t gaps = 0;  ///< places where steps are missing; the replay began anew there
    std::uint64_t findings = 0;
    std::uint64_t warnings = 0;
    /// A transaction's last frame did not end: steps are missing at the end of the trace, or of
    /// that transaction.
    bool is_truncated = false;
    /// Steps whose opcode no fork has, and after which their frame went on all the same. What they
    /// did is not known.
    std::uint64_t unknown_instructions = 0;
    /// Set when the replay would have had to hold more than it may.
    std::optional<MemoryLimit> memory_limit;

    /// Set when the trace asks for more hashing, or copying, than the replay may do.
    std::optional<WorkLimit> hash_limit;
    std::optional<WorkLimit> copy_limit;
    /// Work was left out because ReplayOptions::is_cancelled() said so.
    bool was_cancelled = false;

    std::string rules;  ///< what they are called; empty: the forks' own
    /// That all transactions are consistent with; empty where they are of different forks.
    ForkSet forks;
    std::vector<ForkRun> fork_runs;     ///< by transaction, in their order
    CheckSet chosen = CheckSet::all();  ///< the checks that the replay was asked for
    CheckCounts checks{};               ///< of those; the others are 0

    std::uint64_t peak_bytes = 0;  ///< of memory, all open frames together
    std::uint64_t expansions = 0;
    std::uint64_t memory_gas = 0;     ///< spent on expansion
    std::uint64_t known_bytes = 0;    ///< read by instructions and vouched for
    std::uint64_t unknown_bytes = 0;  ///< read by instructions and not vouched for
};

}  // namespace evmmem::traces
