// SPDX-License-Identifier: MIT
// The text that a JSON string stands for.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace evmmem::traces {

/// `text`, which stood between quotes, with its escapes undone; nothing when one of them is not
/// valid.
std::optional<std::string> unescaped(std::string_view text);

/// Whether every escape of a text that stood between quotes is one that JSON has.
bool has_valid_escapes(std::string_view text);

}  // namespace evmmem::traces
