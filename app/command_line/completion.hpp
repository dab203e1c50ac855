// SPDX-License-Identifier: MIT
// Shell completions, printed from the description of the command line.
#pragma once

#include <string>

#include "command_description.hpp"
#include "options.hpp"

namespace evmmem::app {

/// The completion script of a shell for the program.
std::string completion_script(Shell shell, const CommandDescription& program);

}  // namespace evmmem::app
