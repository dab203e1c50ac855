// SPDX-License-Identifier: MIT
// What a frame that failed had touched is cold again, where it was seen to be cold (EIP-2929).
#include <doctest/doctest.h>

#include "tests/support/replaying.hpp"

using namespace evmmem;
using namespace evmmem::test;
using namespace evmmem::traces;

namespace {

/// A callee touches an address or a slot for `first` gas and reverts; then it is touched for
/// `second`.
std::size_t findings(Opcode op, std::uint64_t first, std::uint64_t second, bool reverts = true,
                     const Word& target = 0xbb) {
    TraceBuilder trace{without_memory};
    trace.call({.to = 0xaa}).enter().op(op, {target}, {1}, first);
    reverts ? trace.revert(0, 0) : trace.stop();
    trace.call({.to = 0xaa, .overhead = 100}).enter().op(op, {target}, {1}, second).stop();
    trace.stop();
    return replay(trace).findings.size();
}

}  // namespace

TEST_CASE("an address or a slot that a reverted frame found cold is cold again") {
    for (const Opcode op : {Opcode::BALANCE, Opcode::EXTCODESIZE, Opcode::EXTCODEHASH}) {
        CHECK(findings(op, 2600, 2600) == 0);
        CHECK(findings(op, 2600, 100) == 1);
        CHECK(findings(op, 2600, 100, false) == 0);
        CHECK(findings(op, 100, 100) == 0);  // an access list may hold it
    }
    CHECK(findings(Opcode::SLOAD, 2100, 2100) == 0);
    CHECK(findings(Opcode::SLOAD, 2100, 100) == 1);
    CHECK(findings(Opcode::SLOAD, 2100, 100, false) == 0);
}

TEST_CASE("a precompile is never cold") {
    CHECK(findings(Opcode::BALANCE, 100, 100, true, 9) == 0);
    CHECK(findings(Opcode::BALANCE, 2600, 2600, true, 0x1000) == 0);
    TraceBuilder trace;
    trace.op(Opcode::BALANCE, {0xbb}, {1}, 2600).op(Opcode::BALANCE, {4}, {1}, 2600).stop();
    CHECK(replay(trace).findings.size() == 1);
}

TEST_CASE(
    "a call that was cold in a reverted frame is cold again, unless an unknown account was made") {
    for (const bool creates : {false, true}) {
        TraceBuilder trace{without_memory};
        trace.call({.to = 0xaa}).enter().call({.to = 0xbb}).enter().stop().revert(0, 0);
        if (creates) trace.create({}).leaf({}, 0, false).pop();
        trace.call({.to = 0xbb, .overhead = 100}).enter().stop().stop();
        CHECK(replay(trace).findings.size() == (creates ? 0 : 1));
    }
}

TEST_CASE("the wrong gasCost of a call names the cost that its gas shows") {
    TraceBuilder trace;
    trace.call({.gas = 0xffff, .in = {0, 0x400}, .out = {0x400, 0x600}}).enter().push(1).stop();
    const std::size_t stop = trace.last();
    std::size_t call = stop;
    while (trace.line(call).op != Opcode::CALL)
        --call;
    trace.pop().stop();
    CHECK(replay(trace).told() == "");
    trace.line(call).gas_cost = 0x10a27 - 252;
    CHECK(replay(trace).told() == finding(Check::gas_cost, call, "0x1092b", "0x10b23"));
    // What the gas after the call says matters more.
    for (std::size_t i = stop + 1; i < trace.lines().size(); ++i)
        trace.line(i).gas -= 9;
    REQUIRE(replay(trace).findings.size() == 1);
    CHECK(replay(trace).findings.front().check == Check::gas_call);
}
