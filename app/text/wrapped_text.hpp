// SPDX-License-Identifier: MIT
// Text broken into lines.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>

namespace evmmem::app {

/// The width of text that is neither cut nor wrapped.
inline constexpr std::size_t unlimited_columns = std::numeric_limits<std::size_t>::max();

/// `text` broken at blanks into lines of at most `width` columns, joined by a newline and `indent`
/// blanks; inside a word only where that is longer than a line.
std::string wrapped_text(const std::string& text, std::size_t width, std::size_t indent);

/// Digits without blanks, broken wherever a line is full, after an even number of them; joined
/// likewise.
std::string wrapped_digits(std::string_view digits, std::size_t width, std::size_t indent);

}  // namespace evmmem::app
