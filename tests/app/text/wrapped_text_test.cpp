// SPDX-License-Identifier: MIT
#include "app/text/wrapped_text.hpp"

#include <doctest/doctest.h>

#include "app/host/terminal.hpp"

using namespace evmmem::app;

TEST_CASE("text is broken at blanks, at the last column that fits") {
    CHECK(wrapped_text("one two three", 7, 2) == "one two\n  three");
    CHECK(wrapped_text("one two three", 6, 2) == "one\n  two\n  three");
    CHECK(wrapped_text("a longerthanthat x", 5, 0) == "a\nlonge\nrthan\nthat\nx");
    CHECK(wrapped_text("", 5, 0).empty());
}

TEST_CASE("columns are counted in characters") {
    CHECK(wrapped_text("\u00fc\u00fc\u00fc x", 5, 0) == "\u00fc\u00fc\u00fc x");
    CHECK(wrapped_text("\u00fc\u00fc\u00fc x", 4, 0) == "\u00fc\u00fc\u00fc\nx");
}

TEST_CASE("where there is room without limit, nothing is broken") {
    const std::string text(5000, 'x');
    CHECK(wrapped_text(text + " " + text, unlimited_columns, 2) == text + " " + text);
    CHECK(wrapped_digits(text, unlimited_columns, 2) == text);
}

TEST_CASE("digits are broken between bytes") {
    CHECK(wrapped_digits("0x112233", 4, 1) == "0x11\n 2233");
    CHECK(wrapped_digits("0x112233", 5, 1) == "0x11\n 2233");
    CHECK(wrapped_digits("0x112233", 8, 1) == "0x112233");
    CHECK(wrapped_digits("0x1122", 0, 0) == "0x\n11\n22");
}
