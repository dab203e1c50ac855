// SPDX-License-Identifier: MIT
// What the EVM's arithmetic, comparison and bitwise instructions compute: one function each, named as the instruction,
// its operands in the order of the stack, top first. All of them are total: a division by zero gives zero, a shift by
// 256 or more empties the word. Source: Yellow Paper H.2, 0x01 to 0x1d; EIP-145 (shifts), EIP-7939 (CLZ).
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "word.hpp"

namespace evmmem {

namespace word_detail {

__extension__ using Uint128 = unsigned __int128;

/// target + source + carry, limb by limb; returns the carry out. The spans have one size.
constexpr bool add_limbs(std::span<std::uint64_t> target, std::span<const std::uint64_t> source) {
    std::uint64_t carry = 0;
    for (std::size_t i = 0; i < target.size(); ++i) {
        const Uint128 sum = Uint128{target[i]} + source[i] + carry;
        target[i] = static_cast<std::uint64_t>(sum);
        carry = static_cast<std::uint64_t>(sum >> 64);
    }
    return carry != 0;
}

/// The product of two words, all 512 bits, least significant limb first.
constexpr std::array<std::uint64_t, 8> full_product(const Word& a, const Word& b) {
    std::array<std::uint64_t, 8> product{};
    for (std::size_t i = 0; i < 4; ++i) {
        std::uint64_t carry = 0;
        for (std::size_t j = 0; j < 4; ++j) {
            const Uint128 sum = Uint128{a.limbs[i]} * b.limbs[j] + product[i + j] + carry;
            product[i + j] = static_cast<std::uint64_t>(sum);
            carry = static_cast<std::uint64_t>(sum >> 64);
        }
        product[i + 4] = carry;
    }
    return product;
}

struct Division {
    Word quotient;  ///< its low 256 bits
    Word remainder;
};

/// Divides a number of up to 512 bits by a word that is not zero. Source: Knuth, The Art of Computer Programming 4.3.1,
/// algorithm D, with digits of 64 bits.
template <std::size_t limbs>
constexpr Division divide(const std::array<std::uint64_t, limbs>& dividend, const Word& divisor) {
    std::size_t n = 4;
    while (divisor.limbs[n - 1] == 0)
        --n;
    Division result;
    if (n == 1) {
        Uint128 rest = 0;
        for (std::size_t i = limbs; i-- > 0;) {
            const Uint128 part = rest << 64 | dividend[i];
            if (i < 4)
                result.quotient.limbs[i] = static_cast<std::uint64_t>(part / divisor.limbs[0]);
            rest = part % divisor.limbs[0];
        }
        result.remainder.limbs[0] = static_cast<std::uint64_t>(rest);
        return result;
    }
    // Both are shifted so that the divisor's highest bit is set: then a digit of the quotient that is guessed from the
    // highest limbs is at most two too large.
    const int shift = std::countl_zero(divisor.limbs[n - 1]);
    const auto shifted = [shift](std::uint64_t high, std::uint64_t low) {
        return shift == 0 ? high : high << shift | low >> (64 - shift);
    };
    std::array<std::uint64_t, 4> v{};
    for (std::size_t i = 0; i < n; ++i)
        v[i] = shifted(divisor.limbs[i], i == 0 ? 0 : divisor.limbs[i - 1]);
    std::array<std::uint64_t, limbs + 1> u{};
    for (std::size_t i = 0; i <= limbs; ++i)
        u[i] = shifted(i == limbs ? 0 : dividend[i], i == 0 ? 0 : dividend[i - 1]);

    for (std::size_t j = limbs - n + 1; j-- > 0;) {
        const Uint128 top = Uint128{u[j + n]} << 64 | u[j + n - 1];
        Uint128 digit = top / v[n - 1];
        Uint128 rest = top % v[n - 1];
        while (digit >> 64 != 0 || digit * v[n - 2] > (rest << 64 | u[j + n - 2])) {
            --digit;
            rest += v[n - 1];
            if (rest >> 64 != 0) break;
        }
        std::uint64_t carry = 0;
        std::uint64_t borrow = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const Uint128 product = digit * v[i] + carry;
            carry = static_cast<std::uint64_t>(product >> 64);
            const Uint128 difference =
                Uint128{u[i + j]} - static_cast<std::uint64_t>(product) - borrow;
            u[i + j] = static_cast<std::uint64_t>(difference);
            borrow = static_cast<std::uint64_t>(difference >> 64) & 1;
        }
        const Uint128 difference = Uint128{u[j + n]} - carry - borrow;
        u[j + n] = static_cast<std::uint64_t>(difference);
        if (difference >> 64 != 0) {  // the guess was one too large
            --digit;
            u[j + n] += add_limbs(std::span{u}.subspan(j, n), std::span{v}.first(n)) ? 1 : 0;
        }
        if (j < 4) result.quotient.limbs[j] = static_cast<std::uint64_t>(digit);
    }
    for (std::size_t i = 0; i < n; ++i)
        result.remainder.limbs[i] = shift == 0 ? u[i] : u[i] >> shift | u[i + 1] << (64 - shift);
    return result;
}

}  // namespace word_detail

/// Whether the word is below zero as a two's complement number.
constexpr bool is_negative(const Word& a) {
    return a.limbs[3] >> 63 != 0;
}

// ---- bits --------------------------------------------------------------------------------------

/// a & b
constexpr Word op_and(const Word& a, const Word& b) {
    return {a.limbs[3] & b.limbs[3], a.limbs[2] & b.limbs[2], a.limbs[1] & b.limbs[1],
            a.limbs[0] & b.limbs[0]};
}
/// a | b
constexpr Word op_or(const Word& a, const Word& b) {
    return {a.limbs[3] | b.limbs[3], a.limbs[2] | b.limbs[2], a.limbs[1] | b.limbs[1],
            a.limbs[0] | b.limbs[0]};
}
/// a ^ b
constexpr Word op_xor(const Word& a, const Word& b) {
    return {a.limbs[3] ^ b.limbs[3], a.limbs[2] ^ b.limbs[2], a.limbs[1] ^ b.limbs[1],
            a.limbs[0] ^ b.limbs[0]};
}
/// ~a
constexpr Word op_not(const Word& a) {
    return {~a.limbs[3], ~a.limbs[2], ~a.limbs[1], ~a.limbs[0]};
}

/// `value` times 2^shift.
constexpr Word op_shl(const Word& shift, const Word& value) {
    const std::uint64_t bits = shift.clamped_to(256);
    Word result;
    const std::size_t limbs = bits / 64;
    const unsigned rest = bits % 64;
    for (std::size_t i = limbs; i < 4; ++i) {
        result.limbs[i] = value.limbs[i - limbs] << rest;
        if (rest != 0 && i > limbs) result.limbs[i] |= value.limbs[i - limbs - 1] >> (64 - rest);
    }
    return result;
}

/// `value` divided by 2^shift, rounded down.
constexpr Word op_shr(const Word& shift, const Word& value) {
    const std::uint64_t bits = shift.clamped_to(256);
    Word result;
    const std::size_t limbs = bits / 64;
    const unsigned rest = bits % 64;
    for (std::size_t i = 0; i + limbs < 4; ++i) {
        result.limbs[i] = value.limbs[i + limbs] >> rest;
        if (rest != 0 && i + limbs + 1 < 4)
            result.limbs[i] |= value.limbs[i + limbs + 1] << (64 - rest);
    }
    return result;
}

/// The same of a two's complement number: its sign fills up.
constexpr Word op_sar(const Word& shift, const Word& value) {
    if (!is_negative(value)) return op_shr(shift, value);
    return op_not(op_shr(shift, op_not(value)));
}

/// Byte `index` of the word, 0 the most significant one; 0 from index 32 on.
constexpr Word op_byte(const Word& index, const Word& value) {
    const std::uint64_t i = index.clamped_to(word_size);
    if (i == word_size) return 0;
    return value.limbs[3 - i / 8] >> (56 - i % 8 * 8) & 0xff;
}

/// Leading zero bits; 256 of zero.
constexpr Word op_clz(const Word& value) {
    for (std::size_t i = 4; i-- > 0;)
        if (value.limbs[i] != 0)
            return (3 - i) * 64 + static_cast<unsigned>(std::countl_zero(value.limbs[i]));
    return 256;
}

// ---- comparison --------------------------------------------------------------------------------

/// 1 where a < b, or else 0; so all comparisons.
constexpr Word op_lt(const Word& a, const Word& b) {
    return a < b;
}
/// a > b
constexpr Word op_gt(const Word& a, const Word& b) {
    return a > b;
}
/// a < b, as two's complement numbers
constexpr Word op_slt(const Word& a, const Word& b) {
    return is_negative(a) == is_negative(b) ? a < b : is_negative(a);
}
/// a > b, as two's complement numbers
constexpr Word op_sgt(const Word& a, const Word& b) {
    return op_slt(b, a);
}
/// a == b
constexpr Word op_eq(const Word& a, const Word& b) {
    return a == b;
}
/// a == 0
constexpr Word op_iszero(const Word& a) {
    return a.is_zero();
}

// ---- arithmetic, modulo 2^256 ------------------------------------------------------------------

/// a + b
constexpr Word op_add(Word a, const Word& b) {
    word_detail::add_limbs(a.limbs, b.limbs);
    return a;
}
/// Two's complement: 0 - a.
constexpr Word op_negate(const Word& a) {
    return op_add(op_not(a), 1);
}
/// a - b
constexpr Word op_sub(const Word& a, const Word& b) {
    return op_add(a, op_negate(b));
}

/// a * b
constexpr Word op_mul(const Word& a, const Word& b) {
    const auto product = word_detail::full_product(a, b);
    return {product[3], product[2], product[1], product[0]};
}

/// a / b, rounded down; 0 where b is 0
constexpr Word op_div(const Word& a, const Word& b) {
    if (b.is_zero()) return 0;
    if (a.fits_u64() && b.fits_u64()) return a.limbs[0] / b.limbs[0];
    return word_detail::divide(a.limbs, b).quotient;
}
/// The remainder of a / b; 0 where b is 0.
constexpr Word op_mod(const Word& a, const Word& b) {
    if (b.is_zero()) return 0;
    if (a.fits_u64() && b.fits_u64()) return a.limbs[0] % b.limbs[0];
    return word_detail::divide(a.limbs, b).remainder;
}

/// Rounds towards zero; -2^255 / -1 is -2^255.
constexpr Word op_sdiv(const Word& a, const Word& b) {
    const Word quotient =
        op_div(is_negative(a) ? op_negate(a) : a, is_negative(b) ? op_negate(b) : b);
    return is_negative(a) == is_negative(b) ? quotient : op_negate(quotient);
}
/// The remainder has the sign of `a`.
constexpr Word op_smod(const Word& a, const Word& b) {
    const Word remainder =
        op_mod(is_negative(a) ? op_negate(a) : a, is_negative(b) ? op_negate(b) : b);
    return is_negative(a) ? op_negate(remainder) : remainder;
}

/// (a + b) mod m, the sum not cut to 256 bits.
constexpr Word op_addmod(const Word& a, const Word& b, const Word& m) {
    if (m.is_zero()) return 0;
    Word sum = a;
    const bool carry = word_detail::add_limbs(sum.limbs, b.limbs);
    const std::array<std::uint64_t, 5> all{sum.limbs[0], sum.limbs[1], sum.limbs[2], sum.limbs[3],
                                           carry};
    return word_detail::divide(all, m).remainder;
}
/// (a * b) mod m, the product not cut to 256 bits.
constexpr Word op_mulmod(const Word& a, const Word& b, const Word& m) {
    if (m.is_zero()) return 0;
    return word_detail::divide(word_detail::full_product(a, b), m).remainder;
}

/// a to the power of `exponent`; 0^0 is 1.
constexpr Word op_exp(Word a, const Word& exponent) {
    Word result = 1;
    const std::uint64_t bits = 256 - op_clz(exponent).limbs[0];
    for (std::uint64_t i = 0; i < bits; ++i) {
        if ((exponent.limbs[i / 64] >> i % 64 & 1) != 0) result = op_mul(result, a);
        if (i + 1 < bits) a = op_mul(a, a);
    }
    return result;
}

/// Extends the sign of the number in the low `index` + 1 bytes of `value`; from index 31 on there is nothing to extend.
constexpr Word op_signextend(const Word& index, const Word& value) {
    const std::uint64_t i = index.clamped_to(word_size);
    if (i >= word_size - 1) return value;
    const Word shift = 256 - 8 * (i + 1);
    return op_sar(shift, op_shl(shift, value));
}

}  // namespace evmmem
