// SPDX-License-Identifier: MIT
// What a step does to storage, and what is known of the slot before it does.
#pragma once

#include "replay_state.hpp"

namespace evmmem::traces {

/// SLOAD and SSTORE: what is known of the slot is in state.storage_access from then on, and an SSTORE
/// knows what it may change.
void look_at_storage(ReplayState& state, const CallFrame& frame, PendingStep& step);
/// The same, and touches the slot.
Access touch_storage(ReplayState& state, const CallFrame& frame, PendingStep& step);

/// SSTORE and TSTORE: writes the value.
void write_storage(ReplayState& state, const CallFrame& frame, const PendingStep& step);

/// TLOAD: finds the slot. Null where it cannot be told.
Storage::Slot* find_transient(ReplayState& state, const CallFrame& frame, const PendingStep& step);

/// The values that the slot of an SSTORE may have had, when the transaction began and before it;
/// where one is not known, a value stands for all that nothing is known of. Calls
/// `visit(original, current)` for each pair.
template <typename Visit>
void for_each_slot_value(const SlotState& before, const Word& value, Visit visit);

/// What an SSTORE of `value` may change.
SlotChanges changes_of(const SlotState& before, const Word& value);

// ---- implementation ----------------------------------------------------------------------------

/// A value that none of the others is: it stands for all the rest.
inline Word another_value(const SlotState& before, const Word& value, const Word& other = Word{}) {
    Word word{1};
    while (word == value || word == other || word == before.original.value ||
           word == before.current.value_or(Word{}))
        ++word.limbs[0];
    return word;
}

template <typename Visit>
void for_each_slot_value(const SlotState& before, const Word& value, Visit visit) {
    const auto visit_currents = [&](const Word& original) {
        if (before.is_unchanged) {
            visit(original, original);
        } else if (before.current) {
            visit(original, *before.current);
        } else {
            visit(original, Word{});
            if (!value.is_zero()) visit(original, value);
            if (!original.is_zero() && original != value) visit(original, original);
            visit(original, another_value(before, value, original));
        }
    };
    if (before.original.is_known) {
        visit_currents(before.original.value);
        return;
    }
    const auto visit_original = [&](const Word& original) {
        if (before.original.may_be(original)) visit_currents(original);
    };
    visit_original(Word{});
    if (!value.is_zero()) visit_original(value);
    if (before.current && !before.current->is_zero() && *before.current != value)
        visit_original(*before.current);
    visit_original(another_value(before, value));
}

}  // namespace evmmem::traces
