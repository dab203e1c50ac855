// SPDX-License-Identifier: MIT
#include "shell_word.hpp"

#include <algorithm>

namespace evmmem::app {

bool is_plain_word(std::string_view text) {
    constexpr std::string_view plain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+:@,=-";
    return !text.empty() && text[0] != '-' && text.find_first_not_of(plain) == text.npos;
}

std::optional<std::string> shell_word(std::string_view text) {
    if (is_plain_word(text)) return std::string{text};
    const bool is_quotable =
        std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~' && c != '\''; });
    if (!is_quotable || text.starts_with('-')) return std::nullopt;
    return "'" + std::string{text} + "'";
}

}  // namespace evmmem::app
