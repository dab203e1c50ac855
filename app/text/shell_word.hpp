// SPDX-License-Identifier: MIT
// Words of a command that can be copied into a shell.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace evmmem::app {

/// Whether a shell takes `text` as one word as it is, and no program for an option.
bool is_plain_word(std::string_view text);

/// `text` as a shell reads it back, in quotes where it needs them; nothing where it would not be plain
/// even so: with quotes, control characters, or others than ASCII.
std::optional<std::string> shell_word(std::string_view text);

}  // namespace evmmem::app
