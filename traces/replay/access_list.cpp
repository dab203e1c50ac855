// SPDX-License-Identifier: MIT
#include "access_list.hpp"

namespace evmmem::traces {

std::size_t AccessList::Hash::operator()(const Entry& entry) const {
    return by_key(entry.key, entry.storage);
}

void AccessList::clear() {
    empty(touched_);
    empty(cold_addresses_);
    empty(cold_slots_);
    empty(anonymous_keys_);
    journal_.clear();
}

void AccessList::rollback(Mark mark) {
    while (journal_.size() > mark) {
        touched_.erase(journal_.back());
        journal_.pop_back();
    }
}

bool AccessList::touch(const Entry& entry) {
    if (touched_.size() >= entries_max) return touched_.contains(entry);
    if (!touched_.insert(entry).second) return true;
    journal_.push_back(entry);
    return false;
}

Access AccessList::touch_address(const Word& address) {
    const Word low = address_of(address);
    if (touch({0, low})) return Access::warm;
    return cold_addresses_.contains(low) ? Access::cold : Access::unknown;
}

Access AccessList::touch_slot(std::uint64_t storage, const Word& key) {
    if (touch({storage, key})) return Access::warm;
    const bool is_cold = cold_slots_.contains({storage, key}) && !anonymous_keys_.contains(key);
    return is_cold ? Access::cold : Access::unknown;
}

void AccessList::prove_cold_address(const Word& address) {
    if (cold_addresses_.size() < entries_max) cold_addresses_.insert(address_of(address));
}

void AccessList::prove_cold_slot(std::uint64_t storage, const Word& key) {
    if (cold_slots_.size() < entries_max) cold_slots_.insert({storage, key});
}

void AccessList::forget_cold_slots(const Word& key) {
    if (cold_slots_.empty() && anonymous_keys_.size() >= entries_max) return;
    if (anonymous_keys_.size() < entries_max)
        anonymous_keys_.insert(key);
    else
        cold_slots_.clear();
}

}  // namespace evmmem::traces
