// SPDX-License-Identifier: MIT
// A 256-bit stack value, as the EVM's instructions take it: compares, converts from and to
// big-endian bytes, and narrows to 64 bits if it fits. word_arithmetic.hpp computes with
// it.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

/// The memory of the EVM, and what its instructions do to it.
namespace evmmem {

static_assert(std::endian::native == std::endian::little && sizeof(std::size_t) == 8,
              "evmmem is for 64-bit little-endian machines: sizes of memory are 64 bits wide, and "
              "words are swapped");

/// 32 bytes in memory order: the most significant byte of a word first.
using Bytes32 = std::array<std::uint8_t, 32>;

/// Size of a word in bytes; memory grows in units of it.
inline constexpr std::uint64_t word_size = 32;

/// A 256-bit unsigned value. `limbs[0]` is the least significant 64 bits, as in intx and ruint.
struct Word {
    std::array<std::uint64_t, 4> limbs{};  ///< the least significant first

    /// Zero.
    constexpr Word() = default;
    /// Every 64-bit number is a word.
    constexpr Word(std::uint64_t value) : limbs{value, 0, 0, 0} {}  // NOLINT: every u64 is a Word
    /// By its limbs, the most significant first.
    constexpr Word(std::uint64_t l3, std::uint64_t l2, std::uint64_t l1, std::uint64_t l0)
        : limbs{l0, l1, l2, l3} {}

    /// 2^256 - 1.
    static constexpr Word max() { return {~0ULL, ~0ULL, ~0ULL, ~0ULL}; }

    /// The number that 32 bytes of memory are.
    static constexpr Word from_big_endian(const Bytes32& bytes) {
        Word word;
        for (std::size_t i = 0; i < 4; ++i) {
            std::uint64_t limb = 0;
            for (std::size_t j = 0; j < 8; ++j)
                limb = limb << 8 | bytes[(3 - i) * 8 + j];
            word.limbs[i] = limb;
        }
        return word;
    }

    /// As it lies in memory.
    constexpr Bytes32 to_big_endian() const {
        Bytes32 bytes{};
        for (std::size_t i = 0; i < 32; ++i)
            bytes[31 - i] = static_cast<std::uint8_t>(limbs[i / 8] >> (i % 8 * 8));
        return bytes;
    }

    /// Whether it is below 2^64.
    constexpr bool fits_u64() const { return (limbs[1] | limbs[2] | limbs[3]) == 0; }
    /// Whether it is 0.
    constexpr bool is_zero() const { return (limbs[0] | limbs[1] | limbs[2] | limbs[3]) == 0; }

    /// The value, or nothing when it needs more than 64 bits.
    constexpr std::optional<std::uint64_t> to_u64() const {
        if (!fits_u64()) return std::nullopt;
        return limbs[0];
    }

    /// The value, or `limit` when it is larger: for operands that are clamped, not refused.
    constexpr std::uint64_t clamped_to(std::uint64_t limit) const {
        return fits_u64() && limbs[0] < limit ? limbs[0] : limit;
    }

    constexpr bool operator==(const Word&) const = default;
    constexpr std::strong_ordering operator<=>(const Word& other) const {
        for (std::size_t i = 4; i-- > 0;)
            if (limbs[i] != other.limbs[i]) return limbs[i] <=> other.limbs[i];
        return std::strong_ordering::equal;
    }
};

namespace word_detail {

/// Keeps the compiler from making one vector of a word's four limbs: a vector load of limbs that
/// were just stored one by one, as any arithmetic leaves them, waits for all four stores and costs
/// 7 ns. So words are swapped limb by limb, which is 1.4 times as fast in ordinary contracts.
inline std::uint64_t one_limb(std::uint64_t limb) {
#if defined(__GNUC__)
    asm("" : "+r"(limb));
#endif
    return limb;
}

}  // namespace word_detail

/// Stores 32 bytes anywhere, also where they overlap `value`.
inline void store_bytes(std::uint8_t* target, const Bytes32& value) {
    __extension__ using Half =
        unsigned __int128;  // two of them stay in registers, an array would not
    Half first;
    Half second;
    std::memcpy(&first, value.data(), sizeof first);
    std::memcpy(&second, value.data() + sizeof first, sizeof second);
    std::memcpy(target, &first, sizeof first);
    std::memcpy(target + sizeof first, &second, sizeof second);
}

/// Stores a word's 32 bytes, most significant first, anywhere.
inline void store_word(std::uint8_t* target, const Word& word) {
    for (std::size_t i = 0; i < 4; ++i) {
        const std::uint64_t limb = std::byteswap(word_detail::one_limb(word.limbs[3 - i]));
        std::memcpy(target + 8 * i, &limb, sizeof limb);
    }
}

/// Loads a word from 32 bytes, most significant first, anywhere; straight into where it is wanted,
/// since a copy of a Word just loaded would be made as a vector and wait for its limbs.
inline void load_word(const std::uint8_t* source, Word& word) {
    for (std::size_t i = 0; i < 4; ++i) {
        std::uint64_t limb;
        std::memcpy(&limb, source + 8 * i, sizeof limb);
        word.limbs[3 - i] = std::byteswap(word_detail::one_limb(limb));
    }
}

}  // namespace evmmem
