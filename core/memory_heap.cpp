// SPDX-License-Identifier: MIT
#include "memory_heap.hpp"

#include <algorithm>
#include <limits>
#include <new>
#include <type_traits>

namespace evmmem {
namespace {

/// Room for frames of a new heap: deep calls are rare.
constexpr std::size_t frames_min = 8;

}  // namespace

MemoryHeap* MemoryHeap::create(std::uint64_t capacity) {
    std::unique_ptr<MemoryHeap> heap{new (std::nothrow) MemoryHeap};
    if (!heap) return nullptr;
    if (!heap->reserve_frames() || !heap->reserve(std::max(capacity, initial_capacity)))
        return nullptr;
    return heap.release();
}

void MemoryHeap::destroy(MemoryHeap* heap) {
    delete heap;
}

bool MemoryHeap::reserve_frames() {
    static_assert(std::is_trivially_copyable_v<MemoryFrame>, "realloc() moves frames");
    const std::size_t room = std::clamp(2 * frame_room_, frames_min, MemoryFrame::count_max);
    auto* larger = static_cast<MemoryFrame*>(
        std::realloc(static_cast<void*>(frames_.get()), room * sizeof(MemoryFrame)));
    if (larger == nullptr) return false;
    static_cast<void>(frames_.release());  // realloc() has freed it
    frames_.reset(larger);
    std::fill(larger + frame_room_, larger + room, MemoryFrame{});
    frame_room_ = room;
    return true;
}

bool MemoryHeap::reserve(std::uint64_t needed) {
    if (needed <= capacity_) return true;
    if (needed > std::numeric_limits<std::size_t>::max() / 4) return false;
    std::uint64_t target = std::max(capacity_, initial_capacity);
    while (target < needed)
        target *= 2;
    auto* larger = static_cast<std::uint8_t*>(std::realloc(bytes_.get(), target));
    if (larger == nullptr) {
        // No room to double, perhaps there is for what is needed.
        target = needed;
        larger = static_cast<std::uint8_t*>(std::realloc(bytes_.get(), target));
        if (larger == nullptr) return false;
    }
    static_cast<void>(bytes_.release());  // realloc() has freed it
    bytes_.reset(larger);
    capacity_ = target;
    return true;
}

}  // namespace evmmem
