// SPDX-License-Identifier: MIT
// Writes a file so that nobody ever sees half of it: aside first, then renamed into its place.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace evmmem::app {

/// A symbolic link stays one: the file that it leads to is replaced. Errors: what could not be
/// done, as a sentence; the file is then as it was.
std::expected<void, std::string> replace_file(const std::string& path, std::string_view text);

/// Whether writing to `path` would change what is read from `input`; "-" is standard input.
bool is_same_file(const std::string& path, const std::string& input);

}  // namespace evmmem::app
