// SPDX-License-Identifier: MIT
#include "access_list.hpp"

namespace evmmem::traces {

void AccessList::clear() {
    empty(touched_);
    empty(cold_addresses_);
    journal_.clear();
}

void AccessList::rollback(Mark mark) {
    while (journal_.size() > mark) {
        touched_.erase(journal_.back());
        journal_.pop_back();
    }
}

Access AccessList::touch_address(const Word& address) {
    const Word low = address_of(address);
    if (touched_.size() >= entries_max) {
        if (touched_.contains(low)) return Access::warm;
    } else {
        if (!touched_.insert(low).second) return Access::warm;
        journal_.push_back(low);
    }
    return cold_addresses_.contains(low) ? Access::cold : Access::unknown;
}

void AccessList::prove_cold_address(const Word& address) {
    if (cold_addresses_.size() < entries_max) cold_addresses_.insert(address_of(address));
}

}  // namespace evmmem::traces
