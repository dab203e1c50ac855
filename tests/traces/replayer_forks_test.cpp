// SPDX-License-Identifier: MIT
// Which forks a transaction allows: each transaction by itself, struck by the steps that exclude
// them. Sources: EIP-160, 1884, 2200, 2929.
#include <doctest/doctest.h>

#include "tests/support/replaying.hpp"

using namespace evmmem;
using namespace evmmem::test;
using namespace evmmem::traces;

TEST_CASE("each transaction has forks of its own") {
    TraceBuilder trace;
    trace.op(Opcode::SLOAD, {0}, {0}, 200).stop().summary();
    const std::size_t second = trace.last() + 1;
    trace.transaction().op(Opcode::SLOAD, {0}, {0}, 2100).stop().summary();
    trace.transaction().op(Opcode::SLOAD, {0}, {0}, 2100).stop().summary();
    const Replayed replayed = replay(trace);
    CHECK(replayed.told() == "");
    CHECK(replayed.summary.forks.empty());
    const std::vector<ForkRun>& runs = replayed.summary.fork_runs;
    REQUIRE(runs.size() == 2);
    CHECK(runs[0].first == 0);
    CHECK(runs[0].count == 1);
    CHECK(runs[0].forks == ForkSet::between(Fork::tangerine_whistle, Fork::petersburg));
    CHECK(runs[1].first == 1);
    CHECK(runs[1].count == 2);
    CHECK(runs[1].forks == ForkSet::from(Fork::berlin));
    REQUIRE(runs[1].strikes.size() == 1);
    CHECK(runs[1].strikes[0].step.op == Opcode::SLOAD);
    CHECK(runs[1].strikes[0].step.line == second + 2);
    CHECK(runs[1].strikes[0].forks == ForkSet::between(Fork::frontier, Fork::istanbul));
}

TEST_CASE("EXP is priced by one fork in a transaction") {
    TraceBuilder trace;
    trace.op(Opcode::EXP, {1, 0x100}, {1}, 110).pop();
    trace.op(Opcode::EXP, {1, 0x100}, {1}, 30);
    const std::size_t second = trace.last();
    trace.stop().summary();
    const Replayed replayed = replay(trace);
    REQUIRE(replayed.findings.size() == 1);
    CHECK(replayed.findings.front().step == second);
    CHECK(replayed.findings.front().severity == Severity::finding);
}

TEST_CASE("what no fork allows is wrong in Amsterdam, too, where Amsterdam changes nothing") {
    ReplayOptions options;
    options.forks = Fork::amsterdam;
    TraceBuilder trace;
    trace.mstore(0x40, 1);
    const std::size_t store = trace.last();
    trace.push(1).pop().stop();
    for (std::size_t i = store + 1; i < trace.lines().size(); ++i)
        trace.line(i).gas -= 50;
    const Replayed replayed = replay(trace, options);
    REQUIRE(!replayed.findings.empty());
    CHECK(replayed.findings.front().severity == Severity::finding);
}

TEST_CASE("a price that only Amsterdam has, and one that it lacks, are of no fork") {
    TraceBuilder trace;
    trace.op(Opcode::SSTORE, {1, 1}, {}, 10'100 + 97'920);
    trace.op(Opcode::BALANCE, {0xabc}, {1}, 2600).stop().summary();
    const Replayed replayed = replay(trace);
    REQUIRE(replayed.findings.size() == 1);
    CHECK(replayed.findings.front().severity == Severity::finding);
}
