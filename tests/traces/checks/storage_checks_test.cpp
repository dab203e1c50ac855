// SPDX-License-Identifier: MIT
// Loads and stores: what they give, cost and refund by what the transaction did before.
#include <doctest/doctest.h>

#include "tests/support/replaying.hpp"

using namespace evmmem;
using namespace evmmem::test;
using namespace evmmem::traces;

namespace {

ReplayOptions of_cancun() {
    ReplayOptions options;
    options.forks = Fork::cancun;
    return options;
}

/// The check that fails first, and how often any does.
std::pair<std::string, std::size_t> found(const TraceBuilder& trace,
                                          const ReplayOptions& options = {}) {
    const Replayed replayed = replay(trace, options);
    if (replayed.findings.empty()) return {"", 0};
    return {std::string{info(replayed.findings.front().check).name}, replayed.findings.size()};
}

using Found = std::pair<std::string, std::size_t>;

}  // namespace

TEST_CASE("SLOAD gives what was stored or loaded before") {
    for (const std::uint64_t second : {5, 6}) {
        TraceBuilder stored{without_memory};
        stored.op(Opcode::SSTORE, {1, 5}, {}, 22'100);
        stored.op(Opcode::SLOAD, {1}, {second}, 100).pop().stop();
        CHECK(found(stored) == (second == 5 ? Found{} : Found{"storage.value", 1}));
        TraceBuilder loaded{without_memory};
        loaded.op(Opcode::SLOAD, {1}, {5}, 2100).pop();
        loaded.op(Opcode::SLOAD, {1}, {second}, 100).pop();
        loaded.op(Opcode::SLOAD, {2}, {second}, 2100).pop().stop();
        CHECK(found(loaded) == (second == 5 ? Found{} : Found{"storage.value", 1}));
    }
}

TEST_CASE("a wrong load names the store, and is one finding") {
    TraceBuilder trace{without_memory};
    trace.op(Opcode::SSTORE, {1, 5}, {}, 22'100).op(Opcode::SLOAD, {1}, {6}, 100).pop();
    trace.op(Opcode::SLOAD, {1}, {6}, 100).pop().op(Opcode::SSTORE, {1, 7}, {}, 100).stop();
    const Replayed replayed = replay(trace);
    REQUIRE(replayed.findings.size() == 1);
    CHECK(replayed.findings[0].claimed == "0x6");
    CHECK(replayed.findings[0].computed == "0x5");
    CHECK(replayed.findings[0].detail ==
          "SLOAD of 0x1 gives 0x6, and should give 0x5: SSTORE on line 3 has written it");
}

TEST_CASE("a callee that fails takes its stores back, one that succeeds does not") {
    for (const bool reverts : {false, true}) {
        for (const bool is_loaded_before : {false, true}) {
            for (const std::uint64_t now : {5, 7}) {
                TraceBuilder trace{without_memory};
                trace.op(Opcode::SSTORE, {1, 5}, {}, 22'100);
                if (is_loaded_before) trace.op(Opcode::SLOAD, {1}, {5}, 100).pop();
                trace.call({.op = Opcode::DELEGATECALL}).enter();
                trace.op(Opcode::SSTORE, {1, 7}, {}, 100);
                reverts ? trace.revert(0, 0) : trace.stop();
                trace.pop().op(Opcode::SLOAD, {1}, {now}, 100).pop().stop();
                const bool is_right = now == (reverts ? 5U : 7U);
                CHECK(found(trace) == (is_right ? Found{} : Found{"storage.value", 1}));
            }
        }
    }
}

TEST_CASE("storage is the caller's in a DELEGATECALL, and the callee's own in a CALL") {
    for (const Opcode op : {Opcode::DELEGATECALL, Opcode::CALLCODE, Opcode::CALL}) {
        TraceBuilder trace{without_memory};
        trace.op(Opcode::SSTORE, {1, 5}, {}, 22'100).call({.op = op}).enter();
        // The callee may be the outermost account itself, whose address nothing shows.
        trace.op(Opcode::SLOAD, {1}, {6}, op == Opcode::CALL ? 2100 : 100).pop().stop();
        trace.pop().stop();
        CHECK(found(trace) == (op == Opcode::CALL ? Found{} : Found{"storage.value", 1}));
    }
}

TEST_CASE("an account whose address is known is no other's") {
    for (const bool shows_address : {false, true}) {
        TraceBuilder trace{without_memory};
        trace.op(Opcode::SSTORE, {1, 5}, {}, 22'100);
        if (shows_address) trace.op(Opcode::ADDRESS, {}, {0xaaaa}, 2).pop();
        trace.call({.to = 0xbbbb}).enter().op(Opcode::SSTORE, {1, 9}, {}, 22'100).stop().pop();
        trace.op(Opcode::SLOAD, {1}, {9}, 100).pop().stop();
        CHECK(found(trace) == (shows_address ? Found{"storage.value", 1} : Found{}));
    }
    // Nor is it another when it calls itself.
    TraceBuilder trace{without_memory};
    trace.op(Opcode::SSTORE, {1, 5}, {}, 22'100).op(Opcode::ADDRESS, {}, {0xbbbb}, 2).pop();
    trace.call({.to = 0xbbbb, .overhead = 100}).enter();
    trace.op(Opcode::SLOAD, {1}, {6}, 100).pop().stop().pop().stop();
    CHECK(found(trace) == Found{"storage.value", 1});
}

TEST_CASE("transient storage begins with zeros and ends with the transaction") {
    for (const std::uint64_t value : {0, 5}) {
        TraceBuilder trace{without_memory};
        trace.op(Opcode::TLOAD, {1}, {0}, 100).pop().op(Opcode::TSTORE, {1, 5}, {}, 100);
        trace.op(Opcode::TLOAD, {1}, {5}, 100).pop().stop().summary();
        trace.transaction().op(Opcode::TLOAD, {1}, {value}, 100).pop().stop().summary();
        CHECK(found(trace) == (value == 0 ? Found{} : Found{"storage.value", 1}));
    }
}

TEST_CASE("a new account's storage is zero, and what its init code stores stays") {
    for (const std::uint64_t first : {0, 6}) {
        for (const std::uint64_t later : {5, 6}) {
            TraceBuilder trace{without_memory};
            trace.calldatacopy(0, 0, 32).create({.code = {0, 32}, .address = 0xadd0001}).enter();
            trace.op(Opcode::SLOAD, {1}, {first}, 2100).pop();
            trace.op(Opcode::SSTORE, {1, 5}, {}, 20'000).ret(0, 0);
            trace.pop().call({.to = 0xadd0001, .overhead = 100}).enter();
            trace.op(Opcode::SLOAD, {1}, {later}, 100).pop().stop().pop().stop();
            const std::size_t wrong = (first == 0 ? 0U : 1U) + (later == 5 ? 0U : 1U);
            CHECK(replay(trace).count(Check::storage_value).failed == wrong);
        }
    }
}

TEST_CASE("after a load a store costs what the slot says") {
    struct Case {
        std::uint64_t held;
        std::uint64_t value;
        std::uint64_t cost;
    };
    for (const Case& right : {Case{0, 1, 20'000}, {1, 0, 2900}, {1, 2, 2900}, {1, 1, 100}}) {
        for (const std::uint64_t cost : {100, 2900, 20'000}) {
            TraceBuilder trace{without_memory};
            trace.op(Opcode::SLOAD, {1}, {right.held}, 2100).pop();
            trace.op(Opcode::SSTORE, {1, right.value}, {}, cost).stop();
            CHECK(found(trace) == (cost == right.cost ? Found{} : Found{"gas.continuity", 1}));
        }
    }
}

TEST_CASE("the price of a first store tells the price of the next") {
    for (const std::uint64_t cost : {100, 2900, 20'000}) {
        TraceBuilder trace{without_memory};
        trace.op(Opcode::SSTORE, {1, 5}, {}, 5000).op(Opcode::SSTORE, {1, 6}, {}, cost).stop();
        CHECK(found(trace, of_cancun()) == (cost == 100 ? Found{} : Found{"gas.continuity", 1}));
    }
    // It was another value than 0 and 5, so it may be 6; then it is restored, and changes anew.
    for (const std::uint64_t cost : {100, 2900, 20'000}) {
        TraceBuilder trace{without_memory};
        trace.op(Opcode::SSTORE, {1, 5}, {}, 5000).op(Opcode::SSTORE, {1, 6}, {}, 100);
        trace.op(Opcode::SSTORE, {1, 7}, {}, cost).stop();
        CHECK(found(trace, of_cancun()) == (cost != 20'000 ? Found{} : Found{"gas.continuity", 1}));
    }
}

TEST_CASE("an SSTORE that can pay does not run out of gas") {
    TraceBuilder trace{without_memory};
    trace.op(Opcode::SLOAD, {1}, {3}, 2100).pop().call({.op = Opcode::DELEGATECALL, .gas = 9000});
    trace.enter().fail_next().op(Opcode::SSTORE, {1, 4}, {}, 20'000);
    trace.pop().stop();
    CHECK(found(trace).first == "gas.out_of_gas");
}

TEST_CASE("the refund counter moves with stores, and back with a revert") {
    // (SSTORE of 0 over 5; the counter on its own line, and on the next)
    const auto findings = [](std::int64_t own, std::int64_t next, std::int64_t after) {
        TraceBuilder trace{without_memory};
        trace.op(Opcode::SLOAD, {1}, {5}, 2100).pop().push0().pop();
        trace.call({.op = Opcode::DELEGATECALL}).enter();
        trace.op(Opcode::SSTORE, {1, 0}, {}, 2900);
        const std::size_t store = trace.last();
        trace.revert(0, 0);
        const std::size_t end = trace.last();
        trace.pop().stop();
        for (std::size_t i = 0; i < trace.lines().size(); ++i)
            trace.line(i).refund = i < store ? 0 : i == store ? own : i <= end ? next : after;
        return found(trace);
    };
    CHECK(findings(4800, 4800, 0) == Found{});
    CHECK(findings(0, 4800, 0) == Found{});
    CHECK(findings(0, 0, 0) == Found{"gas.refund", 1});
    CHECK(findings(0, 4900, 0) == Found{"gas.refund", 1});
    CHECK(findings(4800, 9600, 0).first == "gas.refund");
    CHECK(findings(0, 4800, 4800) == Found{"gas.refund", 1});
}

TEST_CASE("the refund counter stays where nothing refunds") {
    TraceBuilder trace{without_memory};
    trace.push(1).push(2).pop().pop().stop();
    for (TraceLine& line : trace.lines())
        line.refund = 25'000;  // it need not begin at 0: EIP-7702
    CHECK(found(trace) == Found{});
    trace.line(2).refund = 24'999;
    CHECK(found(trace).first == "gas.refund");
}

namespace {

/// A document of one SSTORE of 5 to slot 1 and one SLOAD of it, whose lines show these slots.
std::string told_of_slots(const std::string& at_store, const std::string& at_load,
                          const std::string& elsewhere = "", const std::string& loaded = "0x5") {
    const auto line = [](int pc, const std::string& op, int gas, int cost, const std::string& stack,
                         const std::string& more) {
        return R"({"pc":)" + std::to_string(pc) + R"(,"op":")" + op + R"(","gas":)" +
               std::to_string(gas) + R"(,"gasCost":)" + std::to_string(cost) +
               R"(,"depth":1,"stack":[)" + stack + "]" + more + "}";
    };
    return replay_json(R"({"gas":43216,"failed":false,"returnValue":"","structLogs":[)" +
                       line(0, "PUSH1", 50'000, 3, "", elsewhere) + "," +
                       line(2, "PUSH1", 49'997, 3, R"("0x5")", elsewhere) + "," +
                       line(4, "SSTORE", 49'994, 22'100, R"("0x5","0x1")", at_store) + "," +
                       line(5, "PUSH1", 27'894, 3, "", elsewhere) + "," +
                       line(7, "SLOAD", 27'891, 100, R"("0x1")", at_load) + "," +
                       line(8, "STOP", 27'791, 0, "\"" + loaded + "\"", elsewhere) + "]}")
        .told();
}

}  // namespace

TEST_CASE("slots that a line shows beside its stack are those that it stores and loads") {
    const std::string key = "0000000000000000000000000000000000000000000000000000000000000001";
    const auto slots = [&](const std::string& value, const std::string& prefix = "") {
        return R"(,"storage":{"other":"x",")" + prefix + key + R"(":")" + prefix + value + "\"}";
    };
    CHECK(told_of_slots(slots("5"), slots("5")) == "");
    CHECK(told_of_slots(slots("05", "0x"), slots("5", "0x")) == "");
    CHECK(told_of_slots(slots("6"), slots("5")).starts_with("storage.value at line 1"));
    CHECK(told_of_slots(slots("5"), slots("6")).starts_with("storage.value at line 1"));
    CHECK(told_of_slots(R"(,"storage":{})", R"(,"storage":{"x":null})") == "");
    // Old go-ethereum shows on every line what was stored, and never takes it back: of a load it says nothing.
    CHECK(told_of_slots(slots("5"), slots("6"), R"(,"storage":{})") == "");
}

// Found by the soak of anvil: in a static call its line shows the slot as an SLOAD before has left it.
TEST_CASE("a store that fails need not show what it would store") {
    const auto told = [](const std::string& shown, bool fails) {
        const std::string error = fails ? R"_(,"error":"Some(StateChangeDuringStaticCall)")_" : "";
        return replay_json(
                   R"({"gas":50000,"failed":)" + std::string{fails ? "true" : "false"} +
                   R"(,"returnValue":"","structLogs":[)"
                   R"({"pc":0,"op":"PUSH1","gas":50000,"gasCost":3,"depth":1,"stack":[]},)"
                   R"({"pc":2,"op":"PUSH1","gas":49997,"gasCost":3,"depth":1,"stack":["0x5"]},)"
                   R"({"pc":4,"op":"SSTORE","gas":49994,"gasCost":)" +
                   std::string{fails ? "0" : "22100"} + R"(,"depth":1,"stack":["0x5","0x1"])" +
                   error + R"(,"storage":{"0x1":")" + shown + R"("}})" +
                   (fails
                        ? ""
                        : R"(,{"pc":5,"op":"STOP","gas":27894,"gasCost":0,"depth":1,"stack":[]})") +
                   "]}")
            .told();
    };
    CHECK_FALSE(told("0x0", true).contains("storage.value"));
    CHECK(told("0x0", false).contains("storage.value"));
    CHECK_FALSE(told("0x5", false).contains("storage.value"));
}
