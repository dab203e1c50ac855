// SPDX-License-Identifier: MIT
#include "app/text_table.hpp"

#include <doctest/doctest.h>

using evmmem::app::TextTable;

TEST_CASE("columns are as wide as their widest cell, counted in characters") {
    using enum TextTable::Align;
    TextTable table{{left, right, left}};
    table.add_row({"name", "n", ""});
    table.add_row({"\u00fc", "1,000", "last"});
    const auto lines = table.lines(2);
    REQUIRE(lines.size() == 2);
    CHECK(lines[0] == "  name      n");
    CHECK(lines[1] == "  \u00fc     1,000  last");
}
