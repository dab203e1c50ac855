// SPDX-License-Identifier: MIT
// Whether a text is JSON, and of an object where and why it is not. That is slow and plain: it is
// asked only once a line was refused, so that the message can point at the place.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace evmmem::traces {

struct JsonFault {
    /// Of the first byte that is wrong; the text's size when it stops short.
    std::size_t offset = 0;
    std::string reason;        ///< a message without a position
    bool stops_short = false;  ///< more text could have made it right
};

/// The first fault of `text` as one JSON object with nothing after it.
JsonFault find_json_fault(std::string_view text);

/// Whether `text` is a JSON number from its first to its last character.
bool is_json_number(std::string_view text);

/// Whether `text`, from a token's first to its last character, is a JSON string, number, true,
/// false or null. Of a string only the quotes and the escapes are looked at.
bool is_json_scalar(std::string_view text);

}  // namespace evmmem::traces
