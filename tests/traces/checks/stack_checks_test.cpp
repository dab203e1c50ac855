// SPDX-License-Identifier: MIT
// Every item of every stack: Yellow Paper H.2. Each trace is right but for one value; what is built on
// that value afterwards is no second finding.
#include "traces/checks/stack_checks.hpp"

#include <doctest/doctest.h>

#include "core/hex.hpp"
#include "core/word_arithmetic.hpp"
#include "tests/support/client_lines.hpp"
#include "tests/support/replaying.hpp"
#include "tests/support/trace_builder.hpp"
#include "traces/no_findings.hpp"
#include "traces/step_reader.hpp"

using namespace evmmem;
using namespace evmmem::test;
using namespace evmmem::traces;

namespace {

constexpr Word minus_one = Word::max();

/// Twenty items, 0x64 and on.
TraceBuilder twenty_items() {
    TraceBuilder trace;
    for (std::uint64_t i = 0; i < 20; ++i)
        trace.push(100 + i);
    return trace;
}

struct Computed {
    Opcode op;
    std::vector<Word> operands;
    Word result;
    std::uint64_t cost;
};

/// Results by hand, at the edges; a table of its own.
const std::vector<Computed>& computed() {
    static const std::vector<Computed> table = {
        {Opcode::ADD, {minus_one, 2}, 1, 3},
        {Opcode::MUL, {minus_one, 2}, {~0ULL, ~0ULL, ~0ULL, ~1ULL}, 5},
        {Opcode::SUB, {1, 2}, minus_one, 3},
        {Opcode::DIV, {7, 2}, 3, 5},
        {Opcode::DIV, {7, 0}, 0, 5},
        {Opcode::SDIV, {minus_one, 2}, 0, 5},
        {Opcode::MOD, {7, 4}, 3, 5},
        {Opcode::SMOD, {op_negate(7), 4}, op_negate(3), 5},
        {Opcode::ADDMOD, {minus_one, 2, 10}, 7, 8},
        {Opcode::MULMOD, {minus_one, minus_one, 12}, 9, 8},
        {Opcode::SIGNEXTEND, {0, 0xff}, minus_one, 5},
        {Opcode::LT, {1, 2}, 1, 3},
        {Opcode::GT, {1, 2}, 0, 3},
        {Opcode::SLT, {minus_one, 0}, 1, 3},
        {Opcode::SGT, {minus_one, 0}, 0, 3},
        {Opcode::EQ, {5, 5}, 1, 3},
        {Opcode::ISZERO, {0}, 1, 3},
        {Opcode::AND, {6, 3}, 2, 3},
        {Opcode::OR, {6, 3}, 7, 3},
        {Opcode::XOR, {6, 3}, 5, 3},
        {Opcode::NOT, {0}, minus_one, 3},
        {Opcode::BYTE, {31, 0x1234}, 0x34, 3},
        {Opcode::SHL, {4, 0xf}, 0xf0, 3},
        {Opcode::SHR, {4, 0xf0}, 0xf, 3},
        {Opcode::SAR, {255, minus_one}, minus_one, 3},
    };
    return table;
}

}  // namespace

TEST_CASE("right results of every computed instruction agree, and are counted") {
    TraceBuilder trace = twenty_items();
    for (const Computed& each : computed())
        trace.op(each.op, each.operands, {each.result}, each.cost);
    trace.stop();
    const Replayed replayed = replay(trace);
    CHECK(replayed.told() == "");
    CHECK(replayed.count(Check::stack_result).made == computed().size());
    CHECK(replayed.count(Check::stack_untouched).made > computed().size());
    CHECK(replayed.count(Check::stack_untouched).impossible == 0);
}

TEST_CASE("a wrong result is found at its instruction, once, though it is used afterwards") {
    for (const Computed& each : computed()) {
        CAPTURE(std::string{info(each.op).name});
        TraceBuilder trace = twenty_items();
        const Word wrong = op_xor(each.result, 1);
        trace.op(each.op, each.operands, {wrong}, each.cost);
        const std::size_t at = trace.last();
        trace.dup(1).swap(1).swap(15).dup(16).pop().mstore(0, wrong).stop();
        const Replayed replayed = replay(trace);
        const auto [claimed, expected] = shown(wrong, each.result);
        CHECK(replayed.told() == finding(Check::stack_result, at, claimed, expected));
    }
}

TEST_CASE("a finding about a result shows operands, claim and what is right") {
    TraceBuilder trace;
    trace.op(Opcode::SUB, {7, 2}, {6}, 3).stop();
    const Replayed replayed = replay(trace);
    REQUIRE(replayed.findings.size() == 1);
    CHECK(replayed.findings[0].detail == "SUB of 0x7 and 0x2 gives 0x6, and should give 0x5");
    CHECK(replayed.findings[0].operands == std::vector<Word>{7, 2});
}

TEST_CASE("an item altered on one line is one finding, wherever it lies below") {
    for (std::size_t item = 0; item < 20; ++item) {
        CAPTURE(item);
        TraceBuilder trace = twenty_items();
        trace.op(Opcode::ADD, {1, 2}, {3}, 3);
        const std::size_t at = trace.last();
        trace.pop().jumpdest().stop();
        trace.line(at + 1).stack[item] = 0xbad;
        const Replayed replayed = replay(trace);
        CHECK(replayed.told() ==
              finding(Check::stack_untouched, at, "0xbad", encode_hex_quantity(100 + item)));
    }
}

TEST_CASE("an item that changes for good is one finding") {
    TraceBuilder trace = twenty_items();
    trace.op(Opcode::ADD, {1, 2}, {3}, 3);
    const std::size_t at = trace.last();
    trace.pop().jumpdest().dup(3).stop();
    for (std::size_t i = at + 1; i <= trace.last(); ++i)
        trace.line(i).stack[7] = 0xbad;
    CHECK(replay(trace).told() == finding(Check::stack_untouched, at, "0xbad", "0x6b"));
}

TEST_CASE("an operand altered on its own line is one finding, and its result none") {
    TraceBuilder trace;
    trace.push(1).push(2).op(Opcode::ADD, {5, 7}, {12}, 3);
    const std::size_t at = trace.last();
    trace.jumpdest().stop();
    trace.line(at).top(0) = 0xbad;
    const Replayed replayed = replay(trace);
    REQUIRE(replayed.findings.size() == 1);
    CHECK(replayed.findings[0].line == at);  // the PUSH before it
    CHECK(replayed.findings[0].check == Check::stack_result);
}

TEST_CASE("every DUP and SWAP must move its own items") {
    for (std::size_t n = 1; n <= 16; ++n) {
        CAPTURE(n);
        TraceBuilder dup = twenty_items();
        dup.dup(n);
        const std::size_t at = dup.last();
        dup.jumpdest().stop();
        CHECK(replay(dup).told() == "");
        dup.line(at + 1).top() = 0xbad;
        CHECK(replay(dup).told() ==
              finding(Check::stack_result, at, "0xbad", encode_hex_quantity(120 - n)));

        for (const std::size_t moved : {std::size_t{0}, n / 2, n}) {
            CAPTURE(moved);
            TraceBuilder swap = twenty_items();
            swap.swap(n);
            const std::size_t where = swap.last();
            swap.jumpdest().stop();
            CHECK(replay(swap).told() == "");
            CHECK(replay(swap).count(Check::stack_result).made == 1);
            const Word right = swap.line(where + 1).top(moved);
            swap.line(where + 1).top(moved) = 0xbad;
            CHECK(replay(swap).told() ==
                  finding(Check::stack_result, where, "0xbad", encode_hex_quantity(right)));
        }
    }
}

TEST_CASE("PC, GAS and PUSH0 give what the line says") {
    const auto wrong = [](Opcode op, const Word& right, std::uint64_t cost) {
        TraceBuilder trace;
        trace.push(1).op(op, {}, {right}, cost);
        const std::size_t at = trace.last();
        trace.jumpdest().stop();
        CHECK(replay(trace).told() == "");
        for (std::size_t i = at + 1; i <= trace.last(); ++i)
            trace.line(i).top() = op_xor(right, 4);
        CHECK(replay(trace).told() == finding(Check::stack_result, at,
                                              encode_hex_quantity(op_xor(right, 4)),
                                              encode_hex_quantity(right)));
    };
    wrong(Opcode::PC, 2, 2);
    wrong(Opcode::GAS, 1'000'000 - 5, 2);
    wrong(Opcode::PUSH0, 0, 2);
}

TEST_CASE("a PUSH gives no more than its bytes, and what its place gave before") {
    TraceBuilder large;
    large.push(0xff);
    large.jumpdest().stop();
    large.line(1).top() = 0x100;
    CHECK(replay(large).told() == finding(Check::stack_result, 0, "0x100", "less than 2^8"));

    TraceBuilder loop;
    for (const std::uint64_t value : {7, 7, 8}) {
        loop.at(0).jumpdest().push(value).pop().jump(0);
    }
    loop.at(0).jumpdest().stop();
    const Replayed replayed = replay(loop);
    REQUIRE(replayed.findings.size() == 1);
    CHECK(replayed.findings[0].check == Check::stack_result);
    CHECK(replayed.findings[0].claimed == "0x8");
    CHECK(replayed.findings[0].computed == "0x7");
}

TEST_CASE("a caller's stack is as it was when its callee ends") {
    const auto trace = [] {
        TraceBuilder built = twenty_items();
        built.call({.to = 0x11}).enter();
        built.push(5).push(6).op(Opcode::ADD, {1, 2}, {3}, 3).stop();
        return built;
    };
    TraceBuilder right = trace();
    right.jumpdest().stop();
    CHECK(replay(right).told() == "");
    TraceBuilder wrong = trace();
    wrong.jumpdest();
    wrong.line(wrong.last()).stack[3] = 0xbad;
    const Replayed replayed = replay(wrong);
    REQUIRE(replayed.findings.size() == 1);
    CHECK(replayed.findings[0].check == Check::stack_untouched);
    CHECK(replayed.findings[0].op == Opcode::CALL);
}

TEST_CASE("a callee begins with an empty stack") {
    TraceBuilder trace;
    trace.push(1).call({.to = 0x11}).enter().jumpdest().stop().stop();
    CHECK(replay(trace).told() == "");
    std::size_t first = 0;
    while (trace.line(first).depth == 1)
        ++first;
    trace.line(first).stack = {1};
    trace.line(first + 1).stack = {1};
    CHECK(replay(trace).told() == finding(Check::stack_height, first, "1", "0"));
}

TEST_CASE("what the transaction gives is constant in all of its frames, and free in the next") {
    for (const Opcode op : {Opcode::ORIGIN, Opcode::GASPRICE, Opcode::COINBASE, Opcode::TIMESTAMP,
                            Opcode::NUMBER, Opcode::PREVRANDAO, Opcode::GASLIMIT, Opcode::CHAINID,
                            Opcode::BASEFEE, Opcode::BLOBBASEFEE}) {
        CAPTURE(std::string{info(op).name});
        const auto trace = [op](const Word& second) {
            TraceBuilder built;
            built.op(op, {}, {7}, 2).call({.to = 0x11}).enter();
            built.op(op, {}, {second}, 2).pop().stop().op(op, {}, {7}, 2).stop();
            return built;
        };
        CHECK(replay(trace(7)).told() == "");
        const Replayed replayed = replay(trace(8));
        REQUIRE(replayed.findings.size() == 1);
        CHECK(replayed.findings[0].check == Check::stack_environment);
        TraceBuilder two = trace(7);
        two.summary().transaction().op(op, {}, {8}, 2).stop().summary();
        CHECK(replay(two).told() == "");
    }
}

TEST_CASE("ADDRESS, CALLER and CALLVALUE follow from the call") {
    constexpr std::uint64_t here = 0xaa;
    constexpr std::uint64_t there = 0x11;
    struct Row {
        Opcode op;
        Word address, caller, value;
    };
    const Row rows[] = {{Opcode::CALL, there, here, 5},
                        {Opcode::STATICCALL, there, here, 0},
                        {Opcode::CALLCODE, here, here, 5},
                        {Opcode::DELEGATECALL, here, 0xee, 9}};
    for (const Row& row : rows) {
        CAPTURE(std::string{info(row.op).name});
        for (int altered = 0; altered < 4; ++altered) {
            CAPTURE(altered);
            const auto given = [&](int which, const Word& right) {
                return which == altered ? op_xor(right, 1) : right;
            };
            TraceBuilder trace;
            trace.op(Opcode::ADDRESS, {}, {here}, 2).op(Opcode::CALLER, {}, {0xee}, 2);
            trace.op(Opcode::CALLVALUE, {}, {9}, 2);
            const bool has_value = row.op == Opcode::CALL || row.op == Opcode::CALLCODE;
            trace.call({.op = row.op,
                        .to = there,
                        .value = has_value ? 5 : 0,
                        .overhead = has_value ? 2600U + 9000U : 2600U});
            trace.enter().op(Opcode::ADDRESS, {}, {given(1, row.address)}, 2);
            trace.op(Opcode::CALLER, {}, {given(2, row.caller)}, 2);
            trace.op(Opcode::CALLVALUE, {}, {given(3, row.value)}, 2).stop().stop();
            const Replayed replayed = replay(trace);
            REQUIRE(replayed.findings.size() == (altered == 0 ? 0 : 1));
            if (altered != 0) CHECK(replayed.findings[0].check == Check::stack_environment);
        }
    }
}

TEST_CASE("an address has 160 bits, and BLOCKHASH reaches 256 blocks back") {
    TraceBuilder wide;
    wide.op(Opcode::CALLER, {}, {Word{0, 1ULL << 32, 0, 0}}, 2).stop();
    REQUIRE(replay(wide).findings.size() == 1);
    const auto hash = [](const Word& block, const Word& result) {
        TraceBuilder trace;
        trace.op(Opcode::NUMBER, {}, {1000}, 2).op(Opcode::BLOCKHASH, {block}, {result}, 20).stop();
        return replay(trace).findings.size();
    };
    CHECK(hash(744, 5) == 0);
    CHECK(hash(743, 5) == 1);
    CHECK(hash(743, 0) == 0);
    CHECK(hash(999, 5) == 0);
    CHECK(hash(1000, 5) == 1);
}

TEST_CASE("the same number printed otherwise is no difference, and another one is") {
    TraceBuilder trace;
    trace.push(1).push(2).push(3).jumpdest().stop();
    std::string text = trace.json();
    const std::size_t last = text.rfind("[\"0x1\",");
    text.replace(last, 7, "[\"0x01\",");
    CHECK(replay_json(text).told() == "");
    text.replace(last, 8, "[\"0x02\",");
    const Replayed replayed = replay_json(text);
    REQUIRE(replayed.findings.size() == 1);
    CHECK(replayed.findings[0].check == Check::stack_untouched);
}

TEST_CASE("without a stack, or of one that is cut, what cannot be compared is counted impossible") {
    TraceBuilder none{{.has_stack = false}};
    none.push(1).push(2).op(Opcode::ADD, {1, 2}, {3}, 3).stop();
    const Replayed without = replay(none);
    CHECK(without.told() == "");
    CHECK(without.count(Check::stack_untouched).made == 0);
    CHECK(without.count(Check::stack_result).impossible == 5);

    TraceBuilder cut{{.stack_items_max = 6}};
    for (std::uint64_t i = 0; i < 10; ++i)
        cut.push(i);
    cut.op(Opcode::ADD, {1, 2}, {4}, 3);
    const std::size_t at = cut.last();
    cut.stop();
    CHECK(replay(cut).told() == finding(Check::stack_result, at, "0x4", "0x3"));
    CHECK(replay(cut).count(Check::stack_untouched).made == 0);
}

TEST_CASE(
    "after a line that could not be read, or that is missing, nothing is known of the stack") {
    TraceBuilder trace = twenty_items();
    trace.op(Opcode::ADD, {1, 2}, {3}, 3);
    const std::size_t at = trace.last();
    trace.jumpdest().jumpdest().stop();
    for (std::size_t i = at + 2; i <= trace.last(); ++i)
        trace.line(i).stack[3] = 0xbad;
    trace.line(at + 1).kind = TraceLine::Kind::unreadable;
    CHECK(replay(trace).told() == "");
}

TEST_CASE("checks that were not asked for are not made, and change nothing about the others") {
    TraceBuilder trace{{.has_memory = false}};
    trace.mstore(0, 7).mload(0).pop().op(Opcode::ADD, {1, 2}, {3}, 3).pop();
    const std::size_t sum = trace.last();
    trace.mstore(0x20, 8).mload(0x20).pop();
    const std::size_t load = trace.last();
    trace.stop().summary();
    trace.line(sum).top() = 4;
    CHECK(replay(trace).findings.size() == 1);
    ReplayOptions options;
    options.checks = CheckSet{Check::memory_load} | Check::gas_continuity;
    const Replayed some = replay(trace, options);
    CHECK(some.told() == "");
    CHECK(some.summary.chosen == options.checks);
    CHECK(some.count(Check::memory_load).made == 2);
    CHECK(some.count(Check::gas_continuity).made > 0);
    for (const CheckInfo& check : checks())
        if (!options.checks.contains(check.check)) {
            CHECK(some.count(check.check).made == 0);
            CHECK(some.count(check.check).impossible == 0);
        }
    trace.line(load).top() = 9;
    CHECK(replay(trace, options).told() == finding(Check::memory_load, load - 1, "0x9", "0x8"));
    options.checks = CheckSet::all().without(checks_named("stack"));
    CHECK(replay(trace, options).told() == finding(Check::memory_load, load - 1, "0x9", "0x8"));
}

TEST_CASE("checks are named by their names, and by their families") {
    CHECK(checks_named("memory.load") == CheckSet{Check::memory_load});
    CHECK(checks_named("account") ==
          (CheckSet{Check::account_code} | Check::account_balance | Check::account_address));
    CHECK(checks_named("").empty());
    CHECK(checks_named("mem").empty());
    CHECK(checks_named("memory.").empty());
    CheckSet all;
    for (const std::string_view family : check_families())
        all = all | checks_named(family);
    CHECK(all == CheckSet::all());
}

TEST_CASE("checks of memory and gas come to the same where only operands are read") {
    TraceBuilder trace = twenty_items();
    for (std::uint64_t i = 0; i < 8; ++i)
        trace.mstore(32 * i, i + 7).mload(32 * i).pop().mcopy(0, 32 * i, 32).dup(9).pop().swap(3);
    trace.call({.in = {0, 64}, .out = {0, 64}}).enter().calldataload(0).pop().ret(0, 0).stop();
    const std::string text = trace.summary().json();
    ReplayOptions options;
    options.checks = checks_named("memory") | checks_named("gas") | checks_named("pc");
    std::vector<ReplaySummary> summaries;
    std::vector<std::uint32_t> most;
    for (const bool reads_all : {true, false}) {
        ReaderOptions reading;
        reading.reads_all_operands = reads_all;
        auto reader = StepReader::over(text, reading);
        REQUIRE(reader);
        NoFindings sink;
        Replayer replayer{reader->dialect(), options, sink};
        Record record;
        std::uint32_t operands = 0;
        for (;;) {
            const auto more = replayer.replay_next(*reader, record);
            REQUIRE(more);
            if (!*more) break;
            if (record.step.op == Opcode::MSTORE) operands = record.step.operand_count;
        }
        most.push_back(operands);
        summaries.push_back(replayer.finish());
    }
    // The parser, which reads where the direct way cannot, leaves none out.
    CHECK(most == std::vector<std::uint32_t>{7, has_direct_way() ? 2U : 7U});
    CHECK(summaries[0].findings == 0);
    for (const CheckInfo& check : checks()) {
        const auto i = static_cast<std::size_t>(check.check);
        CAPTURE(std::string{check.name});
        CHECK(summaries[0].checks[i].made == summaries[1].checks[i].made);
        CHECK(summaries[0].checks[i].impossible == summaries[1].checks[i].impossible);
    }
    CHECK(Replayer::look_at_stacks(checks_named("stack")));
    CHECK_FALSE(Replayer::look_at_stacks(options.checks));
}
