// SPDX-License-Identifier: MIT
// Gas from step to step, the gasCost that clients print, running out of gas, and the forks that gas
// distinguishes. Sources: Yellow Paper, appendices G and H; EIP-150, 160, 2929, 3860.
#include <doctest/doctest.h>

#include "core/hex.hpp"
#include "tests/support/replaying.hpp"

using namespace evmmem;
using namespace evmmem::test;
using namespace evmmem::traces;

namespace {

/// Enough steps with a correct gasCost that the field is believed.
TraceBuilder& earn_trust(TraceBuilder& trace) {
    for (int i = 0; i < 20; ++i)
        trace.push(1).pop();
    return trace;
}

ReplayOptions pinned(Fork fork) {
    ReplayOptions options;
    options.forks = fork;
    return options;
}

}  // namespace

// ---- gas.continuity -----------------------------------------------------------------------------

TEST_CASE("gas.continuity finds gas that falls by another amount, at the step that spent it") {
    TraceBuilder trace;
    trace.mstore(0x40, 1);
    const std::size_t store = trace.last();
    trace.push(1).pop().stop();
    for (std::size_t i = store + 1; i < trace.lines().size(); ++i)
        trace.line(i).gas -= 1;
    CHECK(replay(trace).told() == finding(Check::gas_continuity, store, "0xd", "0xc"));
}

TEST_CASE("gas.continuity finds one line whose gas is off, and blames no other") {
    for (const std::int64_t slip : {-1, 1, 1000}) {
        CAPTURE(slip);
        TraceBuilder trace;
        trace.mstore(0x40, 1);
        const std::size_t store = trace.last();
        trace.push(1).pop().stop();
        trace.line(store + 1).gas += static_cast<std::uint64_t>(slip);
        const Replayed replayed = replay(trace);
        REQUIRE(replayed.findings.size() == 1);
        CHECK(replayed.findings.front().check == Check::gas_continuity);
        CHECK(replayed.findings.front().step == store);
    }
}

TEST_CASE("gas.continuity is impossible without the operands that scale the cost") {
    TraceBuilder trace{{.has_memory = false, .has_memory_size = false, .has_stack = false}};
    trace.mstore(0x40, 1).push(1).pop().stop();
    const Replayed replayed = replay(trace);
    CHECK(replayed.told() == "");
    CHECK(replayed.count(Check::gas_continuity).impossible == 1);
    CHECK(replayed.count(Check::gas_continuity).made == 4);
}

TEST_CASE("expansion costs the difference of totals, floor included") {
    // C(22) = 66, C(23) = 70, C(24) = 73: a floor of differences would say otherwise.
    for (std::uint64_t words = 20; words < 80; ++words) {
        CAPTURE(words);
        TraceBuilder trace;
        trace.mstore8(32 * words - 1, 0).mstore8(32 * words, 0).mload(32 * (words + 700)).stop();
        CHECK(replay(trace).told() == "");
    }
}

TEST_CASE("costs per word and per byte are exact at the borders of words") {
    for (const std::uint64_t size : {0U, 1U, 31U, 32U, 33U, 64U, 65U}) {
        CAPTURE(size);
        TraceBuilder trace{{.has_memory = false}};
        trace.calldatacopy(3, 0, size).codecopy(0, 0, size).mcopy(5, 1, size).log(4, 1, size);
        trace.call({.overhead = 2600}).leaf(counted_bytes(size));
        trace.stop();
        trace.lines().resize(trace.lines().size() - 9);  // before the call
        CHECK(replay(trace).told() == "");
    }
}

TEST_CASE("an instruction whose base cost state decides may cost any of the legal amounts only") {
    struct Case {
        Opcode op;
        std::vector<std::uint64_t> legal;
        std::uint64_t illegal;
    };
    const Case cases[] = {{Opcode::SLOAD, {50, 200, 800, 2100, 100}, 101},
                          {Opcode::BALANCE, {20, 400, 700, 2600, 100}, 2601},
                          {Opcode::EXTCODEHASH, {400, 700, 2600, 100}, 20}};
    for (const Case& each : cases) {
        const auto program = [&](std::uint64_t cost) {
            TraceBuilder trace;
            trace.op(each.op, {0x1234}, {0}, cost).stop();
            return replay(trace);
        };
        for (const std::uint64_t cost : each.legal) {
            CAPTURE(cost);
            CHECK(program(cost).told() == "");
        }
        CHECK(program(each.illegal).findings.size() == 1);
    }
}

TEST_CASE("the second access of a transaction is warm") {
    for (const std::uint64_t cost : {100U, 2100U}) {
        CAPTURE(cost);
        TraceBuilder trace;
        trace.op(Opcode::SLOAD, {7}, {0}, 2100).pop().op(Opcode::SLOAD, {7}, {0}, cost);
        const std::size_t load = trace.last();
        trace.stop();
        CHECK(replay(trace).told() ==
              (cost == 100 ? "" : finding(Check::gas_continuity, load, "0x834", "0x64")));
    }
}

TEST_CASE("a slot that only a reverted frame touched may be cold again") {
    for (const bool reverts : {false, true}) {
        CAPTURE(reverts);
        TraceBuilder trace{{.has_memory = false}};
        trace.op(Opcode::SLOAD, {1}, {0}, 2100);  // not before Berlin
        trace.call({.op = Opcode::DELEGATECALL}).enter().op(Opcode::SLOAD, {7}, {0}, 2100);
        reverts ? trace.revert(0, 0) : trace.ret(0, 0);
        trace.op(Opcode::SLOAD, {7}, {0}, 2100).stop();
        CHECK(replay(trace).findings.size() == (reverts ? 0 : 1));
    }
}

TEST_CASE("another transaction finds everything cold") {
    TraceBuilder trace;
    trace.op(Opcode::SLOAD, {7}, {0}, 2100).stop().summary();
    trace.transaction().op(Opcode::SLOAD, {7}, {0}, 2100).stop().summary();
    CHECK(replay(trace).told() == "");
    CHECK(replay(trace).summary.transactions == 2);
}

// ---- gas.cost -----------------------------------------------------------------------------------

TEST_CASE("gas.cost finds a gasCost that is not what the gas says") {
    TraceBuilder trace;
    earn_trust(trace).mstore(0, 1);
    const std::size_t store = trace.last();
    trace.stop();
    trace.line(store).gas_cost = 3;
    CHECK(replay(trace).told() == finding(Check::gas_cost, store, "0x3", "0x6"));
}

TEST_CASE("gas.cost finds it in a trace too short to earn trust, too") {
    TraceBuilder trace;
    trace.mstore(0, 1);
    const std::size_t store = trace.last();
    trace.stop();
    trace.line(store).gas_cost = 3;
    CHECK(replay(trace).told() == finding(Check::gas_cost, store, "0x3", "0x6"));
}

TEST_CASE(
    "gas.cost finds a gasCost of more than 64 bits, but where no gas would have been enough") {
    TraceBuilder trace;
    earn_trust(trace).mstore(0, 1);
    const std::size_t store = trace.last();
    trace.stop();
    trace.line(store).gas_cost = Step::gas_cost_max;
    CHECK(replay(trace).told() ==
          finding(Check::gas_cost, store, "0xffffffffffffffff or more", "0x6"));

    TraceBuilder doomed;
    earn_trust(doomed).op(Opcode::MLOAD, {~std::uint64_t{0}}, {}, 3);
    doomed.line(doomed.last()).gas_cost = Step::gas_cost_max;
    doomed.line(doomed.last()).error = "out of gas";
    const Replayed replayed = replay(doomed);
    CHECK(replayed.told() == "");
    CHECK(replayed.count(Check::gas_cost).impossible == 1);
}

TEST_CASE("gas.cost is impossible where the client prints none, or a stale one") {
    TraceBuilder none{{.has_gas_cost = false}};
    none.mstore(0, 1).stop();
    CHECK(replay(none).told() == "");
    CHECK(replay(none).count(Check::gas_cost).made == 0);
    CHECK(replay(none).count(Check::gas_cost).impossible == none.lines().size());

    TraceBuilder stale;
    stale.mstore(0, 1).mstore(0x20, 1).mstore(0x40, 1).stop();
    for (TraceLine& line : stale.lines())
        line.gas_cost = 1;
    // Said once, with what was seen; then it is not compared any more.
    const Replayed replayed = replay(stale);
    CHECK(replayed.told() == "warning: gas.cost at line 1: claims 0x1, computes 0x3");
    CHECK(replayed.count(Check::gas_cost).made == 1);
    Dialect dialect = stale.style().dialect();
    dialect.has_sure_gas_cost = true;
    CHECK(replay(stale.lines(), dialect).summary.findings == stale.lines().size());
}

TEST_CASE("each style of gasCost is read as its clients mean it") {
    for (const GasCostStyle style :
         {GasCostStyle::full, GasCostStyle::full_create, GasCostStyle::own, GasCostStyle::base,
          GasCostStyle::net, GasCostStyle::calls_unknown}) {
        CAPTURE(static_cast<int>(style));
        TraceBuilder trace{{.gas_cost = style}};
        earn_trust(trace).mstore(0x100, 1).op(Opcode::SLOAD, {1}, {0}, 2100);
        trace.call({.in = {0, 0x200}}).enter().mstore(0, 1).stop();
        trace.store_code({0x60, 0x01, 0x60, 0x00, 0x60, 0x00, 0xf3});
        trace.create({.code = {0, 0x20}}).enter().push(1).ret(0, 0);
        trace.call({.to = 4, .in = {0, 0x20}, .out = {0, 0x20}, .overhead = 100});
        trace.leaf(Bytes(trace.memory().begin(), trace.memory().begin() + 0x20), 18);
        trace.stop().summary();
        if (style == GasCostStyle::base)
            for (TraceLine& line : trace.lines())
                if (line.op == Opcode::SLOAD) line.gas_cost = 0;
        const Replayed replayed = replay(trace);
        CHECK(replayed.told() == "");
        CHECK(replayed.count(Check::gas_cost).made > 40);
    }
}

TEST_CASE("a call whose gasCost fits no style, or another one than the calls before, is found") {
    for (const GasCostStyle style : {GasCostStyle::full, GasCostStyle::own}) {
        CAPTURE(static_cast<int>(style));
        TraceBuilder trace{{.gas_cost = style}};
        earn_trust(trace);
        trace.call({}).enter().stop();
        trace.call({.overhead = 100}).enter().stop();
        const std::size_t second = trace.last() - 1;
        trace.stop();
        CHECK(replay(trace).told() == "");
        TraceBuilder other = trace;
        *other.line(second).gas_cost += 1;
        CHECK(replay(other).told() == finding(Check::gas_cost, second,
                                              style == GasCostStyle::own ? "0x65" : "0xc3b5",
                                              style == GasCostStyle::own ? "0x64" : "0xc3b4"));
        *trace.line(second).gas_cost = style == GasCostStyle::own ? 50'100 : 100;
        CHECK(replay(trace).findings.size() == 1);
    }
}

// ---- gas.out_of_gas -----------------------------------------------------------------------------

TEST_CASE("gas.out_of_gas passes when a step that cannot be paid for fails") {
    TraceBuilder trace{{}, 1000};
    trace.fail_next().mstore(0x10000, 1).summary();
    const Replayed replayed = replay(trace);
    CHECK(replayed.told() == "");
    CHECK(replayed.count(Check::out_of_gas).made > 0);
}

TEST_CASE("gas.out_of_gas finds a step that goes on without the gas it needs") {
    TraceBuilder trace{{.pushes_words = true}};
    trace.mstore(0, 1);
    const std::size_t store = trace.last();
    trace.push(1).pop().stop();
    trace.line(store).top() = 0x1fffffffe1;  // more memory than any gas pays for
    const Replayed replayed = replay(trace);
    CHECK(replayed.findings.size() == 1);
    CHECK(replayed.findings.front().check == Check::out_of_gas);
    CHECK(replayed.findings.front().step == store);
}

TEST_CASE("gas.out_of_gas finds a step that fails for want of gas that it has") {
    TraceBuilder trace;
    trace.fail_next("out of gas").mstore(0, 1);
    const std::size_t store = trace.last();
    trace.summary();
    CHECK(replay(trace).told() == finding(Check::out_of_gas, store, "out of gas", "executed"));
}

TEST_CASE("gas.out_of_gas: the last gas that works, and the first that does not") {
    // PUSH, PUSH, MSTORE at 0: 3 + 3 + 3, and a word for 3.
    TraceBuilder enough{{}, 12};
    enough.mstore(0, 1).stop();
    CHECK(replay(enough).told() == "");

    TraceBuilder short_of_one{{}, 12};
    short_of_one.mstore(0, 1).stop();
    for (TraceLine& line : short_of_one.lines())
        line.gas -= 1;
    short_of_one.line(3).gas = 0;
    CHECK(replay(short_of_one).findings.size() == 1);
    CHECK(replay(short_of_one).findings.front().check == Check::out_of_gas);
}

TEST_CASE("a child that goes on without gas is found once, though its caller is given some back") {
    TraceBuilder trace{{.pushes_words = true}};
    trace.call({}).enter().ret(0, 0);
    const std::size_t ret = trace.last();
    trace.stop();
    trace.replace_operand(ret, 1, Word::max());  // RETURN(0, 2^256-1) that costs nothing
    CHECK(replay(trace).told() == finding(Check::out_of_gas, ret, "executed", "out of gas"));
}

// ---- forks --------------------------------------------------------------------------------------

TEST_CASE("forks are inferred from what instructions cost and from which exist") {
    struct Case {
        std::uint64_t sload;
        ForkSet forks;
    };
    const Case cases[] = {
        {50, ForkSet::between(Fork::frontier, Fork::homestead)},
        {200, ForkSet::between(Fork::tangerine_whistle, Fork::petersburg)},
        {800, ForkSet::between(Fork::istanbul, Fork::istanbul)},
    };
    for (const Case& each : cases) {
        TraceBuilder trace;
        trace.op(Opcode::SLOAD, {1}, {0}, each.sload).stop();
        CHECK(replay(trace).summary.forks == each.forks);
    }
    TraceBuilder trace;
    trace.push0().mcopy(0, 0, 0).stop();
    CHECK(replay(trace).summary.forks == ForkSet::from(Fork::cancun));
}

TEST_CASE("an instruction that ends its frame or calls shows its fork, too") {
    TraceBuilder reverting;
    reverting.revert(0, 0).summary();
    CHECK(replay(reverting).summary.forks == ForkSet::from(Fork::byzantium));
    TraceBuilder creating;
    creating.create({.op = Opcode::CREATE2}).enter().stop().stop();
    CHECK(replay(creating).summary.forks.is_within(ForkSet::from(Fork::constantinople)));
}

TEST_CASE("a pinned fork makes findings of what other forks allow") {
    TraceBuilder trace;
    trace.op(Opcode::SLOAD, {1}, {0}, 2100);
    const std::size_t load = trace.last();
    trace.stop();
    CHECK(replay(trace, pinned(Fork::cancun)).told() == "");
    CHECK(replay(trace, pinned(Fork::istanbul)).told() ==
          finding(Check::gas_continuity, load, "0x834", "0x320"));
}

TEST_CASE("an instruction of a later fork than the pinned one is a finding") {
    TraceBuilder trace;
    trace.push0().pop().stop();
    CHECK(replay(trace, pinned(Fork::shanghai)).told() == "");
    CHECK(replay(trace, pinned(Fork::paris)).findings.size() == 1);
}

TEST_CASE("steps that no one fork allows together are a finding") {
    TraceBuilder trace;
    trace.op(Opcode::SLOAD, {1}, {0}, 800).op(Opcode::SLOAD, {2}, {0}, 2100).stop();
    CHECK(replay(trace).findings.size() == 1);
}

TEST_CASE("EXP costs by its exponent's bytes; a warning where the client mixes up forks") {
    for (const std::uint64_t bytes : {1U, 2U, 8U}) {
        CAPTURE(bytes);
        const auto costing = [&](std::uint64_t cost) {
            TraceBuilder trace;
            trace
                .op(Opcode::EXP, {2, std::uint64_t{1} << 8 * (bytes - 1)}, {bytes == 1 ? 2U : 0U},
                    cost)
                .stop();
            return trace;
        };
        CHECK(replay(costing(10 + 50 * bytes), pinned(Fork::cancun)).told() == "");
        CHECK(replay(costing(10 + 10 * bytes), pinned(Fork::homestead)).told() == "");
        const TraceBuilder mixed_up = costing(10 + 10 * bytes);
        CHECK(replay(mixed_up, pinned(Fork::cancun)).summary.findings == 1);
        Dialect dialect = mixed_up.style().dialect();
        dialect.mixes_up_forks = true;
        CHECK(replay(mixed_up.lines(), dialect, pinned(Fork::cancun)).summary.findings == 0);
        CHECK(replay(mixed_up.lines(), dialect, pinned(Fork::cancun)).summary.warnings == 1);
        CHECK(replay(costing(11 + 50 * bytes)).summary.findings == 1);
    }
}

TEST_CASE("a price that no operands explain is found without a stack, too") {
    const auto replayed = [](const char* op, const char* name, std::uint64_t cost,
                             std::uint64_t size_after = 0x400) {
        const std::string rest = R"("depth":1,"refund":0,"stack":null,)";
        const auto line = [&](int pc, const std::string& code, std::uint64_t gas,
                              std::uint64_t price, std::uint64_t size, const std::string& called) {
            return R"({"pc":)" + std::to_string(pc) + R"(,"op":)" + code + R"(,"gas":")" +
                   encode_hex_quantity(Word{gas}) + R"(","gasCost":")" +
                   encode_hex_quantity(Word{price}) + R"(","memSize":)" + std::to_string(size) +
                   "," + rest + R"("opName":")" + called + "\"}\n";
        };
        return replay_json(line(0, "55", 10'000, 2'000, 0, "CALLDATACOPY") +
                               line(1, op, 8'000, cost, size_after, name) +
                               line(2, "0", 8'000 - cost, 0, size_after, "STOP") +
                               R"({"output":"","gasUsed":")" +
                               encode_hex_quantity(Word{2'000 + cost}) + "\"}\n",
                           "geth");
    };
    CHECK(replayed("10", "EXP", 10).told() == "");
    CHECK(replayed("10", "EXP", 60).told() == "");
    CHECK(replayed("10", "EXP", 20).told() == "");
    CHECK_FALSE(replayed("10", "EXP", 20).summary.forks.contains(Fork::cancun));
    CHECK(replayed("10", "EXP", 330).summary.forks.contains(Fork::frontier));
    CHECK(replayed("10", "EXP", 1610).told() == "");
    for (const std::uint64_t wrong : {3, 9, 15, 1611, 1660})
        CHECK(replayed("10", "EXP", wrong).told().starts_with("gas.continuity at line 2"));
    CHECK(replayed("32", "KECCAK256", 30).told() == "");
    CHECK(replayed("32", "KECCAK256", 29).told().starts_with("gas.continuity at line 2"));
    CHECK(replayed("10", "EXP", 10, 0x401).told().starts_with("memory.size at line 1"));
}
