// SPDX-License-Identifier: MIT
// The floor, not a memory: one buffer that is large enough and mapped already, frames as offsets
// into it, and neither bounds checks nor zeroing. What it reads where nothing was written is whatever was
// there before, so its results are not compared; it shows what moving the bytes costs and nothing
// else.
#pragma once

#include <cstdint>
#include <vector>

#include "core/memory_cost.hpp"

namespace evmmem::app {

class FlatMemory {
public:
    static constexpr std::size_t frames_max = 1026;

    /// `capacity` bytes for all frames together. Throws std::bad_alloc when there is no storage.
    explicit FlatMemory(std::uint64_t capacity) : buffer_(capacity, 1) {
        frames_.reserve(frames_max);
        bytes_ = buffer_.data();
    }

    std::uint64_t size() const { return size_; }
    std::uint8_t* get_ptr_unsafe(std::uint64_t offset) { return bytes_ + offset; }

    /// False when the buffer is too small.
    bool resize(std::uint64_t new_size) {
        if (new_size <= size_) return true;
        const std::uint64_t rounded = num_words(new_size) * word_size;
        if (rounded > static_cast<std::uint64_t>(buffer_.data() + buffer_.size() - bytes_))
            return false;
        size_ = rounded;
        return true;
    }

    void enter_frame() {
        frames_.push_back(size_);
        bytes_ += size_;
        size_ = 0;
    }

    void leave_frame() {
        size_ = frames_.back();
        bytes_ -= size_;
        frames_.pop_back();
    }

    void reset() {
        frames_.clear();
        bytes_ = buffer_.data();
        size_ = 0;
    }

private:
    std::vector<std::uint8_t> buffer_;
    std::vector<std::uint64_t> frames_;  // sizes of the open frames but the current one
    std::uint8_t* bytes_;                // where the current frame begins
    std::uint64_t size_ = 0;             // of the current frame
};

}  // namespace evmmem::app
