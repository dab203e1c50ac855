// SPDX-License-Identifier: MIT
#include "table_text.hpp"

namespace evmmem::app {

std::string table_text(const TextTable& table, const Palette& palette, std::size_t columns_max) {
    std::string text;
    for (const std::string& line : table.lines(0, columns_max))
        text += (text.empty() ? palette.strong(line) : line) + "\n";
    if (const auto left_out = table.left_out(0, columns_max); !left_out.empty())
        text += palette.dim(left_out) + "\n";
    return text;
}

}  // namespace evmmem::app
