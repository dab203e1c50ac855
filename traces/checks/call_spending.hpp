// SPDX-License-Identifier: MIT
// How a call or a create may spend gas: the ways that each fork's rules allow, of which the trace's
// numbers must fit one. State decides between them, and a trace does not show the state.
// Sources: EIP-150, EIP-2929, EIP-7702, EIP-8037.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gas_checks.hpp"
#include "traces/replay/replay_state.hpp"

namespace evmmem::traces {

/// One way in which the fork's rules allow a call or a create to spend: besides memory `overhead`
/// for itself, and `forwarded` handed on. Amsterdam's state gas is in neither; nor is it in
/// gasCost.
struct Spending {
    std::uint64_t overhead = 0;
    std::uint64_t forwarded = 0;
    std::uint64_t state_gas = 0;
};

/// Calls `visit(spending)` with each way that `fork` allows; stops when it returns true, and
/// returns whether it did. The step has its effect and its expansion.
template <typename Visit>
bool any_spending(const PendingStep& step, Fork fork, Visit visit) {
    const auto try_one = [&](std::uint64_t overhead, std::uint64_t state_gas) {
        const std::uint64_t own = overhead + state_gas;
        if (own > step.gas || *step.expansion > step.gas - own) return false;
        const std::uint64_t available = step.gas - own - *step.expansion;
        if (is_create(step.op)) {
            const std::uint64_t forwarded =
                fork >= Fork::tangerine_whistle ? all_but_one_64th(available) : available;
            return visit(Spending{overhead, forwarded, state_gas});
        }
        const auto forwarded = forwarded_gas(step.operand(0), available, fork);
        return forwarded && visit(Spending{overhead, *forwarded, state_gas});
    };
    if (is_create(step.op) && step.effect.reads.size() > init_code_max(fork)) return false;
    const bool may_add_account =
        fork >= Fork::amsterdam &&
        (is_create(step.op) || (step.op == Opcode::CALL && step.has_value()));
    const auto try_both = [&](std::uint64_t overhead) {
        return try_one(overhead, 0) ||
               (may_add_account && try_one(overhead, new_account_state_gas));
    };
    if (is_create(step.op)) return try_both(create_cost(step.op, step.effect.reads.size(), fork));
    const CallOverheads overheads{step.op, step.has_value(), fork, step.access};
    return std::ranges::any_of(overheads, try_both);
}

/// Asks `check` with the step's gas and, where a finding said that this is a slip of the line, with
/// what it should have been; keeps the one that passes.
template <typename Check>
bool with_either_gas(PendingStep& step, Check check) {
    if (check()) return true;
    if (!step.gas_otherwise) return false;
    std::swap(step.gas, *step.gas_otherwise);
    if (check()) return true;
    std::swap(step.gas, *step.gas_otherwise);
    return false;
}

/// Whether two amounts of gas agree; in Amsterdam, but for state gas taken or given back.
inline bool agrees(std::uint64_t claimed, std::uint64_t computed, Fork fork) {
    return claimed == computed ||
           (fork == Fork::amsterdam && is_state_gas(static_cast<std::int64_t>(claimed - computed)));
}

/// Whether the printed gasCost can be that of this spending; a missing one can.
bool agrees_on_gas_cost(const ReplayState& state, const PendingStep& step,
                        const Spending& spending);

/// "CALL with 100 gas, asking for 0x10, with value": for messages.
std::string describe(const PendingStep& step);

/// Checks the printed gasCost of a call or create that spent in one of these ways; there is at
/// least one. Learns from it what the client counts.
void check_call_gas_cost(ReplayState& state, PendingStep& step,
                         const std::vector<Spending>& spendings);

/// Checks that some fork allows a spending that `fits`, strikes the others, and checks gasCost on
/// those spendings that fit. Returns whether one fits.
template <typename Fits>
bool check_spending(ReplayState& state, PendingStep& step, Fits fits) {
    std::vector<Spending> fitting;
    const bool is_fine = state.strike_forks([&](Fork fork) {
        bool is_allowed = false;
        any_spending(step, fork, [&](const Spending& spending) {
            if (!fits(spending, fork)) return false;
            is_allowed = true;
            fitting.push_back(spending);
            return false;
        });
        return is_allowed;
    });
    if (is_fine) check_call_gas_cost(state, step, fitting);
    return is_fine;
}

/// What `gas_of(spending, fork)` says of the likeliest spending that any fork allows: of those that
/// the printed gasCost fits the last, of others the first. Nothing when it says nothing of any.
template <typename GasOf>
std::optional<std::uint64_t> likely_gas(const ReplayState& state, const PendingStep& step,
                                        GasOf gas_of) {
    std::optional<std::uint64_t> likely;
    state.forks.for_each([&](Fork fork) {
        any_spending(step, fork, [&](const Spending& spending) {
            const std::optional<std::uint64_t> gas = gas_of(spending, fork);
            if (gas && (!likely || agrees_on_gas_cost(state, step, spending))) likely = gas;
            return false;
        });
    });
    return likely;
}

/// Whether enough is known of the call for its gas to be checked.
inline bool can_check_gas(const PendingStep& step) {
    return step.has_effect && step.expansion.has_value() && !step.must_fail;
}

}  // namespace evmmem::traces
