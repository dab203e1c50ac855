// SPDX-License-Identifier: MIT
#include "call_costs.hpp"

#include <algorithm>

#include "traces/checks/call_spending.hpp"

namespace evmmem::traces {

void CallCosts::begin(const ReplayState& state, const PendingStep& step) {
    ways_.clear();
    if (!can_check_gas(step) || !step.has_operands()) return;
    state.forks.for_each([&](Fork fork) {
        any_spending(state, step, fork, [&](const Spending& spending) {
            const Way way{
                .cost = gas_cost_of(step, spending, GasCostStyle::full),
                .given_least = spending.forwarded_least + step.stipend(),
                .given = spending.forwarded + step.stipend(),
                .after_most = step.gas - spending.overhead - *step.expansion + step.stipend(),
                .state_gas = spending.state_gas};
            if (std::ranges::find(ways_, way) == ways_.end()) ways_.push_back(way);
            return false;
        });
    });
}

bool CallCosts::contains(std::uint64_t cost) const {
    return std::ranges::find(ways_, cost, &Way::cost) != ways_.end();
}

template <typename Fits>
bool CallCosts::keep(Fits fits) {
    if (std::ranges::none_of(ways_, fits)) return false;
    std::erase_if(ways_, [&](const Way& way) { return !fits(way); });
    return true;
}

bool CallCosts::keep_printed(const PendingStep& step, std::uint64_t cost) {
    return keep([&](const Way& way) {
        const std::uint64_t forwarded = way.given - step.stipend();
        const std::uint64_t own = is_create(step.op) ? way.cost : way.cost - forwarded;
        // Without what is handed on, with it, and, as besu counts it, with the stipend, too.
        return cost == own || cost == own + forwarded || cost == own + way.given;
    });
}

void CallCosts::keep_callee_gas(std::uint64_t gas) {
    keep([gas](const Way& way) { return way.given_least <= gas && gas <= way.given; });
}

void CallCosts::keep_gas_after(std::uint64_t gas) {
    // Nothing is used where there is no code, all where the callee fails; what a precompile uses lies
    // between.
    const auto left = [gas](const Way& way) { return way.after_most - gas; };
    keep([&](const Way& way) {
        return gas <= way.after_most && left(way) <= way.given + way.state_gas;
    });
    keep([&](const Way& way) { return left(way) == 0 || left(way) == way.given; });
}

std::optional<std::uint64_t> CallCosts::one() const {
    if (ways_.empty()) return std::nullopt;
    const std::uint64_t cost = ways_.front().cost;
    const bool is_one =
        std::ranges::all_of(ways_, [cost](const Way& way) { return way.cost == cost; });
    return is_one ? std::optional{cost} : std::nullopt;
}

}  // namespace evmmem::traces
