// SPDX-License-Identifier: MIT
// What --help prints.
#pragma once

#include <string>

#include "command_description.hpp"

namespace evmmem::app {

/// The help of the program, or of one of its commands when `program` names it ("evmmem").
std::string help_text(const CommandDescription& command, const std::string& program);

/// `text` broken at blanks into lines of at most `width` columns, joined by a newline and `indent`
/// blanks.
std::string wrapped_text(const std::string& text, std::size_t width, std::size_t indent);

}  // namespace evmmem::app
