// SPDX-License-Identifier: MIT
// How frames begin and end: an empty stack, the gas that goes back, lines of the client's about it.
#include <doctest/doctest.h>

#include "tests/support/replaying.hpp"
#include "tests/support/trace_changes.hpp"

using namespace evmmem;
using namespace evmmem::test;
using namespace evmmem::traces;

namespace {

/// A line that the client prints of a frame's end.
TraceLine end_line(const Bytes& output, std::uint64_t gas_used, const std::string& error = "") {
    TraceLine line;
    line.kind = TraceLine::Kind::report;
    line.report_kind = Report::Kind::output;
    line.output = output;
    line.gas_used = gas_used;
    line.error = error;
    return line;
}

}  // namespace

TEST_CASE("a frame begins with an empty stack, the outermost and any other") {
    for (const bool is_callee : {false, true}) {
        TraceBuilder trace;
        if (is_callee) trace.call({}).enter();
        trace.op(Opcode::ADDRESS, {}, {0xc0de0001}, 2);
        const std::size_t first = trace.last();
        trace.stop();
        if (is_callee) trace.stop();
        CHECK(replay(trace).told() == "");
        for (std::size_t i = first; i < first + 2; ++i)
            trace.line(i).stack.insert(trace.line(i).stack.begin(), 7);
        CHECK(replay(trace).told() == finding(Check::stack_height, first, "1", "0"));
    }
}

TEST_CASE("where depth drops by two, gas is that of both frames") {
    for (const std::uint64_t less : {0U, 1U, 7777U}) {
        TraceBuilder trace{{.prints_virtual_stop = false}};
        trace.call({}).enter().call({.to = 0xbb}).enter().push(1).stop().end_of_code();
        trace.push(1).stop();
        shift_gas(trace, trace.last() - 1, less);
        CHECK(replay(trace).findings.size() == (less == 0 ? 0 : 1));
    }
}

TEST_CASE("SELFDESTRUCT has a price, and what is left goes back") {
    for (const std::uint64_t cost : {5000U, 7600U, 32'600U, 7777U, 5001U}) {
        CAPTURE(cost);
        TraceBuilder trace;
        trace.call({}).enter().selfdestruct(0xbb, cost).stop().summary();
        CHECK(replay(trace).findings.size() == (cost % 100 == 0 ? 0 : 1));
        TraceBuilder outermost;
        outermost.selfdestruct(0xbb, cost).summary();
        CHECK(replay(outermost).findings.size() == (cost % 100 == 0 ? 0 : 1));
    }
}

TEST_CASE("a step by state before a STOP that is not printed has its price, too") {
    for (const std::uint64_t cost : {2100U, 2101U}) {
        TraceBuilder trace{{.prints_virtual_stop = false}};
        trace.call({}).enter().op(Opcode::SLOAD, {1}, {7}, cost).end_of_code().stop();
        CHECK(replay(trace).findings.size() == (cost == 2100 ? 0 : 1));
    }
}

TEST_CASE("25000 for a new account only where there is no code") {
    for (const bool has_steps : {false, true}) {
        TraceBuilder trace;
        trace.call({.value = 1, .overhead = 36'600});
        has_steps ? trace.enter().stop() : trace.leaf();
        trace.stop();
        CHECK(replay(trace).findings.size() == (has_steps ? 1 : 0));
    }
}

TEST_CASE("what is printed of an inner frame's end is compared with its steps") {
    const auto with_line = [](const TraceLine& line, bool reverts = false) {
        TraceBuilder trace;
        trace.call({}).enter().mstore(0, 0x11);
        reverts ? trace.revert(0, 0x20) : trace.ret(0, 0x20);
        const auto at = static_cast<std::ptrdiff_t>(trace.last()) + 1;
        trace.pop().stop().summary();
        trace.lines().insert(trace.lines().begin() + at, line);
        return replay(trace);
    };
    const Bytes output = Bytes(31, 0);
    Bytes right = output;
    right.push_back(0x11);
    Bytes wrong = output;
    wrong.push_back(0x12);
    CHECK(with_line(end_line(right, 18)).told() == "");
    CHECK(with_line(end_line(right, 18)).count(Check::summary_output).made == 2);
    CHECK(with_line(end_line(right, 18, "execution reverted"), true).told() == "");
    CHECK(with_line(end_line(wrong, 18)).findings.size() == 1);
    CHECK(with_line(end_line(wrong, 18)).findings.front().check == Check::summary_output);
    CHECK(with_line(end_line(output, 18)).findings.size() == 1);
    CHECK(with_line(end_line(right, 19)).findings.size() == 1);
    CHECK(with_line(end_line(right, 19)).findings.front().check == Check::summary_gas);
    CHECK(with_line(end_line(right, 18, "out of gas")).findings.size() == 1);
}

TEST_CASE("of the output a known byte that differs is found beside unknown ones") {
    TraceBuilder trace{without_memory};
    trace.extcodecopy(0xbb, 0, 0, 0x20, Bytes(32, 5), 2600).mstore(0x20, 0x11).ret(0, 0x40);
    trace.summary();
    CHECK(replay(trace).told() == "");
    CHECK(replay(trace).count(Check::summary_output).impossible == 1);
    trace.line(trace.last()).output->back() = 0x99;
    REQUIRE(replay(trace).findings.size() == 1);
    CHECK(replay(trace).findings.front().check == Check::summary_output);
}

TEST_CASE("a second line about a transaction's end is compared, too") {
    TraceBuilder trace;
    trace.mstore(0, 0x11).ret(0, 0x20).summary();
    trace.line(trace.last()).report_kind = Report::Kind::output;
    trace.summary();
    CHECK(replay(trace).told() == "");
    CHECK(replay(trace).count(Check::summary_output).made == 2);
    trace.line(trace.last()).output->back() = 0x12;
    CHECK(replay(trace).findings.size() == 1);
}
