// SPDX-License-Identifier: MIT
// The plain storage under a memory: one buffer for all frames, outermost first, that realloc()
// doubles from 4 KiB. Every new byte is zeroed when the memory grows. What the region falls back
// to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "memory_frame.hpp"

namespace evmmem {

class MemoryHeap {
public:
    /// Size of the buffer when it is first needed, in bytes: the page size of most systems.
    static constexpr std::uint64_t initial_capacity = 4096;

    /// A heap whose buffer holds `capacity` bytes; null when the system refuses.
    static MemoryHeap* create(std::uint64_t capacity);
    static void destroy(MemoryHeap* heap);

    std::uint8_t* bytes() const { return bytes_.get(); }
    std::uint64_t capacity() const { return capacity_; }
    /// Makes the capacity `needed` bytes at least, by doubling; bytes() may move. The new bytes are
    /// not zeroed. False, and nothing has changed, when the system refuses.
    bool reserve(std::uint64_t needed);

    /// Room for the frames around the current one. A memory that no frame is entered in must stay
    /// small: there may be very many.
    MemoryFrame* frames() const { return frames_.get(); }
    std::size_t frame_room() const { return frame_room_; }
    /// Makes room for twice as many frames, MemoryFrame::count_max at most; frames() may move.
    /// False, and nothing has changed, when the system refuses.
    bool reserve_frames();

private:
    struct Free {
        void operator()(void* block) const { std::free(block); }
    };

    std::unique_ptr<std::uint8_t, Free> bytes_;
    std::unique_ptr<MemoryFrame[], Free> frames_;
    std::uint64_t capacity_ = 0;
    std::size_t frame_room_ = 0;
};

}  // namespace evmmem
