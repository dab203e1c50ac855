// SPDX-License-Identifier: MIT
// A trace that two threads read is the trace that one reads: the same steps, reports and errors,
// whatever is in it and wherever the blocks that they share end.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/support/as_document.hpp"
#include "tests/support/client_lines.hpp"
#include "tests/support/compressing.hpp"
#include "tests/support/generated.hpp"
#include "tests/support/reading.hpp"

using namespace evmmem;
using namespace evmmem::traces;
using evmmem::test::Reading;
using Lines = evmmem::test::ClientLines;

namespace {

constexpr std::size_t block_sizes[] = {70, 1000, 20'000, 200'000};

/// What differs, in words: from what the JSON parser alone reads, too.
std::string disagreement(const std::string& text, ReaderOptions options = {}) {
    const Reading alone = test::read(text, options);
    options.asks_parser = true;
    const std::string otherwise = difference(alone, test::read(text, options));
    if (!otherwise.empty()) return "by the parser: " + otherwise;
    options.asks_parser = false;
    for (const std::size_t size : block_sizes) {
        options.ahead = {.is_wanted = true, .after = 0, .block_size = size};
        const std::string wrong = difference(alone, test::read(text, options));
        if (!wrong.empty()) return "blocks of " + std::to_string(size) + ": " + wrong;
    }
    return {};
}

std::string generated(std::size_t steps, bool with_memory, std::string_view pattern = "solidity") {
    TraceOptions options{.pattern = pattern_named(pattern), .steps = steps};
    options.with_memory = with_memory;
    return test::generated(options);
}

std::string document_of(const std::vector<std::string>& elements, std::string_view between) {
    std::string text = R"({"structLogs":[)";
    for (std::size_t i = 0; i < elements.size(); ++i)
        text.append(i == 0 ? "" : between).append(elements[i]);
    return text + R"(],"gas":21000,"failed":false})";
}

}  // namespace

TEST_CASE("generated traces are read ahead as they are read alone") {
    for (const bool with_memory : {false, true})
        for (const std::string_view pattern : {"solidity", "calls", "sparse"}) {
            CAPTURE(pattern);
            CAPTURE(with_memory);
            const std::string lines = generated(3000, with_memory, pattern);
            REQUIRE(test::read(lines).steps.size() >= 3000);
            CHECK(disagreement(lines) == "");
            CHECK(disagreement(test::gzip(lines)) == "");
            CHECK(disagreement(test::zstd(lines)) == "");
            const std::string document = test::as_document(lines);
            REQUIRE(test::read(document).steps.size() >= 3000);
            CHECK(disagreement(document) == "");
            ReaderOptions few;
            few.reads_all_operands = false;
            CHECK(disagreement(document, few) == "");
        }
}

TEST_CASE("where a trace is cut off, both ways end alike") {
    const std::string lines = generated(600, true);
    const std::string document = test::as_document(lines);
    for (std::size_t cut = 0; cut < 12; ++cut) {
        CAPTURE(cut);
        REQUIRE(disagreement(lines.substr(0, lines.size() - cut * 331)) == "");
        REQUIRE(disagreement(document.substr(0, document.size() - cut * 331)) == "");
        const std::string packed = test::gzip(lines);
        REQUIRE(disagreement(packed.substr(0, packed.size() - cut * 331)) == "");
    }
}

TEST_CASE("lines of all clients, whole and damaged, are read alike") {
    for (std::size_t client = 0; client < Lines::client_count; ++client) {
        CAPTURE(client);
        Lines lines{static_cast<std::uint32_t>(client)};
        for (int round = 0; round < 8; ++round) {
            std::string text = lines.below(4) == 0 ? "\xef\xbb\xbf" : "";
            const std::string end = lines.below(3) == 0 ? "\r\n" : "\n";
            for (int i = 0; i < 60; ++i) {
                const std::string line =
                    lines.line(lines.below(8) == 0 ? lines.below(Lines::client_count) : client);
                switch (lines.below(16)) {
                    case 0: text += lines.damaged(line); break;
                    case 1: text += "INFO [1] " + line; break;
                    case 2: text += "  " + line + "\t"; break;
                    case 3: break;
                    case 4: text += R"({"output":"","gasUsed":"0x5208"})"; break;
                    default: text += line; break;
                }
                text += end;
            }
            CAPTURE(text);
            REQUIRE(disagreement(text) == "");
        }
    }
}

TEST_CASE("elements of all clients, whole and damaged, are read alike") {
    for (std::size_t client = 0; client < Lines::client_count; ++client) {
        CAPTURE(client);
        Lines lines{static_cast<std::uint32_t>(50 + client)};
        for (int round = 0; round < 8; ++round) {
            std::vector<std::string> elements;
            for (int i = 0; i < 60; ++i) {
                const std::string line = lines.line(client);
                elements.push_back(lines.below(16) == 0 ? lines.damaged(line) : line);
            }
            constexpr std::string_view between[] = {",", ", ", " ,\n  "};
            const std::string text = document_of(elements, between[lines.below(3)]);
            CAPTURE(text);
            REQUIRE(disagreement(text) == "");
            REQUIRE(disagreement("[" + text + "," + text + "]") == "");
        }
    }
}

// Whether an absent memory is an empty one follows from what a transaction's first lines show.
TEST_CASE("what a transaction prints is its own, also when another thread has read it") {
    const auto transaction = [](bool with_memory) {
        return generated(200, with_memory) + R"({"output":"","gasUsed":"0x5208"})" + "\n" +
               R"({"pass":true,"test":"a","fork":"Cancun","stateRoot":"0x00"})" + "\n";
    };
    std::string text;
    for (int i = 0; i < 12; ++i)
        text += transaction(i % 3 == 1);
    CHECK(disagreement(text) == "");
}

// Lines that say no more than the EIP asks for, until an error shows whose they are.
TEST_CASE("a client that is known late is known at the same line") {
    std::string text;
    for (int i = 0; i < 3000; ++i)
        text += R"({"pc":)" + std::to_string(i) +
                R"(,"op":91,"gas":"0x64","gasCost":"0x1","memSize":0,"stack":[],"depth":1,)"
                R"("refund":0,"opName":"JUMPDEST")" +
                (i == 2000 ? R"(,"error":"StackUnderflow")" : "") + "}\n";
    CHECK(disagreement(text) == "");
}

TEST_CASE("lines beyond a limit, and longer than many blocks, are met alike") {
    Lines lines{9};
    const std::string start = lines.line(1) + "\n" + lines.line(1) + "\n";
    for (const std::size_t words : {100, 1000, 1023, 1024, 1025, 5000}) {
        CAPTURE(words);
        const std::string memory =
            R"({"pc":1,"op":1,"gas":"0x5","gasCost":"0x3","memory":)" + lines.memory(words) +
            R"(,"memSize":32,"stack":[],"depth":1,"refund":0,"opName":"ADD"})" + "\n";
        ReaderOptions options;
        options.line_max = 65'700;
        const std::string text = start + memory + lines.line(1) + "\n" + memory;
        CHECK(disagreement(text) == "");
        CHECK(disagreement(text, options) == "");
        const std::string element = memory.substr(0, memory.size() - 1);
        const std::string document = document_of({element, element, lines.line(1), element}, ",");
        CHECK(disagreement(document) == "");
        CHECK(disagreement(document, options) == "");
    }
}

TEST_CASE("a line beyond a small limit ends the reading, though its layout is known") {
    const auto line = [](std::size_t bytes) {
        return R"({"pc":1,"op":1,"gas":"0x5","gasCost":"0x3","memory":"0x)" +
               std::string(2 * bytes, 'a') +
               R"(","memSize":32,"stack":[],"depth":1,"refund":0,"opName":"ADD"})" + "\n";
    };
    std::string text;
    for (std::size_t i = 0; i < 50; ++i)
        text += line(32 * (i % 3));
    const std::string longer = text + line(96) + text;
    ReaderOptions options;
    options.line_max = line(64).size() - 1;
    CHECK(disagreement(text, options) == "");
    CHECK(test::read(text, options).errors.empty());
    CHECK(disagreement(longer, options) == "");
    CHECK(test::read(longer, options).steps.size() == 50);
    CHECK(test::read(longer, options).errors.size() == 1);
}
