// SPDX-License-Identifier: MIT
// What a step does to the replay's own memory: first it grows, then the bytes arrive.
#pragma once

#include <optional>

#include "replay_state.hpp"

namespace evmmem::traces {

/// From a line to the step that waits for its outcome: its effect, its cost as far as operands
/// show it, and whether it must run out of gas. Of the line's operands the `sure` ones at the top are
/// those of the step: where a finding says that one may be wrong, that one and those below it are as if
/// they were not printed, so that nothing is made of them.
void make_pending(ReplayState& state, CallFrame& frame, const Step& step, std::uint32_t sure,
                  PendingStep& pending);

/// Whether a check asks for the operands of the instruction, beside those of its result from its
/// operands alone: for memory, gas, the next pc, or what is known of a slot, an account, an input.
bool depends_on_operands(Opcode op);

/// The frame's last step did not fail, though its line says so: it does now what it would have done.
void make_successful(ReplayState& state, CallFrame& frame, PendingStep& step);

/// Grows the frame's memory as the step does, if it does not fail.
void grow_memory(ReplayState& state, CallFrame& frame, const PendingStep& step);

/// Writes what the step writes; not what a call writes: that arrives when it ends.
void write_memory(ReplayState& state, CallFrame& frame, const PendingStep& step);

/// The bytes that a call returned arrive in its output range: no more than there are, and no zeros
/// for those that are missing.
void write_call_output(ReplayState& state, CallFrame& frame, const PendingStep& call,
                       const KnownData& output);

/// Whether a RETURNDATACOPY, whose operands are shown, stays inside the return data; nothing where the
/// size of that is not known.
std::optional<bool> is_inside_return_data(const CallFrame& frame, const PendingStep& step);

/// Counts bytes that an instruction read from memory and a check relied on.
void count_read(ReplayState& state, const CallFrame& frame, MemoryRange range);

}  // namespace evmmem::traces
