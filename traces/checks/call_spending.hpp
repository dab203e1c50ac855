// SPDX-License-Identifier: MIT
// How a call or a create may spend gas: the ways that each fork's rules allow, of which the trace's
// numbers must fit one. State decides between them, and a trace does not show the state.
// Sources: EIP-150, EIP-2929, EIP-7702, EIP-8037.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gas_checks.hpp"
#include "traces/replay/replay_state.hpp"
#include "traces/replay/state_gas.hpp"

namespace evmmem::traces {

/// One way in which the fork's rules allow a call or a create to spend: besides memory `overhead`
/// for itself, and up to `forwarded` handed on. Amsterdam's state gas is in neither. Where a
/// reservoir may have paid a part of it, it and what is handed on are ranges.
struct Spending {
    std::uint64_t overhead = 0;
    std::uint64_t forwarded = 0;
    std::uint64_t forwarded_least = 0;
    std::uint64_t state_gas = 0;
    std::uint64_t state_gas_least = 0;

    /// Whether a callee can start with `gas`, `stipend` of which is on top.
    bool can_give(std::uint64_t gas, std::uint64_t stipend) const {
        return gas >= stipend && gas - stipend >= forwarded_least && gas - stipend <= forwarded;
    }
};

/// Calls `visit(spending)` with each way that `fork` allows; stops when it returns true, and
/// returns whether it did. The step has its effect and its expansion. `access`: what is known of
/// the address that is called.
template <typename Visit>
bool any_spending(const ReplayState& state, const PendingStep& step, Fork fork, Access access,
                  Visit visit) {
    const RulesView rules = state.rules(fork);
    const auto forwarded_of = [&](std::uint64_t available) -> std::optional<std::uint64_t> {
        const std::uint64_t memory = step.size_after();
        if (!is_create(step.op)) return forwarded_gas(step.operand(0), available, rules, memory);
        return forwardable_gas(available, rules, memory);
    };
    const auto try_one = [&](std::uint64_t overhead, std::uint64_t least, std::uint64_t most) {
        const std::uint64_t own = overhead + least;
        if (own > step.gas || *step.expansion > step.gas - own) return false;
        const std::uint64_t available = step.gas - own - *step.expansion;
        const auto forwarded = forwarded_of(available);
        const auto forwarded_least =
            most == least ? forwarded : forwarded_of(available - std::min(available, most - least));
        return forwarded && visit(Spending{.overhead = overhead,
                                           .forwarded = *forwarded,
                                           .forwarded_least = forwarded_least.value_or(0),
                                           .state_gas = most,
                                           .state_gas_least = least});
    };
    if (is_create(step.op) && step.effect.reads.size() > init_code_max(rules)) return false;
    const bool may_add_account =
        has_state_gas(rules) &&
        (is_create(step.op) || (step.op == Opcode::CALL && step.has_value() && step.may_be_new));
    const std::uint64_t most = account_state_gas(rules);
    const std::uint64_t least = state.has_reservoir ? 0 : most;
    const auto try_both = [&](std::uint64_t overhead) {
        return try_one(overhead, 0, 0) || (may_add_account && try_one(overhead, least, most));
    };
    if (is_create(step.op)) return try_both(create_cost(step.op, step.effect.reads.size(), rules));
    const CallOverheads overheads{step.op, step.has_value(), rules, access, step.may_be_new};
    return std::ranges::any_of(overheads, try_both);
}
template <typename Visit>
bool any_spending(const ReplayState& state, const PendingStep& step, Fork fork, Visit visit) {
    return any_spending(state, step, fork, step.access, visit);
}

/// Asks `check` with the step's gas and, where a finding said that this is a slip of the line, with
/// what it should have been; and with the memory that the trace shows, where a finding said that it
/// is another. Keeps what passes.
template <typename Check>
bool with_either_gas(ReplayState& state, PendingStep& step, Check check) {
    if (check()) return true;
    if (step.gas_otherwise) {
        std::swap(step.gas, *step.gas_otherwise);
        if (check()) return true;
        std::swap(step.gas, *step.gas_otherwise);
    }
    return with_slipped_memory(state, step, check);
}

/// The gasCost of a call or create that spends so, as a client of that style counts it.
std::uint64_t gas_cost_of(const PendingStep& step, const Spending& spending, GasCostStyle style);

/// Whether the printed gasCost can be that of this spending; a missing one can.
bool agrees_on_gas_cost(const ReplayState& state, const PendingStep& step,
                        const Spending& spending);

/// "CALL with 100 gas, asking for 0x10, with value": for messages.
std::string describe(const PendingStep& step);

/// Checks the printed gasCost of a call or create that spent in one of these ways; there is at
/// least one. Learns from it what the client counts.
void check_call_gas_cost(ReplayState& state, PendingStep& step,
                         const std::vector<Spending>& spendings);

/// The call spent in one of these ways, and could not be to a warm address unless `may_be_warm`:
/// learns that the address was cold, and that a delegation may have made another one warm.
void learn_access(ReplayState& state, const PendingStep& step,
                  const std::vector<Spending>& spendings, bool may_be_warm);

/// "; Osaka's rules allow it, ...": what is said of a trace that shows Amsterdam's instructions and
/// older prices.
std::string_view between_forks();

/// Whether some fork allows a spending that `fits`; strikes the forks that allow none.
template <typename Fits>
bool strike_by_spending(ReplayState& state, const PendingStep& step, Fits fits) {
    return state.strike_forks(step, [&](Fork fork) {
        return any_spending(state, step, fork,
                            [&](const Spending& spending) { return fits(spending, fork); });
    });
}

/// The call is over, and some spending of a fork that is left `fits` the gas before and after it:
/// checks gasCost on those that do, and learns whether the address that was called was cold.
template <typename Fits>
void conclude_spending(ReplayState& state, PendingStep& step, Fits fits) {
    std::vector<Spending> fitting;
    bool may_be_warm = false;
    state.forks.for_each([&](Fork fork) {
        const auto fits_here = [&](const Spending& spending) { return fits(spending, fork); };
        any_spending(state, step, fork, [&](const Spending& spending) {
            if (fits_here(spending)) fitting.push_back(spending);
            // A create that is refused hands nothing on.
            Spending kept = spending;
            kept.forwarded = kept.forwarded_least = 0;
            if (is_create(step.op) && fits_here(kept)) fitting.push_back(kept);
            return false;
        });
        may_be_warm = may_be_warm || !tells_cold_from_warm(state.rules(fork)) ||
                      any_spending(state, step, fork, Access::warm, fits_here);
    });
    if (!fitting.empty()) check_call_gas_cost(state, step, fitting);
    if (is_call(step.op)) learn_access(state, step, fitting, may_be_warm);
}

/// What `gas_of(spending, fork)` says of the likeliest spending that any fork allows: of those that
/// the printed gasCost fits, or else of all, the one that is nearest to `claimed`. Nothing when it
/// says nothing of any.
template <typename GasOf>
std::optional<std::uint64_t> likely_gas(const ReplayState& state, const PendingStep& step,
                                        std::uint64_t claimed, GasOf gas_of) {
    std::optional<std::uint64_t> likely;
    bool fits_cost = false;
    const auto distance = [claimed](std::uint64_t gas) {
        return gas > claimed ? gas - claimed : claimed - gas;
    };
    state.forks.for_each([&](Fork fork) {
        any_spending(state, step, fork, [&](const Spending& spending) {
            const std::optional<std::uint64_t> gas = gas_of(spending, fork);
            if (!gas) return false;
            const bool fits = agrees_on_gas_cost(state, step, spending);
            if (!likely || (fits && !fits_cost) ||
                (fits == fits_cost && distance(*gas) < distance(*likely)))
                likely = gas;
            fits_cost = fits_cost || fits;
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
