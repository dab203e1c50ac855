// SPDX-License-Identifier: MIT
// The strategy of one shared vector: the frames of all call depths lie in one std::vector, a child
// begins at a checkpoint where its parent ends, growing is vector::resize, which zeroes every new
// byte, and a frame ends by truncating the vector. This is how revm keeps memory.
#pragma once

#include <cstdint>
#include <new>
#include <vector>

#include "core/memory_cost.hpp"

namespace evmmem::app {

class CheckpointedMemory {
public:
    static constexpr std::uint64_t initial_capacity = 4096;
    static constexpr std::size_t frames_max = 1026;

    /// Throws std::bad_alloc when there is no storage.
    CheckpointedMemory() {
        buffer_.reserve(initial_capacity);
        checkpoints_.reserve(frames_max);
    }

    std::uint64_t size() const { return buffer_.size() - checkpoint_; }
    std::uint8_t* get_ptr_unsafe(std::uint64_t offset) {
        return buffer_.data() + checkpoint_ + offset;
    }

    /// Grows to whole words, zero-filled; never shrinks. False when there is no storage.
    bool resize(std::uint64_t new_size) {
        if (new_size <= size()) return true;
        return grow(num_words(new_size) * word_size);
    }

    void enter_frame() {
        checkpoints_.push_back(checkpoint_);
        checkpoint_ = buffer_.size();
    }

    void leave_frame() {
        buffer_.resize(checkpoint_);
        checkpoint_ = checkpoints_.back();
        checkpoints_.pop_back();
    }

    void reset() {
        buffer_.clear();
        checkpoints_.clear();
        checkpoint_ = 0;
    }

private:
    [[gnu::noinline]] bool grow(std::uint64_t new_size) {
        try {
            buffer_.resize(checkpoint_ + new_size);
        } catch (const std::bad_alloc&) {
            return false;
        }
        return true;
    }

    std::vector<std::uint8_t> buffer_;      // all frames, outermost first
    std::vector<std::size_t> checkpoints_;  // where each frame's parent begins
    std::size_t checkpoint_ = 0;            // where the current frame begins
};

}  // namespace evmmem::app
