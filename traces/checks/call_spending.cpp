// SPDX-License-Identifier: MIT
#include "call_spending.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/hex.hpp"

namespace evmmem::traces {

namespace {

/// What gasCost is, at least and at most: a reservoir leaves open how much was handed on, and how
/// much of the state gas it paid.
struct GasCostRange {
    std::uint64_t least = 0;
    std::uint64_t most = 0;
    bool contains(std::uint64_t cost) const { return least <= cost && cost <= most; }
};

GasCostRange gas_cost_range(const PendingStep& step, const Spending& spending, GasCostStyle style) {
    GasCostRange range;
    range.least = range.most = spending.overhead + *step.expansion;
    // revm counts all that the gas falls by.
    const bool counts_all = style == GasCostStyle::full_create;
    if (counts_all || (style == GasCostStyle::full && !is_create(step.op))) {
        range.least += spending.forwarded_least;
        range.most += spending.forwarded;
    }
    if (counts_all) {
        range.least += spending.state_gas_least;
        range.most += spending.state_gas;
    }
    return range;
}

}  // namespace

std::uint64_t gas_cost_of(const PendingStep& step, const Spending& spending, GasCostStyle style) {
    return gas_cost_range(step, spending, style).most;
}

bool is_gas_cost_of(const PendingStep& step, const Spending& spending, GasCostStyle style) {
    const GasCostRange range = gas_cost_range(step, spending, style);
    // besu counts what the callee starts with, so with the stipend.
    return range.contains(*step.gas_cost) ||
           (*step.gas_cost >= step.stipend() && range.contains(*step.gas_cost - step.stipend()));
}

bool agrees_on_gas_cost(const ReplayState& state, const PendingStep& step,
                        const Spending& spending) {
    if (!step.gas_cost || !state.call_cost_styles.is_printed()) return true;
    return state.call_cost_styles.any(
        [&](GasCostStyle style) { return is_gas_cost_of(step, spending, style); });
}

void check_call_gas_cost(ReplayState& state, PendingStep& step,
                         const std::vector<Spending>& spendings) {
    CallCostStyles& styles = state.call_cost_styles;
    if (!step.gas_cost || !styles.is_printed() || !state.gas_cost_trust.is_believed()) {
        state.impossible(Check::gas_cost);
        return;
    }
    const auto matches = [&](GasCostStyle style) {
        return std::ranges::any_of(spendings, [&](const Spending& spending) {
            return is_gas_cost_of(step, spending, style);
        });
    };
    if (styles.any(matches)) {
        styles.keep(matches);
        state.passed(Check::gas_cost);
    } else {
        state.fail_gas_cost(step, gas_cost_of(step, spendings.front(), styles.likely()));
    }
}

std::string describe(const PendingStep& step) {
    std::string text = fmt::format("{} with {} gas", step.info->name, step.gas);
    if (is_call(step.op) && step.has_operand(0))
        text += ", asking for " + encode_hex_quantity(step.operand(0));
    if (step.has_value()) text += ", with value";
    if (step.access == Access::warm) text += ", to an address that is warm";
    if (step.access == Access::cold) text += ", to an address that is cold";
    return text;
}

void learn_access(ReplayState& state, const PendingStep& step,
                  const std::vector<Spending>& spendings, bool may_be_warm) {
    if (spendings.empty()) return;
    const auto is_plain = [&](const Spending& spending) {
        return state.forks.any_of([&](Fork fork) {
            const CallOverheads plain{step.op,         step.has_value(), state.rules(fork),
                                      Access::unknown, step.may_be_new,  false};
            return plain.contains(spending.overhead);
        });
    };
    // A delegation makes another address warm, which no line shows.
    if (std::ranges::none_of(spendings, is_plain)) state.accessed.forget_cold_addresses();
    if (!may_be_warm) state.accessed.prove_cold_address(step.operand(1));
}

std::string_view between_forks() {
    return "; it is what Osaka's rules leave, in a trace that has Amsterdam's: the client is "
           "between the two forks";
}

}  // namespace evmmem::traces
