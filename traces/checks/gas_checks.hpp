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

/// The step ended its frame or the trace: only its printed gasCost can be checked.
void check_final_gas_cost(ReplayState& state, PendingStep& step);

/// Compares the printed gasCost with what it ought to be, if this client's gasCost can be believed.
void check_gas_cost(ReplayState& state, PendingStep& step, std::uint64_t expected);

/// Checks gas.out_of_gas of a step after which its frame, or its callee, goes on: it must have had
/// its gas. What a step that ended its frame says of gas is failure_checks' business.
void check_out_of_gas(ReplayState& state, PendingStep& step);

}  // namespace evmmem::traces
