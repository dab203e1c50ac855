// SPDX-License-Identifier: MIT
// What the sources of Memory share and no caller sees: sizes rounded, places in the storage, and
// the short ways that growing and writing to a lazy frame mostly go.
#pragma once

#include <algorithm>

#include "memory.hpp"
#include "memory_heap.hpp"
#include "memory_region.hpp"

namespace evmmem {

inline constexpr std::uint64_t block_size = MemoryRegion::block_size;

/// A growth by more bytes than these is lazy.
inline constexpr std::uint64_t eager_step_max = 4096;
/// What a write to a lazy frame that goes the long way, and one that has to reach a block for it,
/// are counted for, in bytes zeroed: about three times what they take, so that a memory that is
/// used all over is late by a third of the zeroing that others begin with. Once the count, and what
/// was written, make up the frame's size, the rest of it is zeroed at once. A word on each page
/// must not get there.
inline constexpr std::uint64_t detour_bytes = 992;
inline constexpr std::uint64_t reach_bytes = 1024;
/// The largest size that whole words can have.
inline constexpr std::uint64_t size_max =
    std::numeric_limits<std::uint64_t>::max() - (word_size - 1);

/// To whole words; 0 for what is more than size_max.
constexpr std::uint64_t round_up(std::uint64_t bytes) {
    return (bytes + (word_size - 1)) & ~(word_size - 1);
}

constexpr std::uint64_t block_ceil(std::uint64_t bytes) {
    return (bytes + block_size - 1) / block_size;
}

/// An address in the storage, as an offset from its start.
inline std::uint64_t Memory::offset_of(const std::uint8_t* bytes) const {
    return static_cast<std::uint64_t>(bytes -
                                      (region_ != nullptr ? region_->bytes() : heap_->bytes()));
}

inline void Memory::set_size(std::uint64_t size) {
    const auto extent = static_cast<std::uint64_t>(extent_end_ - data_);
    size_ = size;
    set_ready(std::min(size, extent));
}

/// The current frame is not lazy any more.
inline void Memory::set_solid() {
    lazy_ = not_lazy;
    enter_end_ = frames_ + (frames_max - 1);
}

/// Whether the byte lies in this memory, in one of its open frames.
inline bool Memory::is_own(const std::uint8_t* byte) const {
    const std::uint8_t* const first = region_ != nullptr ? region_->bytes()
                                      : heap_ != nullptr ? heap_->bytes()
                                                         : data_;
    const auto address = [](const std::uint8_t* at) {
        return reinterpret_cast<std::uintptr_t>(at);
    };
    return address(byte) - address(first) < address(data_) + size_ - address(first);
}

/// Whether the limit forbids the current frame to have `rounded` bytes, more than it has.
inline bool Memory::exceeds_limit(std::uint64_t rounded) const {
    return rounded > limit_ || (shares_limit() && exceeds_shared_limit(rounded));
}

/// Grows to `rounded` bytes, more than size() unless rounding up wrapped to 0, when that changes
/// nothing but the size. Where it wrapped, the first comparison fails: 0 - size_ - 1 is large.
inline bool Memory::grow_at_once(std::uint64_t rounded) {
    if (rounded - size_ - 1 >= eager_step_max ||
        rounded > static_cast<std::uint64_t>(extent_end_ - data_) || rounded > quick_limit_)
        return false;
    size_ = ready_ = rounded;
    word_limit_ = rounded - (word_size - 1);
    return true;
}

/// Whether the bytes, not all of which are ready, are in blocks that the current frame has reached,
/// as most are in memory that is used at random.
inline bool Memory::is_reached(std::uint64_t offset, std::uint64_t len) const {
    if (lazy_ == not_lazy || offset > size_ || len > size_ - offset) return false;
    const std::uint64_t begin = offset_of(data_ + offset);
    const std::uint64_t first = begin / block_size;
    const std::uint64_t end = (begin + len - 1) / block_size + 1;
    return region_->is_reached(first) &&
           (first + 1 == end || region_->first_unreached(first + 1, end) == end);
}

/// A write of `len` bytes to what was a lazy frame went the long way.
inline void Memory::count_detour(std::uint64_t len) {
    if (lazy_ == not_lazy) return;
    region_->detours += detour_bytes + len;
    if (region_->detours > size_) [[unlikely]] {
        region_->expect_whole(size_);
        make_ready(ready_, size_, false);
    }
}

}  // namespace evmmem
