// SPDX-License-Identifier: MIT
#include "app/text/suggestion.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using evmmem::app::suggestion;

TEST_CASE("a mistyped word suggests the one that was meant, and only if it is close") {
    const std::vector<std::string> commands{"replay", "dialects", "checks", "opcodes"};
    CHECK(suggestion("relpay", commands) == "replay");  // swapped neighbours
    CHECK(suggestion("opcode", commands) == "opcodes");
    CHECK(suggestion("cheks", commands) == "checks");
    CHECK_FALSE(suggestion("frobnicate", commands));
    CHECK_FALSE(suggestion("", commands));
    CHECK_FALSE(suggestion(std::string(100'000, 'x'), commands));
}

TEST_CASE("a short word is not suggested for one that shares nothing with it") {
    const std::vector<std::string> options{"-q", "-h"};
    CHECK_FALSE(suggestion("-x", options));
    CHECK_FALSE(suggestion("xy", options));
}
