// SPDX-License-Identifier: MIT
// Success and failure are claims: what halts for no reason, what goes on though it must halt, and
// what claims a reason that does not hold. Sources: Yellow Paper 9.4.2; EIP-211, 214, 1153, 2200,
// 3860.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/support/replaying.hpp"

using namespace evmmem;
using namespace evmmem::test;
using namespace evmmem::traces;

namespace {

constexpr Word address = 0xc0de0001;

/// A callee's one instruction, after a STATICCALL or a CALL, and what follows.
template <typename Program>
TraceBuilder inside(Opcode call, Program program) {
    TraceBuilder trace;
    trace.call({.op = call, .to = address}).enter();
    program(trace);
    trace.stop().pop().stop().summary();
    return trace;
}

}  // namespace

// ---- a failure that is claimed ------------------------------------------------------------------

TEST_CASE("an instruction that has all it needs must not fail, whatever its error says") {
    for (const std::string error :
         {"out of gas", "stack underflow (1 <=> 2)", "stack limit reached 1024 (1023)",
          "invalid jump destination", "invalid opcode: ADD", "write protection",
          "return data out of bounds", "memory limit exceeded", "of a client unknown"}) {
        CAPTURE(error);
        TraceBuilder trace;
        trace.push(1).push(2).fail_next(error).op(Opcode::ADD, {}, {}, 3).summary();
        const Replayed replayed = replay(trace);
        REQUIRE(replayed.findings.size() == 1);
        const Check check = error == "out of gas" ? Check::out_of_gas : Check::failure_reason;
        CHECK(replayed.findings.front().check == check);
        CHECK(replayed.findings.front().severity == Severity::finding);
    }
}

TEST_CASE("a failure for a reason that holds is none to wonder at") {
    SUBCASE("stack underflow") {
        TraceBuilder trace;
        trace.push(1).fail_next("stack underflow (1 <=> 2)").op(Opcode::ADD, {}, {}, 3).summary();
        const Replayed replayed = replay(trace);
        CHECK(replayed.told() == "");
        CHECK(replayed.count(Check::failure_reason).made == 1);
    }
    SUBCASE("INVALID") {
        TraceBuilder trace;
        trace.push(1).fail_next("invalid opcode: INVALID").invalid().summary();
        CHECK(replay(trace).told() == "");
    }
    SUBCASE("a jump whose target the trace does not show") {
        TraceBuilder trace;
        trace.push(0x40)
            .fail_next("invalid jump destination")
            .op(Opcode::JUMP, {}, {}, 8)
            .summary();
        const Replayed replayed = replay(trace);
        CHECK(replayed.told() == "");
        CHECK(replayed.count(Check::failure_reason).made == 0);
        CHECK(replayed.count(Check::failure_reason).impossible == 1);
    }
}

TEST_CASE("a failure for another reason than the named one is a warning: only the text is wrong") {
    TraceBuilder trace;
    trace.push(1).fail_next("write protection").op(Opcode::ADD, {}, {}, 3).summary();
    const Replayed replayed = replay(trace);
    REQUIRE(replayed.findings.size() == 1);
    CHECK(replayed.findings.front().severity == Severity::warning);
    CHECK(replayed.findings.front().computed == "stack underflow");
}

TEST_CASE("a jump whose condition is zero cannot fail for its target") {
    TraceBuilder trace;
    trace.push(0).push(0x40);
    trace.fail_next("invalid jump destination").op(Opcode::JUMPI, {}, {}, 10).summary();
    CHECK(replay(trace).findings.size() == 1);
}

TEST_CASE("RETURNDATACOPY that claims to leave the return data must leave it") {
    for (const std::uint64_t size : {32U, 33U}) {
        CAPTURE(size);
        TraceBuilder trace;
        trace.call({.to = address, .out = {0, 0}}).enter().ret(0, 32);
        trace.push(size).push(0).push(0);
        trace.fail_next("return data out of bounds")
            .op(Opcode::RETURNDATACOPY, {}, {}, 9)
            .summary();
        CHECK(replay(trace).findings.size() == (size == 32 ? 1 : 0));
    }
}

TEST_CASE("a client's own limit of memory is no rule, and believed only where it is named") {
    for (const std::string error : {"MemoryLimitOOG", "memory limit exceeded"}) {
        CAPTURE(error);
        TraceBuilder trace{{}, 2'000'000'000};
        trace.push(1).push(0x1000000).fail_next(error).op(Opcode::MSTORE, {}, {}, 3).summary();
        CHECK(replay(trace).findings.size() == (error == "MemoryLimitOOG" ? 0 : 1));
    }
}

TEST_CASE("a summary that fails explains a last step only where all gas is gone for nothing") {
    struct Case {
        const char* end;
        bool is_cut;
    };
    const Case cases[] = {{R"("gas":1021000,"failed":true,"returnValue":"0x")", false},
                          {R"("gas":30000,"failed":true,"returnValue":"0x")", true},
                          {R"("gas":1021000,"failed":true,"returnValue":"0x2a")", true},
                          {R"("gas":1021000,"failed":false,"returnValue":"0x")", true}};
    for (const Case& each : cases) {
        CAPTURE(each.end);
        // Before Shanghai PUSH0 fails, as geth's documents do not say on its line.
        const Replayed replayed = replay_json(
            std::string{"{"} + each.end +
            R"(,"structLogs":[{"pc":0,"op":"PUSH0","gas":1000000,"gasCost":0,"depth":1,"stack":[]}]})");
        CHECK(replayed.told() == "");
        CHECK(replayed.summary.is_truncated == each.is_cut);
    }
}

TEST_CASE(
    "a step that has its price is no instruction that the fork lacks: what failed comes later") {
    struct Case {
        const char* step;
        bool is_cut;
    };
    // A document that geth's `limit` has cut, and the last step of one that is whole.
    const Case cases[] = {
        {R"("op":"PUSH0","gas":1000000,"gasCost":2)", true},
        {R"("op":"PUSH0","gas":1000000,"gasCost":0)", false},
        {R"("op":"PUSH0","gas":1000000,"gasCost":1000000)", false},  // all of it
        {R"("op":"MSIZE","gas":1000000,"gasCost":2)", true},
        {R"("op":"JUMP","gas":1000000,"gasCost":8)", false}};  // to where no code is seen
    for (const Case& each : cases) {
        CAPTURE(each.step);
        const Replayed replayed =
            replay_json(R"({"gas":1021003,"failed":true,"returnValue":"0x","structLogs":[)"
                        R"({"pc":0,"op":"PUSH1","gas":1000003,"gasCost":3,"depth":1,"stack":[]},)"
                        R"({"pc":2,)" +
                        std::string{each.step} + R"(,"depth":1,"stack":["0x7"]}]})");
        CHECK(replayed.summary.is_truncated == each.is_cut);
    }
}

TEST_CASE("the height of a stack that is not printed shows what cannot have halted") {
    struct Case {
        std::size_t steps;
        const char* op;
        std::uint64_t cost;
        bool is_cut;
    };
    for (const Case& each : {Case{0, "PUSH1", 3, true}, Case{1, "POP", 2, true},
                             Case{0, "POP", 2, false},  // it finds nothing
                             Case{1, "ADD", 3, false}, Case{2, "ADD", 3, true},
                             Case{1023, "PUSH1", 3, true}, Case{1024, "PUSH1", 3, false}}) {
        CAPTURE(each.steps);
        CAPTURE(each.op);
        std::string logs;
        const auto add = [&](const char* op, std::size_t i, std::uint64_t cost) {
            logs += fmt::format(R"({}{{"pc":{},"op":"{}","gas":{},"gasCost":{},"depth":1}})",
                                i == 0 ? "" : ",", 2 * i, op, 1'000'000 - 3 * i, cost);
        };
        for (std::size_t i = 0; i < each.steps; ++i)
            add("PUSH1", i, 3);
        add(each.op, each.steps, each.cost);
        const Replayed replayed = replay_json(
            R"({"gas":1021000,"failed":true,"returnValue":"0x","structLogs":[)" + logs + "]}");
        CHECK(replayed.told() == "");
        CHECK(replayed.summary.is_truncated == each.is_cut);
    }
}

TEST_CASE("a document whose receipt leaves gas over has not halted, and was cut") {
    for (const std::uint64_t paid : {51'999U, 52'000U}) {
        CAPTURE(paid);
        // A JUMP to nowhere takes all gas, and 12,000 were paid before it in the cheapest fork.
        const Replayed replayed = replay_json(fmt::format(
            R"({{"gas":{},"failed":true,"returnValue":"0x","structLogs":[)"
            R"({{"pc":0,"op":"PUSH1","gas":40000,"gasCost":3,"depth":1,"stack":[]}},)"
            R"({{"pc":2,"op":"JUMP","gas":39997,"gasCost":8,"depth":1,"stack":["0x7"]}}]}})",
            paid));
        CHECK(replayed.told() == "");
        CHECK(replayed.summary.is_truncated == (paid == 51'999));
    }
}

// ---- a step that goes on ------------------------------------------------------------------------

TEST_CASE("what a static call forbids must halt in it, and below it") {
    struct Case {
        Opcode op;
        std::vector<Word> operands;
        std::uint64_t cost;
    };
    const std::vector<Case> cases{{Opcode::LOG0, {0, 0}, 375},
                                  {Opcode::SSTORE, {1, 1}, 22'100},
                                  {Opcode::TSTORE, {1, 1}, 100}};
    for (const Case& each : cases) {
        CAPTURE(static_cast<int>(each.op));
        const auto program = [&](TraceBuilder& trace) {
            trace.op(each.op, each.operands, {}, each.cost);
        };
        CHECK(replay(inside(Opcode::CALL, program)).told() == "");
        const Replayed forbidden = replay(inside(Opcode::STATICCALL, program));
        REQUIRE(forbidden.findings.size() == 1);
        CHECK(forbidden.findings.front().check == Check::failure_reason);
        const auto below = [&](TraceBuilder& trace) {
            trace.call({.op = Opcode::DELEGATECALL, .gas = 30'000, .to = 0xc0de0002}).enter();
            program(trace);
            trace.stop().pop();
        };
        CHECK(replay(inside(Opcode::STATICCALL, below)).findings.size() == 1);
        CHECK(replay(inside(Opcode::CALL, below)).told() == "");
    }
}

TEST_CASE("a jump must lead to a JUMPDEST") {
    TraceBuilder trace;
    trace.jump(0x40).push(1).pop().stop().summary();
    const Replayed replayed = replay(trace);
    REQUIRE(replayed.findings.size() == 1);
    CHECK(replayed.findings.front().check == Check::failure_reason);
    TraceBuilder right;
    right.jump(0x40).jumpdest().jumpi(0x50, 0).push(1).jumpi(0x50, 1).jumpdest().stop().summary();
    CHECK(replay(right).told() == "");
}

TEST_CASE("SSTORE with 2300 gas or less fails since Istanbul, whatever it costs") {
    for (const std::uint64_t gas : {2300U, 2301U}) {
        CAPTURE(gas);
        TraceBuilder trace{{}, gas + 6};
        trace.op(Opcode::SSTORE, {1, 1}, {}, 100).stop().summary();
        CHECK(replay(trace).findings.size() == (gas == 2300 ? 1 : 0));
        // Before, only the price counts.
        TraceBuilder older{{}, gas + 6};
        older.op(Opcode::SSTORE, {1, 1}, {}, 200).stop().summary();
        ReplayOptions options;
        options.forks = Fork::constantinople;
        CHECK(replay(older, options).told() == "");
    }
}

TEST_CASE("RETURN on an empty stack must fail") {
    TraceBuilder trace;
    trace.jumpdest().op(Opcode::RETURN, {}, {}, 0).summary();
    const Replayed replayed = replay(trace);
    REQUIRE(replayed.findings.size() == 1);
    CHECK(replayed.findings.front().check == Check::failure_reason);
    CHECK(replayed.findings.front().op == Opcode::RETURN);
}
