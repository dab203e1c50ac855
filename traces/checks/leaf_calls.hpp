// SPDX-License-Identifier: MIT
// Calls and creates whose callee printed no lines: it has no code, or is a precompiled contract, or
// the call was refused for depth or balance.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "frame_ends.hpp"
#include "traces/replay/replay_state.hpp"

namespace evmmem::traces {

/// `step` is the current frame's call or create and `next` the line after it. Checks gas and
/// result, and hands over what was returned; `report` is what the client said of the callee's end,
/// and may be null. Returns the gas that there should be at `next` when it has another.
std::optional<std::uint64_t> settle_leaf_call(ReplayState& state, CallFrame& frame,
                                              PendingStep& step, const FrameReport* report,
                                              const Step& next);

/// The gas that the frame may have after its call or create, whose callee printed no lines; empty
/// where it cannot be known. For a frame that stops there without a line of its own.
std::vector<GasLeft> gas_after_silent_leaf(ReplayState& state, CallFrame& frame,
                                           const PendingStep& step);

}  // namespace evmmem::traces
