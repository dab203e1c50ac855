// SPDX-License-Identifier: MIT
// Hashes of ranges of memory that were computed and that no write has touched since, so that a
// trace that hashes one range again and again costs one hash. Only a few, and only of ranges that
// are large: small ones cost less than looking for them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/memory_range.hpp"
#include "traces/hashes.hpp"

namespace evmmem::traces {

class MemoryHashes {
public:
    static constexpr std::uint64_t large_min = 4096;  ///< bytes of a range that is worth keeping
    static constexpr std::size_t kept_max = 16;

    /// A hash, or that it was refused; `frame` is a number that stands for one frame of the replay.
    /// Null when it is not there.
    const std::optional<Bytes32>* find(HashFunction function, std::uint64_t frame,
                                       MemoryRange range) const;
    void keep(HashFunction function, std::uint64_t frame, MemoryRange range,
              const std::optional<Bytes32>& hash);
    /// Bytes of the frame's memory are other ones from now on.
    void forget(std::uint64_t frame, std::uint64_t begin, std::uint64_t end) {
        if (count_ != 0) [[unlikely]]
            forget_touched(frame, begin, end);
    }

private:
    void forget_touched(std::uint64_t frame, std::uint64_t begin, std::uint64_t end);

    struct Kept {
        HashFunction function;
        std::uint64_t frame;
        MemoryRange range;
        std::optional<Bytes32> hash;
    };
    std::array<Kept, kept_max> kept_;  // those below count_
    std::size_t count_ = 0;
    std::size_t next_ = 0;  // that gives way when there is no room
};

}  // namespace evmmem::traces
