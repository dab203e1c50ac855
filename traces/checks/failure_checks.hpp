// SPDX-License-Identifier: MIT
// Success and failure are claims, too: a step that went on must have had no reason to halt, and one
// that halted must have had one; where the trace names the reason, one that holds. A table in the
// source lists the reasons and when each of them holds. Sources: Yellow Paper 9.4.2; EIP-150, 170,
// 211, 214, 1153, 2200, 3541, 3860.
#pragma once

#include <optional>

#include "traces/replay/replay_state.hpp"

namespace evmmem::traces {

/// Whether the step may have halted exceptionally in some fork that is left, as far as the trace
/// shows.
bool may_halt(const ReplayState& state, const CallFrame& frame, const PendingStep& step);

/// The same of a trace's last step, whose line says nothing of a failure. It may have a price: then the
/// client has the instruction. And stacks that are not printed have what the steps leave.
bool may_halt_unsaid(const ReplayState& state, const CallFrame& frame, const PendingStep& step);

/// Whether it must have, in every fork that is left.
bool must_halt(const ReplayState& state, const CallFrame& frame, const PendingStep& step);

/// The step did not halt: checks failure.reason by what `next`, the line after it, shows. `next` is
/// in the same frame, or in the callee that the step entered.
void check_no_halt(ReplayState& state, CallFrame& frame, PendingStep& step, const Step& next);

/// The step is the last of its frame, and failed, or did not; nothing where the trace does not say.
/// Checks failure.reason, gas.out_of_gas and return_data.bounds; strikes the forks in which it had
/// another outcome.
void check_outcome(ReplayState& state, CallFrame& frame, PendingStep& step,
                   std::optional<bool> has_failed);

/// The transaction is over: a failure that only Amsterdam explains is a finding where other steps
/// exclude Amsterdam.
void conclude_failures(ReplayState& state);

/// `line` prints the failing step again, as some clients do: checks memory and stack, which are as
/// before the step, or as after its operands were taken and memory grew.
void check_second_print(ReplayState& state, CallFrame& frame, PendingStep& step, const Step& line);

}  // namespace evmmem::traces
