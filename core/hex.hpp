// SPDX-License-Identifier: MIT
// Hex text to bytes and back. Digits of either case are read; lower case is written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "word.hpp"

namespace evmmem {

/// All digits, of either case.
inline constexpr std::string_view hex_digits = "0123456789abcdefABCDEF";
/// Whether no character of the text is anything else; true of an empty text.
inline bool are_hex_digits(std::string_view text) {
    return text.find_first_not_of(hex_digits) == std::string_view::npos;
}

/// Decodes `digits` (two a byte, no prefix) into `target`, whose size is digits.size() / 2.
/// Returns false, with `target` unspecified, at an odd length or a character that is no hex digit.
[[nodiscard]] bool decode_hex(std::string_view digits, std::uint8_t* target);

/// A 256-bit value from 1 to 64 digits, without a prefix; nothing when it is not one.
std::optional<Word> decode_hex_word(std::string_view digits);

/// A 64-bit value from 1 or more digits, without a prefix; nothing when it is not one or does not
/// fit.
std::optional<std::uint64_t> decode_hex_u64(std::string_view digits);

/// Two lower-case digits a byte, no prefix, to `target`.
void encode_hex(std::span<const std::uint8_t> bytes, char* target);
/// Two lower-case digits a byte, no prefix.
std::string encode_hex(std::span<const std::uint8_t> bytes);

/// "0x" and the value without leading zeros ("0x0" for zero), as clients print stack items.
std::string encode_hex_quantity(const Word& value);

}  // namespace evmmem
