// SPDX-License-Identifier: MIT
// How a frame ends: whether it succeeded, what gas it leaves to its caller, and what it returns.
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

/// Ends the current frame, of which there is a parent; `end` is refilled with what came of it.
/// `result` is what the caller's next line shows on top of its stack, where it does.
void leave_call(ReplayState& state, const Word* result, FrameEnd& end);

}  // namespace evmmem::traces
