// SPDX-License-Identifier: MIT
#include "memory_hashes.hpp"

namespace evmmem::traces {

const std::optional<Bytes32>* MemoryHashes::find(HashFunction function, std::uint64_t frame,
                                                 MemoryRange range) const {
    for (std::size_t i = 0; i < count_; ++i) {
        const Kept& each = kept_[i];
        if (each.function == function && each.frame == frame &&
            each.range.offset() == range.offset() && each.range.size() == range.size())
            return &each.hash;
    }
    return nullptr;
}

void MemoryHashes::keep(HashFunction function, std::uint64_t frame, MemoryRange range,
                        const std::optional<Bytes32>& hash) {
    if (range.size() < large_min) return;
    const std::size_t place = count_ < kept_max ? count_++ : next_++ % kept_max;
    kept_[place] = {function, frame, range, hash};
}

void MemoryHashes::forget_touched(std::uint64_t frame, std::uint64_t begin, std::uint64_t end) {
    for (std::size_t i = count_; i-- > 0;) {
        const Kept& each = kept_[i];
        if (each.frame == frame && begin < each.range.end() && each.range.offset() < end)
            kept_[i] = kept_[--count_];
    }
}

}  // namespace evmmem::traces
