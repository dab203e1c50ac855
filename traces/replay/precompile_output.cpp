// SPDX-License-Identifier: MIT
#include "precompile_output.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

#include "precompile_contents.hpp"

namespace evmmem::traces {
namespace {

// Bytes that count as hashed: of what has a fixed price little enough that no block reaches the limit
// by it, 4 for each gas; of rounds as many as take as long.
constexpr std::uint64_t ecrecover_work = 12'000;
constexpr std::uint64_t p256_work = 27'600;
constexpr std::uint64_t bn254_add_work = 600;
constexpr std::uint64_t bn254_mul_work = 24'000;
constexpr std::uint64_t blake2f_round_work = 16;

/// The numbers at an input's beginning; nothing where not all of them are known.
template <std::size_t count>
std::optional<std::array<Bytes32, count>> words_of(const KnownData& input) {
    std::array<Bytes32, count> words;
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto word = input.word_at(i * word_size);
        if (!word) return std::nullopt;
        words[i] = *word;
    }
    return words;
}

/// [offset, offset + len) of an input that is known there.
std::vector<std::uint8_t> part_of(const KnownData& input, std::uint64_t offset, std::uint64_t len) {
    std::vector<std::uint8_t> part(len);
    const auto bytes = input.bytes();
    if (offset < bytes.size())
        std::ranges::copy(bytes.subspan(offset, std::min(len, bytes.size() - offset)),
                          part.begin());
    return part;
}

/// Whether ecrecover gives nothing, whatever the curve says: v is neither 27 nor 28, or r or s is
/// out of range. False where the input is not known.
bool recovers_nothing(const KnownData& input) {
    constexpr Word order{0xffffffffffffffff, 0xfffffffffffffffe, 0xbaaedce6af48a03b,
                         0xbfd25e8cd0364141};
    const auto is_out_of_range = [&](std::uint64_t offset) {
        const auto word = input.word_at(offset);
        if (!word) return false;
        const Word number = Word::from_big_endian(*word);
        return number.is_zero() || number >= order;
    };
    const auto v = input.word_at(word_size);
    return (v && *v != Word{27}.to_big_endian() && *v != Word{28}.to_big_endian()) ||
           is_out_of_range(2 * word_size) || is_out_of_range(3 * word_size);
}

/// Into an output of which nothing is known.
void ecrecover(const KnownData& input, const CallWork& work, KnownData& output) {
    if (recovers_nothing(input)) {
        output.assign_empty();
        return;
    }
    const auto words = words_of<4>(input);
    if (!words || !work.may_take(ecrecover_work)) return;
    const auto& [hash, v, r, s] = *words;
    if (const auto address = recovered_address(hash, Word::from_big_endian(v), r, s))
        output.assign(*address);
    else
        output.assign_empty();
}

void modexp(const KnownData& input, const CallWork& work, KnownData& output) {
    const auto lengths = modexp_lengths(input);
    if (!lengths) return;
    output.learn_size(lengths->modulus);
    const auto [base, exponent, modulus] = *lengths;
    constexpr std::uint64_t begin = 3 * word_size;
    if (std::max({base, exponent, modulus}) > modexp_bytes_max ||
        !input.is_known(begin, base + exponent + modulus))
        return;
    const std::uint64_t limbs = std::max(base, modulus) / 8 + 1;
    if (!work.may_take(8 * exponent * (limbs * limbs / 2 + 8))) return;
    output.assign(modular_power(part_of(input, begin, base), part_of(input, begin + base, exponent),
                                part_of(input, begin + base + exponent, modulus)));
}

/// Into an output of which the size is known.
void compress_blake2(const KnownData& input, const CallWork& work, KnownData& output) {
    constexpr std::uint64_t size = 213;
    if (input.size() != size || !input.is_whole()) return;
    const auto bytes = input.bytes().first<size>();
    const std::uint32_t rounds = std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
                                 std::uint32_t{bytes[2]} << 8 | bytes[3];
    if (bytes[size - 1] > 1 || rounds > blake2f_rounds_max ||
        !work.may_take(blake2f_round_work * rounds))
        return;
    output.assign(blake2f(bytes));
}

/// Into an output of which nothing is known.
void p256_verify(const KnownData& input, const CallWork& work, KnownData& output) {
    constexpr std::uint64_t size = 160;
    if (!input.size()) return;
    if (*input.size() != size) {
        output.assign_empty();
        return;
    }
    const auto words = words_of<5>(input);
    if (!words || !work.may_take(p256_work)) return;
    const auto& [hash, r, s, x, y] = *words;
    if (verifies_p256(hash, r, s, x, y))
        output.assign(Word{1}.to_big_endian());
    else
        output.assign_empty();
}

/// Into an output of which the size is known. What fails returns nothing, and is left as it is.
void add_or_multiply(Callee callee, const KnownData& input, const CallWork& work,
                     KnownData& output) {
    const bool is_sum = callee == Callee::bn254_add;
    const auto known = is_sum ? words_of<4>(input) : std::nullopt;
    const auto known_factor = is_sum ? std::nullopt : words_of<3>(input);
    std::array<Word, 4> words;
    if (known)
        std::ranges::transform(*known, words.begin(), Word::from_big_endian);
    else if (known_factor)
        std::ranges::transform(*known_factor, words.begin(), Word::from_big_endian);
    else
        return;
    const Bn254Point point{words[0], words[1]};
    const Bn254Point other{words[2], words[3]};
    if (!point.is_valid() || (is_sum && !other.is_valid())) return;
    if (!work.may_take(is_sum ? bn254_add_work : bn254_mul_work)) return;
    output.assign((is_sum ? bn254_sum(point, other) : bn254_product(point, words[2])).to_bytes());
}

}  // namespace

void call_output(Callee callee, const KnownData& input, const CallWork& work, KnownData& output) {
    const auto of_size = [&output](std::uint64_t size) {
        output.forget();
        output.learn_size(size);
    };
    const auto hashed = [&](HashFunction function) {
        of_size(word_size);
        if (const auto computed = work.hash(function)) output.assign(*computed);
    };
    switch (callee) {
        case Callee::account: output.assign_empty(); return;
        case Callee::identity: output = input; return;
        case Callee::sha256: hashed(HashFunction::sha256); return;
        case Callee::ripemd160: hashed(HashFunction::ripemd160); return;
        case Callee::ecrecover:
            output.forget();
            ecrecover(input, work, output);
            return;
        case Callee::modexp:
            output.forget();
            modexp(input, work, output);
            return;
        case Callee::p256_verify:
            output.forget();
            p256_verify(input, work, output);
            return;
        case Callee::bn254_add:
        case Callee::bn254_mul:
            of_size(64);
            add_or_multiply(callee, input, work, output);
            return;
        case Callee::blake2f:
            of_size(64);
            compress_blake2(input, work, output);
            return;
        case Callee::bn254_pairing:
        case Callee::bls_pairing: of_size(32); return;
        case Callee::point_evaluation: of_size(64); return;
        case Callee::bls_g1_add:
        case Callee::bls_g1_msm:
        case Callee::bls_map_fp_to_g1: of_size(128); return;
        case Callee::bls_g2_add:
        case Callee::bls_g2_msm:
        case Callee::bls_map_fp2_to_g2: of_size(256); return;
    }
    std::unreachable();
}

}  // namespace evmmem::traces
