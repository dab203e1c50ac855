// SPDX-License-Identifier: MIT
#include "gas_checks.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "core/storage_gas.hpp"
#include "traces/replay/state_gas.hpp"
#include "traces/replay/step_cost.hpp"

namespace evmmem::traces {
namespace {

/// Whether some fork, of those that are left or not, has this cost of EXP or SSTORE.
bool is_explained_by_another_fork(const ReplayState& state, const PendingStep& step,
                                  std::int64_t cost) {
    const auto is_exps = [&](Fork fork) {
        return cost == static_cast<std::int64_t>(exp_cost(step.operand(1), state.rules(fork)));
    };
    const auto is_stores = [&](Fork fork) {
        return base_costs(step.op, state.rules(fork), Access::unknown)
            .contains(static_cast<std::uint64_t>(cost));
    };
    if (step.op == Opcode::EXP)
        return step.has_operand(1) && (is_exps(first_fork) || is_exps(last_fork));
    return step.op == Opcode::SSTORE && cost >= 0 && ForkSet::all().any_of(is_stores);
}

/// Whether the client is known to take the step's price from another fork: then it strikes no fork,
/// and a price of another fork is a warning.
bool is_fork_mixed_up(const ReplayState& state, const PendingStep& step) {
    return state.dialect.mixes_up_forks && (step.op == Opcode::EXP || step.op == Opcode::SSTORE);
}

/// Whether the operand is there that decides the price besides memory: EXP's exponent.
bool base_is_known(const PendingStep& step) {
    return step.info->gas.base != GasRule::Base::exp || step.has_operand(1);
}

bool is_price_of_settled_fork(const ReplayState& state, const PendingStep& step,
                              std::int64_t cost) {
    const std::int64_t rest = cost - static_cast<std::int64_t>(step.scaled_cost + *step.expansion);
    return state.options.forks.any_of([&](Fork fork) {
        return fork != Fork::amsterdam &&
               std::ranges::any_of(BaseCosts{step, state.rules(fork)},
                                   [rest](std::int64_t base) { return rest == base; });
    });
}

/// Whether a step whose operands, or memory's size, are not all known may cost this in a fork that is
/// left; strikes the forks in which it may not.
bool may_cost(ReplayState& state, const PendingStep& step, std::int64_t cost) {
    const auto allows = [&](Fork fork) {
        const RulesView rules = state.rules(fork);
        const GasNeed need = gas_need(step, rules);
        if (cost < 0 || static_cast<std::uint64_t>(cost) < need.least ||
            static_cast<std::uint64_t>(cost) > need.most)
            return false;
        if (base_is_known(step)) return true;
        // EXP, whose exponent is not there, pays for whole bytes of it.
        const std::uint64_t a_byte = exp_cost(Word{1}, rules) - need.least;
        return a_byte == 0 || (static_cast<std::uint64_t>(cost) - need.least) % a_byte == 0;
    };
    if (is_fork_mixed_up(state, step)) return allows(first_fork) || allows(last_fork);
    return state.strike_forks(step, allows);
}

/// Whether base costs that differ only by state can explain this cost in some fork that is left;
/// strikes the forks in which none does.
bool is_explained_by_state(ReplayState& state, const PendingStep& step, std::int64_t cost) {
    const std::int64_t rest = cost - static_cast<std::int64_t>(step.scaled_cost + *step.expansion);
    const auto explains = [&](Fork fork) {
        const RulesView rules = state.rules(fork);
        if (step.info->gas.base == GasRule::Base::exp)
            return step.has_operand(1) &&
                   rest == static_cast<std::int64_t>(exp_cost(step.operand(1), rules));
        if (step.op == Opcode::SSTORE && gas_need(step, rules).least > step.gas) return false;
        return std::ranges::any_of(BaseCosts{step, rules}, [&](std::int64_t base) {
            return rest == base || (has_state_gas(rules) &&
                                    is_state_gas_of(step.op, rest - base, state.has_reservoir,
                                                    state.options.rules.state_gas()));
        });
    };
    if (is_fork_mixed_up(state, step)) return state.forks.any_of(explains);
    return state.strike_forks(step, explains);
}

std::string base_costs_in_words(const ReplayState& state, const PendingStep& step) {
    std::set<std::uint64_t> costs;
    const auto add = [&costs](std::uint64_t cost) { costs.insert(cost); };
    state.forks.for_each([&](Fork fork) {
        if (step.info->gas.base == GasRule::Base::exp)
            add(exp_cost(step.operand(1), state.rules(fork)));
        else
            for (const std::uint64_t cost : BaseCosts{step, state.rules(fork)})
                add(cost + step.scaled_cost + *step.expansion);
    });
    std::string text;
    for (const std::uint64_t cost : costs)
        text += (text.empty() ? "" : ", ") + std::to_string(cost);
    return text;
}

std::string signed_hex(std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    std::string text = hex(value < 0 ? 0 - bits : bits);
    if (value < 0) text.insert(text.begin(), '-');
    return text;
}

std::string gas_change_in_words(const PendingStep& step, std::int64_t cost,
                                std::uint64_t gas_after) {
    return (cost < 0 ? "gas rises" : "gas falls by " + std::to_string(cost) + ",") + " from " +
           std::to_string(step.gas) + " to " + std::to_string(gas_after) + "; ";
}

/// A cost that no operands explain.
void fail_bounds(ReplayState& state, PendingStep& step, std::int64_t cost,
                 std::uint64_t gas_after) {
    const std::uint64_t least = least_gas(state, step);
    const std::uint64_t most = most_gas(state, step);
    const bool is_below = cost < 0 || static_cast<std::uint64_t>(cost) < least;
    const bool is_exp = !base_is_known(step);
    const std::string costs =
        is_exp
            ? std::to_string(least) +
                  " and as much for each byte of its exponent as the fork asks for"
            : (is_below ? "at least " + std::to_string(least) : "at most " + std::to_string(most));
    state.failed(Check::gas_continuity, step, signed_hex(cost),
                 is_below ? "at least " + hex(least)
                 : is_exp ? "another"
                          : "at most " + hex(most),
                 gas_change_in_words(step, cost, gas_after) + std::string{step.info->name} +
                     " costs " + costs + ", whatever its operands");
}

}  // namespace

std::optional<std::uint64_t> check_gas(ReplayState& state, PendingStep& step,
                                       std::uint64_t gas_after) {
    if (!step.info->exists) {
        state.impossible(Check::gas_continuity);
        state.impossible(Check::gas_cost);
        return std::nullopt;
    }
    strike_older_forks(state, step);
    const bool has_price = base_is_known(step);
    const auto cost_from = [gas_after](std::uint64_t gas) {
        return static_cast<std::int64_t>(gas - gas_after);
    };
    if (!step.has_effect || !step.expansion || !has_price) {
        const bool is_possible =
            may_cost(state, step, cost_from(step.gas)) ||
            (step.gas_otherwise && may_cost(state, step, cost_from(*step.gas_otherwise)));
        if (is_possible)
            state.impossible(Check::gas_continuity);
        else
            fail_bounds(state, step, cost_from(step.gas), gas_after);
        if (step.gas >= gas_after)
            check_gas_cost(state, step, step.gas - gas_after);
        else
            state.impossible(Check::gas_cost);
        return std::nullopt;
    }
    const std::int64_t cost = cost_from(step.gas);
    const GasRule::Base base = step.info->gas.base;
    const auto fits = [&](std::int64_t seen) {
        if (base == GasRule::Base::constant)
            return seen == static_cast<std::int64_t>(step.info->gas.constant + step.scaled_cost +
                                                     *step.expansion);
        return is_explained_by_state(state, step, seen);
    };
    if (fits(cost)) {
        state.passed(Check::gas_continuity);
        check_gas_cost(state, step, static_cast<std::uint64_t>(cost));
        return std::nullopt;
    }
    // The step's own gas was a slip if the line before, too, said so: that was reported there.
    if (step.gas_otherwise && fits(cost_from(*step.gas_otherwise))) {
        state.passed(Check::gas_continuity);
        check_gas_cost(state, step, static_cast<std::uint64_t>(cost_from(*step.gas_otherwise)));
        return std::nullopt;
    }
    if (with_slipped_memory(state, step, [&] { return fits(cost); })) {
        state.passed(Check::gas_continuity);
        check_gas_cost(state, step, static_cast<std::uint64_t>(cost));
        return std::nullopt;
    }
    const auto exact = exact_cost(state, step);
    // Amsterdam's rules are not settled; but what another fork explains shows that this is not
    // Amsterdam, and then a step before it is wrong, or this one.
    const Severity severity =
        is_price_of_settled_fork(state, step, cost) ? Severity::finding : state.severity_of(step);
    const bool is_mixed_up =
        is_fork_mixed_up(state, step) && is_explained_by_another_fork(state, step, cost);
    state.failed(Check::gas_continuity, step, signed_hex(cost),
                 exact ? hex(*exact) : "one of " + base_costs_in_words(state, step),
                 gas_change_in_words(step, cost, gas_after) +
                     (exact ? explain_cost(state, step, *exact)
                            : std::string{step.info->name} + " costs one of " +
                                  base_costs_in_words(state, step) + ", by fork and state"),
                 is_mixed_up ? Severity::warning : severity);
    if (is_mixed_up) {  // which rule the client follows is clear, and so is what it should print
        check_gas_cost(state, step, static_cast<std::uint64_t>(cost));
        return std::nullopt;
    }
    state.impossible(Check::gas_cost);
    // Its operands may be wrong as well as its gas: memory is what the lines show.
    if (!step.effect.writes.empty())
        forget_memory(state.frames.current());
    else if (step.effect.end() != 0)
        state.frames.current().is_memory_size_known = false;
    if (!exact || step.gas < *exact) return std::nullopt;
    return step.gas - *exact;
}

namespace {

/// Gas that SSTORE must leave untouched, in the forks that let it touch the least.
std::uint64_t gas_kept_by_stores(const ReplayState& state) {
    return state.rules(last_fork)[Rule::storage_gas_kept];
}

/// Whether the client has priced an SSTORE that fails before it has a price: for having no more gas than
/// the sentry wants, from Istanbul on. Source: EIP-2200.
bool is_priced_in_spite_of_sentry(ReplayState& state, const PendingStep& step) {
    if (step.op != Opcode::SSTORE || !state.dialect.prices_after_sentry || !step.failed ||
        step.gas > gas_kept_by_stores(state) || step.gas_cost.value_or(0) == 0)
        return false;
    return !state.strike_forks(step, [&](Fork fork) {
        return !state.rules(fork).holds(Rule::storage_gas_kept) &&
               BaseCosts{step, state.rules(fork)}.contains(*step.gas_cost);
    });
}

}  // namespace

void check_final_gas_cost(ReplayState& state, PendingStep& step, bool may_have_failed) {
    if (is_priced_in_spite_of_sentry(state, step)) {
        state.failed(Check::gas_cost, step, hex(*step.gas_cost), "0x0",
                     "SSTORE fails with " + std::to_string(step.gas) +
                         " gas, before it is priced: it must leave " +
                         std::to_string(gas_kept_by_stores(state)) + "; but its gasCost is " +
                         std::to_string(*step.gas_cost) + ", as if it had only run out of gas");
        return;
    }
    if (step.failed || step.must_fail) {
        // What a failing step prints as its cost is each client's own. Half of 64 bits and more is
        // what is left over, wrapped; but more than 64 bits are the price of a far offset.
        constexpr std::uint64_t besu_overflow = 0x7fffffffffffffff;
        if (step.gas_cost && *step.gas_cost > besu_overflow && *step.gas_cost != Step::gas_cost_max)
            state.failed(
                Check::gas_cost, step, hex(*step.gas_cost), "at most " + hex(besu_overflow),
                "the failing " + std::string{step.info->name} +
                    " prints a gasCost that is more gas than can exist: what is left minus what "
                    "it costs is below zero, and wraps",
                Severity::warning);
        else
            state.impossible(Check::gas_cost);
        return;
    }
    const bool can_tell =
        (ends_frame(step.op) || !may_have_failed) && state.dialect.gas_cost != GasCostStyle::net;
    const auto exact = can_tell ? exact_cost(state, step) : std::nullopt;
    // Lines that any client could print may be evmone's, whose gasCost is the base cost.
    const bool may_be_base = state.dialect.gas_cost == GasCostStyle::calls_unknown &&
                             step.gas_cost == step.info->gas.constant;
    if (exact && (!may_be_base || *exact == *step.gas_cost))
        check_gas_cost(state, step, *exact);
    else
        state.impossible(Check::gas_cost);
}

void check_gas_cost(ReplayState& state, PendingStep& step, std::uint64_t expected) {
    if (state.dialect.gas_cost == GasCostStyle::base) {
        if (step.info->gas.base != GasRule::Base::constant) {
            state.impossible(Check::gas_cost);
            return;
        }
        expected = step.info->gas.constant;
    }
    if (!step.gas_cost || !state.gas_cost_trust.is_believed()) {
        state.impossible(Check::gas_cost);
        return;
    }
    // Amsterdam's state gas is taken from gas, but most clients leave it out of gasCost.
    const bool is_without_state_gas =
        step.info->gas.base == GasRule::Base::by_state && state.forks.contains(Fork::amsterdam) &&
        *step.gas_cost < expected &&
        is_state_gas_of(step.op, static_cast<std::int64_t>(expected - *step.gas_cost),
                        state.has_reservoir, state.options.rules.state_gas());
    // Where more state gas comes back than the rest costs, no cost can say so (revm prints 0).
    const bool has_risen = static_cast<std::int64_t>(expected) < 0;
    if (*step.gas_cost == expected || is_without_state_gas || (has_risen && *step.gas_cost == 0)) {
        state.passed(Check::gas_cost);
        state.agree_on_gas_cost();
        return;
    }
    const std::uint64_t state_gas = state_gas_of(step.op, state.options.rules.state_gas());
    state.disagree_on_gas_cost(step, has_risen ? expected + state_gas : expected);
}

void check_out_of_gas(ReplayState& state, PendingStep& step) {
    if (!step.info->exists || !step.has_effect) {
        state.impossible(Check::out_of_gas);
        return;
    }
    if (!step.must_fail) {
        state.passed(Check::out_of_gas);
        return;
    }
    const std::uint64_t least = least_gas(state, step);
    const bool is_endless = step.effect.is_unaddressable || least == GasNeed::endless ||
                            (!step.expansion && step.size_was_known);
    const auto exact = is_endless ? std::nullopt : exact_cost(state, step);
    const std::string need =
        step.memory_halt != MemoryHalt::none ? std::string{step.info->name} + " must halt, for " +
                                                   std::string{describe(step.memory_halt)}
        : is_endless ? std::string{step.info->name} + " costs more gas than exists"
        : exact      ? explain_cost(state, step, *exact)
                     : std::string{step.info->name} + " needs at least " + std::to_string(least);
    state.failed(Check::out_of_gas, step, "executed", "out of gas",
                 need + ", and " + std::to_string(step.gas) +
                     " gas is left: it must run out of gas, but the trace goes on",
                 state.severity_of(step));
}

}  // namespace evmmem::traces
