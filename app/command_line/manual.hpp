// SPDX-License-Identifier: MIT
// The manual page, printed from the description of the command line.
#pragma once

#include <string>

#include "command_description.hpp"

namespace evmmem::app {

/// A page for man(1), section 1.
std::string manual_page(const CommandDescription& program);

}  // namespace evmmem::app
