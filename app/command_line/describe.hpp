// SPDX-License-Identifier: MIT
// What the command line library knows of a command, as data that help, completions and the manual
// page are printed from.
#pragma once

#include "command_description.hpp"

namespace CLI {
class App;
}

namespace evmmem::app {

/// All but the examples.
CommandDescription describe(const CLI::App& app);

}  // namespace evmmem::app
