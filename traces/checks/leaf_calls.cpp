// SPDX-License-Identifier: MIT
#include "leaf_calls.hpp"

#include <fmt/format.h>

#include "call_spending.hpp"
#include "core/hex.hpp"
#include "result_checks.hpp"
#include "traces/replay/memory_effects.hpp"
#include "traces/replay/precompiles.hpp"

namespace evmmem::traces {
namespace {

/// Whether the gas between the call and the next line fits a leaf that succeeded, or failed, this
/// way.
bool fits_leaf(const PendingStep& step, const Spending& spending, std::uint64_t gas_after,
               std::optional<bool> has_succeeded, std::optional<std::uint64_t> callee_cost,
               Fork fork) {
    const std::uint64_t before =
        step.gas - spending.overhead - *step.expansion - spending.state_gas;
    // A call that is refused, and a callee without code, give all back, and the stipend with it.
    const std::uint64_t all_back = before + step.stipend();
    const std::uint64_t nothing_back = before - spending.forwarded;
    if (has_succeeded.value_or(true)) {
        if (is_create(step.op)) {
            if (agrees(gas_after, before, fork)) return true;
        } else if (callee_cost) {
            if (*callee_cost <= spending.forwarded + step.stipend() &&
                agrees(gas_after, all_back - *callee_cost, fork))
                return true;
        } else if (nothing_back <= gas_after && gas_after <= all_back) {
            return true;
        }
    }
    if (has_succeeded.value_or(false)) return false;
    // Balance and depth refuse a call; of creates the nonce, too, and an address that is taken.
    const bool may_be_refused =
        is_create(step.op) || step.has_value() || step.depth == frame_depth_max;
    if (may_be_refused && agrees(gas_after, all_back, fork)) return true;
    // A precompile whose cost is known fails for want of it, and never otherwise.
    const bool may_fail =
        !callee_cost || *callee_cost == 0 || *callee_cost > spending.forwarded + step.stipend();
    return may_fail && agrees(gas_after, nothing_back, fork);
}

/// Checks the gas after the call. Returns what there should be when `next_gas` is another.
std::optional<std::uint64_t> check_gas_after_leaf(ReplayState& state, PendingStep& step,
                                                  std::uint64_t next_gas,
                                                  std::optional<bool> has_succeeded,
                                                  Callee callee) {
    if (!can_check_gas(step) || (!is_create(step.op) && !step.has_operand(1))) {
        state.impossible(Check::gas_call);
        return std::nullopt;
    }
    const auto cost = call_cost(callee, step.effect.reads.size());
    const bool is_fine = with_either_gas(step, [&] {
        return check_spending(state, step, [&](const Spending& spending, Fork fork) {
            return fits_leaf(step, spending, next_gas, has_succeeded, cost, fork);
        });
    });
    if (is_fine) {
        state.passed(Check::gas_call);
        return std::nullopt;
    }
    const auto otherwise = likely_gas(state, step, [&](const Spending& spending, Fork) {
        return std::optional{step.gas - spending.overhead - *step.expansion + step.stipend() -
                             (has_succeeded.value_or(true) ? cost.value_or(0) : 0)};
    });
    state.failed(Check::gas_call, step, hex(next_gas), otherwise ? hex(*otherwise) : "another",
                 fmt::format("{}: no callee ran, and no fork leaves {} gas after it",
                             describe(step), next_gas),
                 state.severity_by_fork());
    return otherwise;
}

/// What the call returned: as the client said, or as it can be computed from `input`.
void receive_from_leaf(ReplayState& state, CallFrame& frame, const PendingStep& step,
                       const std::optional<KnownData>& output, std::optional<bool> has_succeeded,
                       Callee callee, const KnownData& input) {
    if (output)
        state.keep(frame.return_data, *output);
    else if (!has_succeeded || !step.has_operand(1))
        frame.return_data.forget();
    else if (!*has_succeeded)
        frame.return_data.assign_empty();
    else
        call_output(callee, input, frame.return_data);
    write_call_output(state, frame, step, frame.return_data);
}

}  // namespace

std::optional<std::uint64_t> settle_leaf_call(ReplayState& state, CallFrame& frame,
                                              PendingStep& step,
                                              const std::optional<KnownData>& output,
                                              const Step& next) {
    const Word* result = next.has_operand(0) ? &next.operand(0) : nullptr;
    const std::optional<bool> has_succeeded =
        result != nullptr ? std::optional{!result->is_zero()} : std::nullopt;
    const bool is_creation = is_create(step.op);
    const Callee callee = is_creation || !step.has_operand(1)
                              ? Callee::account
                              : callee_at(address_of(step.operand(1)));
    KnownData input;
    if (is_creation || !step.has_effect)
        input.forget();
    else
        state.keep(input, frame, step.effect.reads);

    check_out_of_gas(state, step, true);
    strike_older_forks(state, step);
    if (result == nullptr)
        state.impossible(Check::call_result);
    else
        check_call_result_is_flag(state, step, *result);
    const auto gas_otherwise = check_gas_after_leaf(state, step, next.gas, has_succeeded, callee);
    if (is_creation) {
        frame.return_data.assign_empty();
        if (has_succeeded.value_or(false)) state.accessed.touch_address(*result);
    } else {
        receive_from_leaf(state, frame, step, output, has_succeeded, callee, input);
    }
    return gas_otherwise;
}

}  // namespace evmmem::traces
