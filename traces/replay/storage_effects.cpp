// SPDX-License-Identifier: MIT
#include "storage_effects.hpp"

namespace evmmem::traces {

SlotChanges changes_of(const SlotState& before, const Word& value) {
    SlotChanges changes;
    for_each_slot_value(before, value, [&](const Word& original, const Word& current) {
        changes.add(slot_change(original, current, value));
    });
    return changes;
}

void look_at_storage(ReplayState& state, const CallFrame& frame, PendingStep& step) {
    StorageAccess& access = state.storage_access;
    access = {};
    access.step = step.number;
    step.changes = SlotChanges::all();
    if (!step.has_operand(0)) return;
    access.slot =
        state.storage.find(frame.storage_owner(), step.operand(0), Storage::Kind::lasting);
    if (access.slot == nullptr) return;
    access.before = state.storage.state(*access.slot);
    if (step.op == Opcode::SSTORE && step.has_operand(1))
        step.changes = changes_of(access.before, step.operand(1));
}

Access touch_storage(ReplayState& state, const CallFrame& frame, PendingStep& step) {
    look_at_storage(state, frame, step);
    StorageAccess& access = state.storage_access;
    if (access.slot == nullptr) {
        state.storage.touch_any();
        return Access::unknown;
    }
    access.is_first = state.storage.is_untouched(*access.slot);
    return state.storage.touch(*access.slot);
}

void write_storage(ReplayState& state, const CallFrame& frame, const PendingStep& step) {
    if (step.failed) return;
    if (!step.has_operand(0)) {
        state.storage.forget();  // it may be any slot
        return;
    }
    Storage::Slot* const slot =
        step.op == Opcode::SSTORE
            ? state.storage_access.slot
            : state.storage.find(frame.storage_owner(), step.operand(0), Storage::Kind::transient);
    if (slot == nullptr) return;
    const bool is_known = step.has_operand(1) && !step.must_fail;
    const auto value = is_known ? std::optional{step.operand(1)} : std::nullopt;
    state.storage.write(*slot, value, step.line);
}

Storage::Slot* find_transient(ReplayState& state, const CallFrame& frame, const PendingStep& step) {
    if (!step.has_operand(0)) return nullptr;
    return state.storage.find(frame.storage_owner(), step.operand(0), Storage::Kind::transient);
}

}  // namespace evmmem::traces
