// SPDX-License-Identifier: MIT
// What a step does to the replay's own memory: first it grows, then the bytes arrive.
#pragma once

#include "replay_state.hpp"

namespace evmmem::traces {

/// From a line to the step that waits for its outcome: its effect, its cost as far as operands
/// show it, and whether it must run out of gas.
void make_pending(ReplayState& state, CallFrame& frame, const Step& step, PendingStep& pending);

/// Whether what the step does, beside its result, depends on its operands: memory, gas, the next pc.
bool depends_on_operands(const PendingStep& step);

/// A finding says that an operand of the step, as its line has it, may be wrong: only the `known`
/// ones above it are operands, and what the step does is unknown.
void doubt_operands(PendingStep& step, std::uint32_t known);

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

/// Counts bytes that an instruction read from memory and a check relied on.
void count_read(ReplayState& state, const CallFrame& frame, MemoryRange range);

}  // namespace evmmem::traces
