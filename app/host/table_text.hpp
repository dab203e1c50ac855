// SPDX-License-Identifier: MIT
// A table as it is printed: its first row stands out, and what there was no room for is named.
#pragma once

#include <cstddef>
#include <string>

#include "app/text/text_table.hpp"
#include "palette.hpp"

namespace evmmem::app {

/// The table's lines, each with its newline; as TextTable::lines() says of `columns_max`.
std::string table_text(const TextTable& table, const Palette& palette,
                       std::size_t columns_max = unlimited_columns);

}  // namespace evmmem::app
