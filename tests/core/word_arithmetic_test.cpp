// SPDX-License-Identifier: MIT
// The EVM's arithmetic against a second implementation (Botan's big integers, and bits one by one), on the edges of
// every operand and at random, and against the vectors that the EIPs give.
#include "core/word_arithmetic.hpp"

#include <botan/bigint.h>
#include <botan/reducer.h>
#include <doctest/doctest.h>

#include <random>
#include <vector>

namespace {

using namespace evmmem;
using Botan::BigInt;

const BigInt two_256 = BigInt::power_of_2(256);

BigInt big(const Word& word) {
    const Bytes32 bytes = word.to_big_endian();
    return BigInt{bytes.data(), bytes.size()};
}

/// Modulo 2^256, of negative numbers, too.
Word word(BigInt value) {
    value %= two_256;
    if (value.is_negative()) value += two_256;
    Bytes32 bytes{};
    const auto encoded = BigInt::encode_1363(value, bytes.size());
    std::copy(encoded.begin(), encoded.end(), bytes.begin());
    return Word::from_big_endian(bytes);
}

/// As a two's complement number.
BigInt signed_big(const Word& a) {
    const BigInt value = big(a);
    return value.bits() == 256 ? value - two_256 : value;
}

/// Rounded towards zero: Botan's own division of negative numbers rounds otherwise.
BigInt quotient(const BigInt& a, const BigInt& b) {
    const BigInt result = a.abs() / b.abs();
    return a.is_negative() == b.is_negative() ? result : -result;
}
BigInt remainder(const BigInt& a, const BigInt& b) {
    const BigInt result = a.abs() % b.abs();
    return a.is_negative() ? -result : result;
}

std::vector<Word> edges() {
    std::vector<Word> result{0, 1, 2, 3, 7, 8, 30, 31, 32, 33, 255, 256, 257, Word::max()};
    for (const unsigned bit : {31U, 32U, 63U, 64U, 65U, 127U, 128U, 191U, 192U, 248U, 254U, 255U}) {
        const Word power = word(BigInt::power_of_2(bit));
        result.push_back(power);
        result.push_back(word(big(power) - 1));
        result.push_back(word(big(power) + 1));
        result.push_back(word(two_256 - big(power)));
    }
    return result;
}

/// Words of every length, many of whose limbs are all zeros or all ones: where carries and guessed digits go wrong.
Word random_word(std::mt19937_64& random) {
    Word result;
    for (std::size_t i = 0; i < random() % 5 && i < 4; ++i) {
        const auto kind = random() % 4;
        result.limbs[i] = kind == 0   ? 0
                          : kind == 1 ? ~std::uint64_t{0}
                                      : random() >> (kind == 2 ? random() % 64 : 0);
    }
    return result;
}

void check_pair(const Word& a, const Word& b) {
    CAPTURE(big(a).to_hex_string());
    CAPTURE(big(b).to_hex_string());
    CHECK(op_add(a, b) == word(big(a) + big(b)));
    CHECK(op_sub(a, b) == word(big(a) - big(b)));
    CHECK(op_mul(a, b) == word(big(a) * big(b)));
    CHECK(op_lt(a, b) == Word{big(a) < big(b)});
    CHECK(op_gt(a, b) == Word{big(a) > big(b)});
    CHECK(op_eq(a, b) == Word{big(a) == big(b)});
    CHECK(op_slt(a, b) == Word{signed_big(a) < signed_big(b)});
    CHECK(op_sgt(a, b) == Word{signed_big(a) > signed_big(b)});
    if (b.is_zero()) {
        CHECK(op_div(a, b).is_zero());
        CHECK(op_mod(a, b).is_zero());
        CHECK(op_sdiv(a, b).is_zero());
        CHECK(op_smod(a, b).is_zero());
    } else {
        CHECK(op_div(a, b) == word(big(a) / big(b)));
        CHECK(op_mod(a, b) == word(big(a) % big(b)));
        CHECK(op_sdiv(a, b) == word(quotient(signed_big(a), signed_big(b))));
        CHECK(op_smod(a, b) == word(remainder(signed_big(a), signed_big(b))));
    }
    // Bit by bit.
    Word conjunction, disjunction, difference, complement;
    for (std::size_t bit = 0; bit < 256; ++bit) {
        const auto of = [bit](const Word& w) { return w.limbs[bit / 64] >> bit % 64 & 1; };
        conjunction.limbs[bit / 64] |= (of(a) & of(b)) << bit % 64;
        disjunction.limbs[bit / 64] |= (of(a) | of(b)) << bit % 64;
        difference.limbs[bit / 64] |= std::uint64_t{of(a) != of(b)} << bit % 64;
        complement.limbs[bit / 64] |= (1 - of(a)) << bit % 64;
    }
    CHECK(op_and(a, b) == conjunction);
    CHECK(op_or(a, b) == disjunction);
    CHECK(op_xor(a, b) == difference);
    CHECK(op_not(a) == complement);
    CHECK(op_iszero(a) == Word{big(a) == 0});
    // `a` as a shift or an index.
    const BigInt factor = BigInt::power_of_2(a < Word{256} ? a.limbs[0] : 256);
    CHECK(op_shl(a, b) == word(big(b) * factor));
    CHECK(op_shr(a, b) == word(big(b) / factor));
    const BigInt value = signed_big(b);
    CHECK(op_sar(a, b) ==
          word(value.is_negative() ? -((-value + factor - 1) / factor) : value / factor));
    const Bytes32 bytes = b.to_big_endian();
    CHECK(op_byte(a, b) == Word{a < Word{32} ? bytes[a.limbs[0]] : 0U});
    if (a < Word{31}) {
        const BigInt modulus = BigInt::power_of_2(8 * (a.limbs[0] + 1));
        BigInt part = big(b) % modulus;
        if (part >= modulus / 2) part -= modulus;
        CHECK(op_signextend(a, b) == word(part));
    } else {
        CHECK(op_signextend(a, b) == b);
    }
    CHECK(op_clz(a) == Word{256 - big(a).bits()});
}

void check_triple(const Word& a, const Word& b, const Word& m) {
    CAPTURE(big(a).to_hex_string());
    CAPTURE(big(b).to_hex_string());
    CAPTURE(big(m).to_hex_string());
    if (m.is_zero()) {
        CHECK(op_addmod(a, b, m).is_zero());
        CHECK(op_mulmod(a, b, m).is_zero());
        return;
    }
    CHECK(op_addmod(a, b, m) == word((big(a) + big(b)) % big(m)));
    CHECK(op_mulmod(a, b, m) == word((big(a) * big(b)) % big(m)));
}

TEST_CASE("every instruction agrees with big integers on all pairs of edges") {
    const std::vector<Word> words = edges();
    for (const Word& a : words)
        for (const Word& b : words)
            check_pair(a, b);
}

TEST_CASE("every instruction agrees with big integers on words drawn at random") {
    std::mt19937_64 random{20};
    for (int i = 0; i < 4000; ++i) {
        const Word a = random_word(random), b = random_word(random);
        check_pair(a, b);
        check_triple(a, b, random_word(random));
    }
}

TEST_CASE("sums and products are reduced whole, whatever the modulus") {
    const std::vector<Word> words = edges();
    for (std::size_t i = 0; i < words.size(); i += 3)
        for (std::size_t j = 0; j < words.size(); j += 2)
            for (const Word& m : words)
                check_triple(words[i], words[j], m);
}

TEST_CASE("a digit that is guessed too large is taken back") {
    // Knuth's step D6: dividends whose highest limbs equal the divisor's.
    const Word divisor{0, 0x8000000000000000, 0, 1};
    const Word dividend{0x7fffffffffffffff, 0x8000000000000000, 0, 0};
    check_pair(dividend, divisor);
    check_pair({0x8000000000000000, 0, 0, 3}, {0, 0x2000000000000000, 0, 1});
    check_pair({0x7fffffffffffffff, ~0ULL, 0, 0}, {0, 0x8000000000000000, ~0ULL, ~0ULL});
    check_triple(Word::max(), Word::max(), {0x8000000000000000, 0, 0, 1});
    check_triple(Word::max(), Word::max(), Word::max());
}

TEST_CASE("EXP agrees with repeated multiplication modulo 2^256") {
    std::mt19937_64 random{21};
    const Botan::Modular_Reducer modulo{two_256};
    const auto check = [&](const Word& base, const Word& exponent) {
        BigInt expected = 1;
        const BigInt power = big(exponent);
        for (std::size_t bit = power.bits(); bit-- > 0;) {
            expected = modulo.square(expected);
            if (power.get_bit(bit)) expected = modulo.multiply(expected, big(base));
        }
        CAPTURE(big(base).to_hex_string());
        CAPTURE(power.to_hex_string());
        CHECK(op_exp(base, exponent) == word(expected));
    };
    const std::vector<Word> words = edges();
    for (std::size_t i = 0; i < words.size(); ++i)
        check(words[i], words[(i * 7 + 3) % words.size()]);
    for (int i = 0; i < 60; ++i)
        check(random_word(random), random_word(random));
    CHECK(op_exp(0, 0) == Word{1});
    CHECK(op_exp(2, 255) == Word{0x8000000000000000, 0, 0, 0});
    CHECK(op_exp(2, 256).is_zero());
}

TEST_CASE("the examples of the EIPs hold") {
    const Word top_bit{0x8000000000000000, 0, 0, 0};
    const Word all = Word::max();
    // EIP-145.
    CHECK(op_shl(1, 1) == Word{2});
    CHECK(op_shl(0xff, 1) == top_bit);
    CHECK(op_shl(0x0101, 1).is_zero());
    CHECK(op_shr(0xff, top_bit) == Word{1});
    CHECK(op_shr(0x0100, top_bit).is_zero());
    CHECK(op_sar(1, top_bit) == Word{0xc000000000000000, 0, 0, 0});
    CHECK(op_sar(0xff, top_bit) == all);
    CHECK(op_sar(0x0101, top_bit) == all);
    CHECK(op_sar(0xf8, Word{0x7fffffffffffffff, ~0ULL, ~0ULL, ~0ULL}) == Word{0x7f});
    // EIP-7939.
    CHECK(op_clz(0) == Word{256});
    CHECK(op_clz(top_bit) == Word{0});
    CHECK(op_clz(1) == Word{255});
    // The one quotient of two's complement numbers that overflows.
    CHECK(op_sdiv(top_bit, all) == top_bit);
    CHECK(op_smod(top_bit, all).is_zero());
}

TEST_CASE("all of it can be computed by the compiler") {
    static_assert(op_mulmod(Word::max(), Word::max(), 12) == Word{9});
    static_assert(op_sdiv(op_negate(7), 2) == op_negate(3));
    static_assert(op_exp(3, 5) == Word{243});
    static_assert(op_signextend(0, 0x80) == op_negate(0x80));
}

}  // namespace
