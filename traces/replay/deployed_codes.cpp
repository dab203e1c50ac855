// SPDX-License-Identifier: MIT
#include "deployed_codes.hpp"

namespace evmmem::traces {

void DeployedCodes::clear() {
    empty(codes_);
    journal_.clear();
    bytes_ = 0;
}

void DeployedCodes::rollback(Mark mark) {
    while (journal_.size() > mark) {
        const auto last = codes_.find(journal_.back());
        bytes_ -= last->second.bytes().size();
        codes_.erase(last);
        journal_.pop_back();
    }
}

void DeployedCodes::add(const Word& address, const KnownData& code) {
    if (code.bytes().size() > bytes_max - bytes_ || journal_.size() >= codes_max) return;
    if (!codes_.try_emplace(address, code).second) return;
    bytes_ += code.bytes().size();
    journal_.push_back(address);
}

const KnownData* DeployedCodes::find(const Word& address) const {
    const auto found = codes_.find(address);
    return found == codes_.end() ? nullptr : &found->second;
}

}  // namespace evmmem::traces
