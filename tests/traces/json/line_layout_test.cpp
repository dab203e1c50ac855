// SPDX-License-Identifier: MIT
// The direct way to a step gives what the JSON parser gives, or does not read the line at all.
#include "traces/json/line_layout.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/support/both_ways.hpp"
#include "tests/support/plain_reader.hpp"
#include "tests/support/reading.hpp"

using namespace evmmem;
using namespace evmmem::traces;
using evmmem::test::BothWays;

namespace {

/// The direct way needs instructions that not every machine has.
bool has_direct_way() {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi2") != 0;
#else
    return false;
#endif
}

class Lines {
public:
    explicit Lines(std::uint32_t seed) : random_{seed} {}

    std::size_t below(std::size_t limit) { return random_() % limit; }
    std::string digits(std::size_t count) {
        std::string text;
        for (std::size_t i = 0; i < count; ++i)
            text += "0123456789abcdef"[below(16)];
        return text;
    }
    std::string hex(std::size_t digits_max) {
        return std::string{"0x"} + digits(1 + below(digits_max));
    }
    std::string decimal() { return std::to_string(random_() >> below(32)); }
    std::string stack() {
        std::string text = "[";
        const std::size_t count = below(20);
        for (std::size_t i = 0; i < count; ++i) {
            if (i != 0) text += ',';
            text += std::string{'"'} + hex(below(3) == 0 ? 64 : 10) + '"';
        }
        return text + ']';
    }
    std::string memory(std::size_t words) { return std::string{"\"0x"} + digits(64 * words) + '"'; }
    std::string words(std::size_t count, bool with_0x) {
        std::string text = "[";
        for (std::size_t i = 0; i < count; ++i)
            text.append(i != 0 ? ",\"" : "\"").append(with_0x ? "0x" : "").append(digits(64) + '"');
        return text + ']';
    }

    /// A line as one of a few clients would print it.
    std::string line(std::size_t client) {
        const std::string head = std::string{R"({"pc":)"} + decimal() + R"(,"op":)" +
                                 std::to_string(below(256)) + R"(,"gas":")" + hex(16) +
                                 R"(","gasCost":")" + hex(5) + '"';
        const std::string tail = std::string{R"(,"depth":)"} + std::to_string(1 + below(1024)) +
                                 R"(,"refund":)" + decimal() + R"(,"opName":"OP)" + digits(3) + '"';
        switch (client) {
            case 0:
                return head + R"(,"memSize":)" + decimal() + R"(,"stack":)" + stack() + tail + '}';
            case 1:
                return head + R"(,"memory":)" + memory(below(8)) + R"(,"memSize":)" + decimal() +
                       R"(,"stack":)" + stack() + R"(,"returnData":"0x)" + digits(2 * below(40)) +
                       '"' + tail +
                       (below(4) == 0 ? std::string{R"(,"error":"out of gas: )"} + digits(4) + "\"}"
                                      : "}");
            case 2:
                return std::string{R"({"pc":)"} + decimal() + R"(,"depth":)" +
                       std::to_string(1 + below(1024)) + R"(,"opName":"OP","op":)" +
                       std::to_string(below(256)) + R"(,"gas":")" + hex(16) + R"(","reservoir":")" +
                       hex(3) + R"(","stateGas":")" + hex(3) + R"(","gasCost":")" + hex(16) +
                       R"(","stack":)" + stack() + R"(,"returnData":"0x","refund":")" + hex(16) +
                       R"(","memSize":")" + hex(6) + "\"}";
            case 3:
                return head + R"(,"memory":)" + words(below(6), below(2) == 0) + R"(,"stack":)" +
                       stack() + tail + '}';
            default:
                return std::string{R"({"section":0,"pc":)"} + decimal() + R"(,"op":"0x)" +
                       digits(2) + R"(","gas":)" + decimal() +
                       R"(,"gasCost":null,"stack":null,"depth":1,"x":{"a":[)" +
                       (below(8) == 0 ? "1" : "2") + "]}}";
        }
    }
    static constexpr std::size_t client_count = 5;

    /// The line with a few bytes changed, gone, new, or moved.
    std::string damaged(std::string line) {
        constexpr std::string_view likely = "\",:[]{}0x19afgG \\-+.eE\t\n\x7f\x80\xff";
        for (std::size_t n = 1 + below(2); n > 0 && !line.empty(); --n) {
            const std::size_t at = below(line.size());
            switch (below(5)) {
                case 0: line[at] = likely[below(likely.size())]; break;
                case 1: line[at] = static_cast<char>(below(256)); break;
                case 2: line.erase(at, 1 + below(3)); break;
                case 3: line.insert(at, 1, likely[below(likely.size())]); break;
                default: line.insert(at, line.substr(below(line.size()), below(6))); break;
            }
        }
        return line;
    }

private:
    std::mt19937 random_;
};

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
