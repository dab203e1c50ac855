// SPDX-License-Identifier: MIT
// What a step does to the replay's own memory: first it grows, then the bytes arrive.
#pragma once

#include "replay_state.hpp"

namespace evmmem::traces {

/// From a line to the step that waits for its outcome: its effect, its cost as far as operands
/// show it, and whether it must run out of gas.
void make_pending(ReplayState& state, CallFrame& frame, const Step& step, PendingStep& pending);

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
