// SPDX-License-Identifier: MIT
// Calls and creates whose callee prints no line: what they may cost, when they may fail, and what
// they return. Sources: Yellow Paper 8 and appendix E; EIP-1014.
#include <doctest/doctest.h>

#include "tests/support/replaying.hpp"
#include "tests/support/trace_changes.hpp"
#include "traces/hashes.hpp"

using namespace evmmem;
using namespace evmmem::test;
using namespace evmmem::traces;

namespace {

/// Replays a call to `to` that gives `result` and uses `used` of 50'000 gas.
Replayed leaf(const Word& to, std::uint64_t used, const Word& result, std::size_t input = 0,
              const Word& value = 0, ForkSet forks = ForkSet::all()) {
    TraceBuilder trace{without_memory};
    if (input != 0) trace.mstore(input - 32, 0);
    const bool is_precompile = to <= Word{0x11};
    trace.call({.to = to,
                .value = value,
                .in = {0, input},
                .overhead = (is_precompile ? 100U : 2600U) + (value.is_zero() ? 0U : 9000U)});
    trace.leaf({}, used, true).pop().stop();
    trace.line(trace.last() - 1).top() = result;
    ReplayOptions options;
    options.forks = forks;
    return replay(trace, options);
}

}  // namespace

TEST_CASE("an account without code gives all gas back, whatever its address") {
    for (const Word& to : {Word{0xc0de0001}, Word{0x1000}, Word{0x12}}) {
        CHECK(leaf(to, 0, 1, 0, 0, Fork::cancun).told() == "");
        CHECK(leaf(to, 1, 1, 0, 0, Fork::cancun).findings.size() == 1);
        CHECK(leaf(to, 50'000, 1, 0, 0, Fork::cancun).findings.size() == 1);
        CHECK(leaf(to, 50'000, 0, 0, 0, Fork::cancun).findings.size() == 1);
    }
}

TEST_CASE("a call is refused for its value, at the greatest depth, and never else") {
    CHECK(leaf(0xc0de0001, 0, 0).findings.size() == 1);
    CHECK(leaf(0xc0de0001, 0, 0).findings.front().check == Check::gas_call);
    CHECK(leaf(0xc0de0001, 0, 0, 0, 1).told() == "");
    CHECK(leaf(0xc0de0001, 52'300, 0, 0, 1).findings.size() == 1);
}

TEST_CASE("a precompile costs what its input says") {
    CHECK(leaf(6, 150, 1, 0, 0, ForkSet{Fork::istanbul} | Fork::berlin).told() == "");
    CHECK(leaf(6, 151, 1).findings.size() == 1);
    CHECK(leaf(6, 500, 1, 0, 0, Fork::cancun).findings.size() == 1);
    CHECK(leaf(7, 6000, 1).told() == "");
    CHECK(leaf(8, 45'000, 1).told() == "");
    CHECK(leaf(8, 45'001, 1).findings.size() == 1);
    CHECK(leaf(5, 200, 1, 0, 0, Fork::cancun).told() == "");
    CHECK(leaf(5, 200, 1, 0, 0, Fork::osaka).findings.size() == 1);
}

TEST_CASE("a precompile fails where the length of its input does, and takes all gas") {
    CHECK(leaf(9, 0, 1, 32).findings.size() == 1);
    CHECK(leaf(9, 50'000, 0, 32).told() == "");
    CHECK(leaf(8, 50'000, 0, 192).told() == "");  // points may be off the curve
    CHECK(leaf(8, 45'000, 1, 32).findings.size() == 1);
    CHECK(leaf(4, 50'000, 0, 32).findings.size() == 1);
    CHECK(leaf(1, 50'000, 0, 32).findings.size() == 1);
}

TEST_CASE("what a precompile returns has its size") {
    TraceBuilder trace;
    trace.call({.to = 1, .overhead = 100}).leaf({}, 3000).returndatasize();
    const std::size_t size = trace.last();
    trace.pop().stop();
    CHECK(replay(trace).told() == "");
    trace.line(size + 1).top() = 0x20;
    CHECK(replay(trace).told() == finding(Check::return_data_size, size, "0x20", "0x0"));
}

TEST_CASE("a point off the curve makes its call fail, and one on it does not") {
    for (const std::uint64_t y : {2U, 3U}) {
        for (const bool succeeds : {false, true}) {
            CAPTURE(y);
            CAPTURE(succeeds);
            TraceBuilder trace;
            trace.mstore(0, 1).mstore(0x20, y).call({.to = 6, .in = {0, 0x40}, .overhead = 100});
            trace.leaf(succeeds ? Bytes(64) : Bytes{}, succeeds ? 150 : 50'000, succeeds);
            trace.pop().stop();
            CHECK(replay(trace).findings.size() == (succeeds == (y == 2) ? 0 : 1));
        }
    }
}

TEST_CASE("what a precompile computes is compared") {
    for (const std::uint8_t claimed : {std::uint8_t{43}, std::uint8_t{44}}) {
        CAPTURE(int{claimed});
        TraceBuilder trace{without_memory};
        trace.mstore(0, 1).mstore(0x20, 1).mstore(0x40, 1);
        trace.mstore8(0x60, 3).mstore8(0x61, 5).mstore8(0x62, 100);  // 3 ** 5 % 100
        trace.call({.to = 5, .in = {0, 0x63}, .out = {0x80, 1}, .overhead = 100});
        trace.leaf({claimed}, 200).mload(0x80).stop();
        ReplayOptions options;
        options.forks = Fork::cancun;
        const Replayed all = replay(trace, options);
        CHECK(all.count(Check::memory_load).made == 1);
        CHECK(all.findings.size() == (claimed == 43 ? 0 : 1));
    }
}

TEST_CASE("an output line never outranks what is computed, and is used where nothing is") {
    for (const bool is_right : {false, true}) {
        TraceBuilder trace{without_memory};
        trace.mstore(0, 0x2a).call({.to = 4, .in = {0, 0x20}, .out = {0, 0x20}, .overhead = 100});
        const std::size_t call = trace.last();
        trace.leaf(Bytes(trace.memory()), 18).mload(0).stop();
        TraceLine said;
        said.kind = TraceLine::Kind::report;
        said.report_kind = Report::Kind::output;
        said.output = Bytes(32);
        said.output->back() = is_right ? 0x2a : 0x2b;
        trace.lines().insert(trace.lines().begin() + static_cast<std::ptrdiff_t>(call) + 1, said);
        CHECK(replay(trace).findings.size() == (is_right ? 0 : 1));
    }
    TraceBuilder trace{without_memory};
    trace.call({.to = 8, .out = {0, 0x20}, .overhead = 100});
    const std::size_t call = trace.last();
    trace.leaf(Bytes(32, 7), 45'000).mload(0);
    const std::size_t load = trace.last();
    trace.stop();
    TraceLine said;
    said.kind = TraceLine::Kind::report;
    said.report_kind = Report::Kind::output;
    said.output = Bytes(32, 7);
    said.gas_used = 45'000;
    trace.lines().insert(trace.lines().begin() + static_cast<std::ptrdiff_t>(call) + 1, said);
    CHECK(replay(trace).told() == "");
    CHECK(replay(trace).count(Check::memory_load).made == 1);
    trace.line(load + 2).top() = 7;
    CHECK(replay(trace).findings.size() == 1);
    trace.line(call + 1).gas_used = 45'001;
    CHECK(replay(trace).findings.size() == 2);
}

TEST_CASE("deployed code that does something runs a step when it is called") {
    for (const std::uint8_t first : {std::uint8_t{0x5b}, std::uint8_t{0}}) {
        CAPTURE(first);
        TraceBuilder trace{{.has_memory = false}};  // nor is the init code known
        trace.calldatacopy(0, 0, 0x20).create({.code = {0, 0x20}}).enter();
        trace.mstore8(0, first).ret(0, 1).pop();
        trace.call({.to = 0xadd0001, .overhead = 100}).leaf().stop();
        CHECK(replay(trace).findings.size() == 1);
    }
}

TEST_CASE("init code that does something runs a step") {
    for (const std::uint8_t first : {std::uint8_t{0x5b}, std::uint8_t{0}}) {
        CAPTURE(first);
        TraceBuilder trace;
        trace.mstore8(0, first).create({.code = {0, 1}, .overhead = 32'002}).leaf().stop();
        CHECK(replay(trace).findings.size() == 1);
        TraceBuilder refused;
        refused.mstore8(0, first).create({.code = {0, 1}, .overhead = 32'002}).refused().stop();
        CHECK(replay(refused).told() == "");
    }
}

TEST_CASE("a CREATE2 without steps gives its address, and makes it once") {
    const Word creator = 0xc0de0001;
    const Word address = Word::from_big_endian(create2_address(creator, 7, {}));
    TraceBuilder trace;
    trace.call({.gas = 500'000, .to = creator}).enter();
    trace.create({.op = Opcode::CREATE2, .salt = 7, .address = address}).leaf().pop();
    const std::size_t pop = trace.last();
    trace.create({.op = Opcode::CREATE2, .salt = 7, .address = address}).leaf({}, 0, false).pop();
    const std::size_t again = trace.last();
    trace.stop().stop();
    CHECK(replay(trace).told() == "");
    CHECK(replay(trace).count(Check::memory_hash).made == 1);
    TraceBuilder wrong = trace;
    wrong.line(pop).top() = 5;
    CHECK(replay(wrong).findings.front().check == Check::memory_hash);
    trace.line(again).top() = address;
    CHECK(replay(trace).findings.size() == 1);
    CHECK(replay(trace).findings.front().check == Check::call_result);
}

TEST_CASE("a frame that stops in silence after a call without steps leaves what that leaves") {
    TraceBuilder trace{{.prints_virtual_stop = false}};
    trace.call({}).enter().call({.to = 0xbb}).leaf().end_of_code();
    trace.push(1).stop();
    CHECK(replay(trace).told() == "");
    CHECK(replay(trace).count(Check::gas_call).made == 2);
    shift_gas(trace, trace.last() - 1, 7777);
    CHECK(replay(trace).findings.size() == 1);
}
