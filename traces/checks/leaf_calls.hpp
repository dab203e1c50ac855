// SPDX-License-Identifier: MIT
// Calls and creates whose callee printed no lines: it has no code, or is a precompiled contract, or
// the call was refused for depth or balance.
#pragma once

#include <cstdint>
#include <optional>

#include "traces/replay/replay_state.hpp"

namespace evmmem::traces {

/// `step` is the current frame's call or create and `next` the line after it. Checks gas and
/// result, and hands over what was returned; `output` is what the client said that was, where it
/// did. Returns the gas that there should be at `next` when it has another.
std::optional<std::uint64_t> settle_leaf_call(ReplayState& state, CallFrame& frame,
                                              PendingStep& step,
                                              const std::optional<KnownData>& output,
                                              const Step& next);

}  // namespace evmmem::traces
