// SPDX-License-Identifier: MIT
// Calls and creates: what the callee is given, how it ended, what comes back, and that gas is
// conserved all the way. The equations are CHECKS of the four gas values that the lines print:
// before the call, at the callee's first and last step, and after the call. Sources: EIP-150,
// EIP-211, EIP-2929, EIP-3860.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "frame_ends.hpp"
#include "traces/replay/replay_state.hpp"

namespace evmmem::traces {

/// `step` is the current frame's call or create, `first` the callee's first line: opens its frame,
/// with what is known of its calldata and code, and checks the gas that it was given. Returns the
/// gas that the callee should have had when `first` has another.
std::optional<std::uint64_t> enter_call(ReplayState& state, PendingStep& step, const Step& first);

/// The gas that the caller may have after its call or create `step`, whose callee ended so; empty
/// where it cannot be known. For a caller that stops there without a line of its own.
std::vector<GasLeft> gas_after_silent_call(const ReplayState& state, const PendingStep& step,
                                           const FrameEnd& end);

/// The current frame's call or create `step` is over and `next` is the line after it; its callee
/// printed lines and ended so. Checks gas and result, and hands over what was returned. Returns the
/// gas that there should be at `next` when it has another.
std::optional<std::uint64_t> resume_caller(ReplayState& state, CallFrame& frame, PendingStep& step,
                                           FrameEnd& end, const Step& next);

}  // namespace evmmem::traces
