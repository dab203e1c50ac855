// SPDX-License-Identifier: MIT
#include "app/text/text_table.hpp"

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

TEST_CASE("where there is not room for all columns, the least important are left out, and named") {
    using enum TextTable::Align;
    TextTable table{{left, right, right}};
    table.add_row({"name", "less", "most"});
    table.add_row({"a", "10", "200"});
    table.may_leave_out({"less", "most"});
    CHECK(table.lines(2, 18) == table.lines(2));
    CHECK(table.left_out(2, 18).empty());
    CHECK(table.lines(2, 17) == std::vector<std::string>{"  name  most", "  a      200"});
    CHECK(table.left_out(2, 17) == "  no room for:\n  less");
    CHECK(table.lines(2, 12)[0] == "  name  most");
    CHECK(table.lines(2, 11)[0] == "  name");
    CHECK(table.left_out(2, 30) == "");
    CHECK(table.left_out(2, 11) == "  no room\n  for:\n  less,\n  most");
}

TEST_CASE("text in the last column goes on below itself") {
    using enum TextTable::Align;
    TextTable table{{left, left}};
    table.add_row({"forks", "london to prague"});
    CHECK(table.lines(2, 25)[0] == "  forks  london to prague");
    CHECK(table.lines(2, 24)[0] == "  forks  london to\n         prague");
}
