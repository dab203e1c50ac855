// SPDX-License-Identifier: MIT
// Words that a shell reads back as what they stand for, or none.
#include "app/text/shell_word.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <string>

using namespace evmmem::app;

namespace {

/// What a shell hands on.
std::string read_by_shell(const std::string& word) {
    std::FILE* const shell = ::popen(("printf '%s|' " + word).c_str(), "r");
    REQUIRE(shell != nullptr);
    std::string text(200, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), shell));
    CHECK(::pclose(shell) == 0);
    return text;
}

}  // namespace

TEST_CASE("a shell reads a word as the text that it is of") {
    for (const std::string text : {"eip-7923", "a/b.toml", "my rules.toml", "$HOME", "a;b", "*",
                                   "a\"b", "", "a\\b", "`x`", "~", "#a", "!a", "a&b"}) {
        CAPTURE(text);
        const auto word = shell_word(text);
        REQUIRE(word);
        CHECK(read_by_shell(*word) == text + "|");
    }
}

TEST_CASE("what no quotes make plain is no word, nor what is an option") {
    for (const char* text : {"a'b", "a\nb", "\x1b[1m", "\u00fc", "-x", "\u202e"}) {
        CAPTURE(text);
        CHECK_FALSE(shell_word(text));
    }
    CHECK_FALSE(is_plain_word("a b"));
    CHECK_FALSE(is_plain_word("-"));
    CHECK(is_plain_word("a-b"));
}
