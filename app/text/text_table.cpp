// SPDX-License-Identifier: MIT
#include "text_table.hpp"

#include <algorithm>
#include <cassert>

#include "escape.hpp"
#include "wrapped_text.hpp"

namespace evmmem::app {
namespace {

constexpr std::size_t gap = 2;

// Columns for cells that are each followed by a gap.
std::size_t room_for(std::size_t indent, std::size_t columns_max) {
    if (columns_max == unlimited_columns) return unlimited_columns;
    return columns_max - std::min(indent, columns_max) + gap;
}

}  // namespace

void TextTable::add_row(std::vector<std::string> cells) {
    assert(cells.size() == columns_.size());
    rows_.push_back(std::move(cells));
}

std::vector<std::size_t> TextTable::widths() const {
    std::vector<std::size_t> widths(columns_.size(), 0);
    for (const auto& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], columns(row[i]));
    return widths;
}

std::vector<bool> TextTable::are_shown(std::size_t room) const {
    std::vector<bool> result(columns_.size(), true);
    const auto all = widths();
    std::size_t needed = 0;
    for (const std::size_t width : all)
        needed += width + gap;
    for (const auto& heading : droppable_) {
        if (needed <= room) break;
        const auto column = static_cast<std::size_t>(std::ranges::find(rows_.front(), heading) -
                                                     rows_.front().begin());
        assert(column < columns_.size());
        result[column] = false;
        needed -= all[column] + gap;
    }
    return result;
}

std::string TextTable::left_out(std::size_t indent, std::size_t columns_max) const {
    const auto shown = are_shown(room_for(indent, columns_max));
    std::string names;
    for (std::size_t i = 0; i < shown.size(); ++i)
        if (!shown[i]) names += (names.empty() ? "no room for: " : ", ") + rows_.front()[i];
    if (names.empty()) return names;
    return std::string(indent, ' ') +
           wrapped_text(names, columns_max - std::min(indent, columns_max), indent);
}

std::vector<std::string> TextTable::lines(std::size_t indent, std::size_t columns_max) const {
    const auto all = widths();
    const auto shown = are_shown(room_for(indent, columns_max));
    std::vector<std::string> result;
    for (const auto& row : rows_) {
        std::string line(indent, ' ');
        std::size_t column = indent;
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (!shown[i]) continue;
            if (column > indent) {
                line += std::string(gap, ' ');
                column += gap;
            }
            const std::string blanks(all[i] - columns(row[i]), ' ');
            const bool is_text = i + 1 == row.size() && columns_[i] == Align::left;
            if (is_text && columns(row[i]) > columns_max - std::min(column, columns_max))
                line += wrapped_text(row[i], columns_max - std::min(column, columns_max), column);
            else
                line += columns_[i] == Align::left ? row[i] + blanks : blanks + row[i];
            column += all[i];
        }
        line.erase(line.find_last_not_of(' ') + 1);
        result.push_back(std::move(line));
    }
    return result;
}

}  // namespace evmmem::app
