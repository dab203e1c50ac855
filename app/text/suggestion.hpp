// SPDX-License-Identifier: MIT
// "Did you mean": the word that a mistyped one was probably meant to be.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace evmmem::app {

/// The candidate closest to `word`, when it is close enough to be meant: a third of the letters may
/// be wrong, two swapped neighbours count as one. The first one of equals.
std::optional<std::string> suggestion(std::string_view word,
                                      std::span<const std::string> candidates);

/// What is wrong with a value, and which of the names was meant, if any.
std::string refusal(const std::string& value, std::string_view what,
                    std::span<const std::string> names);
/// That a value is none of the names, all of which are listed.
std::string refusal(const std::string& value, std::span<const std::string> names);

}  // namespace evmmem::app
