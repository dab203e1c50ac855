// SPDX-License-Identifier: MIT
// A document's steps are read where they begin, without a look for their end. That gives what the
// parser gives: at the window's end, in long elements, in pretty-printed and in damaged documents.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/client_lines.hpp"
#include "tests/support/reading.hpp"
#include "traces/input/text_window.hpp"

using namespace evmmem;
using namespace evmmem::traces;
using evmmem::test::Reading;
using Lines = evmmem::test::ClientLines;

namespace {

std::string document_of(const std::vector<std::string>& elements, std::string_view between = ",") {
    std::string text = R"({"structLogs":[)";
    for (std::size_t i = 0; i < elements.size(); ++i)
        text.append(i == 0 ? "" : between).append(elements[i]);
    return text + R"(],"gas":21000,"failed":false})";
}

/// With a member before it, so that it has this many bytes before its first element.
std::string shifted(const std::string& document, std::size_t bytes) {
    const std::string_view head = R"({"x":"",)";
    const std::size_t begin = document.find('[') + 1;
    return std::string{head.substr(0, 6)} + std::string(bytes - begin - head.size() + 1, 'x') +
           std::string{head.substr(6)} + document.substr(1);
}

ReaderOptions as_document() {
    ReaderOptions options;
    options.dialect = find_dialect("structlogs");
    return options;
}

std::string words(const TraceError& error) {
    return std::to_string(static_cast<int>(error.kind)) + " at " + std::to_string(error.line) +
           ":" + std::to_string(error.column) + ", " + error.field + ": " + error.message + ": " +
           error.excerpt + " @" + std::to_string(error.excerpt_place);
}

/// Reads it both ways; what differs, in words.
std::string disagreement(const std::string& text, ReaderOptions options = as_document()) {
    const Reading direct = test::read(text, options);
    options.asks_parser = true;
    const Reading parsed = test::read(text, options);
    for (std::size_t i = 0; i < std::min(direct.steps.size(), parsed.steps.size()); ++i)
        if (const auto wrong = difference(direct.steps[i], parsed.steps[i]); !wrong.empty())
            return "step " + std::to_string(i) + ": " + wrong;
    if (direct.steps.size() != parsed.steps.size()) return "the numbers of steps differ";
    for (std::size_t i = 0; i < std::min(direct.errors.size(), parsed.errors.size()); ++i)
        if (words(direct.errors[i]) != words(parsed.errors[i]))
            return words(direct.errors[i]) + " instead of " + words(parsed.errors[i]);
    if (direct.errors.size() != parsed.errors.size()) return "the numbers of errors differ";
    if (direct.reports.size() != parsed.reports.size()) return "the numbers of reports differ";
    for (std::size_t i = 0; i < direct.reports.size(); ++i)
        if (direct.reports[i].line != parsed.reports[i].line) return "the reports' lines differ";
    if (direct.lines_skipped != parsed.lines_skipped) return "the numbers skipped differ";
    return {};
}

/// An element on many lines: breaks between the members, none in their values.
std::string pretty(const std::string& element) {
    std::string text;
    std::size_t depth = 0;
    for (const char c : element) {
        if (c == '[') ++depth;
        if (c == ']') --depth;
        text += c;
        if ((c == ',' || c == '{') && depth == 0) text += "\n    ";
    }
    return text;
}

}  // namespace

TEST_CASE("an element that crosses the window's end is read as any other") {
    for (std::size_t client = 0; client < Lines::client_count; ++client) {
        CAPTURE(client);
        Lines lines{static_cast<std::uint32_t>(client)};
        std::vector<std::string> elements;
        for (int i = 0; i < 8; ++i)
            elements.push_back(lines.line(client));
        const std::string document = document_of(elements);
        std::size_t before = 0;  // the fifth element
        for (int i = 0; i < 4; ++i)
            before += elements[static_cast<std::size_t>(i)].size() + 1;
        for (std::size_t at = 0; at <= elements[4].size() + 2; ++at) {
            CAPTURE(at);
            const std::string text = shifted(document, TextWindow::block_size - before - at);
            REQUIRE(text.substr(TextWindow::block_size - at).starts_with(elements[4]));
            REQUIRE(disagreement(text) == "");
            REQUIRE(test::read(text, as_document()).steps.size() == elements.size());
        }
    }
}

TEST_CASE("elements of all lengths, up to some windows, are read whole") {
    Lines lines{5};
    std::vector<std::string> elements;
    for (const std::size_t count : {1, 1, 500, 499, 2000, 1, 3900, 4000, 9000, 8999, 9001, 3, 2})
        for (const bool with_0x : {false, true})
            elements.push_back(R"({"pc":1,"op":"ADD","gas":5,"gasCost":3,"depth":1,"stack":[],)"
                               R"("memory":)" +
                               lines.words(count, with_0x) + "}");
    const std::string text = document_of(elements);
    CHECK(disagreement(text) == "");
    const Reading reading = test::read(text, as_document());
    CHECK(reading.errors.empty());
    REQUIRE(reading.steps.size() == elements.size());
    CHECK(reading.steps[20].memory->size() == 9001 * 32);
}

TEST_CASE("an element of a layout that is known is not longer than the limit either") {
    const auto element = [](std::size_t words) {
        return R"({"pc":1,"op":"ADD","gas":5,"gasCost":3,"depth":1,"stack":[],"memory":[)" +
               Lines{1}.words(words, false).substr(1) + "}";
    };
    ReaderOptions options = as_document();
    options.line_max = element(2).size();
    const std::string text = document_of({element(1), element(2), element(3), element(1)});
    CHECK(disagreement(text, options) == "");
    const Reading reading = test::read(text, options);
    CHECK(reading.steps.size() == 2);
    REQUIRE(reading.errors.size() == 1);
    CHECK(reading.errors[0].kind == TraceError::Kind::limit);
}

TEST_CASE("lines and columns of a pretty-printed document are those of its text") {
    const auto element = [](std::string_view gas) {
        return pretty(R"({"pc":1,"op":"ADD","gas":)" + std::string{gas} +
                      R"(,"gasCost":3,"depth":1,"stack":["0x1","0x2"]})");
    };
    std::vector<std::string> elements(50, element("5"));
    elements[30] = element("1.5");
    const std::string text = document_of(elements, ",\n  ");
    const Reading reading = test::read(text, as_document());
    REQUIRE(reading.steps.size() == 49);
    for (std::size_t i = 0; i < 49; ++i)
        CHECK(reading.steps[i].line == 1 + 7 * (i < 30 ? i : i + 1));
    REQUIRE(reading.errors.size() == 1);
    CHECK(reading.errors[0].line == 1 + 7 * 30 + 3);
    CHECK(reading.errors[0].column == 11);
    CHECK(reading.errors[0].excerpt == R"(    "gas":1.5,)");
    REQUIRE(reading.reports.size() == 2);
    CHECK(reading.reports[1].line == 7 * 50);
    CHECK(disagreement(text) == "");
}

TEST_CASE("columns of a document on one line count every element before them") {
    const std::string one = R"({"pc":1,"op":"ADD","gas":5,"gasCost":3,"depth":1,"stack":["0x1"]})";
    const std::string two =
        R"({"pc":1,"op":"ADD","gas":50,"gasCost":3,"depth":1,"stack":["0x1","0x2"]})";
    const std::string text = document_of({one, two, two, one, one, "{1}", one});
    const Reading reading = test::read(text, as_document());
    CHECK(reading.steps.size() == 6);
    REQUIRE(reading.errors.size() == 1);
    CHECK(reading.errors[0].line == 1);
    CHECK(reading.errors[0].column == text.find("{1}") + 2);
    CHECK(disagreement(text) == "");
}

// The parser takes the backslash for one that escapes; the quote after it opens a string all the
// same for those who look for the element's end.
TEST_CASE("an element in a string does not teach where one without ends") {
    const std::string element =
        R"({"pc":1,"op":"ADD","gas":5,"gasCost":3,"depth":1,"stack":[],"x":[\"]})";
    std::string in_string = "\"";
    for (const char c : element)
        in_string += std::string{c == '"' || c == '\\' ? "\\" : ""} + c;
    in_string += '"';
    const std::string text = document_of({in_string, in_string, element, element});
    CHECK(test::read(document_of({in_string}), as_document()).steps.size() == 1);
    CHECK(disagreement(text) == "");
}

TEST_CASE("a damaged document is read alike with the parser and without") {
    for (std::size_t client = 0; client < Lines::client_count; ++client) {
        CAPTURE(client);
        Lines lines{static_cast<std::uint32_t>(100 + client)};
        for (int i = 0; i < 400; ++i) {
            const bool is_pretty = lines.below(3) == 0;
            std::vector<std::string> elements;
            for (int n = 0; n < 12; ++n) {
                const std::string line = lines.line(client);
                elements.push_back(is_pretty ? pretty(line) : line);
            }
            // The layout is known before the damage.
            const std::size_t place = 3 + lines.below(9);
            elements[place] = lines.damaged(elements[place]);
            const std::string text = document_of(elements, lines.below(2) == 0 ? "," : ",\n ");
            CAPTURE(text);
            REQUIRE(disagreement(text) == "");
            const std::string damaged = lines.damaged(text);
            CAPTURE(damaged);
            REQUIRE(disagreement(damaged) == "");
        }
    }
}
