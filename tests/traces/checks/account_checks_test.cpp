// SPDX-License-Identifier: MIT
// What a trace shows of accounts: code, balances, nonces. Each trace is right but for one value.
// Sources: Yellow Paper 7 and 8; EIP-161, EIP-684, EIP-1052, EIP-2681.
#include <doctest/doctest.h>

#include <tuple>

#include "core/hex.hpp"
#include "tests/support/replaying.hpp"
#include "traces/hashes.hpp"

using namespace evmmem;
using namespace evmmem::test;
using namespace evmmem::traces;

namespace {

constexpr std::uint64_t cold = 2600;
constexpr std::uint64_t warm = 100;
const Word other = 0xbb;
const Word factory = 0xc0de0001;

Word hash_of(const Bytes& bytes) {
    return Word::from_big_endian(keccak256(bytes));
}
Word made_by(const Word& creator, std::uint64_t nonce) {
    return Word::from_big_endian(create_address(creator, nonce));
}

/// Bytes at 0 of memory that no line has shown: any code.
void store_unknown_code(TraceBuilder& trace) {
    trace.codecopy(0, 0, 0x60);
}
/// Enters the init code of an account that CREATE makes at `address`.
void enter_create(TraceBuilder& trace, const Word& address, const Word& value = 0) {
    store_unknown_code(trace);
    trace.create({.value = value, .code = {0, 0x60}, .address = address, .overhead = 32'006});
    trace.enter();
}
/// Creates an account at `address` whose code is the byte 1; the address stays on the stack.
void deploy(TraceBuilder& trace, const Word& address, bool fails = false) {
    enter_create(trace, address);
    trace.mstore8(0, 1);
    if (fails)
        trace.revert(0, 1);
    else
        trace.ret(0, 1);
}
/// Calls an account whose code runs then.
void enter_call(TraceBuilder& trace, const Word& to, std::uint64_t overhead = cold) {
    trace.call({.gas = 5'000'000, .to = to, .overhead = overhead}).enter();
}

/// Appends an instruction with one operand, and its result's POP; returns the line that shows it.
std::size_t ask(TraceBuilder& trace, Opcode op, const Word& address, const Word& result,
                std::uint64_t cost) {
    trace.op(op, {address}, {result}, cost).pop();
    return trace.last();
}

/// Whether the trace agrees, and altering the line's top to `wrong` gives one finding of `check`.
void check_decided(const TraceBuilder& trace, Check check, std::size_t shown, const Word& wrong) {
    CHECK(replay(trace).told() == "");
    TraceBuilder faulty = trace;
    faulty.line(shown).top() = wrong;
    const Replayed replayed = replay(faulty);
    CHECK(replayed.findings.size() == 1);
    if (!replayed.findings.empty()) {
        CHECK(replayed.findings.front().check == check);
        // A create's own line is before its callee's.
        if (check != Check::account_address) CHECK(replayed.findings.front().line == shown);
    }
}

}  // namespace

TEST_CASE("what was deployed here is what EXTCODESIZE, EXTCODEHASH and EXTCODECOPY show") {
    const Word made = 0xadd0001;
    TraceBuilder trace{without_memory};
    deploy(trace, made);
    const std::size_t size = ask(trace, Opcode::EXTCODESIZE, made, 1, warm);
    const std::size_t hash = ask(trace, Opcode::EXTCODEHASH, made, hash_of({1}), warm);
    trace.extcodecopy(made, 0x20, 0, 0x20, {1}, warm).mload(0x20).pop();
    const std::size_t copy = trace.last();
    trace.stop();
    check_decided(trace, Check::account_code, size, 2);
    check_decided(trace, Check::account_code, hash, 5);
    check_decided(trace, Check::memory_load, copy, 0);
    CHECK(replay(trace).count(Check::account_code).made == 2);
}

TEST_CASE("what a failed create deployed is gone") {
    const Word made = 0xadd0001;
    TraceBuilder trace{without_memory};
    deploy(trace, made, true);
    ask(trace, Opcode::EXTCODESIZE, made, 0, cold);
    trace.stop();
    CHECK(replay(trace).told() == "");
    CHECK(replay(trace).count(Check::account_code).made == 0);
    CHECK(replay(trace).count(Check::account_code).impossible == 1);
}

TEST_CASE("an account has no code while its init code runs, and exists") {
    const Word made = made_by(factory, 6);
    TraceBuilder trace{without_memory, 10'000'000};
    enter_call(trace, factory);
    deploy(trace, made_by(factory, 5));
    enter_create(trace, made);
    const std::size_t size = ask(trace, Opcode::EXTCODESIZE, made, 0, warm);
    const std::size_t hash = ask(trace, Opcode::EXTCODEHASH, made, hash_of({}), warm);
    trace.mstore8(0, 1).ret(0, 1);
    const std::size_t after = ask(trace, Opcode::EXTCODESIZE, made, 1, warm);
    trace.stop().stop();
    check_decided(trace, Check::account_code, size, 32);
    check_decided(trace, Check::account_code, hash, 0);
    check_decided(trace, Check::account_code, after, 0);
}

TEST_CASE("the code of other accounts is learned, and then constant") {
    TraceBuilder trace{without_memory};
    ask(trace, Opcode::EXTCODESIZE, other, 23, cold);
    const std::size_t size = ask(trace, Opcode::EXTCODESIZE, other, 23, warm);
    const Word hash = hash_of(Bytes(23, 7));
    ask(trace, Opcode::EXTCODEHASH, other, hash, warm);
    const std::size_t again = ask(trace, Opcode::EXTCODEHASH, other, hash, warm);
    trace.stop();
    check_decided(trace, Check::account_code, size, 24);
    check_decided(trace, Check::account_code, again, 24);
    CHECK(replay(trace).count(Check::account_code).made == 2);
    CHECK(replay(trace).count(Check::account_code).impossible == 2);
}

TEST_CASE("EXTCODESIZE and EXTCODEHASH agree on whether there is code") {
    TraceBuilder trace{without_memory};
    ask(trace, Opcode::EXTCODESIZE, other, 0, cold);
    const std::size_t hash = ask(trace, Opcode::EXTCODEHASH, other, 0, warm);
    trace.stop();
    check_decided(trace, Check::account_code, hash, 5);
    for (const auto& [shown, size, wrong] :
         {std::tuple{hash_of({}), Word{0}, Word{1}}, std::tuple{hash_of({1}), Word{1}, Word{0}}}) {
        TraceBuilder reverse{without_memory};
        ask(reverse, Opcode::EXTCODEHASH, other, shown, cold);
        const std::size_t line = ask(reverse, Opcode::EXTCODESIZE, other, size, warm);
        reverse.stop();
        check_decided(reverse, Check::account_code, line, wrong);
    }
}

TEST_CASE("EXTCODEHASH is constant, but for value that arrives") {
    for (const bool sends : {false, true}) {
        CAPTURE(sends);
        TraceBuilder trace{without_memory};
        ask(trace, Opcode::EXTCODEHASH, other, 0, cold);
        trace.call(
            {.to = other, .value = sends ? 1 : 0, .overhead = warm + (sends ? 34'000U : 0U)});
        trace.leaf().pop();
        const std::size_t shown =
            ask(trace, Opcode::EXTCODEHASH, other, sends ? hash_of({}) : Word{0}, warm);
        trace.stop();
        check_decided(trace, Check::account_code, shown, sends ? Word{0} : hash_of({}));
    }
}

TEST_CASE("a precompile has no code") {
    TraceBuilder trace{without_memory};
    const std::size_t size = ask(trace, Opcode::EXTCODESIZE, 4, 0, warm);
    const std::size_t hash = ask(trace, Opcode::EXTCODEHASH, 4, 0, warm);
    trace.stop();
    check_decided(trace, Check::account_code, size, 1);
    check_decided(trace, Check::account_code, hash, 1);
}

TEST_CASE("memory that is printed after EXTCODECOPY shows the code") {
    Bytes code(40);
    code[0] = 0x5b;
    code[39] = 7;
    TraceBuilder trace;
    trace.extcodecopy(other, 0, 0, 64, code, cold);
    const std::size_t size = ask(trace, Opcode::EXTCODESIZE, other, 40, warm);
    const std::size_t hash = ask(trace, Opcode::EXTCODEHASH, other, hash_of(code), warm);
    trace.stop();
    check_decided(trace, Check::account_code, size, 39);
    check_decided(trace, Check::account_code, hash, 5);
    // The other way round: the hash was known, and the bytes are not those.
    TraceBuilder reverse;
    ask(reverse, Opcode::EXTCODESIZE, other, 40, cold);
    const std::size_t first = ask(reverse, Opcode::EXTCODEHASH, other, hash_of(code), warm);
    reverse.extcodecopy(other, 0, 0, 64, code, warm);
    const std::size_t copy = reverse.last();
    reverse.stop();
    CHECK(replay(reverse).told() == "");
    reverse.line(first).top() = 5;
    CHECK(replay(reverse).findings.size() == 1);
    CHECK(replay(reverse).findings.front().check == Check::account_code);
    CHECK(replay(reverse).findings.front().line == copy + 1);
}

TEST_CASE(
    "loads of what EXTCODECOPY has copied show the code, unless other bytes were written there") {
    Bytes code(64);
    code[0] = 0x5b;
    code[40] = 7;
    TraceBuilder trace{without_memory};
    trace.extcodecopy(other, 0x20, 0, 64, code, cold);
    trace.mload(0x20).pop().mload(0x40).pop();
    trace.extcodecopy(other, 0x80, 32, 32, code, warm).mload(0x80).pop();
    const std::size_t again = trace.last();
    trace.stop();
    check_decided(trace, Check::memory_load, again, 8);
    TraceBuilder overwritten{without_memory};
    overwritten.extcodecopy(other, 0, 0, 32, code, cold);
    overwritten.calldatacopy(0, 0, 32).mload(0).pop();  // calldata, which is empty here
    overwritten.extcodecopy(other, 0, 0, 32, code, warm).mload(0).pop().stop();
    CHECK(replay(overwritten).told() == "");
}

TEST_CASE("the hash of all of a code that was copied is what EXTCODEHASH gives") {
    const Bytes code = counted_bytes(40);
    TraceBuilder trace{without_memory};
    ask(trace, Opcode::EXTCODESIZE, other, 40, cold);
    trace.extcodecopy(other, 0, 0, 40, code, warm);
    trace.keccak256(0, 40, hash_of(code)).pop();
    const std::size_t hash = ask(trace, Opcode::EXTCODEHASH, other, hash_of(code), warm);
    trace.stop();
    check_decided(trace, Check::account_code, hash, 5);
    TraceBuilder reverse{without_memory};
    ask(reverse, Opcode::EXTCODESIZE, other, 40, cold);
    ask(reverse, Opcode::EXTCODEHASH, other, hash_of(code), warm);
    reverse.extcodecopy(other, 0, 0, 40, code, warm);
    reverse.keccak256(0, 40, hash_of(code)).pop().stop();
    check_decided(reverse, Check::memory_hash, reverse.last() - 1, 5);
}

TEST_CASE("a copy beyond the code's end, or from 2^64 on, is zeros") {
    TraceBuilder trace{without_memory};
    ask(trace, Opcode::EXTCODESIZE, other, 3, cold);
    trace.extcodecopy(other, 0, 3, 0x20, {}, warm).mload(0).pop();
    const std::size_t beyond = trace.last();
    const Word far{0, 0, 1, 0};
    trace.extcodecopy(0xcc, 0, far, 0x20, {}, cold).mload(0).pop();
    const std::size_t copied = trace.last();
    trace.calldatacopy(0, far, 0x20).mload(0).pop();
    const std::size_t data = trace.last();
    trace.codecopy(0, far, 0x20).mload(0).pop();
    const std::size_t own = trace.last();
    trace.op(Opcode::CALLDATALOAD, {far}, {0}, 3).pop();
    const std::size_t load = trace.last();
    trace.stop();
    for (const std::size_t line : {beyond, copied, data, own})
        check_decided(trace, Check::memory_load, line, 5);
    check_decided(trace, Check::call_data_load, load, 5);
}

TEST_CASE("a creator's nonce refuses a create only where it may be as great as tests make it") {
    for (const int before : {0, 1, 2}) {
        CAPTURE(before);
        TraceBuilder trace{without_memory};
        for (int i = 0; i < before; ++i) {
            enter_create(trace, 0);
            trace.revert(0, 0).pop();
        }
        store_unknown_code(trace);
        trace.create({.code = {0, 0x60}, .overhead = 32'006}).refused().pop().stop();
        CHECK(replay(trace).findings.size() == (before == 2 ? 1 : 0));
    }
    // What it has just failed to make.
    for (const std::uint64_t salt : {7U, 8U}) {
        CAPTURE(salt);
        TraceBuilder trace{without_memory, 10'000'000};
        const auto create = [](std::uint64_t by) {
            return CreateSpec{
                .op = Opcode::CREATE2, .code = {0, 1}, .salt = by, .overhead = 32'008};
        };
        trace.mstore8(0, 0xf3).create(create(7)).enter();
        trace.fail_next("stack underflow").op(Opcode::RETURN, {}, {}, 0).pop();
        trace.create(create(salt)).refused().pop().stop();
        CHECK(replay(trace).findings.size() == (salt == 7 ? 1 : 0));
        // geth's words; without them it may only be refused where other callees' ends have some.
        const std::size_t refused = trace.last() - 2;
        std::size_t failing = 0;
        while (trace.line(failing).error.empty())
            ++failing;
        const auto insert_after = [](TraceBuilder& into, std::size_t line, std::string error) {
            TraceLine said;
            said.kind = TraceLine::Kind::report;
            said.report_kind = Report::Kind::output;
            said.error = std::move(error);
            into.lines().insert(into.lines().begin() + static_cast<std::ptrdiff_t>(line) + 1, said);
        };
        TraceBuilder said = trace;
        insert_after(said, refused, "nonce uint64 overflow");
        CHECK(replay(said).told() == "");
        insert_after(trace, failing, "stack underflow");
        CHECK(replay(trace).told() == "");
        insert_after(trace, refused + 1, "contract address collision");
        CHECK(replay(trace).findings.size() == (salt == 7 ? 1 : 0));
    }
}

TEST_CASE("a wrong address is one finding, whichever of the two has the code afterwards") {
    TraceBuilder trace{without_memory, 10'000'000};
    enter_call(trace, factory);
    deploy(trace, made_by(factory, 5));
    deploy(trace, made_by(factory, 6));
    trace.pop();
    const std::size_t shown = trace.last();
    ask(trace, Opcode::EXTCODESIZE, made_by(factory, 6), 1, warm);
    trace.stop().stop();
    check_decided(trace, Check::account_address, shown, made_by(factory, 7));
}

TEST_CASE("CREATE's address follows from the creator's nonce, which rises") {
    TraceBuilder trace{without_memory, 10'000'000};
    enter_call(trace, factory);
    std::vector<std::size_t> shown;
    for (std::uint64_t nonce = 300; nonce < 303; ++nonce) {
        deploy(trace, made_by(factory, nonce), nonce == 301);
        trace.pop();
        shown.push_back(trace.last());
    }
    trace.stop().stop();
    const Replayed right = replay(trace);
    CHECK(right.told() == "");
    CHECK(right.count(Check::account_address).made == 1);
    CHECK(right.count(Check::account_address).impossible == 1);
    for (const std::uint64_t nonce : {301U, 303U}) {
        TraceBuilder wrong = trace;
        wrong.line(shown[2]).top() = made_by(factory, nonce);
        CHECK(replay(wrong).findings.size() == 1);
        CHECK(replay(wrong).findings.front().check == Check::account_address);
    }
}

TEST_CASE("a create that was refused leaves the nonce, and a frame that failed gives it back") {
    TraceBuilder trace{without_memory, 10'000'000};
    enter_call(trace, factory);
    deploy(trace, made_by(factory, 1));
    trace.pop();
    trace.create({.value = 5, .code = {0, 0x60}, .overhead = 32'006}).refused().pop();
    trace.call({.op = Opcode::DELEGATECALL, .gas = 1'000'000, .to = other}).enter();
    deploy(trace, made_by(factory, 2));
    trace.pop().revert(0, 0).pop();
    deploy(trace, made_by(factory, 2));
    trace.pop();
    const std::size_t shown = trace.last();
    trace.stop().stop();
    check_decided(trace, Check::account_address, shown, made_by(factory, 3));
    CHECK(replay(trace).count(Check::account_address).made == 2);
}

TEST_CASE("creates that were counted before the creator's address was known are its own") {
    const Word outermost = 0x1234;
    TraceBuilder trace{without_memory, 50'000'000};
    enter_create(trace, made_by(outermost, 1));
    trace.op(Opcode::CALLER, {}, {outermost}, 2).stop().pop();
    enter_create(trace, made_by(outermost, 2));
    trace.stop().pop();
    enter_call(trace, outermost);  // itself
    trace.jumpdest();
    enter_create(trace, made_by(outermost, 3));
    trace.stop().pop().stop().pop();
    enter_create(trace, made_by(outermost, 4));
    trace.stop().pop();
    const std::size_t shown = trace.last();
    trace.stop();
    CHECK(replay(trace).told() == "");
    CHECK(replay(trace).count(Check::account_address).made == 3);
    trace.line(shown).top() = made_by(outermost, 5);
    CHECK(replay(trace).findings.size() == 1);
}

TEST_CASE("an account that was made here begins with nonce 1") {
    const Word made = made_by(factory, 6);
    TraceBuilder trace{without_memory, 10'000'000};
    enter_call(trace, factory);
    deploy(trace, made_by(factory, 5));
    enter_create(trace, made);
    deploy(trace, made_by(made, 1));
    trace.pop();
    const std::size_t shown = trace.last();
    trace.stop().pop().stop().stop();
    check_decided(trace, Check::account_address, shown, made_by(made, 2));
}

TEST_CASE("what a constructor has created counts when its account's address is known") {
    const Word made = 0xadd0001;
    TraceBuilder trace{without_memory, 10'000'000};
    enter_create(trace, made);
    enter_create(trace, made_by(made, 1));
    trace.stop().pop();
    store_unknown_code(trace);
    trace.ret(0, 0x20).pop();
    enter_call(trace, made, warm);
    enter_create(trace, made_by(made, 2));
    trace.stop().pop();
    const std::size_t shown = trace.last();
    trace.stop().stop();
    check_decided(trace, Check::account_address, shown, made_by(made, 1));
}

TEST_CASE("a balance is constant until value moves, and then what has moved") {
    TraceBuilder trace{without_memory, 1'000'000};
    trace.call({.gas = 500'000, .to = factory}).enter();
    ask(trace, Opcode::BALANCE, factory, 100, warm);
    const std::size_t self = trace.op(Opcode::SELFBALANCE, {}, {100}, 5).pop().last();
    ask(trace, Opcode::BALANCE, other, 7, cold);
    trace.call({.to = other, .value = 30, .overhead = warm + 9000}).leaf().pop();
    const std::size_t sender = ask(trace, Opcode::BALANCE, factory, 70, warm);
    const std::size_t receiver = ask(trace, Opcode::BALANCE, other, 37, warm);
    trace.call({.to = 0xdd, .value = 30, .overhead = cold + 9000}).enter();
    const std::size_t inside = ask(trace, Opcode::BALANCE, factory, 40, warm);
    trace.revert(0, 0).pop();
    const std::size_t reverted = ask(trace, Opcode::BALANCE, factory, 70, warm);
    trace.stop().stop();
    check_decided(trace, Check::account_balance, self, 101);
    check_decided(trace, Check::account_balance, sender, 100);
    check_decided(trace, Check::account_balance, receiver, 7);
    check_decided(trace, Check::account_balance, inside, 70);
    check_decided(trace, Check::account_balance, reverted, 40);
}

TEST_CASE("value from an account whose address is not known makes balances unknown") {
    TraceBuilder trace{without_memory};
    ask(trace, Opcode::BALANCE, other, 7, cold);
    trace.call({.to = 0xdd, .value = 30, .overhead = cold + 9000}).leaf().pop();
    ask(trace, Opcode::BALANCE, other, 3, warm);
    trace.stop();
    CHECK(replay(trace).told() == "");
    CHECK(replay(trace).count(Check::account_balance).impossible == 2);
}

TEST_CASE("a callee that asks for its caller shows whose balance the caller's is") {
    TraceBuilder trace{without_memory};
    ask(trace, Opcode::BALANCE, 0x1234, 100, cold);
    trace.call({.to = other}).enter().op(Opcode::CALLER, {}, {0x1234}, 2).stop().pop();
    trace.call({.to = other, .value = 30, .overhead = warm + 9000}).leaf().pop();
    const std::size_t shown = trace.op(Opcode::SELFBALANCE, {}, {70}, 5).pop().last();
    trace.stop();
    check_decided(trace, Check::account_balance, shown, 100);
}

TEST_CASE("SELFDESTRUCT gives all away, and is taken back with its frame") {
    TraceBuilder trace{without_memory, 1'000'000};
    ask(trace, Opcode::BALANCE, other, 7, cold);
    ask(trace, Opcode::BALANCE, factory, 5, cold);
    trace.call({.gas = 100'000, .to = factory, .overhead = warm}).enter();
    trace.selfdestruct(other, 5000).pop();
    const std::size_t gone = ask(trace, Opcode::BALANCE, factory, 0, warm);
    const std::size_t arrived = ask(trace, Opcode::BALANCE, other, 12, warm);
    trace.stop();
    check_decided(trace, Check::account_balance, gone, 5);
    check_decided(trace, Check::account_balance, arrived, 7);
}

TEST_CASE("a known balance decides whether a call is refused") {
    for (const std::uint64_t value : {30U, 31U}) {
        for (const bool is_refused : {false, true}) {
            CAPTURE(value);
            CAPTURE(is_refused);
            TraceBuilder trace{without_memory, 1'000'000};
            trace.call({.gas = 500'000, .to = factory}).enter();
            trace.op(Opcode::SELFBALANCE, {}, {30}, 5).pop();
            trace.call({.to = other, .value = value, .overhead = cold + 9000});
            if (is_refused)
                trace.refused();
            else
                trace.enter().stop();
            trace.pop().stop().stop();
            CHECK(replay(trace).findings.size() == (is_refused == (value == 31) ? 0 : 1));
        }
    }
}
