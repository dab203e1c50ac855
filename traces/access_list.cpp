// SPDX-License-Identifier: MIT
#include "access_list.hpp"

namespace evmmem::traces {

std::size_t AccessList::Hash::operator()(const Entry& entry) const {
    // Multiply and fold (as wyhash does); a trace that makes these collide only slows its own
    // replay.
    __extension__ using Wide = unsigned __int128;
    std::uint64_t hash = entry.storage ^ 0x9e3779b97f4a7c15;
    for (const std::uint64_t limb : entry.key.limbs) {
        const Wide product = Wide{hash ^ limb} * 0xa0761d6478bd642fULL;
        hash =
            static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64) ^ limb;
    }
    return hash;
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
