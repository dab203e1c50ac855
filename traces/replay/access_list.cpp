// SPDX-License-Identifier: MIT
#include "access_list.hpp"

namespace evmmem::traces {

std::size_t AccessList::Hash::operator()(const Entry& entry) const {
    return WordHash{entry.storage ^ WordHash{}.seed}(entry.key);
}

void AccessList::clear() {
    touched_.clear();
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

bool AccessList::touch_address(const Word& address) {
    return touch({0, address_of(address)});
}

bool AccessList::touch_slot(std::uint64_t storage, const Word& key) {
    return touch({storage, key});
}

}  // namespace evmmem::traces
