// SPDX-License-Identifier: MIT
// What --help prints.
#pragma once

#include <string>

#include "command_description.hpp"

namespace evmmem::app {

/// The help of the program, or of one of its commands when `program` names it ("evmmem").
std::string help_text(const CommandDescription& command, const std::string& program);

}  // namespace evmmem::app
