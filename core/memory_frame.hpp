// SPDX-License-Identifier: MIT
// What a memory remembers of a frame while a child of it is open. Sizes are in bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

namespace evmmem {

/// A range of bitmap words in which a frame has reached blocks; empty when first >= end.
struct ReachedWords {
    std::uint32_t first = std::numeric_limits<std::uint32_t>::max();  ///< the first
    std::uint32_t end = 0;                                            ///< one after the last
};

/// Where a frame's bytes lie. The first two members are always set, the others only of a lazy frame: one that has a part
/// whose blocks are zeroed when they are reached. `is_lazy` is false in all entries that are not in
/// use.
struct MemoryFrame {
    /// Frames of one memory at most, the outermost included: the EVM's call depth limit, and one
    /// more.
    static constexpr std::size_t count_max = 1026;

    std::uint8_t* data;        ///< where it begins
    std::uint64_t size;        ///< what MSIZE returns
    bool is_lazy;              ///< whether the following are set
    std::uint64_t lazy;        ///< where its lazy part begins, from `data`
    std::uint8_t* extent_end;  ///< up to here its bytes are ready
    ReachedWords reached;      ///< of the lazy part

    /// Bytes that can be read where they are.
    std::uint64_t ready() const {
        if (!is_lazy) return size;
        const auto extent = static_cast<std::uint64_t>(extent_end - data);
        return extent < size ? extent : size;
    }
};

}  // namespace evmmem
