// SPDX-License-Identifier: MIT
// Calls and creates: gas across them, their results, what comes back, and what the callee is given.
// Sources: EIP-150, EIP-211, EIP-1014, EIP-2929; Yellow Paper, appendix H.2, 0xf0 to 0xfa.
#include <doctest/doctest.h>

#include "tests/support/replaying.hpp"
#include "traces/hashes.hpp"

using namespace evmmem;
using namespace evmmem::test;
using namespace evmmem::traces;

namespace {

/// Adds to the gas of every line from `first` on.
void shift_gas(TraceBuilder& trace, std::size_t first, std::int64_t by) {
    for (std::size_t i = first; i < trace.lines().size(); ++i)
        trace.line(i).gas += static_cast<std::uint64_t>(by);
}

}  // namespace

// ---- gas.call -----------------------------------------------------------------------------------

TEST_CASE("gas.call passes for each overhead that state can explain, and for no other") {
    struct Case {
        Word value;
        std::uint64_t overhead;
        bool is_legal;
    };
    const Case cases[] = {{0, 40, true},      {0, 700, true},     {0, 100, true},
                          {0, 2600, true},    {0, 5200, true},    {0, 41, false},
                          {0, 2601, false},   {1, 9700, true},    {1, 9100, true},
                          {1, 36'600, false}, {1, 34'700, false}, {1, 2600, false},
                          {1, 9000, false},   {1, 36'601, false}, {0, 34'600, false}};
    for (const Case& each : cases) {
        CAPTURE(each.overhead);
        TraceBuilder trace;
        trace.call({.value = each.value, .overhead = each.overhead}).enter().push(1).stop();
        trace.stop().summary();
        CHECK(replay(trace).findings.size() == (each.is_legal ? 0 : 1));
    }
}

TEST_CASE("gas.call: all but one 64th is what a call may pass on") {
    TraceBuilder trace{{}, 6421};
    trace.call({.gas = Word::max(), .overhead = 2600}).enter().stop();
    const std::size_t first = trace.last();
    trace.stop();
    CHECK(trace.line(first).gas == 3800 - 3800 / 64);
    CHECK(replay(trace).told() == "");
    trace.line(first).gas += 1;
    CHECK(replay(trace).findings.size() == 1);
    CHECK(replay(trace).findings.front().check == Check::gas_call);
    CHECK(replay(trace).findings.front().step == first - 1);
}

TEST_CASE("gas.call: before EIP-150 a call passes on what it is asked for") {
    TraceBuilder trace{{.forwards_all_but_one_64th = false}, 100'000};
    trace.call({.gas = 99'939, .overhead = 40}).enter().stop().stop();
    CHECK(replay(trace).told() == "");
    CHECK(replay(trace).summary.forks == ForkSet::between(Fork::frontier, Fork::homestead));
}

TEST_CASE("gas.call: a call with value gives the callee 2300 more, and they come back") {
    TraceBuilder trace;
    trace.call({.gas = 0, .value = 1, .overhead = 11'600}).enter().stop().stop().summary();
    CHECK(trace.line(7).gas - trace.line(9).gas == 11'600 - 2300);
    CHECK(replay(trace).told() == "");
}

TEST_CASE("gas.call finds gas that appears or is lost after a call, at the call") {
    for (const std::int64_t leak : {-1, 1, 2300}) {
        CAPTURE(leak);
        TraceBuilder trace;
        trace.call({}).enter().push(1).stop();
        const std::size_t stop = trace.last();
        trace.push(1).pop().stop();
        shift_gas(trace, stop + 1, leak);
        const Replayed replayed = replay(trace);
        REQUIRE(replayed.findings.size() == 1);
        CHECK(replayed.findings.front().check == Check::gas_call);
        CHECK(replayed.findings.front().op == Opcode::CALL);
    }
}

TEST_CASE("gas.call is impossible where the call's operands are not shown") {
    TraceBuilder trace{{.has_memory = false, .has_memory_size = false, .has_stack = false}};
    trace.call({}).enter().stop().stop();
    CHECK(replay(trace).told() == "");
    CHECK(replay(trace).count(Check::gas_call).made == 0);
    CHECK(replay(trace).count(Check::gas_call).impossible == 2);
}

TEST_CASE("a line of any kind whose gas alone is off is one finding") {
    TraceBuilder trace;
    trace.call({.in = {0, 0x40}, .out = {0, 0x20}}).enter().mstore(0, 1).ret(0, 0x20);
    trace.create({.code = {0, 0x20}}).enter().stop().mload(0).stop().summary();
    REQUIRE(replay(trace).told() == "");
    for (std::size_t i = 1; i + 1 < trace.lines().size(); ++i) {
        CAPTURE(i);
        TraceBuilder altered = trace;
        altered.line(i).gas += 7;
        CHECK(replay(altered).findings.size() == 1);
    }
}

TEST_CASE("the second call to an address is warm") {
    for (const std::uint64_t overhead : {100U, 2600U}) {
        CAPTURE(overhead);
        TraceBuilder trace;
        trace.call({}).enter().stop().call({.overhead = overhead}).enter().stop().stop();
        CHECK(replay(trace).findings.size() == (overhead == 100 ? 0 : 1));
    }
}

TEST_CASE("a create costs 32000 and 2 a word from Shanghai, and CREATE2 hashes its code") {
    struct Case {
        Opcode op;
        std::uint64_t overhead;
        bool is_legal;
    };
    const Case cases[] = {
        {Opcode::CREATE, 32'000, true},       {Opcode::CREATE, 32'000 + 4, true},
        {Opcode::CREATE, 32'000 + 6, false},  {Opcode::CREATE2, 32'000 + 12, true},
        {Opcode::CREATE2, 32'000 + 16, true}, {Opcode::CREATE2, 32'000, false}};
    for (const Case& each : cases) {
        CAPTURE(each.overhead);
        TraceBuilder trace;
        trace.store_code(returning(0x20));
        trace.create({.op = each.op, .code = {0, 0x21}, .overhead = each.overhead});
        trace.enter().ret(0, 0x20).stop().summary();
        CHECK(replay(trace).findings.size() == (each.is_legal ? 0 : 1));
    }
}

TEST_CASE("init code beyond the limit shows that the fork is older, or is a finding") {
    for (const std::uint64_t size : {49'152U, 49'153U}) {
        CAPTURE(size);
        TraceBuilder trace{without_memory};
        trace.create({.code = {0, size}}).enter().stop().stop();
        CHECK(replay(trace).told() == "");  // without the price per word: before Shanghai
        TraceBuilder metered{without_memory};
        metered.create({.code = {0, size}, .overhead = 32'000 + 2 * ((size + 31) / 32)});
        metered.enter().stop().stop();
        ReplayOptions options;
        options.forks = Fork::cancun;
        CHECK(replay(metered, options).findings.size() == (size > 49'152 ? 1 : 0));
    }
}

TEST_CASE("code costs 200 gas a byte, and a deposit that cannot be paid fails the create") {
    TraceBuilder trace;
    trace.store_code(returning(100)).create({.code = {0, 0x20}}).enter().ret(0, 100).push(1).pop();
    trace.store_code(returning(0x6001))
        .create({.code = {0, 0x20}})
        .enter()
        .refuse_deposit()
        .ret(0, 0x6001)
        .stop()
        .summary();
    CHECK(replay(trace).told() == "");
}

TEST_CASE("calls without lines: accounts, precompiles, refusals") {
    TraceBuilder trace;
    trace.call({}).leaf();
    trace.call({.gas = 100, .value = 1, .overhead = 9100}).leaf();
    trace.call({.gas = 0, .value = 1, .overhead = 9100}).refused();
    trace.mstore(0, 1).call({.to = 4, .in = {0, 0x21}, .overhead = 100});
    trace.leaf(Bytes(trace.memory().begin(), trace.memory().begin() + 0x21), 15 + 6);
    trace.call({.to = 2, .in = {0, 0x20}, .out = {0x40, 0x20}, .overhead = 100});
    const auto hash = sha256(Bytes(trace.memory().begin(), trace.memory().begin() + 0x20));
    trace.leaf(Bytes(hash.begin(), hash.end()), 60 + 12).mload(0x40);
    trace.call({.gas = 14, .to = 4, .in = {0, 0}, .overhead = 100}).leaf({}, 0, false);
    trace.call({.to = 8, .overhead = 100}).leaf(Bytes(32), 45'000);
    trace.stop().summary();
    CHECK(replay(trace).told() == "");
}

TEST_CASE("a precompile that costs another amount than it should is found") {
    for (const std::uint64_t cost : {14U, 15U, 16U}) {
        CAPTURE(cost);
        TraceBuilder trace;
        trace.call({.to = 4, .overhead = 100}).leaf({}, cost).stop();
        CHECK(replay(trace).findings.size() == (cost == 15 ? 0 : 1));
    }
}

// ---- call.result --------------------------------------------------------------------------------

TEST_CASE("call.result finds a result that contradicts how the callee ended, at the call") {
    for (const bool reverts : {false, true}) {
        CAPTURE(reverts);
        TraceBuilder trace;
        trace.call({.out = {0, 0x20}}).enter();
        reverts ? trace.revert(0, 0x20) : trace.ret(0, 0x20);
        const std::size_t last = trace.last();
        trace.push(1).pop().stop();
        CHECK(replay(trace).told() == "");
        CHECK(replay(trace).count(Check::call_result).made == 1);
        trace.line(last + 1).top() = reverts ? 1 : 0;
        const Replayed replayed = replay(trace);
        CHECK(replayed.findings.size() == 1);
        CHECK(replayed.findings.front().check == Check::call_result);
        CHECK(replayed.findings.front().op == Opcode::CALL);
        trace.line(last + 1).top() = 2;
        CHECK(replay(trace).findings.size() == 1);
    }
}

TEST_CASE("call.result is impossible where no stack is shown") {
    TraceBuilder trace{{.has_stack = false}};
    trace.call({}).enter().stop().stop();
    CHECK(replay(trace).count(Check::call_result).impossible == 1);
}

TEST_CASE("clients without errors say only by the result that the last step failed") {
    for (const bool has_errors : {false, true}) {
        CAPTURE(has_errors);
        TraceBuilder trace{{.has_errors = has_errors, .prints_virtual_stop = false}};
        trace.call({}).enter().push(1).fail_next("invalid jump destination").jump(7);
        trace.stop().summary();
        CHECK(replay(trace).told() == "");
    }
}

TEST_CASE("a frame that fails with all it needs is found where the client prints no errors") {
    TraceBuilder trace{{.has_errors = false}};
    trace.call({}).enter().fail_next().mstore(0, 1);
    const std::size_t store = trace.last();
    trace.stop();
    CHECK(replay(trace).told() == finding(Check::failure_reason, store, "failed", "executed"));
}

TEST_CASE("the STOP after the end of the code may be printed or not") {
    for (const bool prints : {false, true}) {
        CAPTURE(prints);
        TraceBuilder trace{{.prints_virtual_stop = prints}};
        trace.call({}).enter().call({.to = 0xbb}).enter().push(1).pop().end_of_code();
        trace.end_of_code().push(1).end_of_code().summary();
        CHECK(replay(trace).told() == "");
    }
}

TEST_CASE("a failing line may be printed twice, and is one step of one finding less") {
    TraceBuilder trace{{.prints_failure_twice = true}};
    trace.call({}).enter().push(1).fail_next("invalid jump destination").jump(7);
    trace.push(1).stop().summary();
    CHECK(replay(trace).told() == "");
}

// ---- what comes back ----------------------------------------------------------------------------

TEST_CASE("a call writes no more than was returned, and no more than was asked for") {
    for (const std::uint64_t returned : {0U, 1U, 31U, 32U, 64U}) {
        for (const bool reverts : {false, true}) {
            for (const TraceStyle& style : {TraceStyle{}, without_memory}) {
                CAPTURE(returned);
                CAPTURE(reverts);
                TraceBuilder trace{style};
                trace.mstore(0, Word::max()).call({.out = {0, 0x20}}).enter();
                trace.mstore(0, word_of(counted_bytes(32))).mstore(32, 5);
                reverts ? trace.revert(0, returned) : trace.ret(0, returned);
                trace.mload(0).returndatasize().returndatacopy(0x40, 0, returned).msize().stop();
                CHECK(replay(trace).told() == "");
            }
        }
    }
}

TEST_CASE("a failing callee writes nothing, and its return data is empty") {
    TraceBuilder trace;
    trace.mstore(0, 7).call({.out = {0, 0x20}}).enter().mstore(0, 9).invalid();
    trace.mload(0).returndatasize().stop();
    CHECK(replay(trace).told() == "");
}

TEST_CASE(
    "return data after a callee that failed must be empty, whatever its last step asked for") {
    TraceBuilder trace{without_memory};
    trace.call({}).enter().mstore(0, 1).fail_next().ret(0, 0x100000).returndatasize().stop();
    CHECK(replay(trace).told() == "");
    const std::size_t size = trace.last() - 1;
    trace.line(size + 1).top() = 0x20;
    CHECK(replay(trace).told() == finding(Check::return_data_size, size, "0x20", "0x0"));
}

TEST_CASE("what an unknown callee returned is unknown where it arrives, until it is loaded") {
    TraceBuilder trace{without_memory};
    trace.mstore(0, 0x2a).call({.to = 8, .out = {0, 0x20}, .overhead = 100});
    trace.leaf(Bytes(32, 7), 45'000).mload(0).mload(0).stop();
    const Replayed replayed = replay(trace);
    CHECK(replayed.told() == "");
    CHECK(replayed.count(Check::memory_load).impossible == 1);
    CHECK(replayed.count(Check::memory_load).made == 1);
}

TEST_CASE("return data is a copy: what the caller writes later does not change it") {
    TraceBuilder trace{without_memory};
    trace.mstore(0, 0x2a).call({.to = 4, .in = {0, 0x20}, .overhead = 100});
    trace.leaf(Bytes(trace.memory()), 18).mstore(0, 0x2b).returndatacopy(0x20, 0, 0x20);
    trace.mload(0x20).stop();
    CHECK(replay(trace).told() == "");
    const std::size_t stop = trace.last();
    trace.line(stop).top() = 0x2b;
    CHECK(replay(trace).told() == finding(Check::memory_load, stop - 1, "0x2b", "0x2a"));
}

TEST_CASE("return_data.size finds a wrong size, and is impossible where none is known") {
    TraceBuilder trace{without_memory};
    trace.call({}).enter().ret(0, 5).returndatasize();
    const std::size_t size = trace.last();
    trace.pop().calldatacopy(0, 0, 160);  // a signature that is not known
    trace.call({.to = 0x100, .in = {0, 160}, .overhead = 100}).leaf(Bytes(32), 6900);
    trace.returndatasize().stop();
    CHECK(replay(trace).told() == "");
    CHECK(replay(trace).count(Check::return_data_size).made == 1);
    CHECK(replay(trace).count(Check::return_data_size).impossible == 1);
    trace.line(size + 1).top() = 0;
    CHECK(replay(trace).told() == finding(Check::return_data_size, size, "0x0", "0x5"));
}

TEST_CASE("return data is empty in a new frame and after a create, unless that reverts") {
    TraceBuilder trace{without_memory};
    trace.call({}).enter().returndatasize().ret(0, 5).returndatasize();
    trace.store_code(returning(7)).create({.code = {0, 0x20}}).enter().ret(0, 7).returndatasize();
    trace.store_code(returning(9, Opcode::REVERT)).create({.code = {0, 0x20}}).enter();
    trace.revert(0, 9).returndatasize().stop();
    CHECK(replay(trace).told() == "");
    CHECK(replay(trace).count(Check::return_data_size).made == 4);
}

TEST_CASE("return_data.bounds: the last copy that fits, and the first that must halt") {
    struct Case {
        Word source, size;
        bool fits;
    };
    const Case cases[] = {
        {0, 5, true}, {5, 0, true}, {0, 6, false}, {6, 0, false}, {Word::max(), 0, false},
        {4, 2, false}};
    for (const Case& each : cases) {
        TraceBuilder trace{without_memory};
        trace.call({}).enter().ret(0, 5).returndatacopy(0, each.source, each.size);
        const std::size_t copy = trace.last();
        trace.push(1).pop().stop();
        CHECK(replay(trace).told() ==
              (each.fits ? "" : finding(Check::return_data_bounds, copy, "executed", "halted")));
    }
}

TEST_CASE("return_data.bounds is impossible where the size is not known") {
    TraceBuilder trace{without_memory};
    trace.calldatacopy(0, 0, 160)
        .call({.to = 0x100, .in = {0, 160}, .overhead = 100})
        .leaf(Bytes(32), 6900)
        .returndatacopy(0, 0, 32)
        .stop();
    CHECK(replay(trace).told() == "");
    CHECK(replay(trace).count(Check::return_data_bounds).impossible == 1);
}

TEST_CASE("return_data.content passes, finds wrong bytes, and is impossible where none are known") {
    TraceBuilder trace{{.has_memory = false, .has_return_data = true}};
    trace.call({}).enter().mstore(0, 7).ret(0x1c, 4).push(1).pop();
    trace.calldatacopy(0, 0, 160).call({.to = 0x100, .in = {0, 160}, .overhead = 100});
    trace.leaf(Bytes(32), 6900).push(1).stop();
    CHECK(replay(trace).told() == "");
    CHECK(replay(trace).count(Check::return_data_content).made > 0);
    CHECK(replay(trace).count(Check::return_data_content).impossible == 1);
    for (TraceLine& line : trace.lines())
        if (line.return_data == Bytes{0, 0, 0, 7}) line.return_data = Bytes{0, 0, 0, 8};
    CHECK(replay(trace).findings.size() == 1);
    CHECK(replay(trace).findings.front().check == Check::return_data_content);
}

// ---- what the callee is given -------------------------------------------------------------------

TEST_CASE("the caller's input range is the callee's calldata") {
    TraceBuilder trace{without_memory};
    trace.mstore(0, word_of(counted_bytes(32))).call({.in = {3, 7}}).enter();
    trace.calldatasize().calldataload(0).calldataload(7).calldatacopy(0, 2, 0x40).mload(0);
    trace.stop().stop();
    const Replayed replayed = replay(trace);
    CHECK(replayed.told() == "");
    CHECK(replayed.count(Check::call_data_size).made == 1);
    CHECK(replayed.count(Check::call_data_load).made == 2);
    CHECK(replayed.count(Check::memory_load).made == 1);
}

TEST_CASE("call_data.size and call_data.load find wrong results") {
    TraceBuilder trace{without_memory};
    trace.mstore(0, 9).call({.in = {0, 0x20}}).enter().calldatasize();
    const std::size_t size = trace.last();
    trace.calldataload(0);
    const std::size_t load = trace.last();
    trace.stop().stop();
    TraceBuilder wrong_size = trace;
    wrong_size.line(size + 1).top() = 0x40;
    CHECK(replay(wrong_size).told() == finding(Check::call_data_size, size, "0x40", "0x20"));
    trace.line(load + 1).top() = 8;
    CHECK(replay(trace).told() == finding(Check::call_data_load, load, "0x8", "0x9"));
}

TEST_CASE("the outermost calldata is learned from what it reveals, and held to it") {
    TraceBuilder trace{without_memory};
    trace.with_calldata(counted_bytes(0x24)).calldataload(4).calldatasize().calldatacopy(0, 4, 32);
    trace.mload(0).calldataload(4);
    const std::size_t load = trace.last();
    trace.stop();
    const Replayed replayed = replay(trace);
    CHECK(replayed.told() == "");
    CHECK(replayed.count(Check::memory_load).made == 1);
    CHECK(replayed.count(Check::call_data_load).made == 1);
    CHECK(replayed.count(Check::call_data_load).impossible == 1);
    CHECK(replayed.count(Check::call_data_size).impossible == 1);
    trace.line(load + 1).top() = 1;
    CHECK(replay(trace).findings.size() == 1);
}

TEST_CASE("init code is memory, and deployed code is what the create returned") {
    TraceBuilder trace{without_memory};
    // What follows, and then what it returns: CODESIZE, STOP, and four bytes more.
    const Bytes init_code{0x38, 0x60, 0x20, 0x60, 0x10, 0x60, 0x00, 0x39, 0x60, 0x00, 0x51,
                          0x60, 0x06, 0x60, 0x00, 0xf3, 0x38, 0x00, 1,    2,    3,    4};
    const Bytes code{0x38, 0x00, 1, 2, 3, 4};
    trace.store_code(init_code).create({.code = {0, 22}}).enter();
    trace.codesize().codecopy(0, 0x10, 0x20).mload(0).ret(0, 6);
    trace.extcodecopy(0xadd0001, 0x40, 1, 0x20, code, 100).mload(0x40);
    trace.call({.to = 0xadd0001, .overhead = 100}).enter().with_code(code).codesize();
    const std::size_t size = trace.last();
    trace.stop().stop();
    const Replayed replayed = replay(trace);
    CHECK(replayed.told() == "");
    CHECK(replayed.count(Check::code_size).made == 2);
    CHECK(replayed.count(Check::memory_load).made == 2);
    trace.line(size + 1).top() = 7;
    CHECK(replay(trace).told() == finding(Check::code_size, size, "0x7", "0x6"));
}

TEST_CASE("code.size is impossible for code that the trace does not show") {
    TraceBuilder trace{without_memory};
    trace.with_code(Bytes(77)).codesize().codesize().stop();
    CHECK(replay(trace).told() == "");
    CHECK(replay(trace).count(Check::code_size).impossible == 1);
    CHECK(replay(trace).count(Check::code_size).made == 1);
}
