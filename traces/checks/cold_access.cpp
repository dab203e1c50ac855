// SPDX-License-Identifier: MIT
#include "cold_access.hpp"

namespace evmmem::traces {

void learn_access(ReplayState& state, const PendingStep& step, std::uint64_t gas_after) {
    const bool is_open = step.access == Access::unknown && step.has_operand(0) &&
                         step.info->gas.base == GasRule::Base::by_state;
    if (!is_open || !step.has_effect || !step.expansion) return;
    const std::uint64_t paid = step.gas - gas_after - step.scaled_cost - *step.expansion;
    const bool is_cold = !state.forks.any_of([&](Fork fork) {
        return !tells_cold_from_warm(state.rules(fork)) ||
               !base_costs(step.op, state.rules(fork), Access::cold).contains(paid);
    });
    if (!is_cold) return;
    if (step.op != Opcode::SLOAD && step.op != Opcode::SSTORE)
        state.accessed.prove_cold_address(step.operand(0));
    else if (state.storage_access.step == step.number && state.storage_access.slot != nullptr)
        state.storage.prove_cold(*state.storage_access.slot);
}

}  // namespace evmmem::traces
