// SPDX-License-Identifier: MIT
#include "storage_checks.hpp"

#include <algorithm>
#include <vector>

#include "core/storage_gas.hpp"
#include "traces/replay/state_gas.hpp"
#include "traces/replay/storage_effects.hpp"

namespace evmmem::traces {
namespace {

std::string why(const SlotState& before, const PendingStep& step) {
    const bool is_transient = step.op == Opcode::TLOAD;
    const std::string line = " on line " + std::to_string(before.line);
    if (before.is_written) return (is_transient ? "TSTORE" : "SSTORE") + line + " has written it";
    if (before.line != 0)
        return op_name(step.op) + line + " gave it, and nothing has written since";
    if (is_transient) return "nothing in this transaction has written to the slot";
    return "that is what the slot held when the transaction began, or its account was created";
}

LoadRule judge(const SlotState& before, const PendingStep& step, const Word& claimed) {
    if (before.current) {
        if (*before.current == claimed) return {.is_known = true, .holds = true};
        return {.is_known = true, .expected = before.current, .reason = why(before, step)};
    }
    if (!before.is_unchanged || before.original.may_be(claimed)) return {};
    return {.is_known = true,
            .reason = "another value: by what a store cost, the slot did not hold this one"};
}

}  // namespace

LoadRule judge_load(ReplayState& state, const CallFrame& frame, const PendingStep& step,
                    const Word& claimed) {
    Storage::Slot* slot = nullptr;
    SlotState before;
    if (step.op == Opcode::TLOAD) {
        slot = find_transient(state, frame, step);
        if (slot != nullptr) before = state.storage.state(*slot);
    } else if (state.storage_access.step == step.number) {
        slot = state.storage_access.slot;
        before = state.storage_access.before;
    }
    if (slot == nullptr) return {};
    LoadRule rule = judge(before, step, claimed);
    if (rule.is_known && !rule.holds)
        state.storage.contradict(*slot);  // a later load may show which is right
    else
        state.storage.learn(*slot, claimed, step.line);
    return rule;
}

void narrow_slot(ReplayState& state, const PendingStep& store, const MayHaveHeld& may) {
    StorageAccess& access = state.storage_access;
    if (access.step != store.number || access.slot == nullptr || !store.has_operand(1)) return;
    PartlyKnown& original = access.before.original;
    if (original.is_known) return;
    const Word& value = store.operand(1);
    const Word other = another_value(access.before, value);
    std::vector<Word> left;
    for_each_slot_value(access.before, value, [&](const Word& was, const Word& current) {
        bool may_be = false;
        state.forks.for_each([&](Fork fork) { may_be = may_be || may(was, current, fork); });
        if (may_be && std::ranges::find(left, was) == left.end()) left.push_back(was);
    });
    const auto is_left = [&](const Word& word) {
        return std::ranges::find(left, word) != left.end();
    };
    if (left.empty()) {
        original = {};
    } else if (left.size() == 1 && left.front() != other) {
        original = PartlyKnown::of(left.front());
    } else {
        original.is_not_zero = original.is_not_zero || !is_left(Word{});
        if (!value.is_zero() && !is_left(value)) {
            original.is_not_value = true;
            original.value = value;
        }
    }
    state.storage.learn_original(*access.slot, original);
}

void learn_from_price(ReplayState& state, const PendingStep& step, std::uint64_t gas_after) {
    if (step.op != Opcode::SSTORE || state.dialect.mixes_up_forks || step.gas < gas_after) return;
    const std::uint64_t paid = step.gas - gas_after;
    const Word value = step.has_operand(1) ? step.operand(1) : Word{};
    narrow_slot(state, step, [&](const Word& original, const Word& current, Fork fork) {
        const SlotChange change = slot_change(original, current, value);
        for (const bool is_cold : {false, true}) {
            if (step.access == (is_cold ? Access::warm : Access::cold)) continue;
            const auto rest = static_cast<std::int64_t>(paid - store_cost(change, fork, is_cold));
            if (rest == 0 ||
                (fork == Fork::amsterdam && is_state_gas_of(step.op, rest, state.has_reservoir)))
                return true;
        }
        return false;
    });
}

}  // namespace evmmem::traces
