// SPDX-License-Identifier: MIT
// Where a line belongs: after the last step of the same frame, in a new callee, in a caller whose
// callee has ended, in a new transaction, or nowhere. Depth and pc say it together: if one of them
// alone is off, it is a slip of that line; if both are, steps are missing.
#pragma once

#include <cstdint>
#include <string>

#include "replay_state.hpp"

namespace evmmem::traces {

struct Placement {
    enum class Kind : std::uint8_t {
        transaction,  ///< the first step of a new one
        same_frame,   ///< after the frame's last step, which may be a call without lines of its own
        callee,       ///< the first step of what the last step called
        caller,       ///< after a call whose callee has ended, at `depth`
        repetition,   ///< the same step again: how some clients say that it failed
        gap,          ///< nowhere: steps are missing
    };
    enum class Slip : std::uint8_t { none, pc, depth, doubled };

    Kind kind = Kind::gap;
    Slip slip = Slip::none;
    std::uint32_t depth = 1;  ///< where the step belongs, whatever it claims
    /// Missing steps were to be expected: a line before could not be read, or nothing was known
    /// before.
    bool is_expected = false;
    bool is_excerpt = false;        ///< the trace begins here, in the middle of a transaction
    std::uint64_t expected_pc = 0;  ///< valid for Slip::pc and for gaps with `has_expected_pc`
    bool has_expected_pc = false;
    std::uint32_t expected_depth = 0;  ///< valid for gaps with Slip::depth
};

Placement place(ReplayState& state, const Step& step);

/// Whether a transaction can begin with the step, and no call that is open leads to it.
bool begins_a_transaction(const ReplayState& state, const Step& step);

/// Whether the code of the frame may end after its last step, as far as it was seen.
bool may_end_code(const CallFrame& frame);

/// Whether `next` is the line after the step, of the same frame or of what it calls, as if the step
/// had not failed, though its line says so.
bool goes_on_after(const ReplayState& state, const PendingStep& step, const Step& next);

/// Whether `pc` may come after the step in its frame.
bool may_follow(const PendingStep& step, std::uint64_t pc);

}  // namespace evmmem::traces
