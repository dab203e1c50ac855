// SPDX-License-Identifier: MIT
// Memory added to traces that leave it out, against what they were before it was left out.
#include "traces/convert/filler.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>

#include "tests/support/random_trace.hpp"
#include "tests/support/replaying.hpp"
#include "traces/no_findings.hpp"
#include "traces/replayer.hpp"

using namespace evmmem;
using namespace evmmem::traces;
using namespace evmmem::test;

namespace {

struct Filled {
    std::string text;
    FillCounts counts;
};

Filled filled(const std::string& trace, const Dialect* dialect = nullptr,
              std::optional<MemoryForm> form = {}, bool with_data = false,
              std::optional<MemoryTiming> moment = {}) {
    Filled result;
    TextPieces text{[&](std::string_view piece) {
        result.text += piece;
        return true;
    }};
    Filler filler{std::move(form), moment, text};
    ReaderOptions reading;
    reading.dialect = dialect;
    reading.tap = &filler;
    auto reader = StepReader::over(trace, reading);
    REQUIRE(reader);
    filler.use(*reader);
    NoFindings sink;
    ReplayOptions replaying;
    replaying.observer = &filler;
    if (with_data) {
        replaying.calldata = random_trace_calldata();
        replaying.code = random_trace_code();
    }
    Replayer replayer{reader->dialect(), replaying, sink};
    replayer.replay_all(*reader);
    replayer.finish();
    filler.finish();
    text.flush();
    result.counts = filler.counts();
    return result;
}

std::string stripped(TraceBuilder trace) {
    for (TraceLine& line : trace.lines())
        line.memory.reset();
    return trace.json();
}

TraceBuilder some_writes(MemoryTiming moment) {
    TraceBuilder trace{{.timing = moment, .timings_possible = moment}};
    trace.mstore(0, 1).mstore(32, 2).mload(96).mstore8(5, 9).mcopy(64, 0, 8);
    trace.call({.in = {0, 32}, .out = {0, 8}}).enter();
    trace.mstore(0, 7).ret(0, 4);
    trace.mload(0).pop().stop().summary();
    return trace;
}

}  // namespace

TEST_CASE("a trace that is stripped of its memory and filled is the trace") {
    for (const MemoryTiming moment :
         {MemoryTiming::before, MemoryTiming::expanded, MemoryTiming::after}) {
        CAPTURE(static_cast<int>(moment));
        const TraceBuilder trace = some_writes(moment);
        Dialect dialect = *find_dialect("geth");
        dialect.timings = moment;
        const Filled again = filled(stripped(trace), &dialect, {}, false, moment);
        CHECK(again.text == trace.json());
        CHECK(again.counts.steps_unknown == 0);
        CHECK(again.counts.steps_filled > 0);
    }
}

TEST_CASE("every line of random traces is filled as it was, or left as it is and counted") {
    for (const std::uint64_t seed : {21, 22, 23, 24}) {
        CAPTURE(seed);
        const TraceBuilder trace = random_trace(seed, 150);
        const std::string bare = stripped(trace);
        const Filled again = filled(bare, nullptr, {}, true);
        std::uint64_t left = 0;
        std::size_t a = 0, b = 0, c = 0;
        const std::string whole = trace.json();
        const auto next = [](const std::string& text, std::size_t& at) {
            const std::size_t begin = at;
            at = text.find('\n', begin) + 1;
            return std::string_view{text}.substr(begin, at - begin);
        };
        for (std::size_t i = 0; i < trace.lines().size(); ++i) {
            const auto printed = next(whole, a);
            const auto without = next(bare, b);
            const auto now = next(again.text, c);
            if (now == printed) continue;
            ++left;
            CHECK(now == without);
        }
        CHECK(left == again.counts.steps_unknown);
    }
}

TEST_CASE("lines that are no steps, odd blanks and line ends stay as they are") {
    const std::string trace =
        "INFO begin\r\n"
        R"({ "pc" : 0, "op" : 96, "gas" : "0x64", "gasCost" : "0x3", "memSize" : 0, "stack" : [], "depth" : 1})"
        "\r\n"
        R"({ "pc" : 2, "op" : 96, "gas" : "0x61", "gasCost" : "0x3", "memSize" : 0, "stack" : ["0x1"], "depth" : 1})"
        "\r\n\r\n# a comment\n"
        R"({ "pc" : 4, "op" : 82, "gas" : "0x5e", "gasCost" : "0x6", "memSize" : 0, "stack" : ["0x1", "0x0"], "depth" : 1})"
        "\n"
        R"({ "pc" : 5, "op" : 0, "gas" : "0x58", "gasCost" : "0x0", "memSize" : 32, "stack" : [], "depth" : 1})";
    const std::string word = std::string(63, '0') + "1";
    std::string wanted = trace;
    wanted.insert(wanted.rfind(", \"memSize\""), ", \"memory\" : \"0x" + word + "\"");
    CHECK(filled(trace).text == wanted);
}

TEST_CASE("memory is printed in each form") {
    std::vector<std::uint8_t> bytes(64);
    bytes[31] = 0x2a;
    bytes[32] = 0xff;
    const std::string first = std::string(62, '0') + "2a";
    const std::string second = "ff" + std::string(62, '0');
    const auto printed = [&](MemoryForm::Kind kind) {
        std::string text;
        append_memory(text, bytes, kind, {});
        return text;
    };
    CHECK(printed(MemoryForm::Kind::text) == "\"0x" + first + second + "\"");
    CHECK(printed(MemoryForm::Kind::words) == "[\"0x" + first + "\",\"0x" + second + "\"]");
    CHECK(printed(MemoryForm::Kind::bare_words) == "[\"" + first + "\",\"" + second + "\"]");
    CHECK(printed(MemoryForm::Kind::compact_words) == "[\"0x2a\",\"0x" + second + "\"]");
    CHECK(printed(MemoryForm::Kind::bare_pieces) ==
          "[\"" + first.substr(0, 32) + "\",\"" + first.substr(32) + "\",\"" +
              second.substr(0, 32) + "\",\"" + second.substr(32) + "\"]");
}

TEST_CASE("an array over several lines is laid out as the stack is") {
    ArrayStyle style;
    style.learn("[\n    \"0x1\",\n    \"0x2\"\n  ]");
    std::string text;
    append_memory(text, std::vector<std::uint8_t>(64), MemoryForm::Kind::bare_words, style);
    const std::string zeros(64, '0');
    CHECK(text == "[\n    \"" + zeros + "\",\n    \"" + zeros + "\"\n  ]");
}
