// SPDX-License-Identifier: MIT
// The pieces of lines, against what they must look like.
#include "traces/writing/line_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "traces/writing/text_pieces.hpp"

using namespace evmmem;
using namespace evmmem::traces;

namespace {

std::string stack_of(std::string_view items, std::size_t count) {
    std::string text(items.size() + 3 * count, '?');
    text.resize(static_cast<std::size_t>(put_stack(text.data(), items, count) - text.data()));
    return text;
}

std::string json_of(std::string_view text) {
    std::string json(json_text_max(text), '?');
    json.resize(static_cast<std::size_t>(put_json_text(json.data(), text) - json.data()));
    return json;
}

}  // namespace

TEST_CASE("the items of a stack become quantities, however a client prints them") {
    CHECK(stack_of("", 0).empty());
    CHECK(stack_of(R"("0x1","0x2a")", 2) == R"("0x1","0x2a")");
    CHECK(stack_of(R"("0x0","0x")", 2) == R"("0x0","0x")");  // the last is no number, and stays
    CHECK(stack_of(R"( "1" , "2A" )", 2) == R"("0x1","0x2a")");
    const std::string padded(62, '0');
    CHECK(stack_of("\"" + padded + "00\",\n\"0X" + padded + "fF\"", 2) == R"("0x0","0xff")");
    const std::string whole(64, 'e');
    CHECK(stack_of("\"" + whole + "\"", 1) == "\"0x" + whole + "\"");
}

TEST_CASE("items that are no numbers in hex are left as they are") {
    for (const std::string_view items : {R"("0x1","xyz")", R"("a\"b")", R"("0x1",2)", R"("")"}) {
        CAPTURE(items);
        const auto count = static_cast<std::size_t>(items.find(',') == items.npos ? 1 : 2);
        CHECK(stack_of(items, count) == items);
    }
    const std::string long_item = "\"0x" + std::string(65, '1') + "\"";
    CHECK(stack_of(long_item, 1) == long_item);
}

TEST_CASE("foreign text is JSON whatever is in it") {
    CHECK(json_of("out of gas") == R"("out of gas")");
    CHECK(json_of("a\"b\\c\n\x01") == "\"a\\\"b\\\\c\\u000a\\u0001\"");
}

TEST_CASE("text goes to the sink in large pieces, and what is inserted stands where it belongs") {
    std::string seen;
    std::vector<std::size_t> pieces;
    TextPieces text{[&](std::string_view piece) {
        seen += piece;
        pieces.push_back(piece.size());
        return true;
    }};
    text.append("abc");
    const std::size_t place = text.place();
    text.append("ghi");
    text.insert(place, "def");
    text.append("jkl");
    text.settle();
    CHECK(seen.empty());
    text.append(std::string(TextPieces::piece_size, 'x'));
    text.settle();
    CHECK(seen == "abcdefghijkl" + std::string(TextPieces::piece_size, 'x'));
    text.append("end");
    text.flush();
    CHECK(seen.ends_with("xend"));
    CHECK(pieces.size() == 2);
    CHECK_FALSE(text.is_closed());
}

TEST_CASE("a sink that wants no more gets no more") {
    int calls = 0;
    TextPieces text{[&](std::string_view) { return ++calls == 0; }};
    text.append("a");
    text.flush();
    CHECK(text.is_closed());
    text.append("b");
    text.flush();
    CHECK(calls == 1);
}
