// SPDX-License-Identifier: MIT
// Calls and creates: what the callee is given, how it ended, what comes back, and that gas is
// conserved all the way. The equations are CHECKS of the four gas values that the lines print:
// before the call, at the callee's first and last step, and behind the call. Sources: EIP-150,
// EIP-211, EIP-2929, EIP-3860.
#pragma once

#include <cstdint>
#include <optional>

#include "traces/replay/replay_state.hpp"

namespace evmmem::traces {

/// How a frame ended, as its last step and its caller's next line tell.
struct FrameEnd {
    enum class How : std::uint8_t { succeeded, reverted, failed, unknown };

    How how = How::unknown;
    std::optional<std::uint64_t> gas_left;  ///< that goes back to the caller
    /// The same where a finding said that the last line's gas is a slip.
    std::optional<std::uint64_t> gas_left_otherwise;
    std::uint64_t gas_at_entry = 0;
    std::optional<Word> address;  ///< of a create's new account, where it can be told
    PendingStep last;             ///< the frame's last step
    KnownData output;             ///< what it returned: of a create, the deployed code
};

/// `step` is the current frame's call or create, `first` the callee's first line: opens its frame,
/// with what is known of its calldata and code, and checks the gas that it was given. Returns the
/// gas that the callee should have had when `first` has another.
std::optional<std::uint64_t> enter_call(ReplayState& state, PendingStep& step, const Step& first);

/// Ends the current frame, of which there is a parent; `end` is refilled with what came of it.
/// `result` is what the caller's next line shows on top of its stack, where it does.
void leave_call(ReplayState& state, const Word* result, FrameEnd& end);

/// The current frame's call or create `step` is over and `next` is the line behind it; its callee
/// printed lines and ended so. Checks gas and result, and hands over what was returned. Returns the
/// gas that there should be at `next` when it has another.
std::optional<std::uint64_t> resume_caller(ReplayState& state, CallFrame& frame, PendingStep& step,
                                           FrameEnd& end, const Step& next);

}  // namespace evmmem::traces
