// SPDX-License-Identifier: MIT
// Numbers as clients print them: a JSON number, hex or decimal digits in quotes, null, or not at
// all.
#pragma once

#include <cstdint>
#include <string_view>

namespace evmmem::traces {

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

struct JsonNumber {
    enum class Kind : std::uint8_t {
        value,       ///< `value` is it
        negative,    ///< `value` is what follows the minus sign
        too_large,   ///< a whole number of more than 64 bits
        none,        ///< null, or no text at all
        fraction,    ///< has a point or an exponent
        not_hex,     ///< "0x" and something that is no hex digit, or nothing
        wrong_type,  ///< no number, and no text that is one
    };
    Kind kind = Kind::none;
    std::uint64_t value = 0;
};

/// Reads the JSON text `raw` of a value.
JsonNumber read_number(std::string_view raw);

/// What a message says was found instead of a number of 64 bits: "a fraction".
std::string_view describe(JsonNumber::Kind kind);

}  // namespace evmmem::traces
