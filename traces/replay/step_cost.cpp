// SPDX-License-Identifier: MIT
#include "step_cost.hpp"

#include <algorithm>

namespace evmmem::traces {

std::optional<std::uint64_t> exact_cost(const ReplayState& state, const PendingStep& step) {
    if (!step.has_effect || !step.expansion) return std::nullopt;
    const std::uint64_t beside_base = step.scaled_cost + *step.expansion;
    switch (step.info->gas.base) {
        case GasRule::Base::constant: return step.info->gas.constant + beside_base;
        case GasRule::Base::exp: {
            if (!step.has_operand(1)) return std::nullopt;
            const std::uint64_t cost = exp_cost(step.operand(1), last_fork);
            bool is_exact = true;
            state.forks.for_each(
                [&](Fork fork) { is_exact = is_exact && exp_cost(step.operand(1), fork) == cost; });
            if (!is_exact) return std::nullopt;
            return cost;
        }
        case GasRule::Base::by_state:
        case GasRule::Base::call:
        case GasRule::Base::create:
        case GasRule::Base::none: return std::nullopt;
    }
    return std::nullopt;
}

std::vector<PossibleCost> possible_costs(const ReplayState& state, const PendingStep& step) {
    std::vector<PossibleCost> costs;
    if (!step.has_effect || !step.expansion) return costs;
    const auto add = [&](std::uint64_t base, ForkSet forks) {
        const std::uint64_t cost = base + step.scaled_cost + *step.expansion;
        const auto same = std::ranges::find(costs, cost, &PossibleCost::cost);
        if (same == costs.end())
            costs.push_back({cost, forks});
        else
            same->forks |= forks;
    };
    switch (step.info->gas.base) {
        case GasRule::Base::constant: add(step.info->gas.constant, state.forks); break;
        case GasRule::Base::exp:
            if (step.has_operand(1))
                state.forks.for_each(
                    [&](Fork fork) { add(exp_cost(step.operand(1), fork), fork); });
            break;
        case GasRule::Base::by_state:
            state.forks.for_each([&](Fork fork) {
                for (const std::uint64_t base : base_costs(step.op, fork, step.access))
                    add(base, fork);
            });
            break;
        case GasRule::Base::call:
        case GasRule::Base::create:
        case GasRule::Base::none: break;
    }
    return costs;
}

std::string explain_cost(const PendingStep& step, std::uint64_t cost) {
    std::string text = std::string{step.info->name} + " costs " + std::to_string(cost);
    if (step.expansion.value_or(0) != 0)
        text += ", of which " + std::to_string(*step.expansion) + " for growing memory from " +
                std::to_string(step.size_before) + " to " +
                std::to_string(num_words(step.effect.end()) * word_size) + " bytes";
    return text;
}

void strike_older_forks(ReplayState& state, PendingStep& step) {
    const ForkSet having = ForkSet::from(step.info->since);
    if (state.forks.is_within(having)) return;
    if (!state.strike_forks([&](Fork fork) { return having.contains(fork); }))
        state.failed(Check::gas_continuity, step, "executed", "invalid",
                     std::string{step.info->name} + " does not exist before " +
                         std::string{name(step.info->since)});
}

}  // namespace evmmem::traces
