// SPDX-License-Identifier: MIT
// The smallest pieces of a trace's text: each function puts one at `at`, where the caller has made room,
// and returns where it ends.
#pragma once

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "core/hex.hpp"
#include "core/word.hpp"

namespace evmmem::traces {

/// The most characters of a number of 64 bits, in decimal or as a hex quantity.
inline constexpr std::size_t number_max = 20;
/// The most characters of an item of a stack: "0x", 64 digits, quotes, a comma.
inline constexpr std::size_t stack_item_max = 69;

inline char* put(char* at, std::string_view text) {
    std::memcpy(at, text.data(), text.size());
    return at + text.size();
}

inline char* put_decimal(char* at, std::uint64_t value) {
    return std::to_chars(at, at + number_max, value).ptr;
}
inline char* put_decimal(char* at, std::int64_t value) {
    return std::to_chars(at, at + number_max, value).ptr;
}

/// Two digits a byte, no "0x".
inline char* put_bytes(char* at, std::span<const std::uint8_t> bytes) {
    encode_hex(bytes, at);
    return at + 2 * bytes.size();
}

/// The `count` lowest digits of the value.
inline char* put_digits(char* at, std::uint64_t value, unsigned count) {
    for (unsigned i = count; i-- > 0; value >>= 4)
        at[i] = hex_digits[value & 15];
    return at + count;
}

/// "0x" and the value without leading zeros.
inline char* put_quantity(char* at, std::uint64_t value) {
    const auto count = static_cast<unsigned>(std::bit_width(value) + 3) / 4;
    return put_digits(put(at, "0x"), value, std::max(count, 1U));
}
inline char* put_quantity(char* at, const Word& value) {
    std::size_t top = 3;
    while (top > 0 && value.limbs[top] == 0)
        --top;
    at = put_quantity(at, value.limbs[top]);
    while (top-- > 0)
        at = put_digits(at, value.limbs[top], 16);
    return at;
}

/// What stands between the brackets of a stack: the words, as quantities. Takes stack_item_max
/// characters each.
inline char* put_stack(char* at, std::span<const Word> bottom_first) {
    for (const Word& word : bottom_first) {
        *at++ = '"';
        at = put(put_quantity(at, word), "\",");
    }
    return bottom_first.empty() ? at : at - 1;
}

/// The same from `items`, `count` of them as a client prints them: JSON texts of hex digits, with "0x" or
/// without, padded or not, whatever stands between them. What is no such text is put as it is. Takes
/// items.size() and three characters more for each.
char* put_stack(char* at, std::string_view items, std::size_t count);

/// JSON text of `text`, with its quotes. Takes json_text_max(text) characters.
char* put_json_text(char* at, std::string_view text);
inline std::size_t json_text_max(std::string_view text) {
    return 6 * text.size() + 2;
}

}  // namespace evmmem::traces
