// SPDX-License-Identifier: MIT
// Writes a file so that nobody ever sees half of it: aside first, then renamed into its place.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace evmmem::app {

/// Errors: what could not be done, as a sentence; the file is then as it was.
std::expected<void, std::string> replace_file(const std::string& path, std::string_view text);

}  // namespace evmmem::app
