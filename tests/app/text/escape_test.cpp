// SPDX-License-Identifier: MIT
#include "app/text/escape.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace evmmem::app;
using namespace std::string_literals;

TEST_CASE("text that simply prints stays as it is") {
    CHECK(escaped("trace 1.jsonl") == "trace 1.jsonl");
    CHECK(escaped("C:\\traces") == "C:\\traces");
    CHECK(escaped("\u00fcber \u65e5\u672c \U0001f600") == "\u00fcber \u65e5\u672c \U0001f600");
}

TEST_CASE("control and escape characters are shown, not sent") {
    CHECK(escaped("a\nb\r\tc") == "a\\nb\\r\\tc");
    CHECK(escaped("\x1b[31mred") == "\\x1b[31mred");
    CHECK(escaped("\0\x7f"s) == "\\x00\\x7f");
    CHECK(escaped("\u009b2J") == "\\u{9b}2J");  // C1 control sequence introducer
}

TEST_CASE("characters that turn a line around or hide in it are shown by number") {
    CHECK(escaped("a\u202eb") == "a\\u{202e}b");
    CHECK(escaped("\u2066x\u2069") == "\\u{2066}x\\u{2069}");
    CHECK(escaped("\u200b\ufeff\u00ad") == "\\u{200b}\\u{feff}\\u{ad}");
    CHECK(escaped("\U000e0041") == "\\u{e0041}");
}

TEST_CASE("bytes that are no UTF-8 are shown one by one") {
    CHECK(escaped("\xff") == "\\xff");
    CHECK(escaped("\xc0\x80") == "\\xc0\\x80");                    // overlong NUL
    CHECK(escaped("\xed\xa0\x80") == "\\xed\\xa0\\x80");           // surrogate
    CHECK(escaped("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");  // above 10FFFF
    CHECK(escaped("a\xe2\x82") == "a\\xe2\\x82");                  // cut
    CHECK(escaped("\xe2\x82"
                  "b") ==
          "\\xe2\\x82"
          "b");
}

TEST_CASE("long text is cut to the columns there are, never inside a character") {
    CHECK(escaped("123456", 6) == "123456");
    CHECK(escaped("1234567", 6) == "123...");
    CHECK(escaped("\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc", 6) == "\u00fc\u00fc\u00fc...");
    CHECK(columns(escaped(std::string(100'000'000, '\x1b'), 40)) == 40);
}
