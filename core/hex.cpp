// SPDX-License-Identifier: MIT
#include "hex.hpp"

#include <array>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace evmmem {
namespace {

constexpr std::uint8_t not_hex = 0xff;

constexpr std::array<std::uint8_t, 256> digit_values = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(not_hex);
    for (std::uint8_t i = 0; i < 10; ++i)
        values['0' + i] = i;
    for (std::uint8_t i = 0; i < 6; ++i) {
        values['a' + i] = static_cast<std::uint8_t>(10 + i);
        values['A' + i] = static_cast<std::uint8_t>(10 + i);
    }
    return values;
}();

constexpr std::array<std::array<char, 2>, 256> digits_of_byte = [] {
    constexpr char digits[] = "0123456789abcdef";
    std::array<std::array<char, 2>, 256> pairs{};
    for (std::size_t i = 0; i < 256; ++i)
        pairs[i] = {digits[i >> 4], digits[i & 15]};
    return pairs;
}();

std::uint8_t value_of(char digit) {
    return digit_values[static_cast<unsigned char>(digit)];
}

/// The plain decoder: the reference, the tail of the fast ones, and all there is on other machines.
bool decode_plainly(const char* digits, std::size_t byte_count, std::uint8_t* target) {
    std::uint8_t bad = 0;
    for (std::size_t i = 0; i < byte_count; ++i) {
        const std::uint8_t high = value_of(digits[2 * i]);
        const std::uint8_t low = value_of(digits[2 * i + 1]);
        bad |= high | low;
        target[i] = static_cast<std::uint8_t>(high << 4 | (low & 0x0f));
    }
    return (bad & 0xf0) == 0;
}

#if defined(__x86_64__)
/// The values of 32 digits, one a byte; `bad` gets bits where there is no digit.
[[gnu::target("avx2")]] inline __m256i digit_values_avx2(__m256i text, __m256i& bad) {
    const __m256i decimal = _mm256_sub_epi8(text, _mm256_set1_epi8('0'));
    const __m256i lower = _mm256_or_si256(text, _mm256_set1_epi8(0x20));
    const __m256i letter = _mm256_sub_epi8(lower, _mm256_set1_epi8('a'));
    // Unsigned x <= n is min(x, n) == x.
    const __m256i is_decimal =
        _mm256_cmpeq_epi8(_mm256_min_epu8(decimal, _mm256_set1_epi8(9)), decimal);
    const __m256i is_letter =
        _mm256_cmpeq_epi8(_mm256_min_epu8(letter, _mm256_set1_epi8(5)), letter);
    bad = _mm256_or_si256(
        bad, _mm256_xor_si256(_mm256_or_si256(is_decimal, is_letter), _mm256_set1_epi8(-1)));
    return _mm256_blendv_epi8(decimal, _mm256_add_epi8(letter, _mm256_set1_epi8(10)), is_letter);
}

/// 64 digits a turn.
[[gnu::target("avx2")]] bool decode_avx2(const char* digits, std::size_t byte_count,
                                         std::uint8_t* target) {
    __m256i bad = _mm256_setzero_si256();
    const __m256i high_then_low = _mm256_set1_epi16(0x0110);  // high * 16 + low * 1
    std::size_t i = 0;
    for (; i + 32 <= byte_count; i += 32) {
        const auto* at = reinterpret_cast<const __m256i*>(digits + 2 * i);
        const __m256i first = digit_values_avx2(_mm256_loadu_si256(at), bad);
        const __m256i second = digit_values_avx2(_mm256_loadu_si256(at + 1), bad);
        const __m256i packed = _mm256_packus_epi16(_mm256_maddubs_epi16(first, high_then_low),
                                                   _mm256_maddubs_epi16(second, high_then_low));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(target + i),
                            _mm256_permute4x64_epi64(packed, 0xd8));
    }
    const bool tail_is_good = decode_plainly(digits + 2 * i, byte_count - i, target + i);
    return tail_is_good && _mm256_testz_si256(bad, bad) != 0;
}

bool decode(const char* digits, std::size_t byte_count, std::uint8_t* target) {
    static const auto chosen = __builtin_cpu_supports("avx2") != 0 ? decode_avx2 : decode_plainly;
    return chosen(digits, byte_count, target);
}
#else
constexpr auto decode = decode_plainly;
#endif

}  // namespace

bool decode_hex(std::string_view digits, std::uint8_t* target) {
    return digits.size() % 2 == 0 && decode(digits.data(), digits.size() / 2, target);
}

std::optional<Word> decode_hex_word(std::string_view digits) {
    if (digits.empty() || digits.size() > 64) return std::nullopt;
    std::array<char, 64> padded;
    padded.fill('0');
    std::memcpy(padded.data() + (padded.size() - digits.size()), digits.data(), digits.size());
    std::array<std::uint64_t, 4> limbs;  // most significant first, big-endian
    if (!decode(padded.data(), 32, reinterpret_cast<std::uint8_t*>(limbs.data())))
        return std::nullopt;
    static_assert(std::endian::native == std::endian::little);
    return Word{std::byteswap(limbs[0]), std::byteswap(limbs[1]), std::byteswap(limbs[2]),
                std::byteswap(limbs[3])};
}

std::optional<std::uint64_t> decode_hex_u64(std::string_view digits) {
    if (digits.empty()) return std::nullopt;
    std::uint64_t result = 0;
    for (const char digit : digits) {
        const std::uint8_t value = value_of(digit);
        if (value == not_hex || result >> 60 != 0) return std::nullopt;
        result = result << 4 | value;
    }
    return result;
}

void encode_hex(std::span<const std::uint8_t> bytes, char* target) {
    for (const std::uint8_t byte : bytes) {
        std::memcpy(target, digits_of_byte[byte].data(), 2);
        target += 2;
    }
}

std::string encode_hex(std::span<const std::uint8_t> bytes) {
    std::string text(bytes.size() * 2, '0');
    encode_hex(bytes, text.data());
    return text;
}

std::string encode_hex_quantity(const Word& value) {
    const std::string digits = encode_hex(value.to_big_endian());
    const std::size_t first = digits.find_first_not_of('0');
    return "0x" + (first == std::string::npos ? "0" : digits.substr(first));
}

}  // namespace evmmem
