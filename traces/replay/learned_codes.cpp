// SPDX-License-Identifier: MIT
#include "learned_codes.hpp"

namespace evmmem::traces {

void LearnedCodes::clear() {
    empty(codes_);
    bytes_ = 0;
}

LearnedCodes::Code* LearnedCodes::find(const Word& address) {
    const auto found = codes_.find(address);
    return found == codes_.end() ? nullptr : &found->second;
}

LearnedCodes::Code* LearnedCodes::find_or_add(const Word& address) {
    if (Code* code = find(address)) return code;
    return codes_.size() < codes_max ? &codes_[address] : nullptr;
}

void LearnedCodes::forget(const Word& address) {
    const auto found = codes_.find(address);
    if (found == codes_.end()) return;
    bytes_ -= found->second.bytes.bytes().size();
    codes_.erase(found);
}

void LearnedCodes::learn(Code& code, std::uint64_t offset, std::span<const std::uint8_t> bytes) {
    const std::uint64_t before = code.bytes.bytes().size();
    if (offset > bytes_max || offset + bytes.size() > bytes_max - (bytes_ - before)) return;
    code.bytes.learn(offset, bytes);
    bytes_ += code.bytes.bytes().size() - before;
}

}  // namespace evmmem::traces
