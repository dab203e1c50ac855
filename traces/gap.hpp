// SPDX-License-Identifier: MIT
// Why a replay is not whole. "Agrees" is said of nothing that has a gap: it was not checked to its end.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "replay_summary.hpp"

namespace evmmem::traces {

enum class Gap : std::uint8_t {
    interrupted,           ///< what follows was not replayed
    unread_lines,          ///< some could not be read
    unread_rest,           ///< an error ended the reading
    missing_steps,         ///< beside those of lines that could not be read
    truncated,             ///< the trace ends before its outermost frame does
    unknown_instructions,  ///< that no fork has
    memory_limit,          ///< ReplaySummary::memory_limit, and likewise the two below
    hash_limit,
    copy_limit,
    no_step,   ///< there is none in the trace, nor the end of a transaction without one
    no_check,  ///< the trace does not show enough for any
};

/// `errors` is how many there were in reading it, `is_ended_by_error` whether the last of them ended
/// it, and `was_interrupted` whether the asker did.
std::vector<Gap> gaps_of(const ReplaySummary& summary, std::uint64_t errors, bool is_ended_by_error,
                         bool was_interrupted);

/// Whether nothing was checked: no_step or no_check. `has_read_an_end` is StepReader's.
std::optional<Gap> gap_of_nothing(const ReplaySummary& summary, bool has_read_an_end);

/// Of all checks together.
std::uint64_t checks_made(const ReplaySummary& summary);

}  // namespace evmmem::traces
