// SPDX-License-Identifier: MIT
// Rows of text in aligned columns, for people, and as wide as there is room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "wrapped_text.hpp"

namespace evmmem::app {

class TextTable {
public:
    enum class Align : std::uint8_t { left, right };

    explicit TextTable(std::vector<Align> columns) : columns_{std::move(columns)} {}

    /// One cell for each column; the text is plain, without colour, and has been escaped.
    void add_row(std::vector<std::string> cells);

    /// Columns, by the first row's cells, that may be left out where there is not room for all; the
    /// least important first.
    void may_leave_out(std::vector<std::string> headings) { droppable_ = std::move(headings); }

    /// The rows, each after `indent` blanks, columns two blanks apart, no blanks at the ends.
    /// Where that takes more than `columns_max`, columns are left out, and then the text of the
    /// last one, if it is aligned left, goes on below itself: a row is several lines then.
    std::vector<std::string> lines(std::size_t indent = 0,
                                   std::size_t columns_max = unlimited_columns) const;

    /// A line or more that names the columns that lines() leaves out; empty when there are none.
    std::string left_out(std::size_t indent, std::size_t columns_max) const;

private:
    std::vector<std::size_t> widths() const;
    std::vector<bool> are_shown(std::size_t room) const;

    std::vector<Align> columns_;
    std::vector<std::string> droppable_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace evmmem::app
