// SPDX-License-Identifier: MIT
#include "memory_heap.hpp"

#include <algorithm>
#include <limits>
#include <new>

namespace evmmem {

MemoryHeap* MemoryHeap::create(std::uint64_t capacity) {
    std::unique_ptr<MemoryHeap> heap{new (std::nothrow) MemoryHeap};
    if (!heap) return nullptr;
    heap->frames_.reset(
        static_cast<MemoryFrame*>(std::calloc(MemoryFrame::count_max, sizeof(MemoryFrame))));
    if (!heap->frames_ || !heap->reserve(std::max(capacity, initial_capacity))) return nullptr;
    return heap.release();
}

void MemoryHeap::destroy(MemoryHeap* heap) {
    delete heap;
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
