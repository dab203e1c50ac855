// SPDX-License-Identifier: MIT
// What a memory remembers of a frame while a child of it is open. Offsets and sizes are in bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

namespace evmmem {

/// A range of bitmap words in which a frame has reached blocks; empty when first >= end.
struct ReachedWords {
    std::uint32_t first = std::numeric_limits<std::uint32_t>::max();
    std::uint32_t end = 0;
};

struct MemoryFrame {
    /// No part of the frame is zeroed lazily.
    static constexpr std::uint64_t not_lazy = std::numeric_limits<std::uint64_t>::max();
    /// Frames of one memory at most, the outermost included: the EVM's call depth limit, and one
    /// more.
    static constexpr std::size_t count_max = 1026;

    std::uint64_t base;  ///< where it begins, from the start of the storage
    std::uint64_t size;  ///< what MSIZE returns
    std::uint64_t
        extent;  ///< bytes from `base` on that are zero or written; more than `size`, perhaps
    std::uint64_t lazy;    ///< from here on blocks are zeroed when they are reached; or not_lazy
    ReachedWords reached;  ///< of the lazy part
};

}  // namespace evmmem
