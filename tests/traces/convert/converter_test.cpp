// SPDX-License-Identifier: MIT
// Traces in another form, against the lines of a model that prints everything; and what must not be
// invented.
#include "traces/convert/converter.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/generated.hpp"
#include "tests/support/random_trace.hpp"
#include "tests/support/replaying.hpp"
#include "traces/no_findings.hpp"
#include "traces/step_reader.hpp"

using namespace evmmem;
using namespace evmmem::traces;
using namespace evmmem::test;

namespace {

struct Converted {
    std::string text;
    ConvertCounts counts;
};

/// How the trace is read, and what is known of it.
struct Given {
    std::optional<Bytes> calldata{};
    std::optional<Bytes> code{};
    const Dialect* dialect = nullptr;
};

template <typename Writer>
Converted converted(const std::string& trace, const ConvertOptions& options = {},
                    const Given& given = {}) {
    Converted result;
    TextPieces text{[&](std::string_view piece) {
        result.text += piece;
        return true;
    }};
    Writer writer{text};
    Converter converter{options, writer};
    ReaderOptions reading;
    reading.dialect = given.dialect;
    auto reader = StepReader::over(trace, reading);
    REQUIRE(reader);
    NoFindings sink;
    ReplayOptions replaying;
    replaying.observer = &converter;
    replaying.calldata = given.calldata;
    replaying.code = given.code;
    Replayer replayer{reader->dialect(), replaying, sink};
    replayer.replay_all(*reader);
    replayer.finish();
    converter.finish();
    text.flush();
    result.counts = converter.counts();
    return result;
}

/// What the lines say that a reader reads.
struct SeenLine {
    std::uint64_t pc = 0, gas = 0;
    std::optional<std::uint64_t> gas_cost, memory_size;
    std::optional<Bytes> memory;
    std::string error;

    bool operator==(const SeenLine&) const = default;
};

std::vector<SeenLine> lines_of(const std::string& trace) {
    std::vector<SeenLine> lines;
    auto reader = StepReader::over(trace);
    REQUIRE(reader);
    Record record;
    for (;;) {
        const auto kind = reader->next(record);
        REQUIRE(kind);
        if (*kind == RecordKind::end) return lines;
        if (*kind != RecordKind::step) continue;
        const Step& step = record.step;
        SeenLine line{.pc = step.pc,
                      .gas = step.gas,
                      .gas_cost = step.gas_cost,
                      .memory_size = step.memory_size,
                      .memory = std::nullopt,
                      .error = std::string{step.error}};
        if (step.memory) line.memory.emplace(step.memory->begin(), step.memory->end());
        if (!line.memory && step.memory_size == 0U) line.memory.emplace();
        lines.push_back(std::move(line));
    }
}

std::size_t count_of(std::string_view text, std::string_view part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1))
        ++count;
    return count;
}

/// A program with a call that sends value, a create, and a callee that fails.
TraceBuilder some_calls(const TraceStyle& style) {
    TraceBuilder trace{style};
    trace.mstore(0, 0x2a);
    trace.call({.value = 1, .in = {0, 32}, .out = {32, 32}, .overhead = 11'600}).enter();
    trace.mstore(0, 7).ret(0, 32);
    trace.call({.to = 0xc0de0002, .in = {0, 4}}).leaf();
    trace.store_code(returning(1));
    trace.create({.code = {0, returning(1).size()}}).enter();
    trace.push(1).push(0).ret(0, 1);
    trace.call({.gas = 5'000, .to = 0xc0de0003}).enter();
    trace.fail_next().mload(std::uint64_t{1} << 40);
    trace.pop().stop();
    trace.summary();
    return trace;
}

}  // namespace

TEST_CASE("memory that a trace does not show is filled in, before each step, where it is known") {
    for (const std::uint64_t seed : {1, 2, 3, 4, 5, 6, 7, 8}) {
        CAPTURE(seed);
        TraceBuilder trace = random_trace(seed, 150);
        const auto whole = lines_of(trace.json());
        for (TraceLine& line : trace.lines()) {
            line.memory.reset();
            line.memory_size.reset();
        }
        const auto filled = converted<Eip3155Writer>(
            trace.json(), {}, {random_trace_calldata(), random_trace_code()});
        const auto lines = lines_of(filled.text);
        REQUIRE(lines.size() == whole.size());
        std::uint64_t unknown = 0;
        for (std::size_t i = 0; i < lines.size(); ++i) {
            CAPTURE(i);
            if (lines[i].memory_size) CHECK(lines[i].memory_size == whole[i].memory_size);
            if (lines[i].memory)
                CHECK(lines[i].memory == whole[i].memory);
            else
                ++unknown;
            CHECK(lines[i].gas_cost == whole[i].gas_cost);
        }
        CHECK(unknown == filled.counts.steps_unknown);
    }
}

TEST_CASE("bytes that are not known are not invented") {
    TraceBuilder trace{{.has_memory = false}};
    trace.calldatacopy(0, 0, 40).mstore(64, 1).mload(64).pop().stop();
    const std::string text = trace.json();

    const Converted left_out = converted<Eip3155Writer>(text);
    CHECK(left_out.counts.steps_unknown > 0);
    CHECK(left_out.counts.bytes_unknown == 40 * left_out.counts.steps_unknown);
    CHECK(count_of(left_out.text, "\"memory\"") == 0);

    const Converted zeros = converted<Eip3155Writer>(text, {.unknown_as_zero = true});
    CHECK(zeros.counts.bytes_unknown == left_out.counts.bytes_unknown);
    CHECK(count_of(zeros.text, "\"memory\"") == zeros.counts.steps_unknown);
    CHECK(count_of(zeros.text, R"("unknown":[[0,40]])") == zeros.counts.steps_unknown);

    const Converted document = converted<StructLogsWriter>(text);
    CHECK(count_of(document.text, R"("memory":null)") == document.counts.steps_unknown);
    CHECK(replay_json(document.text).findings.empty());

    Bytes calldata = counted_bytes(40);
    const Converted told = converted<Eip3155Writer>(text, {}, {.calldata = calldata});
    CHECK(told.counts.steps_unknown == 0);
    CHECK(count_of(told.text, "\"memory\":\"0x0102030405") > 0);
}

TEST_CASE("gasCost is what go-ethereum prints, whatever the client counts") {
    const TraceBuilder full = some_calls({});
    const auto wanted = lines_of(full.json());
    for (const GasCostStyle style :
         {GasCostStyle::full, GasCostStyle::full_create, GasCostStyle::own}) {
        CAPTURE(static_cast<int>(style));
        const TraceBuilder trace = some_calls({.gas_cost = style});
        Dialect dialect = *find_dialect("eip-3155");
        dialect.gas_cost = style;
        const auto lines =
            lines_of(converted<Eip3155Writer>(trace.json(), {}, {.dialect = &dialect}).text);
        REQUIRE(lines.size() == wanted.size());
        for (std::size_t i = 0; i < lines.size(); ++i) {
            CAPTURE(i);
            if (wanted[i].error.empty())
                CHECK(lines[i].gas_cost.value_or(0) == wanted[i].gas_cost.value_or(0));
        }
    }
}

TEST_CASE("gasCost that is not printed is what the gas of the lines and the rules leave") {
    const TraceBuilder trace = some_calls({.has_gas_cost = false});
    const auto wanted = lines_of(some_calls({}).json());
    const Converted filled = converted<Eip3155Writer>(trace.json());
    const auto lines = lines_of(filled.text);
    REQUIRE(lines.size() == wanted.size());
    std::size_t known = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        CAPTURE(i);
        if (!lines[i].gas_cost) continue;
        ++known;
        CHECK(*lines[i].gas_cost == wanted[i].gas_cost.value_or(0));
    }
    CHECK(known + filled.counts.costs_unknown == lines.size());
    CHECK(filled.counts.costs_unknown <= 3);  // the step that fails, and calls
}

TEST_CASE("memory taken after growth, or after the write, is written as it was before") {
    for (const MemoryTiming timing : {MemoryTiming::expanded, MemoryTiming::after}) {
        const auto program = [](MemoryTiming when) {
            TraceBuilder trace{{.timing = when, .timings_possible = when}};
            trace.mstore(0, 1).mstore(32, 2).mload(96).mstore8(5, 9).calldatacopy(64, 0, 8);
            trace.mload(0).mload(64).pop().stop();
            return trace;
        };
        Dialect dialect = *find_dialect("eip-3155");
        dialect.timings = timing;
        const auto lines = lines_of(
            converted<Eip3155Writer>(program(timing).json(), {}, {.dialect = &dialect}).text);
        const auto wanted = lines_of(program(MemoryTiming::before).json());
        REQUIRE(lines.size() == wanted.size());
        for (std::size_t i = 0; i < lines.size(); ++i) {
            CAPTURE(i);
            CHECK(lines[i].memory == wanted[i].memory);
            CHECK(lines[i].memory_size == wanted[i].memory_size);
        }
    }
}

TEST_CASE("memory taken after the write says nothing of what stood there before") {
    TraceBuilder trace{{.timing = MemoryTiming::after, .timings_possible = MemoryTiming::after}};
    trace.calldatacopy(0, 0, 64).mstore(0, 1).stop();
    std::vector<TraceLine>& lines = trace.lines();
    const std::size_t store = lines.size() - 2;
    for (std::size_t i = 0; i < store; ++i)
        lines[i].memory.reset();
    Dialect dialect = *find_dialect("eip-3155");
    dialect.timings = MemoryTiming::after;
    const Converted zeros =
        converted<Eip3155Writer>(trace.json(), {.unknown_as_zero = true}, {.dialect = &dialect});
    const auto text_of = [&](std::size_t i) {
        std::istringstream all{zeros.text};
        std::string line;
        for (std::size_t at = 0; at <= i; ++at)
            std::getline(all, line);
        return line;
    };
    CHECK(text_of(store).contains(R"("op":82,)"));
    CHECK(text_of(store).contains(R"("unknown":[[0,32]])"));
    CHECK_FALSE(text_of(store + 1).contains("unknown"));
}

TEST_CASE("a failing step that is printed twice is written once, with its error") {
    TraceBuilder trace{{.prints_failure_twice = true}};
    trace.mstore(0, 1).push(32).push(0).fail_next("return data out of bounds");
    trace.returndatacopy(0, 5, 32);
    const Converted once = converted<Eip3155Writer>(trace.json());
    CHECK(once.counts.repeated <= 1);
    CHECK(once.counts.steps + once.counts.repeated == lines_of(trace.json()).size());
    CHECK(count_of(once.text, R"("error":"return data out of bounds")") == 1);
}

TEST_CASE("what a line shows is written as it is printed, right or wrong") {
    TraceBuilder trace;
    trace.mstore(0, 0x2a).mload(0).pop().stop();
    const std::size_t wrong = trace.last() - 1;
    trace.line(wrong).memory->at(31) = 0x2b;
    trace.line(wrong).gas_cost = 77;
    const auto lines = lines_of(converted<Eip3155Writer>(trace.json()).text);
    CHECK(lines.at(wrong).memory == trace.line(wrong).memory);
    CHECK(lines.at(wrong).gas_cost == 77U);
}

TEST_CASE("a part of the steps") {
    TraceBuilder trace;
    trace.mstore(0, 1).push(1).push(2).pop().pop().mload(0).pop().stop();
    const std::string text = trace.json();
    const auto all = lines_of(text);
    const Converted part = converted<Eip3155Writer>(text, {.first_step = 2, .last_step = 4});
    CHECK(part.counts.steps == 3);
    CHECK(lines_of(part.text) == std::vector(all.begin() + 2, all.begin() + 5));
    const Converted memory = converted<Eip3155Writer>(text, {.only_memory_steps = true});
    CHECK(memory.counts.steps == 2);
    CHECK(count_of(memory.text, "\"MSTORE\"") == 1);
    CHECK(count_of(memory.text, "\"MLOAD\"") == 1);
}

TEST_CASE("there and back nothing changes, of generated traces and random ones") {
    std::vector<std::string> traces;
    for (const std::uint64_t seed : {11, 12, 13})
        traces.push_back(random_trace(seed, 200).json());
    traces.push_back(
        generated({.pattern = pattern_named("solidity"), .steps = 3000, .with_calls = true}));
    traces.push_back(some_calls({}).json());
    int correct = 0;
    for (const std::string& trace : traces) {
        const std::string lines = converted<Eip3155Writer>(trace).text;
        const std::string document = converted<StructLogsWriter>(trace).text;
        CHECK(converted<Eip3155Writer>(lines).text == lines);
        CHECK(converted<StructLogsWriter>(document).text == document);
        CHECK(converted<StructLogsWriter>(lines).text == document);
        CHECK(converted<Eip3155Writer>(document).text == lines);
        if (!replay_json(trace).findings.empty()) continue;  // the model's words are random
        ++correct;
        CHECK(replay_json(lines).findings.empty());
        CHECK(replay_json(document).findings.empty());
    }
    CHECK(correct >= 1);
}

TEST_CASE("goevmlab's lines leave out what it does not compare") {
    TraceBuilder trace;
    for (int i = 1; i <= 8; ++i)
        trace.push(i);
    trace.stop();
    const Converted lines = converted<CanonicalWriter>(trace.json());
    CHECK(lines.text.starts_with(
        R"({"depth":1,"pc":0,"gas":1000000,"op":"0x60","opName":"PUSH1","stack":[]})"
        "\n"));
    CHECK(lines.text.ends_with(R"("stack":["0x2","0x3","0x4","0x5","0x6","0x7"]})"
                               "\n"));
    CHECK(count_of(lines.text, "STOP") == 0);
}
