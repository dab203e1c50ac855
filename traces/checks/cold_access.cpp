// SPDX-License-Identifier: MIT
#include "cold_access.hpp"

namespace evmmem::traces {

void learn_access(ReplayState& state, const PendingStep& step, std::uint64_t gas_after) {
    const bool is_open = step.access == Access::unknown && step.has_operand(0) &&
                         step.info->gas.base == GasRule::Base::by_state;
    if (!is_open || !step.has_effect || !step.expansion) return;
    const std::uint64_t paid = step.gas - gas_after - step.scaled_cost - *step.expansion;
    const auto has_price = [&](Access access) {
        return !state.forks.any_of([&](Fork fork) {
            return !tells_cold_from_warm(state.rules(fork)) ||
                   !base_costs(step.op, state.rules(fork), access).contains(paid);
        });
    };
    const bool uses_storage = step.op == Opcode::SLOAD || step.op == Opcode::SSTORE;
    const bool is_of_slot = uses_storage && state.storage_access.step == step.number &&
                            state.storage_access.slot != nullptr;
    if (has_price(Access::cold)) {
        if (!uses_storage)
            state.accessed.prove_cold_address(step.operand(0));
        else if (is_of_slot)
            state.storage.prove_cold(*state.storage_access.slot);
        return;
    }
    const bool is_listed = is_of_slot && state.storage_access.is_first && !state.of_access_list &&
                           has_price(Access::warm);
    if (is_listed) state.of_access_list = step;
}

}  // namespace evmmem::traces
