// SPDX-License-Identifier: MIT
#include "app/text/xml_text.hpp"

#include <doctest/doctest.h>

using evmmem::app::xml_text;

TEST_CASE("markup in text is text") {
    CHECK(xml_text("<b a=\"1\">&amp;</b>") == "&lt;b a=&quot;1&quot;&gt;&amp;amp;&lt;/b&gt;");
    CHECK(xml_text("]]> it's") == "]]&gt; it's");
    CHECK(xml_text("").empty());
}

TEST_CASE("what XML cannot hold, and what would turn a line around, is written out") {
    CHECK(xml_text(std::string_view{"a\0b\x1b[2J\x7f", 8}) == "a\\x00b\\x1b[2J\\x7f");
    CHECK(xml_text("\u202et\xff") == "\\u{202e}t\\xff");
    CHECK(xml_text("\u00fc") == "\u00fc");
}

TEST_CASE("line breaks stay, also the last one and empty lines") {
    CHECK(xml_text("a\n\nb\n") == "a\n\nb\n");
    CHECK(xml_text("\n") == "\n");
    CHECK(xml_text("a\r\nb") == "a\\r\nb");
}
