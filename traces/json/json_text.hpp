// SPDX-License-Identifier: MIT
// The JSON text of a string, and the text that it stands for.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace evmmem::traces {

/// Whether `raw`, the JSON text of a value, is that of a string.
inline bool is_text(std::string_view raw) {
    return raw.size() >= 2 && raw.front() == '"';
}

/// What stands between the quotes of a string; nothing for other values.
inline std::string_view inside(std::string_view raw) {
    return is_text(raw) ? raw.substr(1, raw.size() - 2) : std::string_view{};
}

/// `text`, which stood between quotes, with its escapes undone; nothing when one of them is not
/// valid.
std::optional<std::string> unescaped(std::string_view text);

/// The same; where an escape is not valid, the text as it stands.
std::string unescaped_or_raw(std::string_view text);

/// As text.find(), but in a text whose every tenth character is a quote, as the words are that are
/// looked for in JSON.
std::size_t find_in(std::string_view text, std::string_view word, std::size_t from = 0);

/// Whether every escape of a text that stood between quotes is one that JSON has.
bool has_valid_escapes(std::string_view text);

}  // namespace evmmem::traces
