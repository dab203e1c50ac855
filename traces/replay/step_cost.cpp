// SPDX-License-Identifier: MIT
#include "step_cost.hpp"

#include <algorithm>
#include <limits>

namespace evmmem::traces {
namespace {

std::uint64_t sum(std::uint64_t a, std::uint64_t b) {
    return a > GasNeed::endless - b ? GasNeed::endless : a + b;
}

template <typename Costs>
GasNeed range_of(const Costs& costs) {
    GasNeed need{GasNeed::endless, 0};
    for (const std::uint64_t cost : costs) {
        need.least = std::min(need.least, cost);
        need.most = std::max(need.most, cost);
    }
    return need.most < need.least ? GasNeed{} : need;
}

/// Memory and what operands scale left out.
GasNeed base_need(const PendingStep& step, RulesView rules) {
    const GasRule& rule = step.info->gas;
    switch (rule.base) {
        case GasRule::Base::constant: return {rule.constant, rule.constant};
        case GasRule::Base::exp:
            if (step.has_operand(1)) {
                const std::uint64_t cost = exp_cost(step.operand(1), rules);
                return {cost, cost};
            }
            return {exp_cost(Word{}, rules), exp_cost(Word::max(), rules)};
        case GasRule::Base::by_state: {
            GasNeed need = range_of(BaseCosts{step, rules});
            if (step.op == Opcode::SSTORE && rules.holds(Rule::storage_gas_kept)) {
                const std::uint64_t enough = rules[Rule::storage_gas_kept] + 1;
                need.least = std::max(need.least, enough);
                need.most = std::max(need.most, enough);
            }
            const bool may_write_state =
                step.op == Opcode::SSTORE || step.op == Opcode::SELFDESTRUCT;
            if (may_write_state) need.most += account_state_gas(rules);
            return need;
        }
        case GasRule::Base::call: {
            GasNeed need = range_of(
                CallOverheads{step.op, step.has_value(), rules, step.access, step.may_be_new});
            if (!step.has_operand(0)) need.most = GasNeed::endless;
            need.most = sum(need.most, account_state_gas(rules));
            if (!rules.holds(Rule::call_kept_part) &&
                step.has_operand(0)) {  // it hands on all it says
                const std::uint64_t asked = step.operand(0).clamped_to(GasNeed::endless);
                need = {sum(need.least, asked), sum(need.most, asked)};
            }
            return need;
        }
        case GasRule::Base::create: {
            const std::uint64_t size = step.effect.reads.size();
            if (step.has_effect && size > init_code_max(rules))
                return {GasNeed::endless, GasNeed::endless};
            const std::uint64_t least = create_cost(step.op, size, rules);
            return {least, least + account_state_gas(rules)};
        }
        case GasRule::Base::none: return {};
    }
    return {};
}

}  // namespace

BaseCosts::BaseCosts(const PendingStep& step, RulesView rules) {
    if (step.op != Opcode::SSTORE) {
        static_cast<FewCosts&>(*this) = base_costs(step.op, rules, step.access);
        return;
    }
    const bool has_cold_price = rules.holds(Rule::storage_cold_gas);
    for (const bool is_cold : {false, true}) {
        if (is_cold && !has_cold_price) continue;
        if (has_cold_price && step.access == (is_cold ? Access::warm : Access::cold)) continue;
        for (int i = 0; i < slot_change_count; ++i)
            if (const auto change = static_cast<SlotChange>(i); step.changes.contains(change))
                add(store_cost(change, rules, is_cold));
    }
}

GasNeed gas_need(const PendingStep& step, RulesView rules) {
    GasNeed need = base_need(step, rules);
    if (!step.info->touches_memory()) return need;
    if (!step.has_effect) {
        need.most = GasNeed::endless;
        return need;
    }
    const auto growth_at_most =
        step.expansion ? step.expansion : touch_cost_at_most(step.effect, rules);
    need.least = sum(need.least, sum(step.scaled_cost, step.expansion.value_or(0)));
    need.most = sum(need.most, sum(step.scaled_cost, growth_at_most.value_or(GasNeed::endless)));
    return need;
}

std::uint64_t least_gas(const ReplayState& state, const PendingStep& step) {
    const ForkSet having = state.forks & state.options.rules.having(step.op);
    if (having.empty()) return 0;
    std::uint64_t least = GasNeed::endless;
    having.for_each(
        [&](Fork fork) { least = std::min(least, gas_need(step, state.rules(fork)).least); });
    return least;
}

std::uint64_t most_gas(const ReplayState& state, const PendingStep& step) {
    std::uint64_t most = 0;
    state.forks.for_each(
        [&](Fork fork) { most = std::max(most, gas_need(step, state.rules(fork)).most); });
    return most;
}

namespace {

/// What a load or store costs, where all forks that are left agree and no state gas can be due.
std::optional<std::uint64_t> one_base_cost(const ReplayState& state, const PendingStep& step) {
    const bool may_take_state_gas =
        step.op == Opcode::SSTORE && state.forks.contains(Fork::amsterdam);
    if ((step.op != Opcode::SLOAD && step.op != Opcode::SSTORE) || may_take_state_gas)
        return std::nullopt;
    std::optional<std::uint64_t> one;
    bool is_one = true;
    state.forks.for_each([&](Fork fork) {
        for (const std::uint64_t cost : BaseCosts{step, state.rules(fork)}) {
            is_one = is_one && (!one || *one == cost);
            one = cost;
        }
    });
    return is_one ? one : std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> exact_cost(const ReplayState& state, const PendingStep& step) {
    if (!step.has_effect || !step.expansion) return std::nullopt;
    const std::uint64_t beside_base = step.scaled_cost + *step.expansion;
    switch (step.info->gas.base) {
        case GasRule::Base::constant: return step.info->gas.constant + beside_base;
        case GasRule::Base::exp: {
            if (!step.has_operand(1)) return std::nullopt;
            const std::uint64_t cost = exp_cost(step.operand(1), state.rules(last_fork));
            bool is_exact = true;
            state.forks.for_each([&](Fork fork) {
                is_exact = is_exact && exp_cost(step.operand(1), state.rules(fork)) == cost;
            });
            if (!is_exact) return std::nullopt;
            return cost;
        }
        case GasRule::Base::by_state: {
            const auto base = one_base_cost(state, step);
            if (!base) return std::nullopt;
            return *base + beside_base;
        }
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
                    [&](Fork fork) { add(exp_cost(step.operand(1), state.rules(fork)), fork); });
            break;
        case GasRule::Base::by_state:
            state.forks.for_each([&](Fork fork) {
                for (const std::uint64_t base : BaseCosts{step, state.rules(fork)})
                    add(base, fork);
            });
            break;
        case GasRule::Base::call:
        case GasRule::Base::create:
        case GasRule::Base::none: break;
    }
    return costs;
}

std::string explain_cost(const ReplayState& state, const PendingStep& step, std::uint64_t cost) {
    std::string text = std::string{step.info->name} + " costs " + std::to_string(cost);
    if (step.expansion.value_or(0) != 0 && state.options.rules.price_pages())
        text += ", of which " + std::to_string(*step.expansion) +
                " for the pages of memory that it touches";
    else if (step.expansion.value_or(0) != 0)
        text += ", of which " + std::to_string(*step.expansion) + " for growing memory from " +
                std::to_string(step.size_before) + " to " +
                std::to_string(num_words(step.effect.end()) * word_size) + " bytes";
    return text;
}

void strike_older_forks(ReplayState& state, PendingStep& step) {
    const ForkSet having = state.options.rules.having(step.op);
    if (state.forks.is_within(having)) return;
    if (having.empty()) {
        state.failed(
            Check::gas_continuity, step, "executed", "invalid",
            std::string{step.info->name} + " does not exist by " + in_words(state.options.rules));
        return;
    }
    if (state.strike_forks(step, [&](Fork fork) { return having.contains(fork); })) return;
    const std::string since{name(step.info->since)};
    const ForkStrike* const strike = state.strike_of(having);
    if (strike == nullptr) {
        state.failed(Check::gas_continuity, step, "executed", "invalid",
                     std::string{step.info->name} + " does not exist before " + since);
        return;
    }
    const std::string struck_by =
        op_name(strike->step.op) + " on line " + std::to_string(strike->step.line);
    // A client that runs the instruction has its fork; a call may still have its price from another.
    if (!is_call(strike->step.op) || strike->step.line == step.line) {
        state.failed(Check::gas_continuity, step, "executed", "invalid",
                     std::string{step.info->name} + " does not exist before " + since +
                         ", and what came of " + struck_by + " is of an older fork");
        return;
    }
    PendingStep call;
    call.line = strike->step.line;
    call.number = strike->step.step;
    call.pc = strike->step.pc;
    call.frame = strike->step.frame;
    call.depth = strike->step.depth;
    call.op = strike->step.op;
    call.info = &state.info(call.op);
    state.failed(Check::gas_call, call, "as before " + since, "as since " + since,
                 std::string{call.info->name} + " costs what it did before " + since + ", but " +
                     std::string{step.info->name} + " on line " + std::to_string(step.line) +
                     " exists since then: its price, and that of a precompile that it calls, is of "
                     "another fork" +
                     also_meant(step.op));
    if (const ForkSet left = having & state.options.forks; !left.empty())
        state.keep_forks(step, left);
}

}  // namespace evmmem::traces
