// SPDX-License-Identifier: MIT
// How wide text may be. On a terminal, as wide as that is; in a file or a pipe nothing is cut or
// wrapped that people or programs may want to look for.
#pragma once

#include <cstddef>

#include "app/text/wrapped_text.hpp"

namespace evmmem::app {

/// The width of the terminal that the file descriptor is: what COLUMNS says, or else the terminal
/// itself, and not less than text needs. unlimited_columns when it is no terminal or does not say.
std::size_t text_columns(int descriptor);

}  // namespace evmmem::app
