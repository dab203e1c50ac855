// SPDX-License-Identifier: MIT
// The direct way to a step gives what the JSON parser gives, or does not read the line at all.
#include "traces/json/line_layout.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/support/both_ways.hpp"
#include "tests/support/client_lines.hpp"
#include "tests/support/plain_reader.hpp"
#include "tests/support/reading.hpp"

using namespace evmmem;
using namespace evmmem::traces;
using evmmem::test::BothWays;
using evmmem::test::has_direct_way;
using Lines = evmmem::test::ClientLines;

namespace {

/// Has the direct way learn the layouts of the client's lines.
void teach(BothWays& both, Lines& lines, std::size_t client) {
    for (int i = 0; i < 300; ++i)
        REQUIRE(both.disagreement(lines.line(client)) == "");
}

}  // namespace

TEST_CASE(
    "generated lines of several clients mean the same, read directly or by two JSON parsers") {
    for (std::size_t client = 0; client < Lines::client_count; ++client) {
        CAPTURE(client);
        Lines lines{static_cast<std::uint32_t>(client)};
        std::vector<std::string> texts;
        std::string trace;
        for (int i = 0; i < 2000; ++i) {
            texts.push_back(lines.line(client));
            trace += texts.back() + '\n';
        }
        ReaderOptions options;
        options.dialect = find_dialect("besu-7756");  // no quirk at all
        const test::Reading direct = test::read(trace, options);
        options.asks_parser = true;
        const test::Reading parsed = test::read(trace, options);
        REQUIRE(direct.errors.empty());
        REQUIRE(direct.steps.size() == texts.size());
        REQUIRE(parsed.steps.size() == texts.size());
        for (std::size_t i = 0; i < texts.size(); ++i) {
            CAPTURE(texts[i]);
            REQUIRE(test::difference(direct.steps[i], parsed.steps[i]) == "");
            auto plain = test::read_plainly(texts[i], *options.dialect);
            REQUIRE(plain.kind == test::PlainObject::Kind::step);
            plain.step.line = i + 1;
            // What an empty memory and no return data mean is not the plain reader's business.
            test::OwnedStep step = direct.steps[i];
            if (step.memory == test::Bytes{}) step.memory.reset();
            if (step.return_data == test::Bytes{}) step.return_data.reset();
            REQUIRE(test::difference(step, plain.step) == "");
        }
    }
}

// Its number was that of a line before it, once.
TEST_CASE("an instruction that is named by an empty text is none") {
    BothWays both{*find_dialect("structlogs")};
    for (const char* op : {"\"MSTORE\"", "\"\"", "82", "\"\"", "\"MSTORE\"", "\"\""})
        CHECK(both.disagreement(std::string{R"({"pc":1,"op":)"} + op +
                                R"(,"gas":5,"gasCost":3,"depth":1,"stack":[]})") == "");
}

TEST_CASE("nearly all lines of a layout are read directly") {
    if (!has_direct_way()) return;
    for (std::size_t client = 0; client < Lines::client_count; ++client) {
        CAPTURE(client);
        Lines lines{7};
        BothWays both{*find_dialect("besu-7756")};
        for (int i = 0; i < 1000; ++i)
            REQUIRE(both.disagreement(lines.line(client)) == "");
        CHECK(both.directly_read() >= 900);
    }
}

TEST_CASE("a damaged line is never read directly as what the parser does not see in it") {
    for (std::size_t client = 0; client < Lines::client_count; ++client) {
        CAPTURE(client);
        Lines lines{static_cast<std::uint32_t>(100 + client)};
        BothWays both{*find_dialect("besu-7756")};
        for (int i = 0; i < 20'000; ++i) {
            const std::string line = lines.line(client);
            const std::string damaged = i % 2 == 0 ? line : lines.damaged(line);
            CAPTURE(damaged);
            REQUIRE(both.disagreement(damaged) == "");
        }
        if (has_direct_way()) CHECK(both.directly_read() > 1000);
    }
}

TEST_CASE("an object ends where its layout does, whatever comes after it") {
    for (std::size_t client = 0; client < Lines::client_count; ++client) {
        CAPTURE(client);
        Lines lines{static_cast<std::uint32_t>(200 + client)};
        BothWays both{*find_dialect("besu-7756")};
        teach(both, lines, client);
        std::size_t found = 0;
        for (int i = 0; i < 500; ++i) {
            const std::string line = lines.line(client);
            const std::string after[] = {"", ",", "]}", "," + lines.line(client), "}\"\"", "\"]"};
            for (const std::string& rest : after) {
                CAPTURE(line + rest);
                REQUIRE(both.disagreement_at_beginning(line + rest) == "");
                REQUIRE((both.last_size() == 0 || both.last_size() == line.size()));
                found += both.last_size() != 0 ? 1 : 0;
            }
            // No object that stops short is read, and no damaged one as what it is not.
            const std::string cut = line.substr(0, lines.below(line.size()));
            CAPTURE(cut);
            REQUIRE(both.disagreement_at_beginning(cut) == "");
            REQUIRE(both.last_size() == 0);
            const std::string damaged = lines.damaged(line) + "," + line;
            CAPTURE(damaged);
            REQUIRE(both.disagreement_at_beginning(damaged) == "");
        }
        if (has_direct_way()) CHECK(found >= 2700);
    }
}

TEST_CASE("a line ends at its newline, and is read only where that follows") {
    for (std::size_t client = 0; client < Lines::client_count; ++client) {
        CAPTURE(client);
        Lines lines{static_cast<std::uint32_t>(300 + client)};
        BothWays both{*find_dialect("besu-7756")};
        teach(both, lines, client);
        std::size_t found = 0;
        for (int i = 0; i < 500; ++i) {
            const std::string line = lines.line(client);
            for (const std::string& rest : {std::string{"\n"}, "\r\n" + lines.line(client),
                                            "\n" + lines.line(client) + "\n"}) {
                CAPTURE(line + rest);
                REQUIRE(both.disagreement_of_line(line + rest) == "");
                found += both.last_size() != 0 ? 1 : 0;
            }
            // Where the text stops, or something else stands before the newline, none is read.
            for (const std::string rest : {"", "\r", " \n", "\r\r\n", "}\n", "\t\r\n", ",\n"}) {
                CAPTURE(line + rest);
                REQUIRE(both.disagreement_of_line(line + rest) == "");
                REQUIRE(both.last_size() == 0);
            }
            const std::string damaged = lines.damaged(line) + "\n" + line + "\n";
            CAPTURE(damaged);
            REQUIRE(both.disagreement_of_line(damaged) == "");
        }
        if (has_direct_way()) CHECK(found >= 1350);
    }
}

TEST_CASE("memory that shrinks is read directly, though a quote stands where it ended before") {
    if (!has_direct_way()) return;
    const auto line = [](std::size_t bytes) {
        return R"({"pc":1,"op":1,"gas":5,"gasCost":3,"memory":"0x)" + std::string(2 * bytes, 'a') +
               R"(","depth":1,"stack":[]})";
    };
    BothWays both{*find_dialect("besu-7756")};
    CHECK(both.disagreement(line(0)) == "");
    for (std::size_t bytes = 0; bytes < 40; ++bytes) {
        CAPTURE(bytes);
        CHECK(both.disagreement_at_beginning(line(40) + "," + line(40)) == "");
        CHECK(both.last_size() == line(40).size());
        CHECK(both.disagreement_at_beginning(line(bytes) + "," + line(40)) == "");
        CHECK(both.last_size() == line(bytes).size());
    }
}

// Zeros come after the last line, too, and would be taken for it.
TEST_CASE("no layout is learned from a line with zeros in it") {
    BothWays both{*find_dialect("besu-7756")};
    const std::string line = R"({"pc":1,"op":1,"gas":5,"gasCost":3,"depth":1,"stack":[],"x":[)" +
                             std::string(200, '\0') + "]}";
    for (int i = 0; i < 3; ++i)
        CHECK(both.disagreement(line) == "");
    CHECK(both.directly_read() == 0);
}

TEST_CASE("a stack is read directly only where its items can be nothing but items") {
    BothWays both{*find_dialect("besu-7756")};
    const auto line = [](std::string_view stack) {
        return R"({"pc":0,"op":1,"gas":"0x1","stack":[)" + std::string{stack} + R"(],"depth":1})";
    };
    REQUIRE(both.disagreement(line(R"("0x1","0x2")")) == "");
    const std::string_view stacks[] = {
        R"("0x1")",
        "",
        R"("")",
        R"("0x")",
        R"("1")",
        R"("0x1",)",
        R"(,"0x1")",
        R"("0x1",,"0x2")",
        R"("0x1" ,"0x2")",
        R"("0x1"."0x2")",
        R"("a"b",","c")",
        R"("a"b",","c","1","1","1","1","1","1","1")",
        R"(",","0x1")",
        R"("0x1",",")",
        R"("0x1","0x2"])",
        R"("0x1]","0x2")",
        R"("0x1","0x2)",
        R"(0x1","0x2")",
        R"("0x1""0x2")",
        R"("0x1","\u0030x2")",
        R"("0x1\","0x2")",
        R"(["0x1"])",
        R"("0x1",["0x2"])",
        R"(1,"0x2")",
        R"("0x1",2)",
        R"(null)",
        R"("0X1","0x2")",
        "\"0x1\",\"0x2\xc3\xa9\"",
        "\"\xff\",\"0x1\",\"1\",\"1\",\"1\",\"1\",\"1\",\"1\",\"1\"",
        "\"\t\",\"0x1\"",
    };
    for (const std::string_view stack : stacks) {
        CAPTURE(stack);
        CHECK(both.disagreement(line(stack)) == "");
    }
    // Items of every length around those that a vector holds, with 0x and without.
    for (std::size_t size = 0; size <= 70; ++size) {
        for (const std::string prefix : {"", "0x", "0X"}) {
            for (std::size_t before = 0; before < 3; ++before) {
                std::string items;
                for (std::size_t i = 0; i < before; ++i)
                    items += "\"0x12\",";
                items += '"' + prefix + std::string(size, 'a') + '"';
                CAPTURE(items);
                CHECK(both.disagreement(line(items)) == "");
            }
        }
    }
}

TEST_CASE("numbers of every length are read alike") {
    BothWays both{*find_dialect("besu-7756")};
    const auto line = [](const std::string& pc, const std::string& gas) {
        return R"({"pc":)" + pc + R"(,"op":1,"gas":")" + gas + R"(","depth":1})";
    };
    REQUIRE(both.disagreement(line("1", "0x1")) == "");
    for (std::size_t size = 1; size <= 24; ++size) {
        for (const char first : {'0', '1', '9', 'f', '-', '+', '.'}) {
            std::string number = std::string{first} + std::string(size - 1, '7');
            CAPTURE(number);
            CHECK(both.disagreement(line(number, "0x1")) == "");
            CHECK(both.disagreement(line("1", std::string{"0x"}.append(number))) == "");
            CHECK(both.disagreement(line("1", number)) == "");
        }
    }
}
