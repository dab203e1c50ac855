// SPDX-License-Identifier: MIT
#include "hex.hpp"

#include <array>

namespace evmmem {
namespace {

constexpr std::uint8_t not_hex = 0xff;

constexpr std::array<std::uint8_t, 256> digit_values = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(not_hex);
    for (std::uint8_t i = 0; i < 10; ++i) values['0' + i] = i;
    for (std::uint8_t i = 0; i < 6; ++i) {
        values['a' + i] = static_cast<std::uint8_t>(10 + i);
        values['A' + i] = static_cast<std::uint8_t>(10 + i);
    }
    return values;
}();

constexpr char digits_lower[] = "0123456789abcdef";

std::uint8_t value_of(char digit) { return digit_values[static_cast<unsigned char>(digit)]; }

}  // namespace

bool decode_hex(std::string_view digits, std::uint8_t* target) {
    if (digits.size() % 2 != 0) return false;
    std::uint8_t bad = 0;
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        const std::uint8_t high = value_of(digits[i]);
        const std::uint8_t low = value_of(digits[i + 1]);
        bad |= high | low;
        *target++ = static_cast<std::uint8_t>(high << 4 | (low & 0x0f));
    }
    return (bad & 0xf0) == 0;
}

std::optional<Word> decode_hex_word(std::string_view digits) {
    if (digits.empty() || digits.size() > 64) return std::nullopt;
    Word word;
    std::size_t shift = 0;
    for (std::size_t i = digits.size(); i-- > 0; shift += 4) {
        const std::uint8_t value = value_of(digits[i]);
        if (value == not_hex) return std::nullopt;
        word.limbs[shift / 64] |= std::uint64_t{value} << (shift % 64);
    }
    return word;
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

std::string encode_hex(std::span<const std::uint8_t> bytes) {
    std::string text(bytes.size() * 2, '0');
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        text[2 * i] = digits_lower[bytes[i] >> 4];
        text[2 * i + 1] = digits_lower[bytes[i] & 0x0f];
    }
    return text;
}

std::string encode_hex_quantity(const Word& value) {
    const std::string digits = encode_hex(value.to_big_endian());
    const std::size_t first = digits.find_first_not_of('0');
    return "0x" + (first == std::string::npos ? "0" : digits.substr(first));
}

}  // namespace evmmem
