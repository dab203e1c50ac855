// SPDX-License-Identifier: MIT
// Foreign text made harmless for a terminal or a log. Names of files, operations and errors come
// from strangers: control and escape characters could move the cursor, bidirectional ones could
// turn a line around, invisible ones hide in it. For people to read, not to be read back.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace evmmem::app {

/// `text` with everything that does not simply print replaced: "\n", "\t", "\x1b" for bytes (also
/// those that are no valid UTF-8), "\u{202e}" for characters. A backslash stays as it is.
std::string escaped(std::string_view text);

/// The same, cut at `columns_max` columns with "..." at the end when it is longer.
std::string escaped(std::string_view text, std::size_t columns_max);

/// Terminal columns that `text`, which has been escaped, takes: one for each character.
std::size_t columns(std::string_view text);

}  // namespace evmmem::app
