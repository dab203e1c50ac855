// SPDX-License-Identifier: MIT
#include "json_number.hpp"

#include <utility>

#include "core/hex.hpp"

namespace evmmem::traces {
namespace {

using Kind = JsonNumber::Kind;

JsonNumber read_decimal(std::string_view digits) {
    constexpr std::uint64_t max = ~std::uint64_t{0};
    if (digits.empty()) return {Kind::wrong_type, 0};
    std::uint64_t value = 0;
    bool too_large = false;
    for (const char c : digits) {
        if (!is_digit(c))
            return {is_digit(digits.front()) && (c == '.' || c == 'e' || c == 'E')
                        ? Kind::fraction
                        : Kind::wrong_type,
                    0};
        const auto digit = static_cast<std::uint64_t>(c - '0');
        if (value > (max - digit) / 10) too_large = true;
        value = value * 10 + digit;
    }
    return {too_large ? Kind::too_large : Kind::value, value};
}

JsonNumber read_hex(std::string_view digits) {
    if (digits.empty()) return {Kind::not_hex, 0};
    if (const auto value = decode_hex_u64(digits)) return {Kind::value, *value};
    for (const char c : digits) {
        const bool is_hex = is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (!is_hex) return {Kind::not_hex, 0};
    }
    return {Kind::too_large, 0};
}

JsonNumber read_signed(std::string_view text) {
    const bool is_negative = text.starts_with('-');
    if (is_negative) text.remove_prefix(1);
    JsonNumber number = text.starts_with("0x") || text.starts_with("0X") ? read_hex(text.substr(2))
                                                                         : read_decimal(text);
    if (is_negative && number.kind == Kind::value) number.kind = Kind::negative;
    return number;
}

}  // namespace

JsonNumber read_number(std::string_view raw) {
    if (raw.empty() || raw == "null") return {};
    if (raw.front() == '"') return read_signed(raw.substr(1, raw.size() - 2));
    if (raw.front() == '-' || is_digit(raw.front())) return read_signed(raw);
    return {Kind::wrong_type, 0};
}

std::string_view describe(JsonNumber::Kind kind) {
    switch (kind) {
        case Kind::value: return "a number";
        case Kind::negative: return "a negative number";
        case Kind::too_large: return "a number of more than 64 bits";
        case Kind::none: return "null";
        case Kind::fraction: return "a fraction";
        case Kind::not_hex: return "text that is not hex";
        case Kind::wrong_type: return "something else";
    }
    std::unreachable();
}

}  // namespace evmmem::traces
