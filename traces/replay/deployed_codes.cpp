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
        bytes_ -= last->second.code.bytes().size();
        codes_.erase(last);
        journal_.pop_back();
    }
}

void DeployedCodes::begin(const Word& address) {
    if (journal_.size() >= codes_max) return;
    const auto [entry, is_new] = codes_.try_emplace(address);
    if (!is_new) return;
    entry->second.code.assign_empty();
    entry->second.is_in_init_code = true;
    journal_.push_back(address);
}

void DeployedCodes::add(const Word& address, const KnownData& code) {
    const auto found = codes_.find(address);
    const bool is_new = found == codes_.end();
    if (!is_new && !found->second.is_in_init_code) return;
    const bool is_kept = code.bytes().size() <= bytes_max - bytes_;
    if (is_new && (!is_kept || journal_.size() >= codes_max)) return;
    Deployed& deployed = codes_[address];
    deployed.is_in_init_code = false;
    deployed.hash.reset();
    deployed.code.forget();
    if (is_kept) deployed.code = code;
    bytes_ += deployed.code.bytes().size();
    if (is_new) journal_.push_back(address);
}

const KnownData* DeployedCodes::find(const Word& address) const {
    const auto found = codes_.find(address);
    return found == codes_.end() ? nullptr : &found->second.code;
}

std::optional<Word> DeployedCodes::hash(const Word& address) const {
    const auto found = codes_.find(address);
    return found == codes_.end() ? std::nullopt : found->second.hash;
}

void DeployedCodes::remember_hash(const Word& address, const Word& hash) {
    if (const auto found = codes_.find(address); found != codes_.end()) found->second.hash = hash;
}

}  // namespace evmmem::traces
