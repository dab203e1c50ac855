// SPDX-License-Identifier: MIT
// How a trace is replayed: what is known of it beforehand, and the limits that it must keep.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/access_program.hpp"
#include "core/fork.hpp"
#include "replay_observer.hpp"

namespace evmmem::traces {

struct ReplayOptions {
    ForkSet forks = ForkSet::all();  ///< that the trace may be of
    /// Of the outermost frame, where the user knows it.
    std::optional<std::vector<std::uint8_t>> calldata;
    /// Of the outermost frame, where the user knows it.
    std::optional<std::vector<std::uint8_t>> code;
    /// Bytes of memory, all open frames and the data that they were handed together, that are
    /// followed; a trace that grows beyond them has reached a limit. So much memory costs 34 Ggas.
    std::uint64_t memory_max = std::uint64_t{128} << 20;
    /// False: every step goes through every pass, also where one look shows that all is well. The
    /// outcome is the same, as tests show.
    bool takes_shortcuts = true;
    AccessProgram* program = nullptr;    ///< what the trace does to memory is appended here
    ReplayObserver* observer = nullptr;  ///< sees every step; outlives the replayer
};

}  // namespace evmmem::traces
