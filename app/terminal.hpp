// SPDX-License-Identifier: MIT
// How wide text may be. On a terminal, as wide as that is; in a file or a pipe nothing is cut or
// wrapped that people or programs may want to look for.
#pragma once

#include <cstddef>
#include <limits>

namespace evmmem::app {

inline constexpr std::size_t unlimited_columns = std::numeric_limits<std::size_t>::max();

/// Of the terminal that the file descriptor is: what COLUMNS says, or else the terminal itself, and
/// not less than text needs to be told. Unlimited, when it is no terminal or does not say.
std::size_t text_columns(int descriptor);

}  // namespace evmmem::app
