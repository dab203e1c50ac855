// SPDX-License-Identifier: MIT
// The storages that every test of a memory runs on, as types for TEST_CASE_TEMPLATE, and the few
// values that those tests share.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "core/memory.hpp"

namespace evmmem::tests {

inline constexpr std::uint64_t u64_max = std::numeric_limits<std::uint64_t>::max();

struct RegionStore {
    static Memory make(std::uint64_t limit = u64_max, LimitScope scope = LimitScope::all_frames) {
        return Memory::with_storage(Storage::region, limit, scope);
    }
};
struct DoublingStore {
    static Memory make(std::uint64_t limit = u64_max, LimitScope scope = LimitScope::all_frames) {
        return Memory::with_storage(Storage::doubling, limit, scope);
    }
};

/// `count` bytes, none of them zero and no two neighbours alike.
inline std::vector<std::uint8_t> counting_bytes(std::uint64_t count, std::uint64_t seed = 1) {
    std::vector<std::uint8_t> bytes(count);
    for (std::uint64_t i = 0; i < count; ++i)
        bytes[i] = static_cast<std::uint8_t>(1 + (seed * 7 + i) % 255);
    return bytes;
}

/// 32 counting bytes as a word.
inline Bytes32 counting_word(std::uint64_t seed = 1) {
    Bytes32 word{};
    std::ranges::copy(counting_bytes(word.size(), seed), word.begin());
    return word;
}

inline std::vector<std::uint8_t> bytes_of(std::span<const std::uint8_t> view) {
    return {view.begin(), view.end()};
}

inline std::vector<std::uint8_t> bytes_at(const Memory& memory, std::uint64_t offset,
                                          std::uint64_t len) {
    const auto slice = memory.get_slice(offset, len);
    REQUIRE(slice);
    return bytes_of(*slice);
}

inline bool all_zero(std::span<const std::uint8_t> bytes) {
    return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace evmmem::tests
