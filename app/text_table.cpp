// SPDX-License-Identifier: MIT
#include "text_table.hpp"

#include <algorithm>
#include <cassert>

#include "escape.hpp"

namespace evmmem::app {

void TextTable::add_row(std::vector<std::string> cells) {
    assert(cells.size() == columns_.size());
    rows_.push_back(std::move(cells));
}

std::vector<std::string> TextTable::lines(std::size_t indent) const {
    std::vector<std::size_t> widths(columns_.size(), 0);
    for (const auto& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], columns(row[i]));

    std::vector<std::string> result;
    for (const auto& row : rows_) {
        std::string line(indent, ' ');
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string blanks(widths[i] - columns(row[i]), ' ');
            if (i > 0) line += "  ";
            line += columns_[i] == Align::left ? row[i] + blanks : blanks + row[i];
        }
        line.erase(line.find_last_not_of(' ') + 1);
        result.push_back(std::move(line));
    }
    return result;
}

}  // namespace evmmem::app
