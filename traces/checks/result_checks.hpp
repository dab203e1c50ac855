// SPDX-License-Identifier: MIT
// What a step left on the stack, as the next line of its frame shows it: its height, and the
// results that memory, calldata, code or return data determine. Results that reveal unknown bytes
// are learned.
#pragma once

#include "traces/replay/replay_state.hpp"

namespace evmmem::traces {

/// Checks stack.height: the step was followed by `next` in the same frame.
void check_stack_height(ReplayState& state, PendingStep& step, const Step& next,
                        std::optional<std::uint32_t>& otherwise);

/// Checks stack.height of a frame's first step: a frame begins with an empty stack.
void check_empty_stack(ReplayState& state, PendingStep& first);

/// Checks the result of a step that is no call and no create.
void check_result(ReplayState& state, CallFrame& frame, PendingStep& step, const Step& next);

/// Checks call.result of a call of which nothing else is known: it is 0 or 1.
void check_call_result_is_flag(ReplayState& state, PendingStep& step, const Word& result);

/// Checks return_data.bounds of a step after which its frame goes on: RETURNDATACOPY beyond the end
/// must halt. One that failed is failure_checks' business.
void check_return_data_bounds(ReplayState& state, CallFrame& frame, PendingStep& step);

/// Checks code.content: the step's instruction is the one that the frame's code has at its pc, as
/// far as the code, or its size, is known.
void check_code_at(ReplayState& state, CallFrame& frame, PendingStep& step);

/// Checks return_data.content, and learns: the printed return data of a line, which shows the
/// frame's buffer before the line's own step. `before` is the frame's step before this line,
/// `ended` the last step of the callee that has just returned; both may be null.
void check_return_data(ReplayState& state, CallFrame& frame, const Step& line, PendingStep* before,
                       PendingStep* ended, PendingStep& own);

}  // namespace evmmem::traces
