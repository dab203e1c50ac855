// SPDX-License-Identifier: MIT
// Amsterdam's state gas (EIP-8037): it explains what it can have taken or given back, and no more.
#include "traces/replay/state_gas.hpp"

#include <doctest/doctest.h>

#include "tests/support/replaying.hpp"
#include "tests/support/trace_changes.hpp"

using namespace evmmem;
using namespace evmmem::test;
using namespace evmmem::traces;

namespace {

/// An SSTORE that costs 12100 and `taken` of state gas.
Replayed store(std::uint64_t gas, std::uint64_t taken) {
    TraceBuilder trace{{}, gas};
    trace.op(Opcode::SSTORE, {1, 1}, {}, 12'100).stop();
    shift_gas(trace, trace.last(), taken);
    return replay(trace);
}

}  // namespace

TEST_CASE("state gas is all or nothing, but where a reservoir pays a part") {
    CHECK(may_have_reservoir(16'762'216, ReplayRules{}));
    CHECK_FALSE(may_have_reservoir(1'000'000, ReplayRules{}));
    CHECK(store(1'000'000, 0).told() == "");
    CHECK(store(1'000'000, 97'920).told() == "");
    CHECK(store(1'000'000, 97'920 - 1530).findings.size() == 1);
    CHECK(store(1'000'000, 2 * 97'920).findings.size() == 1);
    CHECK(store(16'762'216, 69'952).told() == "");
    CHECK(store(16'762'216, 97'921).findings.size() == 1);
}

TEST_CASE("after a call no gas vanishes or appears that was no state gas") {
    for (const std::int64_t less : {1530, -1530, 183'600, 97'920}) {
        CAPTURE(less);
        TraceBuilder trace;
        trace.call({}).enter().push(1).stop();
        const std::size_t stop = trace.last();
        trace.push(1).pop().stop();
        shift_gas(trace, stop + 1, static_cast<std::uint64_t>(less));
        REQUIRE(replay(trace).findings.size() == 1);
        CHECK(replay(trace).findings.front().check == Check::gas_call);
        TraceBuilder leaf;
        leaf.call({.to = 4, .overhead = 100}).leaf({}, 15).push(1).stop();
        shift_gas(leaf, leaf.last() - 1, static_cast<std::uint64_t>(less));
        CHECK(replay(leaf).findings.size() == 1);
    }
}

TEST_CASE("a callee that reverts gives back the state gas that it took, and no more") {
    for (const std::uint64_t back : {0U, 97'920U, 97'920U + 1530U, 1U}) {
        CAPTURE(back);
        TraceBuilder trace;
        trace.call({.gas = 500'000, .overhead = 3000}).enter();
        trace.op(Opcode::SSTORE, {1, 1}, {}, 12'100 + 97'920).revert(0, 0);
        const std::size_t revert = trace.last();
        trace.push(1).stop();
        shift_gas(trace, revert + 1, 0 - back);
        CHECK(replay(trace).findings.size() == (back == 0 || back == 97'920 ? 0 : 1));
    }
}

TEST_CASE("an outermost REVERT gives state gas back") {
    for (const std::uint64_t back : {0U, 97'920U, 97'920U + 1530U}) {
        TraceBuilder trace;
        trace.op(Opcode::SSTORE, {1, 1}, {}, 12'100 + 97'920).revert(0, 0).summary();
        *trace.line(trace.last()).gas_used -= back;
        CHECK(replay(trace).findings.size() == (back <= 97'920 ? 0 : 1));
    }
}

TEST_CASE("Amsterdam's unsettled prices excuse no other instruction's") {
    TraceBuilder trace;
    trace.create({.overhead = 12'000}).leaf().pop().mstore(0x200, 1).stop();
    CHECK(replay(trace).told() == "");
    CHECK(replay(trace).summary.forks == ForkSet{Fork::amsterdam});
    shift_gas(trace, trace.last(), 50);
    REQUIRE(replay(trace).findings.size() == 1);
    CHECK(replay(trace).findings.front().severity == Severity::finding);
}

TEST_CASE("a client between two forks is reported as such, and not for all gas that is gone") {
    for (const std::uint64_t less : {0U, 7U}) {
        TraceBuilder trace{{.has_memory = false}};  // nor is the init code known
        trace.create({.overhead = 12'000}).leaf().pop();
        trace.calldatacopy(0, 0, 0x20).create({.code = {0, 0x20}, .overhead = 12'002}).enter();
        trace.mstore8(0, 1).ret(0, 0x20);
        const std::size_t ret = trace.last();
        trace.pop().stop();
        shift_gas(trace, ret + 1, less);
        const Replayed replayed = replay(trace);
        REQUIRE(replayed.findings.size() == 1);
        const Finding& found = replayed.findings.front();
        CHECK(found.severity == (less == 0 ? Severity::warning : Severity::finding));
        CHECK(found.claimed != found.computed);
        CHECK((found.detail.find("between the two forks") != std::string::npos) == (less == 0));
    }
}

TEST_CASE("where gasCost counts all that the gas falls by, it counts state gas, too") {
    for (const std::uint64_t less : {0U, 1U, 183'600U}) {
        CAPTURE(less);
        TraceBuilder trace{{.gas_cost = GasCostStyle::full_create, .has_memory = false}};
        trace.create({.overhead = 12'000 + 183'600});
        *trace.line(trace.last()).gas_cost -= less;
        trace.enter().stop().pop().stop();
        CHECK(replay(trace).summary.forks == ForkSet{Fork::amsterdam});
        CHECK(replay(trace).count(Check::gas_cost).failed == (less == 0 ? 0 : 1));
    }
}

TEST_CASE("gas that rises by state gas that comes back costs nothing, or what is left without it") {
    for (const std::uint64_t printed : {0U, 100U, 99U}) {
        CAPTURE(printed);
        TraceBuilder trace;
        trace.op(Opcode::SLOAD, {1}, {0}, 2100).pop();
        trace.op(Opcode::SSTORE, {1, 1}, {}, 10'100 + 97'920);
        trace.op(Opcode::SSTORE, {1, 0}, {}, 100);
        const std::size_t store = trace.last();
        trace.stop();
        shift_gas(trace, trace.last(), 0 - std::uint64_t{97'920});
        trace.line(store).gas_cost = printed;
        const Replayed replayed = replay(trace);
        CHECK(replayed.summary.forks == ForkSet{Fork::amsterdam});
        CHECK(replayed.count(Check::gas_cost).failed == (printed == 99 ? 1 : 0));
        if (printed == 99) CHECK(replayed.findings.front().computed == "0x64");
    }
}

TEST_CASE("a create that is refused hands nothing on, and its gasCost may say so") {
    for (const std::uint64_t more : {0U, 1U}) {
        CAPTURE(more);
        TraceBuilder trace{{.gas_cost = GasCostStyle::full_create, .has_memory = false}};
        // That gasCost counts what is handed on.
        trace.create({.overhead = 32'000}).enter().stop().pop();
        trace.create({.value = 1, .overhead = 32'000});
        trace.line(trace.last()).gas_cost = 32'000 + more;
        trace.refused().pop().stop();
        CHECK(replay(trace).count(Check::gas_cost).failed == more);
    }
}
