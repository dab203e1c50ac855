// SPDX-License-Identifier: MIT
#include "traces/dialects/test_results.hpp"

#include <doctest/doctest.h>

#include <initializer_list>

using namespace evmmem::traces;

namespace {

/// The results of these lines, as "test fork root;".
std::string read_in(std::initializer_list<std::string_view> lines) {
    TestResults reading;
    std::string text;
    for (const auto line : lines)
        if (const auto noted = reading.note(line))
            text += noted->test + " " + noted->fork + " " + noted->state_root + ";";
    return text;
}

}  // namespace

TEST_CASE("a list of results is read line by line, whatever stands in it besides") {
    CHECK(read_in({"[", "  {", R"(    "name": "a b",)", R"(    "pass": false,)",
                   R"(    "stateRoot": "0xad",)", R"(    "fork": "London",)",
                   R"(    "error": "post state root mismatch"  )", "  },", "  {",
                   R"(    "name": "c",)", R"(    "fork": "Paris")", "  }", "]"}) ==
          "a b London 0xad;c Paris ;");
    // A dump of the state has names of its own, deeper.
    CHECK(read_in({"[", "  {", R"(    "name": "a",)", R"(    "state": {)", R"(      "name": "x",)",
                   R"(      "accounts": {},)", R"(      "list": [)", R"(        "0x1")", "      ]",
                   "    },", R"(    "fork": "London")", "  }", "]"}) == "a London ;");
    // Lines of a log in between.
    CHECK(read_in({"INFO [..]", "[", "  {", "WARN what", R"(    "name": "a")", "  }", "]"}) ==
          "a  ;");
}

TEST_CASE("outside of a list nothing is a result, and a list that was cut off is forgotten") {
    CHECK(read_in({"  {", R"(    "name": "a")", "  }"}).empty());
    CHECK(read_in({"[", "  {", R"(    "name": "a",)", "[", "  {", R"(    "name": "b")", "  }",
                   "]"}) == "b  ;");
}

TEST_CASE("nethermind's line on a test gives name, fork and index; other lines give nothing") {
    const auto told = [](std::string_view line) {
        const auto verdict = test_verdict(line);
        return verdict ? std::string{verdict->test} + "|" + std::string{verdict->fork} + "|" +
                             verdict->index
                       : std::string{"none"};
    };
    CHECK(told("\x1b[32mPASS\x1b[0m [1/20] x_d1g2v3_London") == "x|London|d1 g2 v3");
    CHECK(told("FAIL [3/3] a_b_d10g0v0_ - STATE ROOT exp: 0x0") == "a_b||d10 g0 v0");
    for (const auto* line : {"", "PASS", "FAIL [1/1]", "FAIL [1/1] ", "FAIL [1/1] name",
                             "FAIL [a/1] x_d0g0v0_", "FAIL [1/1] x_d0g0_", "FAIL [1/1] d0g0v0_",
                             "INFO FAIL it did not [1/1] x_d0g0v0_ at all"}) {
        CAPTURE(line);
        CHECK(told(line) == "none");
    }
}
