// SPDX-License-Identifier: MIT
#include "storage.hpp"

#include <algorithm>

namespace evmmem::traces {
namespace {

/// Marks the numbers of accounts, and the keys, of transient storage.
constexpr std::uint64_t transient_bit = std::uint64_t{1} << 63;
/// More accounts without a known address are not told apart; only gaps leave several.
constexpr std::size_t nameless_max = 8;

}  // namespace

void Storage::clear() {
    empty(slots_);
    empty(uses_);
    journal_.clear();
    nameless_.clear();
    nameless_seen_ = 0;
    section_ = 0;
    moment_ = 1;
    known_since_ = 0;
    is_full_ = false;
    is_any_touched_ = false;
}

void Storage::forget() {
    known_since_ = ++moment_;
}

bool Storage::is_nameless(std::uint64_t owner) const {
    return std::ranges::find(nameless_, owner & ~transient_bit) != nameless_.end();
}

Storage::Mark Storage::mark() {
    section_ = journal_.size();
    return section_;
}

void Storage::rollback(Mark mark) {
    while (journal_.size() > mark) {
        const Change& change = journal_.back();
        Slot& slot = *change.slot;
        if (slot.use != nullptr) {
            slot.use->by_nameless = change.by_nameless;
            slot.use->by_named = change.by_named;
        }
        slot.value = change.value;
        slot.moment = change.moment;
        slot.line = change.line;
        slot.changed_at = change.changed_at;
        slot.known = change.known;
        slot.is_written = change.is_written;
        slot.touched_at = change.touched_at;
        journal_.pop_back();
    }
    section_ = std::min(section_, journal_.size());
}

void Storage::doubt(Mark mark) {
    ++moment_;
    for (std::size_t i = mark; i < journal_.size(); ++i) {
        Slot& slot = *journal_[i].slot;
        slot.known = Known::nothing;
        if (journal_[i].touched_at != 0) continue;
        slot.touched_at = slot.cold_at = 0;
        slot.is_touch_in_doubt = true;
    }
}

Storage::Slot* Storage::find(const StorageOwner& owner, const Word& key, Kind kind) {
    if (is_full_ || owner.id == 0) return nullptr;
    const std::uint64_t bit = kind == Kind::transient ? transient_bit : 0;
    const auto [found, is_first] = slots_.try_emplace({owner.id | bit, key});
    Slot& slot = found->second;
    if (!is_first) return &slot;
    if (slots_.size() > slots_max) {
        is_full_ = true;
        return nullptr;
    }
    slot.owner = owner.id | bit;
    if (owner.is_created || kind == Kind::transient) slot.original = PartlyKnown::of(Word{});
    if (owner.is_created) return &slot;
    if (!owner.is_named && !is_nameless(owner.id)) {
        if (nameless_.size() == nameless_max) {
            is_full_ = true;
            return nullptr;
        }
        nameless_.push_back(owner.id);
        ++nameless_seen_;
    }
    slot.use = &uses_[{bit, key}];
    slot.use->is_shared = slot.use->first_owner != 0;
    if (!slot.use->is_shared) slot.use->first_owner = slot.owner;
    if (!owner.is_named) slot.use->has_nameless_owner = true;
    return &slot;
}

/// Keeps what the slot is, so that it can be taken back; false where that is too much.
bool Storage::keep(Slot& slot) {
    if (slot.changed_at > section_) return true;
    if (journal_.size() == changes_max) {
        is_full_ = true;
        return false;
    }
    journal_.push_back({&slot, slot.use != nullptr ? slot.use->by_nameless : Write{},
                        slot.use != nullptr ? slot.use->by_named : Write{}, slot.value, slot.moment,
                        slot.line, slot.changed_at, slot.known, slot.touched_at, slot.is_written});
    slot.changed_at = journal_.size();
    return true;
}

/// Whether it may be the same slot as one of another account here, whose address is not known.
bool Storage::may_be_anothers(const Slot& slot) const {
    return slot.use != nullptr && slot.use->is_shared &&
           (is_nameless(slot.owner) || slot.use->has_nameless_owner);
}

bool Storage::is_untouched(const Slot& slot) const {
    const bool is_all_known = known_since_ == 0 && !is_full_ && !is_any_touched_;
    return is_all_known && slot.touched_at == 0 && !slot.is_touch_in_doubt &&
           !may_be_anothers(slot);
}

Access Storage::touch(Slot& slot) {
    if (is_touched(slot)) return Access::warm;
    if (!keep(slot)) return Access::unknown;
    slot.touched_at = moment_;
    if (slot.cold_at == 0 || slot.cold_at < known_since_) return Access::unknown;
    return may_be_anothers(slot) ? Access::unknown : Access::cold;
}

/// Whether the slot is still what it was last known to be.
bool Storage::is_valid(const Slot& slot) const {
    if (slot.moment < known_since_) return false;
    if (slot.use == nullptr) return true;
    const auto has_interfered = [&](const Write& write) {
        return write.moment > slot.moment && write.owner != slot.owner;
    };
    const Write& by_nameless = slot.use->by_nameless;
    const bool is_nameless_one = is_nameless(by_nameless.owner) || nameless_seen_ > 1;
    if (is_nameless_one && has_interfered(by_nameless)) return false;
    return !is_nameless(slot.owner) || !has_interfered(slot.use->by_named);
}

SlotState Storage::state(const Slot& slot) const {
    SlotState state{.original = slot.original};
    if (slot.known == Known::nothing || !is_valid(slot)) return state;
    state.is_unchanged = slot.known == Known::unchanged;
    if (slot.known == Known::value)
        state.current = slot.value;
    else if (slot.original.is_known)
        state.current = slot.original.value;
    state.line = slot.line;
    state.is_written = slot.is_written;
    return state;
}

void Storage::learn(Slot& slot, const Word& value, std::uint64_t line) {
    const bool is_sure = is_valid(slot);
    if (is_sure && slot.known == Known::value) return;
    if (is_sure && slot.known == Known::unchanged) {
        slot.original = PartlyKnown::of(value);
        slot.line = line;
        return;
    }
    if (!keep(slot)) return;
    slot.known = Known::value;
    slot.value = value;
    slot.moment = ++moment_;
    slot.line = line;
    slot.is_written = false;
}

void Storage::contradict(Slot& slot) {
    slot.original = {};
    if (keep(slot)) slot.known = Known::nothing;
}

void Storage::write(Slot& slot, const std::optional<Word>& value, std::uint64_t line) {
    if (!keep(slot)) return;
    slot.known = value ? Known::value : Known::nothing;
    slot.value = value.value_or(Word{});
    slot.moment = ++moment_;
    slot.line = line;
    slot.is_written = true;
    if (slot.use == nullptr) return;
    Write& write = is_nameless(slot.owner) ? slot.use->by_nameless : slot.use->by_named;
    write = {slot.moment, slot.owner};
}

void Storage::name(std::uint64_t id) {
    std::erase(nameless_, id);
}

}  // namespace evmmem::traces
