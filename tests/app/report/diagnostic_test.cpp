// SPDX-License-Identifier: MIT
#include "app/report/diagnostic.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace evmmem::app;
using evmmem::traces::TraceError;

namespace {

TraceError with_excerpt(TraceError error, std::string excerpt, std::uint64_t place) {
    error.excerpt = std::move(excerpt);
    error.excerpt_place = place;
    return error;
}

}  // namespace

TEST_CASE("an error names the file, the line and the column, and puts a caret below the place") {
    TraceError error;
    error.message = "expected a number, found text";
    error.line = 17;
    error.column = 40;
    error.field = "gas";
    error = with_excerpt(error, R"({"gas":"many"})", 7);
    CHECK(diagnostic("trace.jsonl", error) ==
          "trace.jsonl:17:40: gas: expected a number, found text\n"
          "    17 | {\"gas\":\"many\"}\n"
          "       |        ^");
}

TEST_CASE("an error without a place is one line") {
    TraceError error;
    error.kind = TraceError::Kind::io;
    error.message = "there is no such file";
    CHECK(diagnostic("missing", error) == "missing: there is no such file");
}

TEST_CASE("an error without a column has no caret") {
    TraceError error;
    error.message = "the line is too long";
    error.line = 3;
    error = with_excerpt(error, "{", 0);
    CHECK(diagnostic("t", error) == "t:3: the line is too long\n     3 | {");
}

TEST_CASE("foreign text is escaped, and the caret stays below its place") {
    TraceError error;
    error.message = "found \x1b[2J";
    error.line = 1;
    error.column = 3;
    error.field = "op\u202eName";
    error = with_excerpt(error, "\x1b\x01!\xff", 2);
    CHECK(diagnostic("a\nb", error) ==
          "a\\nb:1:3: op\\u{202e}Name: found \\x1b[2J\n"
          "     1 | \\x1b\\x01!\\xff\n"
          "       |         ^");
}

TEST_CASE("a place beyond the excerpt puts the caret at its end") {
    TraceError error;
    error.message = "the text stops";
    error.line = 1;
    error.column = 90;
    error = with_excerpt(error, "{}", 89);
    CHECK(diagnostic("t", error) == "t:1:90: the text stops\n     1 | {}\n       |   ^");
}

TEST_CASE("what could not be read has one exit code, for every command that goes on after it") {
    using enum TraceError::Kind;
    CHECK(exit_code(malformed) == ExitCode::incomplete);
    CHECK(exit_code(truncated) == ExitCode::incomplete);
    CHECK(exit_code(not_a_trace) == ExitCode::not_a_trace);
    CHECK(exit_code(io) == ExitCode::io);
    CHECK(exit_code(limit) == ExitCode::limit);
    // bench measures what a whole trace does: without some of its lines it is another one.
    CHECK(without_trace(exit_code(malformed)) == ExitCode::not_a_trace);
    CHECK(without_trace(exit_code(truncated)) == ExitCode::not_a_trace);
    CHECK(without_trace(exit_code(io)) == ExitCode::io);
    CHECK(without_trace(exit_code(limit)) == ExitCode::limit);
}
