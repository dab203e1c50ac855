// SPDX-License-Identifier: MIT
// Rows of text in aligned columns, for people.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace evmmem::app {

class TextTable {
public:
    enum class Align : std::uint8_t { left, right };

    explicit TextTable(std::vector<Align> columns) : columns_{std::move(columns)} {}

    /// One cell for each column; the text is plain, without colour, and has been escaped.
    void add_row(std::vector<std::string> cells);

    /// The rows as lines, each behind `indent` blanks, columns two blanks apart, no blanks at the
    /// ends.
    std::vector<std::string> lines(std::size_t indent = 0) const;

private:
    std::vector<Align> columns_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace evmmem::app
