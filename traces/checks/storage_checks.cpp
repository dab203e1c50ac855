// SPDX-License-Identifier: MIT
#include "storage_checks.hpp"

#include <algorithm>
#include <vector>

#include "core/hex.hpp"
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

/// The value of a slot in the JSON text of an object, keys and values in hex.
std::optional<Word> slot_in(std::string_view object, const Word& slot) {
    const auto take_text = [&object]() -> std::optional<std::string_view> {
        const std::size_t begin = object.find('"');
        const std::size_t end = object.find('"', begin + 1);
        if (begin == std::string_view::npos || end == std::string_view::npos) return std::nullopt;
        std::string_view text = object.substr(begin + 1, end - begin - 1);
        if (text.starts_with("0x")) text.remove_prefix(2);
        object.remove_prefix(end + 1);
        return text;
    };
    while (const auto key = take_text()) {
        const auto value = take_text();
        if (!value) break;
        if (decode_hex_word(*key) == slot) return decode_hex_word(*value);
    }
    return std::nullopt;
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
    const auto& line_shows = state.storage_access.shown;
    if (step.op == Opcode::SLOAD && line_shows && *line_shows != claimed)
        return {.is_known = true,
                .expected = line_shows,
                .reason = "its line shows the slot so, in its storage field"};
    LoadRule rule = judge(before, step, claimed);
    if (rule.is_known && !rule.holds)
        state.storage.contradict(*slot);  // a later load may show which is right
    else
        state.storage.learn(*slot, claimed, step.line);
    return rule;
}

void check_shown_storage(ReplayState& state, const Step& line, PendingStep& own) {
    const bool is_store = own.op == Opcode::SSTORE;
    if (!is_store && own.op != Opcode::SLOAD) {
        state.shows_storage_always = true;  // those of the stores before, whatever became of them
        return;
    }
    if (!own.has_operand(0) || (!is_store && state.shows_storage_always)) return;
    // A store that fails stores nothing; anvil shows the slot as an SLOAD before has left it.
    if (is_store && (own.failed || own.must_fail)) return;
    const auto shows = slot_in(line.storage_text, own.operand(0));
    if (!shows || (is_store && !own.has_operand(1))) return;
    StorageAccess& access = state.storage_access;
    const bool is_kept = access.step == own.number && access.slot != nullptr;
    const std::optional<Word> right = is_store  ? std::optional{own.operand(1)}
                                      : is_kept ? access.before.current
                                                : std::nullopt;
    if (!right) {
        if (is_kept) access.shown = shows;
        return;
    }
    if (*right == *shows) {
        if (is_store) state.passed(Check::storage_value);
        return;
    }
    const auto [claimed, computed] = traces::shown(*shows, *right);
    state.failed(Check::storage_value, own, claimed, computed,
                 op_name(own.op) + "'s own line shows " + claimed + " in the slot, where " +
                     (is_store ? "it stores " : "the slot holds ") + computed);
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
        const bool may_be = state.forks.any_of([&](Fork fork) { return may(was, current, fork); });
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
            const auto rest =
                static_cast<std::int64_t>(paid - store_cost(change, state.rules(fork), is_cold));
            if (rest == 0 || (has_state_gas(state.rules(fork)) &&
                              is_state_gas_of(step.op, rest, state.has_reservoir,
                                              state.options.rules.state_gas())))
                return true;
        }
        return false;
    });
}

}  // namespace evmmem::traces
