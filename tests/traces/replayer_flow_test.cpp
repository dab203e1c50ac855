// SPDX-License-Identifier: MIT
// Where lines belong: stack height, depth and pc from step to step, missing and doubled lines,
// transactions, and the words at the end.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <functional>
#include <string>

#include "core/gas_schedule.hpp"
#include "tests/support/replaying.hpp"

using namespace evmmem;
using namespace evmmem::test;
using namespace evmmem::traces;

namespace {

TraceBuilder nested() {
    TraceBuilder trace;
    trace.mstore(0, 1).call({.in = {0, 0x20}, .out = {0x20, 0x20}}).enter();
    trace.mstore(0, 2).mload(0).ret(0, 0x20).mload(0x20).pop().stop().summary();
    return trace;
}

}  // namespace

// ---- pc -----------------------------------------------------------------------------------------

TEST_CASE(
    "a JUMPI goes to its target when its condition is not zero, else to the next instruction") {
    for (const bool is_taken : {false, true})
        for (const bool goes : {false, true}) {
            TraceBuilder trace;
            trace.op(Opcode::JUMPI, {0x40, is_taken ? 1u : 0u}, {}, 10);
            const std::size_t jump = trace.last();
            trace.op(Opcode::JUMPDEST, {}, {}, 1).stop();
            if (goes)
                for (std::size_t i = jump + 1; i <= trace.last(); ++i)
                    trace.line(i).pc = 0x40 + (i - jump - 1);
            CHECK((replay(trace).told() == "") == (is_taken == goes));
        }
}

// ---- stack.height -------------------------------------------------------------------------------

TEST_CASE("stack.height finds a missing item, once, at the step that should have left it") {
    TraceBuilder trace;
    trace.op(Opcode::EXTCODESIZE, {0x1234}, {5}, 2600);
    const std::size_t size = trace.last();
    trace.push(1).pop().stop();
    CHECK(replay(trace).told() == "");
    trace.line(size + 1).stack.clear();
    CHECK(replay(trace).told() == finding(Check::stack_height, size, "0", "1"));
}

TEST_CASE("stack.height is impossible without stacks and for stacks that are cut") {
    TraceBuilder none{{.has_stack = false}};
    none.push(1).pop().stop();
    CHECK(replay(none).count(Check::stack_height).made == 0);
    CHECK(replay(none).count(Check::stack_height).impossible == 3);
    TraceBuilder cut{{.stack_items_max = 2}};
    cut.push(1).push(2).push(3).push(4).stop();
    CHECK(replay(cut).told() == "");
    CHECK(replay(cut).count(Check::stack_height).impossible == 3);
}

TEST_CASE("a step on a stack that is too short, or that makes one too high, must fail") {
    TraceBuilder low;
    low.push(1).pop().push(1).stop();
    low.line(1).stack.clear();  // POP of nothing
    CHECK(replay(low).findings.size() == 1);
    TraceBuilder high;
    for (int i = 0; i < 1025; ++i)
        high.push(1);
    high.stop();
    CHECK(replay(high).told() == finding(Check::stack_height, 1024, "1025", "at most 1024"));
}

// ---- depth.step, pc.continuity ------------------------------------------------------------------

TEST_CASE("depth.step and pc.continuity pass for calls, jumps and immediates") {
    TraceBuilder trace = nested();
    CHECK(replay(trace).told() == "");
    CHECK(replay(trace).count(Check::depth_step).failed == 0);
    TraceBuilder jumping;
    jumping.push(Word::max()).pop().jump(0x30).jumpdest().jumpi(0x50, 1).jumpdest();
    jumping.jumpi(0x70, 0).jumpdest().stop();
    CHECK(replay(jumping).told() == "");
}

TEST_CASE("depth.step finds the one line whose depth is off") {
    TraceBuilder trace = nested();
    for (std::size_t i = 1; i + 1 < trace.lines().size(); ++i) {
        CAPTURE(i);
        TraceBuilder altered = trace;
        altered.line(i).depth += 1;
        const Replayed replayed = replay(altered);
        REQUIRE(replayed.findings.size() == 1);
        CHECK(replayed.findings.front().check == Check::depth_step);
        CHECK(replayed.findings.front().line == i + 1);
    }
}

TEST_CASE("pc.continuity finds the one line whose pc is off") {
    TraceBuilder trace = nested();
    for (std::size_t i = 1; i + 1 < trace.lines().size(); ++i) {
        CAPTURE(i);
        TraceBuilder altered = trace;
        altered.line(i).pc += 1;
        const Replayed replayed = replay(altered);
        REQUIRE(replayed.findings.size() == 1);
        CHECK(replayed.findings.front().check == Check::pc_continuity);
        CHECK(replayed.findings.front().line == i + 1);
    }
}

TEST_CASE("a RETURNDATACOPY is printed twice only where it may fail") {
    for (const std::uint64_t size : {0U, 1U}) {
        CAPTURE(size);
        TraceBuilder trace{{.prints_failure_twice = true}};
        trace.op(Opcode::RETURNDATACOPY, {0, 0, size}, {}, 3 + 6 * size);
        TraceLine again = trace.line(trace.last());
        trace.lines().push_back(again);
        if (size == 0) trace.stop();
        CHECK(replay(trace).findings.size() == (size == 0 ? 1 : 0));
    }
}

TEST_CASE("pc.continuity finds a doubled line, and a line that is missing") {
    TraceBuilder trace = nested();
    for (std::size_t i = 1; i + 2 < trace.lines().size(); ++i) {
        CAPTURE(i);
        TraceBuilder doubled = trace;
        doubled.lines().insert(doubled.lines().begin() + static_cast<std::ptrdiff_t>(i),
                               TraceLine{doubled.line(i)});
        REQUIRE(replay(doubled).findings.size() == 1);
        CHECK(replay(doubled).findings.front().check == Check::pc_continuity);
        TraceBuilder dropped = trace;
        dropped.lines().erase(dropped.lines().begin() + static_cast<std::ptrdiff_t>(i));
        CHECK(replay(dropped).findings.size() == 1);
    }
}

TEST_CASE("steps that could not be read are a gap, and no finding") {
    TraceBuilder trace = nested();
    for (std::size_t i = 1; i + 2 < trace.lines().size(); ++i) {
        CAPTURE(i);
        TraceBuilder altered = trace;
        altered.line(i).kind = TraceLine::Kind::unreadable;
        CHECK(replay(altered).told() == "");
    }
}

TEST_CASE("a trace that begins in the middle of a transaction is followed from there") {
    TraceBuilder trace = nested();
    for (std::size_t begin = 1; begin + 2 < trace.lines().size(); ++begin) {
        CAPTURE(begin);
        TraceBuilder excerpt = trace;
        excerpt.lines().erase(excerpt.lines().begin(),
                              excerpt.lines().begin() + static_cast<std::ptrdiff_t>(begin));
        const Replayed replayed = replay(excerpt);
        CHECK(replayed.told() == "");
        CHECK(replayed.summary.gaps == 1);
    }
}

// ---- transactions and the words at the end ------------------------------------------------------

TEST_CASE("several transactions stand one after the other") {
    TraceBuilder trace;
    trace.mstore(0, 1).stop().summary();
    trace.transaction().msize().mload(0).ret(0, 0x20).summary();
    trace.transaction().stop().summary();
    const Replayed replayed = replay(trace);
    CHECK(replayed.told() == "");
    CHECK(replayed.summary.transactions == 3);
    CHECK(replayed.summary.frames == 3);
    CHECK_FALSE(replayed.summary.is_truncated);
}

TEST_CASE("transactions without words between them are separated by pc and depth") {
    TraceBuilder trace;
    trace.mstore(0, 1).stop().transaction().msize().stop().transaction(500'000).push(1).stop();
    CHECK(replay(trace).told() == "");
    CHECK(replay(trace).summary.transactions == 3);
}

TEST_CASE("a trace whose last frame did not end is truncated") {
    TraceBuilder trace = nested();
    for (std::size_t size = 1; size + 2 < trace.lines().size(); ++size) {
        CAPTURE(size);
        TraceBuilder cut = trace;
        cut.lines().resize(size);
        CHECK(replay(cut).told() == "");
        CHECK(replay(cut).summary.is_truncated);
    }
}

TEST_CASE("summary.output passes, and finds other bytes than were returned") {
    TraceBuilder trace;
    trace.mstore(0, 0x2a).ret(0x1e, 2);
    const std::size_t ret = trace.last();
    trace.summary();
    CHECK(replay(trace).told() == "");
    CHECK(replay(trace).count(Check::summary_output).made == 1);
    trace.line(trace.last()).output = Bytes{0, 0x2b};
    CHECK(replay(trace).told() == finding(Check::summary_output, ret, "0x002b", "0x002a"));
}

TEST_CASE("summary.output is impossible for bytes that are not known") {
    TraceBuilder trace{without_memory};
    trace.with_calldata(counted_bytes(4)).calldatacopy(0, 0, 4).ret(0, 4).summary();
    CHECK(replay(trace).told() == "");
    CHECK(replay(trace).count(Check::summary_output).impossible == 1);
}

TEST_CASE("Frontier's creation that cannot pay for its code may say that it returns nothing") {
    const auto replayed = [](std::uint64_t gas, ForkSet forks) {
        TraceBuilder trace{{}, gas};
        trace.mstore(0, 0x2a).ret(0, 0x20).summary();
        trace.line(trace.last()).output = Bytes{};
        trace.line(trace.last()).error = "contract creation code storage out of gas";
        ReplayOptions options;
        options.forks = forks;
        return replay(trace, options);
    };
    // The steps use 18 gas, and 32 bytes of code cost 6,400.
    CHECK(replayed(6417, ForkSet::all()).told() == "");
    CHECK(replayed(6417, ForkSet::all()).count(Check::summary_output).impossible == 1);
    CHECK(replayed(6417, Fork::homestead).findings.size() == 1);  // there it uses all gas
    CHECK(replayed(6418, ForkSet::all()).findings.size() == 1);
}

TEST_CASE("summary.gas passes, and finds another amount than the steps used") {
    TraceBuilder trace;
    trace.mstore(0, 0x2a).stop();
    const std::size_t stop = trace.last();
    trace.summary();
    CHECK(replay(trace).told() == "");
    CHECK(replay(trace).count(Check::summary_gas).made == 1);
    *trace.line(trace.last()).gas_used += 1;
    CHECK(replay(trace).told() == finding(Check::summary_gas, stop, "0xd", "0xc"));
}

TEST_CASE("summary.gas of a deployment that fails is all the gas, and only then") {
    TraceBuilder trace{{}, 5000};
    trace.mstore(0, 0x2a).ret(0, 0x20);
    const std::size_t ret = trace.last();
    trace.summary();
    TraceLine& summary = trace.line(trace.last());
    summary.output.reset();
    summary.gas_used = 5000;
    CHECK(replay(trace).findings.size() == 1);
    summary.error = "contract code storage out of gas";
    CHECK(replay(trace).told() == "");
    CHECK(replay(trace).count(Check::summary_gas).made == 1);
    summary.gas_used = 4999;
    CHECK(replay(trace).findings.front().step == ret);
}

TEST_CASE("a creation of Amsterdam that fails may have used its account's state gas, too") {
    TraceBuilder trace{{}, 5000};
    trace.mstore(0, 0x2a).ret(0, 0x20).summary();
    TraceLine& summary = trace.line(trace.last());
    summary.output.reset();
    summary.error = "contract code storage out of gas";
    const auto findings = [&](Fork fork, std::uint64_t gas_used) {
        summary.gas_used = gas_used;
        ReplayOptions options;
        options.forks = fork;
        return replay(trace, options).findings.size();
    };
    const std::uint64_t account = account_state_gas(RulesView{Fork::amsterdam});
    CHECK(findings(Fork::amsterdam, 5000) == 0);
    CHECK(findings(Fork::amsterdam, 5000 + account) == 0);  // taken before the first step
    CHECK(findings(Fork::amsterdam, 5001 + account) == 1);
    CHECK(findings(Fork::osaka, 5000 + account) == 1);
}

TEST_CASE("summary.gas is impossible where the client counts the transaction's own gas, too") {
    TraceBuilder trace{{.summary_gas = SummaryGas::transaction}};
    trace.mstore(0, 0x2a).stop().summary();
    *trace.line(trace.last()).gas_used += 21'000;
    CHECK(replay(trace).told() == "");
    CHECK(replay(trace).count(Check::summary_gas).impossible == 1);
}

TEST_CASE("a receipt of Amsterdam has no state gas of a transaction that reverts") {
    const auto findings = [](const char* last, std::uint64_t paid) {
        return replay_json(
                   fmt::format(
                       R"({{"gas":{},"failed":{},"returnValue":"0x","structLogs":[)"
                       R"({{"pc":0,"op":"PUSH1","gas":200000,"gasCost":3,"depth":1,"stack":[]}},)"
                       R"({{"pc":2,"op":"PUSH1","gas":199997,"gasCost":3,"depth":1,"stack":["0x1"]}},)"
                       R"({{"pc":4,"op":"SSTORE","gas":199994,"gasCost":12100,"depth":1,"stack":["0x1","0x0"]}},)"
                       R"({{"pc":5,"op":"PUSH0","gas":89974,"gasCost":2,"depth":1,"stack":[]}},)"
                       R"({{"pc":6,"op":"PUSH0","gas":89972,"gasCost":2,"depth":1,"stack":["0x0"]}},)"
                       R"({{"pc":7,"op":"{}","gas":89970,"gasCost":0,"depth":1,"stack":["0x0","0x0"]}}]}})",
                       paid, std::string_view{last} == "REVERT", last))
            .findings.size();
    };
    // The steps use 110,030 gas, of which 97,920 are the slot's; a transaction costs 12,000 at least,
    // and a fifth of it all may be refunded.
    CHECK(findings("REVERT", 19'288) == 0);
    CHECK(findings("REVERT", 19'287) == 1);
    CHECK(findings("RETURN", 97'624) == 0);
    CHECK(findings("RETURN", 97'623) == 1);
}

TEST_CASE("what the client says that the outermost frame is given is known from the start") {
    for (const bool is_creation : {false, true}) {
        CAPTURE(is_creation);
        TraceBuilder trace{without_memory};
        // What runs below, zero padded.
        Bytes input{0x36, 0x38, 0x60, 0x20, 0x60, 0x04, 0x60, 0x00, 0x37, 0x60, 0x00, 0x51, 0x00};
        input.resize(0x24);
        trace.with_code(input);
        if (!is_creation) trace.with_calldata(input);
        trace.calldatasize().codesize().calldatacopy(0, 4, 32).mload(0).stop().summary();
        TraceLine entry;
        entry.kind = TraceLine::Kind::report;
        entry.report_kind = Report::Kind::frame_entry;
        entry.output = input;
        entry.is_creation = is_creation;
        trace.lines().insert(trace.lines().begin(), entry);
        CHECK(replay(trace).told() == "");
        CHECK(replay(trace).count(Check::call_data_size).made == 1);
        CHECK(replay(trace).count(Check::memory_load).made == 1);
        CHECK(replay(trace).count(Check::code_size).made == (is_creation ? 1 : 0));
    }
}

// ---- files put together ---------------------------------------------------------------------------

namespace {

/// A transaction that stores a word, as a client prints it whose gasCost has all of it, or the base only.
std::string lines_of(bool is_evmone) {
    const auto line = [](int pc, int op, int gas, int cost, int size, const std::string& stack) {
        return fmt::format(
            R"({{"pc":{},"op":{},"gas":"0x{:x}","gasCost":"0x{:x}","memSize":{},"stack":[{}],"depth":1,"refund":0,"opName":"{}"}})"
            "\n",
            pc, op, gas, cost, size, stack,
            op == 0x60   ? "PUSH1"
            : op == 0x52 ? "MSTORE"
                         : "STOP");
    };
    return line(0, 0x60, 1000, 3, 0, "") + line(2, 0x60, 997, 3, 0, R"("0x1")") +
           line(4, 0x52, 994, is_evmone ? 3 : 6, 0, R"("0x1","0x0")") + line(5, 0, 988, 0, 32, "") +
           (is_evmone ? R"({"pass":true,"gasUsed":"0x5214","stateRoot":"0x00"})"
                      : R"({"output":"","gasUsed":"0xc"})") +
           "\n";
}

/// A document's answer; one client prints the refund counter on every step, and its fields in another
/// order.
std::string document_of(bool is_anvil) {
    const auto step = [&](const char* place, const char* depth, const char* stack) {
        return std::string{"{"} + (is_anvil ? depth : place) + "," + (is_anvil ? place : depth) +
               R"(,"stack":[)" + stack + (is_anvil ? R"(],"refund":0})" : "]}");
    };
    return R"({"result":{"gas":21003,"failed":false,"returnValue":"0x","structLogs":[)" +
           step(R"("pc":0,"op":"PUSH1","gas":1000,"gasCost":3)", R"("depth":1)", "") + "," +
           step(R"("pc":2,"op":"STOP","gas":997,"gasCost":0)", R"("depth":1)", R"("0x1")") +
           "]}}\n";
}

}  // namespace

TEST_CASE("transactions of several clients in one file are each replayed as their own client's") {
    CHECK(replay_json(lines_of(true) + lines_of(false)).told() == "");
    CHECK(replay_json(lines_of(false) + lines_of(true) + lines_of(true)).told() == "");
    // What one client prints wrongly is no habit of another.
    std::string wrong = lines_of(false);
    wrong.replace(wrong.find("\"gasCost\":\"0x6\""), 15, "\"gasCost\":\"0x3\"");
    CHECK(replay_json(lines_of(true) + lines_of(false) + wrong).told() != "");
    const std::string both = document_of(true) + document_of(false);
    CHECK(replay_json(both).told() == "");
    auto mixed = StepReader::over(both);
    Record record;
    while (*mixed->next(record) != RecordKind::end) {
    }
    CHECK(mixed->dialect().name == "structlogs");
    CHECK(mixed->clients() == 2);
}

TEST_CASE("what stands in a file of the other format is not replayed, and named") {
    for (const std::string& text :
         {lines_of(false) + document_of(false), document_of(false) + lines_of(false)}) {
        auto reader = StepReader::over(text);
        REQUIRE(reader);
        Record record;
        for (;;) {
            const auto kind = reader->next(record);
            if (!kind || *kind == RecordKind::end) break;
        }
        CHECK(reader->unread_answer_count() == 1);
    }
}

TEST_CASE(
    "callers whose last STOP is not printed have ended, and the output line is the transaction's") {
    // The callee fails; its caller's code ends after the call. nimbus prints no STOP there.
    const std::string text =
        R"({"pc":0,"op":96,"gas":"0x2710","gasCost":"0x3","memSize":0,"memory":[],"stack":[],"depth":1,"refund":0,"opName":"PUSH1"})"
        "\n"
        R"({"pc":2,"op":128,"gas":"0x270d","gasCost":"0x3","memSize":0,"memory":[],"stack":["0x0"],"depth":1,"refund":0,"opName":"DUP1"})"
        "\n"
        R"({"pc":3,"op":128,"gas":"0x270a","gasCost":"0x3","memSize":0,"memory":[],"stack":["0x0","0x0"],"depth":1,"refund":0,"opName":"DUP1"})"
        "\n"
        R"({"pc":4,"op":128,"gas":"0x2707","gasCost":"0x3","memSize":0,"memory":[],"stack":["0x0","0x0","0x0"],"depth":1,"refund":0,"opName":"DUP1"})"
        "\n"
        R"({"pc":5,"op":128,"gas":"0x2704","gasCost":"0x3","memSize":0,"memory":[],"stack":["0x0","0x0","0x0","0x0"],"depth":1,"refund":0,"opName":"DUP1"})"
        "\n"
        R"({"pc":6,"op":96,"gas":"0x2701","gasCost":"0x3","memSize":0,"memory":[],"stack":["0x0","0x0","0x0","0x0","0x0"],"depth":1,"refund":0,"opName":"PUSH1"})"
        "\n"
        R"({"pc":8,"op":96,"gas":"0x26fe","gasCost":"0x3","memSize":0,"memory":[],"stack":["0x0","0x0","0x0","0x0","0x0","0xbb"],"depth":1,"refund":0,"opName":"PUSH1"})"
        "\n"
        R"({"pc":10,"op":241,"gas":"0x26fb","gasCost":"0xa32","memSize":0,"memory":[],"stack":["0x0","0x0","0x0","0x0","0x0","0xbb","0xa"],"depth":1,"refund":0,"opName":"CALL"})"
        "\n"
        R"({"pc":0,"op":254,"gas":"0xa","gasCost":"0x0","memSize":0,"memory":[],"stack":[],"depth":2,"refund":0,"opName":"INVALID","error":"Opcode Dispatch Error: InvalidInstruction, depth=2"})"
        "\n"
        R"({"output":"","gasUsed":"0xa47"})"
        "\n";
    const Replayed replayed = replay_json(text);
    CHECK(replayed.told() == "");
    CHECK_FALSE(replayed.summary.is_truncated);
}

TEST_CASE("what was paid beyond the steps shows whether a hidden STOP ended them") {
    struct Ending {
        std::uint64_t paid;
        bool is_cut;
        std::uint64_t unclear;
    };
    // Two PUSH1 use 6 gas; besu prints no STOP after the end of the code.
    for (const auto& [paid, is_cut, unclear] : {
             Ending{21'006, false, 0}, Ending{21'007, true, 0},  // no calldata costs 1 gas
             Ending{21'010, false, 1},                           // a zero byte does 4
             Ending{20'000, true, 0},                            // less than was used
         }) {
        CAPTURE(paid);
        const std::string text = fmt::format(
            R"({{"pc":0,"op":96,"gas":"0x64","gasCost":"0x3","memSize":0,"stack":[],"depth":1,"refund":0,"opName":"PUSH1"}})"
            "\n"
            R"({{"pc":2,"op":96,"gas":"0x61","gasCost":"0x3","memSize":0,"stack":["0x1"],"depth":1,"refund":0,"opName":"PUSH1"}})"
            "\n"
            R"({{"output":"","gasUsed":"0x{:x}","test":"t","fork":"Cancun","d":0,"g":0,"v":0,"postLogsHash":"0x00","pass":true}})"
            "\n",
            paid);
        const Replayed replayed = replay_json(text);
        CHECK(replayed.told() == "");
        CHECK(replayed.summary.is_truncated == is_cut);
        CHECK(replayed.count(Check::pc_continuity).impossible == unclear);
    }
}

TEST_CASE("a transaction that an instruction has ended, but without a step, lacks its steps") {
    const auto gaps = [](const std::string& error) {
        return replay_json(R"({"output":"","gasUsed":"0x2e45","error":")" + error +
                           "\"}\n{\"stateRoot\":\"0xad\"}\n")
            .summary.gaps;
    };
    CHECK(gaps("execution reverted") == 1);
    CHECK(gaps("stack underflow (0 <=> 2)") == 1);
    CHECK(gaps("invalid jump destination") == 1);
    CHECK(gaps("out of gas") == 0);  // a precompile
}

// ---- excerpts -----------------------------------------------------------------------------------

namespace {

/// The trace as a client prints it that was told to leave steps out.
std::string filtered(const TraceBuilder& trace,
                     const std::function<bool(std::size_t, const TraceLine&)>& is_kept) {
    std::string text;
    for (std::size_t i = 0; i < trace.lines().size(); ++i) {
        const TraceLine& line = trace.lines()[i];
        if (line.kind != TraceLine::Kind::step || is_kept(i, line)) text += line.json() + "\n";
    }
    return text;
}

}  // namespace

TEST_CASE("steps that were left out on purpose are no findings, also where few are left") {
    const TraceBuilder trace = nested();
    const auto check = [&](const auto& is_kept) {
        const Replayed replayed = replay_json(filtered(trace, is_kept));
        CHECK(replayed.told() == "");
        CHECK(replayed.summary.gaps > 0);
    };
    check([](std::size_t i, const TraceLine&) { return i % 3 == 1; });
    check([](std::size_t i, const TraceLine&) { return i % 4 == 2; });
    check([](std::size_t, const TraceLine& line) {
        return is_call(line.op) || line.op == Opcode::RETURN || line.op == Opcode::STOP;
    });
    check([](std::size_t, const TraceLine& line) {
        return line.op == Opcode::MSTORE || line.op == Opcode::MLOAD;
    });
    // One place may be a fault.
    const std::string one =
        filtered(trace, [&](std::size_t i, const TraceLine&) { return i != 1; });
    CHECK(replay_json(one).findings.size() == 1);
}

TEST_CASE("callees' steps that were left out on purpose are no findings") {
    const auto with_calls = [](int calls) {
        TraceBuilder trace;
        for (int i = 0; i < calls; ++i) {
            trace.call({.in = {0, 0x20}, .out = {0, 0x20}}).enter();
            trace.call({.gas = 30'000, .to = 0xc0de0002}).enter();
            trace.op(Opcode::SSTORE, {1, 2}, {}, 22'100)
                .stop()
                .pop()
                .mstore(0, 2)
                .ret(0, 0x20)
                .pop();
        }
        return trace.stop().summary();
    };
    for (const std::uint32_t deepest : {1u, 2u}) {
        CAPTURE(deepest);
        const auto is_kept = [&](std::size_t, const TraceLine& line) {
            return line.depth <= deepest;
        };
        const Replayed replayed = replay_json(filtered(with_calls(3), is_kept));
        CHECK(replayed.told() == "");
        CHECK(replayed.summary.gaps > 0);
        // One place may be a fault.
        CHECK(replay_json(filtered(with_calls(1), is_kept)).findings.size() == 1);
    }
}
