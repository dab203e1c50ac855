// SPDX-License-Identifier: MIT
// Where a transaction's steps end, in a text of which more and more is there.
#include "traces/dialects/client_marks.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using evmmem::traces::OtherLine;

namespace {

constexpr std::string_view steps =
    "{\"pc\":0,\"op\":96,\"opName\":\"PUSH1\"}\n"
    "{\"pc\":2,\"op\":0,\"opName\":\"STOP\"}\n";
constexpr std::string_view summary = "{\"output\":\"\",\"gasUsed\":\"0x3\"}\n";

}  // namespace

TEST_CASE(
    "steps end before the first line that begins otherwise, and not before its beginning is "
    "there") {
    const std::string text = std::string{steps}.append(summary).append(steps);
    for (std::size_t size = 0; size <= text.size(); ++size) {
        CAPTURE(size);
        const std::string_view part = std::string_view{text}.substr(0, size);
        const bool is_there = size >= steps.size() + std::string_view{"{\"out"}.size();
        CHECK(OtherLine{}.is_in(part) == is_there);
        CHECK(OtherLine{}.before(part) == (is_there ? steps : part));
    }
}

TEST_CASE("an end that is looked for again in a longer text is where it would have been at once") {
    const std::string text = std::string{steps}.append(summary).append(steps);
    OtherLine byte_by_byte;
    for (std::size_t first = 0; first <= text.size(); ++first) {
        CAPTURE(first);
        // What was there first may be elsewhere in memory by now.
        const std::string part = text.substr(0, first);
        OtherLine end;
        CHECK(end.is_in(part) == byte_by_byte.is_in(part));
        CHECK(end.before(text) == steps);
    }
    CHECK(byte_by_byte.before(text) == steps);
}

TEST_CASE("a text without another line is all steps") {
    CHECK(OtherLine{}.before(steps) == steps);
    CHECK(OtherLine{}.before("{\"p") == "{\"p");
    CHECK(OtherLine{}.before("").empty());
}
