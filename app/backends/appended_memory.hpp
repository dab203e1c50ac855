// SPDX-License-Identifier: MIT
// The strategy of appending: each frame has a slice of its own, taken from a pool when the call
// begins and given back when it ends; growing appends zeros to it, reallocating by a quarter once
// it is large, and a slice above 16 KiB is not kept. This is how geth keeps memory, less its
// garbage collector.
#pragma once

#include <cstdint>
#include <new>
#include <utility>
#include <vector>

#include "core/memory_cost.hpp"

namespace evmmem::app {

class AppendedMemory {
public:
    static constexpr std::size_t kept_capacity_max = std::size_t{16} * 1024;

    /// Throws std::bad_alloc when there is no storage.
    AppendedMemory() : frames_(1) {}

    std::uint64_t size() const { return frames_.back().size(); }
    std::uint8_t* get_ptr_unsafe(std::uint64_t offset) { return frames_.back().data() + offset; }

    /// Grows to whole words, zero-filled; never shrinks. False when there is no storage.
    bool resize(std::uint64_t new_size) {
        if (new_size <= size()) return true;
        return append(num_words(new_size) * word_size - size());
    }

    /// False when there is no storage.
    bool enter_frame() {
        try {
            if (pool_.empty()) {
                frames_.emplace_back();
            } else {
                frames_.push_back(std::move(pool_.back()));
                pool_.pop_back();
            }
        } catch (const std::bad_alloc&) {
            return false;
        }
        return true;
    }

    void leave_frame() {
        give_back(std::move(frames_.back()));
        frames_.pop_back();
    }

    void reset() {
        while (frames_.size() > 1)
            leave_frame();
        give_back(std::exchange(frames_.back(), {}));
        static_cast<void>(take_back());
    }

private:
    using Slice = std::vector<std::uint8_t>;

    [[gnu::noinline]] bool append(std::size_t count) {
        Slice& slice = frames_.back();
        const std::size_t needed = slice.size() + count;
        try {
            if (needed > slice.capacity()) slice.reserve(grown_capacity(slice.capacity(), needed));
            slice.insert(slice.end(), count, 0);
        } catch (const std::bad_alloc&) {
            return false;
        }
        return true;
    }

    /// Go's append: double while small, then by a quarter.
    static std::size_t grown_capacity(std::size_t capacity, std::size_t needed) {
        constexpr std::size_t small_max = 256;
        if (needed > 2 * capacity) return needed;
        if (capacity < small_max) return 2 * capacity;
        while (capacity < needed)
            capacity += (capacity + 3 * small_max) / 4;
        return capacity;
    }

    void give_back(Slice&& slice) {
        if (slice.capacity() > kept_capacity_max) return;
        slice.clear();
        try {
            pool_.push_back(std::move(slice));
        } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch)
            // The slice is freed instead of kept.
        }
    }

    /// The outermost frame is always open: it takes a slice of the pool at once.
    bool take_back() {
        if (pool_.empty()) return false;
        frames_.back() = std::move(pool_.back());
        pool_.pop_back();
        return true;
    }

    std::vector<Slice> frames_;  // open, outermost first
    std::vector<Slice> pool_;    // empty, with capacity
};

}  // namespace evmmem::app
