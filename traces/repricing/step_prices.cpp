// SPDX-License-Identifier: MIT
#include "step_prices.hpp"

#include <algorithm>
#include <initializer_list>

#include "core/memory_effect.hpp"
#include "core/storage_gas.hpp"
#include "traces/replay/state_gas.hpp"

namespace evmmem::traces {
namespace {

bool has_other_state_gas(RulesView a, RulesView b) {
    return a[Rule::state_byte_gas] != b[Rule::state_byte_gas] ||
           a[Rule::state_account_bytes] != b[Rule::state_account_bytes] ||
           a[Rule::state_slot_bytes] != b[Rule::state_slot_bytes];
}

/// Whether the step may take state gas in forks that have it.
bool may_take_state_gas(const PendingStep& step, const PricedState& state) {
    if (step.op == Opcode::SSTORE)
        return state.change != SlotChange::none && state.change != SlotChange::first;
    if (step.op == Opcode::SELFDESTRUCT) return state.has_surcharge;
    return is_create(step.op) ||
           (step.op == Opcode::CALL && step.has_value() && state.has_surcharge);
}

/// Calls `visit` with all that state may be for the price of a step in the fork.
template <typename Visit>
void for_each_state(const PendingStep& step, Fork fork, Visit visit) {
    const Opcode op = step.op;
    if (is_create(op) || op == Opcode::EXP) {
        visit(PricedState{});
        return;
    }
    const auto with_access = [&](auto visit_one) {
        if (step.access != Access::cold) visit_one(false);
        if (step.access != Access::warm) visit_one(true);
    };
    if (op == Opcode::SSTORE) {
        with_access([&](bool is_cold) {
            for (int i = 0; i < slot_change_count; ++i)
                if (const auto change = static_cast<SlotChange>(i); step.changes.contains(change))
                    visit(PricedState{.is_cold = is_cold, .change = change});
        });
        return;
    }
    const bool reads_code = op == Opcode::EXTCODESIZE || op == Opcode::EXTCODECOPY;
    const bool may_be_new = (op == Opcode::CALL && step.may_be_new) || op == Opcode::SELFDESTRUCT;
    const bool may_be_spared = !reads_code || RulesView{fork}.holds(Rule::access_code_gas);
    const bool may_delegate =
        is_call(op) && RulesView{fork}.holds(Rule::access_follows_delegations);
    with_access([&](bool is_cold) {
        for (const bool has_surcharge : {false, true}) {
            if (has_surcharge ? !may_be_new && !reads_code : !may_be_spared) continue;
            using enum PricedState::Delegation;
            for (const auto delegation : {none, warm, cold}) {
                visit(PricedState{
                    .is_cold = is_cold, .has_surcharge = has_surcharge, .delegation = delegation});
                if (!may_delegate) break;
            }
        }
    });
}

/// Without memory, what operands scale, and state gas.
std::uint64_t cost_of(const PendingStep& step, const PricedState& state, RulesView rules) {
    switch (step.info->gas.base) {
        case GasRule::Base::exp: return exp_cost(step.operand(1), rules);
        case GasRule::Base::by_state: return base_cost(step.op, state, rules);
        case GasRule::Base::call: return call_overhead(step.op, step.has_value(), state, rules);
        case GasRule::Base::create: return create_cost(step.op, step.effect.reads.size(), rules);
        case GasRule::Base::constant:
        case GasRule::Base::none: break;
    }
    return 0;
}

}  // namespace

PriceWays ways_to_pay(const ReplayState& state, const PendingStep& step, std::int64_t paid) {
    PriceWays ways;
    const bool is_exp = step.info->gas.base == GasRule::Base::exp;
    if (!step.has_effect || !step.expansion || (is_exp && !step.has_operand(1))) return ways;
    const std::int64_t base = paid - static_cast<std::int64_t>(step.scaled_cost) -
                              static_cast<std::int64_t>(*step.expansion);
    state.forks.for_each([&](Fork fork) {
        if (!RulesView{fork}.has(step.op)) return;
        for_each_state(step, fork, [&](const PricedState& decided) {
            const std::uint64_t cost = cost_of(step, decided, RulesView{fork});
            const std::int64_t beside = base - static_cast<std::int64_t>(cost);
            const bool is_explained =
                beside == 0 || (has_state_gas(RulesView{fork}) &&
                                is_state_gas_of(step.op, beside, state.has_reservoir,
                                                state.options.rules.state_gas()));
            if (is_explained) ways.push_back({fork, decided, cost, beside});
        });
    });
    return ways;
}

PriceWays ways_of_call(const ReplayState& state, const PendingStep& call) {
    PriceWays ways;
    if (!call.has_effect || !call.expansion) return ways;
    state.forks.for_each([&](Fork fork) {
        for_each_state(call, fork, [&](const PricedState& decided) {
            const PriceWay way{fork, decided, cost_of(call, decided, RulesView{fork}), 0};
            ways.push_back(way);
            if (!has_state_gas(RulesView{fork}) || !may_take_state_gas(call, decided)) return;
            PriceWay with_state_gas = way;
            with_state_gas.state_gas =
                static_cast<std::int64_t>(account_state_gas(RulesView{fork}));
            ways.push_back(with_state_gas);
        });
    });
    return ways;
}

std::optional<std::uint64_t> available_before(const PendingStep& call, const PriceWay& way) {
    const std::uint64_t own = way.cost + static_cast<std::uint64_t>(way.state_gas);
    if (own > call.gas || *call.expansion > call.gas - own) return std::nullopt;
    return call.gas - own - *call.expansion;
}

std::optional<std::uint64_t> handed_on_by(const PendingStep& call, const PriceWay& way) {
    const auto available = available_before(call, way);
    if (!available) return std::nullopt;
    if (is_create(call.op)) return forwardable_gas(*available, RulesView{way.fork});
    if (!call.has_operand(0)) return std::nullopt;
    return forwarded_gas(call.operand(0), *available, RulesView{way.fork});
}

StepPrices::StepPrices(const RuleSet& rules)
    : rules_{rules}, rows_{opcode_table_by(rules_.of_any_fork())} {
    for (std::size_t i = 0; i < same_terms_.size(); ++i) {
        const std::vector<Rule> decide = rules_of(static_cast<Callee>(i));
        ForkSet::all().for_each([&](Fork fork) {
            const auto is_same = [&](Rule rule) {
                return rules_.in_place_of(fork)[rule] == RulesView{fork}[rule];
            };
            if (std::ranges::all_of(decide, is_same)) same_terms_[i] |= fork;
        });
    }
    for (const OpcodeInfo& row : opcode_rows())
        compare(row);
}

/// Notes what of the instruction's price is another.
void StepPrices::compare(const OpcodeInfo& row) {
    const auto byte = static_cast<std::uint8_t>(row.opcode);
    const GasRule& priced = rows_[byte].gas;
    gone_[byte] = !rules_.of_any_fork().has(row.opcode);
    const GasRule::Base base = row.gas.base;
    if (base == GasRule::Base::none) return;
    if (base == GasRule::Base::constant && !gone_[byte])
        plain_[byte] = difference(row.gas.constant, priced.constant);
    // A create's scale is part of its own price.
    const bool is_scaled = base != GasRule::Base::create;
    const auto rate = [](const GasRule& rule) { return rule.per_word + rule.per_byte; };
    rescaled_[byte] = is_scaled && rate(priced) != rate(row.gas);
    const bool has_lower_rate = is_scaled && rate(priced) < rate(row.gas);
    if (plain_[byte] > 0 || has_lower_rate) cheaper_[byte] = ForkSet::all();
    if (base == GasRule::Base::constant) return;
    ForkSet::from(row.since).for_each([&](Fork fork) { compare_by_fork(row, fork); });
}

/// The same of a price that is more than a number.
void StepPrices::compare_by_fork(const OpcodeInfo& row, Fork fork) {
    const auto byte = static_cast<std::uint8_t>(row.opcode);
    const RulesView own{fork};
    const RulesView rules = rules_.in_place_of(fork);
    const auto note_if = [&](bool is_changed, bool is_cheaper) {
        if (is_changed) changed_[byte] |= fork;
        if (is_cheaper) cheaper_[byte] |= fork;
    };
    if (!rules.has(row.opcode)) {
        note_if(true, false);
        return;
    }
    PendingStep step;
    step.op = row.opcode;
    step.info = &row;
    step.operand_count = row.pops;
    for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{word_size}}) {
        step.operands.fill(Word{size});  // an exponent, a value, or 0
        step.effect.reads = *MemoryRange::from(Word{}, Word{size});
        for_each_state(step, fork, [&](const PricedState& state) {
            const std::uint64_t before = cost_of(step, state, own);
            const std::uint64_t after = cost_of(step, state, rules);
            const bool is_unclear =
                may_take_state_gas(step, state) && has_other_state_gas(own, rules);
            note_if(before != after || is_unclear, after < before || is_unclear);
        });
    }
    const auto compare_rules = [&](std::initializer_list<Rule> which) {
        for (const Rule rule : which)
            note_if(rules[rule] != own[rule], rules[rule] != own[rule]);
    };
    if (is_call(row.opcode) || is_create(row.opcode))
        compare_rules({Rule::call_kept_part, Rule::call_keeps_memory, Rule::call_stipend});
    if (is_create(row.opcode))
        compare_rules({Rule::create_code_byte_gas, Rule::create_code_word_gas,
                       Rule::create_code_max, Rule::create_init_code_max});
    const bool has_other_precompiles =
        std::ranges::any_of(same_terms_, [&](ForkSet forks) { return !forks.contains(fork); });
    if (is_call(row.opcode)) note_if(has_other_precompiles, has_other_precompiles);
}

bool StepPrices::is_touched(Opcode op) const {
    const auto byte = static_cast<std::uint8_t>(op);
    return plain_[byte] != 0 || rescaled_[byte] || gone_[byte] || !changed_[byte].empty();
}

bool StepPrices::is_new(Opcode op, ForkSet forks) const {
    return forks.any_of(
        [&](Fork fork) { return rules_.in_place_of(fork).has(op) && !RulesView{fork}.has(op); });
}

std::int64_t StepPrices::scaled_gain(const PendingStep& step) const {
    const auto byte = static_cast<std::uint8_t>(step.op);
    if (!rescaled_[byte] || !step.has_effect) return 0;
    const auto cost = scaled_cost(rows_[byte].gas, step.operands);
    return difference(step.scaled_cost, cost.value_or(no_number));
}

std::optional<std::int64_t> StepPrices::gain(const PendingStep& step, const PriceWay& way) const {
    const RulesView rules = rules_.in_place_of(way.fork);
    if (!rules.has(step.op)) return std::nullopt;
    if (has_other_state_gas(RulesView{way.fork}, rules) && may_take_state_gas(step, way.state))
        return std::nullopt;
    return difference(way.cost, cost_of(step, way.state, rules));
}

StepPrices::Gain StepPrices::gain(const PendingStep& step, const PriceWays& ways) const {
    Gain result{.is_certain = !ways.empty()};
    bool is_first = true;
    for (const PriceWay& way : ways) {
        const auto here = gain(step, way);
        result.is_certain = result.is_certain && here && (is_first || *here == result.likely);
        if (is_first && here) {
            result.likely = *here;
            is_first = false;
        }
    }
    return result;
}

}  // namespace evmmem::traces
