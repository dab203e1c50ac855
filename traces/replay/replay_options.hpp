// SPDX-License-Identifier: MIT
// How a trace is replayed: what is known of it beforehand, and the limits that it must keep.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/access_program.hpp"
#include "core/fork.hpp"
#include "replay_observer.hpp"
#include "replay_rules.hpp"
#include "traces/check.hpp"

namespace evmmem::traces {

class Transactions;

struct ReplayOptions {
    ForkSet forks = ForkSet::all();  ///< that the trace may be of
    ReplayRules rules;               ///< what holds in each of them
    /// That the verdict is about. The others are neither made nor counted, and those of the stack and
    /// of accounts cost nothing when none of them is chosen.
    CheckSet checks = CheckSet::all();
    /// Of the outermost frame, where the user knows it.
    std::optional<std::vector<std::uint8_t>> calldata;
    /// Of the outermost frame, where the user knows it.
    std::optional<std::vector<std::uint8_t>> code;
    /// Bytes of memory that are followed, of all open frames together with the data that they keep;
    /// a trace that goes beyond them has reached a limit. Memory that frames grow and neither write
    /// nor read costs the host nothing, and counts an eighth. A single frame of so much costs
    /// 34 Ggas, 560 nested ones that share it 600 Mgas.
    std::uint64_t memory_max = std::uint64_t{128} << 20;
    /// Bytes of memory that are hashed, and that are copied, in the whole replay, beside those that
    /// each step adds (WorkBudget); beyond them a hash is not checked and a copy is not followed.
    /// Blocks of 100 Mgas hash no more than 512 MiB and copy no more than 1 GiB.
    std::uint64_t hash_max = std::uint64_t{512} << 20;
    std::uint64_t copy_max = std::uint64_t{4} << 30;
    /// Asked before much work is done for one step; the work is left out once it says yes, as if a
    /// limit were reached. May be null.
    bool (*is_cancelled)() = nullptr;
    /// False: every step goes through every pass, also where one look shows that all is well. The
    /// outcome is the same, as tests show.
    bool takes_shortcuts = true;
    AccessProgram* program = nullptr;    ///< what the trace does to memory is appended here
    ReplayObserver* observer = nullptr;  ///< sees every step; outlives the replayer
    /// Hears where transactions begin and end; outlives the replayer. May be null.
    Transactions* transactions = nullptr;
};

}  // namespace evmmem::traces
