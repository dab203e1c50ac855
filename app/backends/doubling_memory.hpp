// SPDX-License-Identifier: MIT
// The strategy of growing by doubling: each call depth has a buffer of its own, kept from call to
// call, which realloc() doubles from 4 KiB until it is large enough; every new byte is zeroed with
// memset when the memory grows, needed or not. A frame ends by setting its size to 0. This is how
// evmone keeps memory.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include "core/memory_cost.hpp"

namespace evmmem::app {

class DoublingMemory {
public:
    static constexpr std::uint64_t initial_capacity = 4096;
    static constexpr std::size_t frames_max = 1026;

    /// Throws std::bad_alloc when there is no storage.
    DoublingMemory() {
        frames_.reserve(frames_max);
        frames_.emplace_back();
        current_ = &frames_.front();
    }
    DoublingMemory(const DoublingMemory&) = delete;
    DoublingMemory& operator=(const DoublingMemory&) = delete;

    std::uint64_t size() const { return current_->size; }
    std::uint8_t* get_ptr_unsafe(std::uint64_t offset) { return current_->bytes.get() + offset; }

    /// Grows to whole words, zero-filled; never shrinks. False when there is no storage.
    bool resize(std::uint64_t new_size) {
        if (new_size <= current_->size) return true;
        return current_->grow(num_words(new_size) * word_size);
    }

    /// False when there is no storage.
    bool enter_frame() {
        ++depth_;
        if (depth_ == frames_.size() && !add_frame()) {
            --depth_;
            return false;
        }
        current_ = &frames_[depth_];
        return true;
    }

    void leave_frame() {
        current_->size = 0;
        current_ = &frames_[--depth_];
    }

    void reset() {
        while (depth_ > 0)
            leave_frame();
        current_->size = 0;
    }

private:
    struct Free {
        void operator()(std::uint8_t* bytes) const { std::free(bytes); }
    };
    struct Frame {
        Frame() : bytes{static_cast<std::uint8_t*>(std::malloc(initial_capacity))} {
            if (!bytes) throw std::bad_alloc{};
        }

        // Out of line, for the instruction cache's sake.
        [[gnu::noinline]] bool grow(std::uint64_t new_size) {
            if (new_size > capacity) {
                std::uint64_t new_capacity = capacity;
                while (new_capacity < new_size)
                    new_capacity *= 2;
                auto* larger = static_cast<std::uint8_t*>(std::realloc(bytes.get(), new_capacity));
                if (larger == nullptr) return false;
                static_cast<void>(bytes.release());
                bytes.reset(larger);
                capacity = new_capacity;
            }
            std::memset(bytes.get() + size, 0, new_size - size);
            size = new_size;
            return true;
        }

        std::uint64_t size = 0;
        std::uint64_t capacity = initial_capacity;
        std::unique_ptr<std::uint8_t, Free> bytes;
    };

    [[gnu::noinline]] bool add_frame() {
        try {
            frames_.emplace_back();
        } catch (const std::bad_alloc&) {
            return false;
        }
        return true;
    }

    std::vector<Frame> frames_;  // by depth; kept when a frame ends. Its capacity is frames_max
    std::size_t depth_ = 0;
    Frame* current_;
};

}  // namespace evmmem::app
