// SPDX-License-Identifier: MIT
#include "precompiles.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <string_view>
#include <utility>

#include "core/memory_cost.hpp"
#include "precompile_contents.hpp"

namespace evmmem::traces {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t more_gas_than_exists = std::numeric_limits<std::uint64_t>::max();

// Percent of the price that a product of so many points costs by the point, in tenths; of more than
// these the last. Source: EIP-2537.
// clang-format off
constexpr std::array<std::uint16_t, 128> g1_discounts = {
    1000, 949, 848, 797, 764, 750, 738, 728, 719, 712, 705, 698, 692, 687, 682, 677,
     673, 669, 665, 661, 658, 654, 651, 648, 645, 642, 640, 637, 635, 632, 630, 627,
     625, 623, 621, 619, 617, 615, 613, 611, 609, 608, 606, 604, 603, 601, 599, 598,
     596, 595, 593, 592, 591, 589, 588, 586, 585, 584, 582, 581, 580, 579, 577, 576,
     575, 574, 573, 572, 570, 569, 568, 567, 566, 565, 564, 563, 562, 561, 560, 559,
     558, 557, 556, 555, 554, 553, 552, 551, 550, 549, 548, 547, 547, 546, 545, 544,
     543, 542, 541, 540, 540, 539, 538, 537, 536, 536, 535, 534, 533, 532, 532, 531,
     530, 529, 528, 528, 527, 526, 525, 525, 524, 523, 522, 522, 521, 520, 520, 519};
constexpr std::array<std::uint16_t, 128> g2_discounts = {
    1000, 1000, 923, 884, 855, 832, 812, 796, 782, 770, 759, 749, 740, 732, 724, 717,
     711,  704, 699, 693, 688, 683, 679, 674, 670, 666, 663, 659, 655, 652, 649, 646,
     643,  640, 637, 634, 632, 629, 627, 624, 622, 620, 618, 615, 613, 611, 609, 607,
     606,  604, 602, 600, 598, 597, 595, 593, 592, 590, 589, 587, 586, 584, 583, 582,
     580,  579, 578, 576, 575, 574, 573, 571, 570, 569, 568, 567, 566, 565, 563, 562,
     561,  560, 559, 558, 557, 556, 555, 554, 553, 552, 552, 551, 550, 549, 548, 547,
     546,  545, 545, 544, 543, 542, 541, 541, 540, 539, 538, 537, 537, 536, 535, 535,
     534,  533, 532, 532, 531, 530, 530, 529, 528, 528, 527, 526, 526, 525, 524, 524};

/// The precompiles by address, and the rule that is a number where there is one.
struct Row {
    std::uint64_t address;
    Callee callee;
    Rule price;
};
constexpr Row rows[] = {
    {0x01,  Callee::ecrecover,         Rule::ecrecover_gas},
    {0x02,  Callee::sha256,            Rule::sha256_gas},
    {0x03,  Callee::ripemd160,         Rule::ripemd160_gas},
    {0x04,  Callee::identity,          Rule::identity_gas},
    {0x05,  Callee::modexp,            Rule::modexp_formula},
    {0x06,  Callee::bn254_add,         Rule::bn254_add_gas},
    {0x07,  Callee::bn254_mul,         Rule::bn254_mul_gas},
    {0x08,  Callee::bn254_pairing,     Rule::bn254_pairing_gas},
    {0x09,  Callee::blake2f,           Rule::blake2f_round_gas},
    {0x0a,  Callee::point_evaluation,  Rule::point_evaluation_gas},
    {0x0b,  Callee::bls_g1_add,        Rule::bls_g1_add_gas},
    {0x0c,  Callee::bls_g1_msm,        Rule::bls_g1_msm_point_gas},
    {0x0d,  Callee::bls_g2_add,        Rule::bls_g2_add_gas},
    {0x0e,  Callee::bls_g2_msm,        Rule::bls_g2_msm_point_gas},
    {0x0f,  Callee::bls_pairing,       Rule::bls_pairing_gas},
    {0x10,  Callee::bls_map_fp_to_g1,  Rule::bls_map_fp_to_g1_gas},
    {0x11,  Callee::bls_map_fp2_to_g2, Rule::bls_map_fp2_to_g2_gas},
    {0x100, Callee::p256_verify,       Rule::p256_verify_gas},
};
// clang-format on

const Row* row_of(const Word& address) {
    if ((address.limbs[2] & 0xffffffff) != 0 || address.limbs[1] != 0) return nullptr;
    const auto* row = std::ranges::find(rows, address.limbs[0], &Row::address);
    return row == std::end(rows) ? nullptr : row;
}

std::uint64_t capped(Wide gas) {
    return gas > more_gas_than_exists ? more_gas_than_exists : static_cast<std::uint64_t>(gas);
}

unsigned bit_length(const Word& word) {
    for (unsigned i = 4; i-- > 0;)
        if (word.limbs[i] != 0)
            return 64 * i + 64 - static_cast<unsigned>(std::countl_zero(word.limbs[i]));
    return 0;
}

/// The first `len` of the word's 32 bytes, as a number.
Word head(const Bytes32& word, std::uint64_t len) {
    Bytes32 shifted{};
    const auto count = static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(len, word_size));
    std::copy_n(word.begin(), count, shifted.end() - count);
    return Word::from_big_endian(shifted);
}

std::optional<Word> number_at(const KnownData& input, const Word& offset) {
    const auto word = input.word_at(offset);
    if (!word) return std::nullopt;
    return Word::from_big_endian(*word);
}

// ---- modexp -------------------------------------------------------------------------------------

/// Times that the exponent's part of the price counts: its bits but the highest, and for each byte
/// beyond 32 a number that the fork decides. Sources: EIP-198, EIP-2565, EIP-7883.
std::optional<Wide> modexp_iterations(const KnownData& input, const ModexpLengths& lengths,
                                      RulesView rules) {
    Word first;
    if (lengths.exponent != 0) {
        const std::uint64_t at = lengths.base > ~std::uint64_t{0} - 3 * word_size
                                     ? ~std::uint64_t{0}
                                     : 3 * word_size + lengths.base;
        const std::uint64_t len = std::min<std::uint64_t>(lengths.exponent, word_size);
        if (!input.is_known(at, len)) return std::nullopt;
        Bytes32 bytes{};
        const auto held = input.bytes();
        for (std::uint64_t i = 0; i < len && at < held.size() && i < held.size() - at; ++i)
            bytes[i] = held[at + i];
        first = head(bytes, len);
    }
    const unsigned bits = bit_length(first);
    const std::uint64_t beyond = lengths.exponent > word_size ? lengths.exponent - word_size : 0;
    const Wide iterations =
        Wide{rules[Rule::modexp_exponent_byte]} * beyond + (bits == 0 ? 0 : bits - 1);
    return std::max<Wide>(iterations, 1);
}

/// What the product of two numbers of so many bytes counts, by the EIP whose formula it is. Its caller has
/// checked that `size` has few bits.
Wide modexp_complexity(std::uint64_t size, std::uint64_t formula) {
    const Wide wide = size;
    const Wide words = (wide + 7) / 8;
    if (formula == 7883) return size <= 32 ? 16 : 2 * words * words;
    if (formula == 2565) return words * words;
    if (size <= 64) return wide * wide;
    if (size <= 1024) return wide * wide / 4 + 96 * wide - 3072;
    return wide * wide / 16 + 480 * wide - 199'680;
}

std::optional<std::uint64_t> modexp_cost(const KnownData& input, RulesView rules) {
    const auto lengths = modexp_lengths(input);
    if (!lengths) return std::nullopt;
    const auto iterations = modexp_iterations(input, *lengths, rules);
    if (!iterations) return std::nullopt;
    const std::uint64_t size = std::max(lengths->base, lengths->modulus);
    constexpr std::uint64_t size_max = std::uint64_t{1} << 36;  // costs more than 64 bits by then
    if (size >= size_max) return more_gas_than_exists;
    const Wide complexity = modexp_complexity(size, rules[Rule::modexp_formula]);
    if (complexity != 0 && *iterations > ~Wide{0} / complexity) return more_gas_than_exists;
    const Wide product = complexity * *iterations;
    return capped(
        std::max<Wide>(rules[Rule::modexp_gas_least], product / rules[Rule::modexp_divisor]));
}

CalleeTerms modexp_terms(const KnownData& input, RulesView rules) {
    CalleeTerms terms{.cost = modexp_cost(input, rules)};
    const std::uint64_t length_max = rules[Rule::modexp_length_max];
    if (length_max == no_number) return terms;
    const auto lengths = modexp_lengths(input);
    if (!lengths)
        terms.may_fail = true;
    else if (std::max({lengths->base, lengths->exponent, lengths->modulus}) > length_max)
        terms = {.cost = terms.cost, .may_succeed = false, .may_fail = true};
    return terms;
}

// ---- the others ---------------------------------------------------------------------------------

/// A price that follows from the input's size, of a precompile that fails where `fits` is false and
/// may fail by what its bytes are.
CalleeTerms by_size(std::uint64_t cost, bool fits) {
    return {.cost = cost, .may_succeed = fits, .may_fail = true};
}

/// A fixed price, of a precompile that fails where one of the first `count` points is not valid.
CalleeTerms by_points(std::uint64_t cost, const KnownData& input, unsigned count) {
    CalleeTerms terms{.cost = cost};
    for (unsigned i = 0; i < count; ++i) {
        const auto x = number_at(input, std::uint64_t{i} * 2 * word_size);
        const auto y = number_at(input, (std::uint64_t{i} * 2 + 1) * word_size);
        const bool is_known = x && y;
        terms.may_succeed = terms.may_succeed && !(is_known && !Bn254Point{*x, *y}.is_valid());
        terms.may_fail = terms.may_fail || !is_known;
    }
    terms.may_fail = terms.may_fail || !terms.may_succeed;
    return terms;
}

std::uint64_t msm_cost(std::uint64_t points, std::uint64_t price,
                       std::span<const std::uint16_t> discounts) {
    if (points == 0) return 0;
    return points * price * discounts[std::min<std::uint64_t>(points, discounts.size()) - 1] / 1000;
}

CalleeTerms blake2f_terms(const KnownData& input, std::uint64_t round_gas) {
    constexpr std::uint64_t size = 213;
    if (*input.size() != size) return {.cost = 0, .may_succeed = false, .may_fail = true};
    CalleeTerms terms;
    if (input.is_known(0, 4)) {  // the rounds
        const auto bytes = input.bytes();
        const std::uint64_t rounds =
            std::uint64_t{bytes[0]} << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
        terms.cost = round_gas * rounds;
    }
    if (!input.is_known(size - 1, 1)) {
        terms.may_fail = true;
    } else if (input.bytes()[size - 1] > 1) {
        terms.may_succeed = false;
        terms.may_fail = true;
    }
    return terms;
}

}  // namespace

std::optional<ModexpLengths> modexp_lengths(const KnownData& input) {
    const auto base = number_at(input, 0);
    const auto exponent = number_at(input, word_size);
    const auto modulus = number_at(input, 2 * word_size);
    if (!base || !exponent || !modulus) return std::nullopt;
    constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    return ModexpLengths{base->clamped_to(most), exponent->clamped_to(most),
                         modulus->clamped_to(most)};
}

Callee callee_at(const Word& address, RulesView rules) {
    const Row* row = row_of(address);
    return row != nullptr && rules[row->price] != no_number ? row->callee : Callee::account;
}

bool is_precompile(const Word& address, ForkSet forks, const ReplayRules& rules) {
    const Row* row = row_of(address);
    return row != nullptr &&
           !forks.any_of([&](Fork fork) { return rules.of(fork)[row->price] == no_number; });
}

std::vector<Rule> rules_of(Callee callee) {
    std::vector<Rule> found;
    const auto group_of = [](Rule rule) {
        const std::string_view key = info(rule).key;
        return key.substr(0, key.find('.'));
    };
    const auto* row = std::ranges::find(rows, callee, &Row::callee);
    if (row == std::end(rows)) return found;
    for (std::size_t i = 0; i < rule_count; ++i)
        if (const auto rule = static_cast<Rule>(i); group_of(rule) == group_of(row->price))
            found.push_back(rule);
    return found;
}

CalleeTerms terms_of(Callee callee, const KnownData& input, RulesView rules) {
    using enum Rule;
    if (callee == Callee::account) return {.cost = 0};
    if (callee == Callee::ecrecover) return {.cost = rules[ecrecover_gas]};
    if (callee == Callee::p256_verify) return {.cost = rules[p256_verify_gas]};
    if (callee == Callee::modexp) return modexp_terms(input, rules);
    if (!input.size()) return {.cost = std::nullopt, .may_fail = callee > Callee::identity};
    const std::uint64_t size = *input.size();
    const std::uint64_t words = num_words(size);
    const auto points_of = [size](std::uint64_t bytes) { return size / bytes; };
    const auto has_points = [size](std::uint64_t bytes) { return size != 0 && size % bytes == 0; };
    switch (callee) {
        case Callee::sha256: return {.cost = rules[sha256_gas] + rules[sha256_word_gas] * words};
        case Callee::ripemd160:
            return {.cost = rules[ripemd160_gas] + rules[ripemd160_word_gas] * words};
        case Callee::identity:
            return {.cost = rules[identity_gas] + rules[identity_word_gas] * words};
        case Callee::bn254_add: return by_points(rules[bn254_add_gas], input, 2);
        case Callee::bn254_mul: return by_points(rules[bn254_mul_gas], input, 1);
        case Callee::bn254_pairing:
            return by_size(
                rules[bn254_pairing_gas] + rules[bn254_pairing_pair_gas] * points_of(192),
                size % 192 == 0);
        case Callee::blake2f: return blake2f_terms(input, rules[blake2f_round_gas]);
        case Callee::point_evaluation: return by_size(rules[point_evaluation_gas], size == 192);
        case Callee::bls_g1_add: return by_size(rules[bls_g1_add_gas], size == 256);
        case Callee::bls_g2_add: return by_size(rules[bls_g2_add_gas], size == 512);
        case Callee::bls_g1_msm:
            return by_size(msm_cost(points_of(160), rules[bls_g1_msm_point_gas], g1_discounts),
                           has_points(160));
        case Callee::bls_g2_msm:
            return by_size(msm_cost(points_of(288), rules[bls_g2_msm_point_gas], g2_discounts),
                           has_points(288));
        case Callee::bls_pairing:
            return by_size(rules[bls_pairing_gas] + rules[bls_pairing_pair_gas] * points_of(384),
                           has_points(384));
        case Callee::bls_map_fp_to_g1: return by_size(rules[bls_map_fp_to_g1_gas], size == 64);
        case Callee::bls_map_fp2_to_g2: return by_size(rules[bls_map_fp2_to_g2_gas], size == 128);
        case Callee::account:
        case Callee::ecrecover:
        case Callee::modexp:
        case Callee::p256_verify: break;
    }
    std::unreachable();
}

}  // namespace evmmem::traces
