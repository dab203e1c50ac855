// SPDX-License-Identifier: MIT
// Gas from one step to the next of the same frame, and the gasCost that the client prints. Calls
// and creates are call_checks' business.
#pragma once

#include <cstdint>
#include <optional>

#include "traces/replay/replay_state.hpp"
#include "traces/replay/step_cost.hpp"

namespace evmmem::traces {

/// The step was followed by one of the same frame that has `gas_after` left. Checks gas.continuity
/// and gas.cost, strikes the forks that the cost contradicts; not for calls and creates. Returns
/// the gas that there should be after the step, when the next line has another.
std::optional<std::uint64_t> check_gas(ReplayState& state, PendingStep& step,
                                       std::uint64_t gas_after);

/// Asks `check` with what the step's growth costs if memory was as large as the trace shows, where a
/// finding said that it is another size. If that passes, memory is so large from now on.
template <typename Check>
bool with_slipped_memory(ReplayState& state, PendingStep& step, Check check) {
    const auto size = state.slipped(step.size_before);
    if (!size || !step.has_effect || !step.expansion || step.effect.end() == 0) return false;
    const std::uint64_t expansion = *step.expansion;
    const auto otherwise = state.growth_cost(*size, step.effect.end());
    if (!otherwise || *otherwise == expansion) return false;
    step.expansion = otherwise;
    if (check()) {
        state.memory_slip = 0;
        state.frames.current().is_memory_size_known = false;
        return true;
    }
    step.expansion = expansion;
    return false;
}

/// The step ended its frame or the trace: only its printed gasCost can be checked. Where it may have
/// failed without saying so, it may cost what its client likes.
void check_final_gas_cost(ReplayState& state, PendingStep& step, bool may_have_failed);

/// Compares the printed gasCost with what it ought to be, if this client's gasCost can be believed.
void check_gas_cost(ReplayState& state, PendingStep& step, std::uint64_t expected);

/// Checks gas.out_of_gas of a step after which its frame, or its callee, goes on: it must have had
/// its gas. What a step that ended its frame says of gas is failure_checks' business.
void check_out_of_gas(ReplayState& state, PendingStep& step);

}  // namespace evmmem::traces
