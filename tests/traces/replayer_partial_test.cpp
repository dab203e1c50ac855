// SPDX-License-Identifier: MIT
// What is known in part is compared in part, and what the trace does not show is no finding: every
// check with the stack, memory, gasCost and return data left out in turn.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/support/replaying.hpp"

using namespace evmmem;
using namespace evmmem::test;
using namespace evmmem::traces;

namespace {

/// A program in which every check has something to look at.
TraceBuilder program() {
    TraceBuilder trace{{.has_return_data = true}};
    trace.with_calldata(counted_bytes(36));
    trace.calldatasize().pop().calldataload(0).pop().calldatacopy(0, 0, 36).mload(0).pop();
    trace.op(Opcode::EXP, {1, 0x100}, {1}, 110).pop();
    trace.op(Opcode::SLOAD, {7}, {0}, 2100).pop().op(Opcode::SSTORE, {7, 1}, {}, 20'000);
    trace.op(Opcode::BALANCE, {0xabc}, {1}, 2600).pop();
    trace.msize().pop().mcopy(0x40, 0, 0x20).mstore8(0x80, 7).log(2, 0, 0x20);
    trace.op(Opcode::PC, {}, {Word{trace.line(trace.last()).pc + 1}}, 2).pop();
    trace.op(Opcode::GAS, {}, {Word{trace.gas() - 2}}, 2).pop();
    trace.call({.to = 0xc0de0001, .in = {0, 36}, .out = {0x100, 32}}).enter();
    trace.with_code(Bytes(64)).calldataload(0).pop().codesize().pop().mstore(0, 5).ret(0, 32);
    trace.pop().returndatasize().pop().returndatacopy(0x120, 0, 32);
    trace.call({.op = Opcode::STATICCALL, .to = 0xc0de0002, .in = {0, 4}}).enter();
    trace.push(1).push(2).fail_next("stack underflow (2 <=> 3)").op(Opcode::ADDMOD, {}, {}, 8);
    trace.pop();
    trace.call({.to = 0xc0de0003, .value = 1, .overhead = 11'600})
        .enter()
        .mstore(0, 1)
        .revert(0, 32);
    trace.pop().jump(0x300).jumpdest().jumpi(0x400, 1).jumpdest();
    trace.ret(0, 0x20).summary();
    return trace;
}

using Strip = void (*)(TraceLine&);
struct Field {
    const char* name;
    Strip strip;
};
constexpr Field fields[] = {
    {"stack",
     [](TraceLine& line) {
         line.has_stack = false;
         line.stack.clear();
     }},
    {"memory", [](TraceLine& line) { line.memory.reset(); }},
    {"memSize", [](TraceLine& line) { line.memory_size.reset(); }},
    {"gasCost", [](TraceLine& line) { line.gas_cost.reset(); }},
    {"returnData", [](TraceLine& line) { line.return_data.reset(); }},
    {"opName", [](TraceLine& line) { line.op_name.clear(); }},
    {"error", [](TraceLine& line) { line.error.clear(); }},
    {"gasUsed", [](TraceLine& line) { line.gas_used.reset(); }},
    {"output", [](TraceLine& line) { line.output.reset(); }},
};

}  // namespace

TEST_CASE("what a trace does not show is no finding, whichever fields it leaves out") {
    const TraceBuilder whole = program();
    REQUIRE(replay(whole).told() == "");
    constexpr unsigned sets = 1U << std::size(fields);
    for (unsigned set = 0; set < sets; ++set) {
        TraceBuilder trace = whole;
        std::string names;
        for (std::size_t i = 0; i < std::size(fields); ++i) {
            if ((set >> i & 1U) == 0) continue;
            names += std::string{fields[i].name} + " ";
            for (TraceLine& line : trace.lines())
                fields[i].strip(line);
        }
        CAPTURE(names);
        const bool has_errors = (set >> 6 & 1U) == 0;
        Dialect dialect = whole.style().dialect();
        dialect.has_errors = has_errors;
        CHECK(replay(trace.lines(), dialect).told() == "");
    }
}

TEST_CASE("CALLDATALOADs that overlap must agree where they do") {
    TraceBuilder trace;
    trace.with_calldata(counted_bytes(64));
    trace.calldataload(0).pop().calldataload(1);
    const std::size_t second = trace.last();
    trace.pop().stop();
    CHECK(replay(trace).told() == "");
    CHECK(replay(trace).count(Check::call_data_load).made == 1);
    trace.line(second + 1).top() = Word{1};
    const Replayed replayed = replay(trace);
    REQUIRE(replayed.findings.size() == 1);
    CHECK(replayed.findings.front().check == Check::call_data_load);
    CHECK(replayed.findings.front().step == second);
}

TEST_CASE("calldata that the user gives and the trace contradicts is a finding that says so") {
    TraceBuilder trace;
    trace.with_calldata(counted_bytes(64));
    trace.calldataload(0).pop().stop();
    ReplayOptions options;
    options.calldata = counted_bytes(64, 9);
    const Replayed replayed = replay(trace, options);
    REQUIRE(replayed.findings.size() == 1);
    CHECK(replayed.findings.front().detail.find("was given to replay with") != std::string::npos);
}

TEST_CASE("init code that is known must hold what runs") {
    TraceBuilder trace;
    // PUSH1 1, PUSH1 2, ADD, POP, STOP
    const Bytes code{0x60, 0x01, 0x60, 0x02, 0x01, 0x50, 0x00};
    Bytes word = code;
    word.resize(32);
    trace.mstore(0, word_of(word)).create({.code = {0, 7}}).enter();
    trace.op(Opcode::ADD, {2, 1}, {3}, 3);
    const std::size_t add = trace.last();
    trace.pop().stop().pop().stop().summary();
    const Replayed right = replay(trace);
    CHECK(right.told() == "");
    CHECK(right.count(Check::code_content).made == 7);  // five instructions, two PUSHes' data
    TraceBuilder other = trace;
    other.line(add).op = Opcode::SUB;
    REQUIRE(replay(other).findings.size() == 1);
    CHECK(replay(other).findings.front().check == Check::code_content);
    CHECK(replay(other).findings.front().step == add);
    trace.line(add - 1).top() = Word{9};  // what the first PUSH gave; ADD goes by it
    REQUIRE(replay(trace).findings.size() == 1);
    CHECK(replay(trace).findings.front().check == Check::code_content);
}

namespace {

/// Lines of a client that has an error on each, as geth had, and memory as it is before the step.
struct LinesWithErrors {
    std::string text;
    std::uint64_t gas = 1'000'000;

    void add(int pc, int op, std::uint64_t cost, std::string_view stack,
             std::string_view memory = "") {
        text += fmt::format(
            R"({{"pc":{},"op":{},"gas":"0x{:x}","gasCost":"0x{:x}","memory":"0x{}","memSize":{},)"
            R"("stack":[{}],"depth":1,"refund":0,"error":""}})"
            "\n",
            pc, op, gas, cost, memory, memory.size() / 2, stack);
        gas -= cost;
    }
};

}  // namespace

TEST_CASE("what a summary counts is taken from the summary, also where it comes late") {
    LinesWithErrors lines;
    for (int pc = 0; lines.text.size() < std::size_t{300} * 1024; pc += 3) {
        lines.add(pc, 0x60, 3, "");
        lines.add(pc + 2, 0x50, 2, R"("0x1")");
    }
    // ethereumjs' summary counts the 21000 of the transaction.
    lines.text += fmt::format(R"({{"output":"","gasUsed":"0x{:x}","pass":true,"fork":"cancun"}})"
                              "\n",
                              1'000'000 - lines.gas + 21'000);
    CHECK(replay_json(lines.text).told() == "");
}

TEST_CASE(
    "of two instructions in a row that touch memory, the one that reaches as far made it grow") {
    const std::string word = std::string(63, '0') + "1";
    LinesWithErrors lines;
    lines.add(0, 0x60, 3, "");
    lines.add(2, 0x60, 3, R"("0x40")");
    lines.add(4, 0x60, 3, R"("0x40","0x0")");
    lines.add(6, 0x60, 3, R"("0x40","0x0","0x1")");
    lines.add(8, 0x52, 6, R"("0x40","0x0","0x1","0x0")");
    lines.add(9, 0xf3, 3, R"("0x40","0x0")", word);
    CHECK(replay_json(lines.text).told() == "");
}

TEST_CASE("INVALID is the name of every byte that is no instruction of the fork, and of no other") {
    for (const std::uint8_t byte : Bytes{0xef, 0xfe, 0x5f, 0x01}) {  // PUSH0, ADD
        CAPTURE(byte);
        TraceBuilder trace;
        trace.with_code({byte}).fail_next("invalid opcode").invalid().summary();
        ReplayOptions options;
        options.code = Bytes{byte};
        CHECK(replay(trace, options).findings.size() == (byte == 0x01 ? 1 : 0));
    }
}

TEST_CASE("CODESIZE is larger than every pc that has run") {
    TraceBuilder trace;
    trace.with_code(Bytes(6)).push(1).pop().codesize();
    const std::size_t size = trace.last();
    trace.pop().stop();
    CHECK(replay(trace).told() == "");
    trace.line(size + 1).top() = Word{3};  // its own pc
    CHECK(replay(trace).findings.size() == 1);
}

TEST_CASE("PC and GAS give pc and the gas that is left") {
    TraceBuilder trace;
    trace.push(1).pop();
    trace.op(Opcode::PC, {}, {3}, 2).op(Opcode::GAS, {}, {Word{trace.gas() - 2}}, 2);
    const std::size_t gas = trace.last();
    trace.pop().pop().stop();
    CHECK(replay(trace).told() == "");
    trace.line(gas + 1).top() = Word{5};
    CHECK(replay(trace).findings.size() == 1);
    trace.line(gas).top() = Word{4};
    CHECK(replay(trace).findings.size() == 2);
}
