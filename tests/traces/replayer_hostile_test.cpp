// SPDX-License-Identifier: MIT
// Traces that no client prints: a replay of them ends, in bounded memory, and without an assertion.
// Foreign input is never a programmer's error.
#include <doctest/doctest.h>

#include <functional>
#include <random>

#include "tests/support/replaying.hpp"
#include "traces/hashes.hpp"

using namespace evmmem;
using namespace evmmem::test;
using namespace evmmem::traces;

namespace {

constexpr std::uint64_t gas_without_end = ~std::uint64_t{0};

/// A small program with calls, creates and copies, whose lines are then spoilt.
TraceBuilder busy_program(const TraceStyle& style = {}) {
    TraceBuilder trace{style, 10'000'000};
    trace.with_calldata(counted_bytes(0x44)).calldatacopy(0, 0, 0x44).calldataload(4);
    trace.mstore(0x80, 0x2a).mload(0x70).mcopy(0x20, 0x10, 0x50);
    trace.call({.in = {0, 0x24}, .out = {0x100, 0x40}}).enter();
    trace.calldatasize().calldatacopy(0, 4, 0x20).returndatasize().mstore8(0x3f, 7);
    trace.call({.op = Opcode::STATICCALL, .to = 4, .in = {0, 0x20}, .overhead = 100});
    trace.leaf(Bytes(trace.memory().begin(), trace.memory().begin() + 0x20), 18);
    trace.returndatacopy(0x20, 1, 0x1f).revert(0, 0x24);
    trace.mload(0x100).store_code({0x38, 0x60, 0x00, 0x60, 0x00, 0xf3});
    trace.create({.code = {0, 0x20}, .overhead = 32'002}).enter().codesize().ret(0, 0);
    trace.log(2, 0, 0x20).ret(0x80, 0x20).summary();
    return trace;
}

void spoil(TraceLine& line, std::mt19937_64& random) {
    const std::uint64_t nasty[] = {0,
                                   1,
                                   31,
                                   32,
                                   1024,
                                   1025,
                                   1026,
                                   std::uint64_t{1} << 20,
                                   0xffffffff,
                                   std::uint64_t{1} << 32,
                                   std::uint64_t{1} << 62,
                                   std::uint64_t{1} << 63,
                                   gas_without_end - 31,
                                   gas_without_end};
    const std::uint64_t value = nasty[random() % std::size(nasty)];
    switch (random() % 12) {
        case 0: line.pc = value; break;
        case 1: line.op = static_cast<Opcode>(random() % 256); break;
        case 2: line.depth = static_cast<std::uint32_t>(value); break;
        case 3: line.gas = value; break;
        case 4: line.gas_cost = value; break;
        case 5: line.memory_size = value; break;
        case 6:
            if (line.memory) line.memory->resize(random() % 4 * 31);
            break;
        case 7: line.stack.resize(random() % 20, Word{value}); break;
        case 8:
            for (Word& word : line.stack)
                if (random() % 2 == 0) word = random() % 4 == 0 ? Word::max() : Word{value};
            break;
        case 9: line.error = random() % 2 == 0 ? "out of gas" : ""; break;
        case 10: line.has_stack = !line.has_stack; break;
        default: line.return_data = Bytes(value % 65); break;
    }
}

}  // namespace

TEST_CASE("the busy program itself is correct, whatever the client prints") {
    CHECK(replay(busy_program()).told() == "");
    CHECK(replay(busy_program({.has_memory = false})).told() == "");
    CHECK(replay(busy_program(without_memory)).told() == "");
    CHECK(replay(busy_program({.has_return_data = true})).told() == "");
}

TEST_CASE("spoilt lines never stop a replay, and all of them are counted") {
    std::mt19937_64 random{20260822};
    for (int round = 0; round < 3000; ++round) {
        CAPTURE(round);
        TraceBuilder trace = busy_program({.has_memory = round % 3 != 0,
                                           .has_memory_size = round % 3 != 1,
                                           .has_return_data = round % 2 == 0});
        std::vector<TraceLine>& lines = trace.lines();
        const std::size_t faults = 1 + random() % 8;
        for (std::size_t i = 0; i < faults; ++i) {
            TraceLine& line = lines[random() % lines.size()];
            if (random() % 8 == 0)
                line = lines[random() % lines.size()];
            else
                spoil(line, random);
        }
        std::uint64_t steps = 0;
        for (const TraceLine& line : lines)
            if (line.kind == TraceLine::Kind::step) ++steps;
        ReplayOptions options;
        options.memory_max = 1 << 20;
        CHECK(replay(trace, options).summary.steps == steps);
    }
}

TEST_CASE("steps drawn at random never stop a replay") {
    std::mt19937_64 random{7};
    for (int round = 0; round < 200; ++round) {
        CAPTURE(round);
        std::vector<TraceLine> lines(100);
        std::uint32_t depth = 1;
        for (TraceLine& line : lines) {
            line.pc = random() % 4;
            line.op = static_cast<Opcode>(random() % 256);
            if (random() % 3 == 0) line.op = random() % 2 == 0 ? Opcode::CALL : Opcode::RETURN;
            depth += static_cast<std::uint32_t>(random() % 3) - (depth == 1 ? 0 : 1);
            line.depth = depth;
            line.gas = random() % 2 == 0 ? 50'000 : gas_without_end - random() % 64;
            line.stack.assign(random() % 9, Word{random() % 80});
            if (!line.stack.empty() && random() % 8 == 0) line.top() = random() << 40;
        }
        ReplayOptions options;
        options.memory_max = 1 << 20;
        Dialect dialect = TraceStyle{}.dialect();
        dialect.has_errors = round % 2 == 0;
        CHECK(replay(lines, dialect, options).summary.steps == lines.size());
    }
}

// ---- depths that do not exist -------------------------------------------------------------------

TEST_CASE("a depth that no frame can have is a slip of that line") {
    for (const std::uint32_t depth : {0U, 1026U, 65'536U, 0xffffffffU}) {
        CAPTURE(depth);
        TraceBuilder trace;
        trace.mstore(0, 1).mload(0).stop();
        trace.line(3).depth = depth;
        CHECK(replay(trace).told() == finding(Check::depth_step, 3, std::to_string(depth), "1"));
    }
}

TEST_CASE("a trace that begins at a depth that no frame can have is replayed") {
    TraceBuilder trace;
    trace.mstore(0, 1).mload(0).stop();
    for (TraceLine& line : trace.lines())
        line.depth = 0xffffffff;
    CHECK(replay(trace).summary.steps == trace.lines().size());
}

TEST_CASE("1025 frames can be open, and the call beyond them is a finding") {
    TraceBuilder trace{{.has_memory = false}, std::uint64_t{1} << 50};
    for (std::uint64_t i = 0; i < 1024; ++i)
        trace.call({.gas = Word::max(), .to = 0x10000 + i}).enter();
    TraceBuilder deepest = trace;
    CHECK(replay(deepest.stop()).told() == "");
    CHECK(replay(deepest).summary.frames == 1025);
    CHECK(replay(trace.call({.gas = Word::max()}).enter().stop()).findings.size() == 1);
}

// ---- what agrees with nothing -------------------------------------------------------------------

TEST_CASE("a transaction that the next one cuts short is truncated") {
    TraceBuilder trace;
    trace.mstore(0, 1).mload(0);
    const std::size_t end = trace.lines().size();
    trace.stop().transaction().push(1).stop();
    CHECK_FALSE(replay(trace).summary.is_truncated);
    trace.lines().erase(trace.lines().begin() + static_cast<std::ptrdiff_t>(end));
    CHECK(replay(trace).summary.is_truncated);
}

TEST_CASE("a step of an instruction that no fork has is counted, unless it fails") {
    TraceBuilder trace;
    trace.push(1).pop().stop();
    trace.line(1).op = static_cast<Opcode>(0x0c);
    trace.line(1).op_name = "KNOWN";  // to a client of another chain
    CHECK(replay(trace).summary.unknown_instructions == 1);
    CHECK(replay(trace).told() == "");
    trace.line(1).op_name = "opcode 0xc not defined";
    CHECK(replay(trace).summary.unknown_instructions == 0);
    CHECK(replay(trace).findings.size() == 1);
    trace.line(1).error = "invalid opcode";
    trace.lines().pop_back();
    CHECK(replay(trace).summary.unknown_instructions == 0);
}

TEST_CASE("a finding keeps the bytes that differ, and not all of very many") {
    for (const std::size_t size : {100U, 4096U, 4097U, 1'000'000U}) {
        CAPTURE(size);
        Bytes claimed(size, 1);
        Bytes computed(size, 1);
        computed.back() = 2;
        const auto [a, b] = shown(claimed, computed);
        CHECK(a.size() == b.size());
        CHECK(a.size() <= 2 + 2 * 4096);
        CHECK((size <= 4096) == (a.size() == 2 + 2 * size));
        CHECK(a.ends_with("01"));
        CHECK(b.ends_with("02"));
    }
    CHECK(shown(Bytes{1, 2}, Bytes{}).second == "0x");
}

// ---- sizes that no gas can pay for --------------------------------------------------------------

TEST_CASE("a claim of a huge memory is refused, and memory stays unknown") {
    for (const std::uint64_t size :
         {std::uint64_t{1} << 31, std::uint64_t{1} << 40, std::uint64_t{1} << 63,
          gas_without_end - 31, gas_without_end}) {
        CAPTURE(size);
        TraceBuilder trace{{.has_memory = false}};
        trace.mstore(0, 1).push(1).pop().push(1).stop();
        for (std::size_t i = 3; i < trace.lines().size(); ++i)
            trace.line(i).memory_size = size;
        CHECK(replay(trace).findings.size() == 1);
        CHECK(replay(trace).summary.peak_bytes == 32);
    }
}

TEST_CASE("gas without end buys no more memory than the replay may hold") {
    for (const std::uint64_t offset :
         {std::uint64_t{1} << 30, std::uint64_t{1} << 31, std::uint64_t{1} << 35}) {
        CAPTURE(offset);
        std::vector<TraceLine> lines(4);
        lines[0].op = Opcode::PUSH1;
        lines[1].op = Opcode::PUSH32;
        lines[1].stack = {1};
        lines[2].op = Opcode::MSTORE;
        lines[2].stack = {1, offset};
        lines[3].op = Opcode::STOP;
        lines[1].pc = 2;
        lines[2].pc = 35;
        lines[3].pc = 36;
        lines[0].gas = gas_without_end;
        lines[1].gas = gas_without_end - 3;
        lines[2].gas = gas_without_end - 6;
        const std::uint64_t words = offset / 32 + 1;
        lines[3].gas = gas_without_end - 9 - 3 * words - words * words / 512;
        const Replayed replayed = replay(lines, TraceStyle{}.dialect());
        CHECK(replayed.told() == "");
        REQUIRE(replayed.summary.memory_limit.has_value());
        CHECK(replayed.summary.memory_limit->line == 3);
        CHECK(replayed.summary.memory_limit->bytes == offset + 32);
        CHECK_FALSE(replayed.summary.memory_limit->is_hosts);
        CHECK(replayed.summary.peak_bytes == 0);
    }
}

TEST_CASE("a call whose ranges no gas pays for may enter a callee all the same") {
    TraceBuilder trace;
    trace.call({.in = {0, 0x20}}).enter().calldatasize().mload(0).stop().stop();
    for (const std::size_t operand : {3U, 4U, 6U}) {
        CAPTURE(operand);
        TraceBuilder altered = trace;
        altered.line(7).top(operand) = std::uint64_t{1} << 50;
        CHECK(replay(altered).findings.size() >= 1);
        CHECK(replay(altered).summary.steps == altered.lines().size());
    }
}

TEST_CASE("a call whose gas leaves 64 bits with its own cost runs out of gas") {
    std::vector<TraceLine> lines(2);
    lines[0].op = Opcode::CALL;
    lines[0].stack = {0, 0, std::uint64_t{0x1fffffff}, 0, 1, 1, Word::max()};
    lines[0].gas = gas_without_end;
    lines[1].op = Opcode::STOP;
    lines[1].pc = 1;
    lines[1].gas = gas_without_end;
    lines[1].stack = {1};
    CHECK(replay(lines, TraceStyle{}.dialect()).summary.steps == 2);
}

namespace {

constexpr std::uint64_t large = std::uint64_t{1} << 18;

Word hash_of_memory(const TraceBuilder& trace, std::uint64_t size) {
    const Bytes& memory = trace.memory();
    return Word::from_big_endian(keccak256({memory.data(), size}));
}

/// A trace that hashes the first bytes of its memory as often as that, by what `again` does before
/// each time.
template <typename Again>
TraceBuilder hashing(int times, Again again) {
    TraceBuilder trace{{.has_memory = false}, std::uint64_t{1} << 40};
    trace.mstore(large + 0x100, 1);
    for (int i = 0; i < times; ++i) {
        again(trace, i);
        trace.keccak256(0, large, hash_of_memory(trace, large)).pop();
    }
    trace.stop().summary();
    return trace;
}

}  // namespace

TEST_CASE("a range that nothing was written to since is hashed once") {
    ReplayOptions options;
    options.hash_max = large;
    const auto beside = hashing(9, [](TraceBuilder& trace, int i) {
        trace.mstore(large, 7 * static_cast<std::uint64_t>(i));
    });
    const Replayed replayed = replay(beside, options);
    CHECK(replayed.told() == "");
    CHECK(replayed.count(Check::memory_hash).made == 9);
    CHECK_FALSE(replayed.summary.hash_limit);

    // A write into it, of whatever kind, is another range to hash: the right one.
    const std::function<void(TraceBuilder&, std::uint64_t)> writes[] = {
        [](TraceBuilder& trace, std::uint64_t i) { trace.mstore(0x20, i + 1); },
        [](TraceBuilder& trace, std::uint64_t i) { trace.mstore8(large - 1, i + 1); },
        [](TraceBuilder& trace, std::uint64_t i) {
            trace.mstore(large, i + 1).mcopy(0x40, large, 32);
        },
        [](TraceBuilder& trace, std::uint64_t i) {
            trace.call({.to = 0xc0de0001 + i, .in = {0, 0}, .out = {0, 32}})
                .enter()
                .mstore(0, i + 1)
                .ret(0, 32)
                .pop();
        },
    };
    for (const auto& write : writes) {
        const auto into = hashing(
            5, [&](TraceBuilder& trace, int i) { write(trace, static_cast<std::uint64_t>(i)); });
        CHECK(replay(into).told() == "");
        CHECK(replay(into).count(Check::memory_hash).made == 5);
        const Replayed limited = replay(into, options);
        CHECK(limited.told() == "");
        CHECK(limited.count(Check::memory_hash).made == 1);
        CHECK(limited.count(Check::memory_hash).impossible == 4);
        REQUIRE(limited.summary.hash_limit);
        CHECK(limited.summary.hash_limit->times == 4);
        ReplayOptions enough;
        enough.hash_max = limited.summary.hash_limit->suffices;
        CHECK_FALSE(replay(into, enough).summary.hash_limit);
        --enough.hash_max;
        CHECK(replay(into, enough).summary.hash_limit);
    }
}

TEST_CASE("a hash that a precompile or CREATE2 needs is bounded as KECCAK256's is") {
    TraceBuilder trace{{.has_memory = false}, std::uint64_t{1} << 40};
    trace.op(Opcode::ADDRESS, {}, {0xc0ffee}, 2).mstore(large + 0x100, 1);
    const Bytes code(large);
    const Word address = Word::from_big_endian(create2_address(0xc0ffee, 7, code));
    trace
        .create({.op = Opcode::CREATE2,
                 .code = {0, large},
                 .salt = 7,
                 .address = address,
                 .overhead = 32'000 + 6 * large / 32})
        .enter()
        .stop();
    for (const std::uint64_t to : {2, 3}) {
        const auto digest = to == 2 ? sha256(code) : ripemd160(code);
        trace.call({.gas = std::uint64_t{1} << 30, .to = to, .in = {0, large}, .overhead = 100})
            .leaf(Bytes(digest.begin(), digest.end()),
                  to == 2 ? 60 + 12 * large / 32 : 600 + 120 * large / 32)
            .pop()
            .returndatacopy(large, 0, 32)
            .mload(large)
            .pop();
    }
    trace.stop();
    ReplayOptions little;
    little.hash_max = 1000;
    const Replayed whole = replay(trace), limited = replay(trace, little);
    CHECK(whole.told() == "");
    CHECK(limited.told() == "");
    CHECK(whole.count(Check::memory_load).made == 2);
    CHECK(limited.count(Check::memory_load).impossible == 2);
    CHECK(limited.count(Check::memory_hash).impossible == 1);
    REQUIRE(limited.summary.hash_limit);
    CHECK(limited.summary.hash_limit->times == 3);
}

TEST_CASE("a copy beyond the limit is not followed, and nothing false is said of its bytes") {
    TraceBuilder trace{{.has_memory = false}, std::uint64_t{1} << 40};
    trace.mstore(0, 0x2a).mcopy(large, 0, large).mload(large).pop().mload(0).pop();
    trace.keccak256(large, 32, hash_of_memory(trace, 32)).stop().summary();
    ReplayOptions little;
    little.copy_max = large - 10'000;
    const Replayed limited = replay(trace, little);
    CHECK(limited.told() == "");
    REQUIRE(limited.summary.copy_limit);
    CHECK(limited.summary.copy_limit->times == 1);
    CHECK(limited.count(Check::memory_load).impossible == 1);
    CHECK(limited.count(Check::memory_load).made == 1);
    little.copy_max = limited.summary.copy_limit->suffices;
    CHECK_FALSE(replay(trace, little).summary.copy_limit);
    CHECK(replay(trace, little).count(Check::memory_load).made == 2);
}

TEST_CASE("nested frames that hand on what none of them writes take no memory") {
    constexpr std::uint64_t megabyte = std::uint64_t{1} << 20;
    TraceBuilder trace{{.has_memory = false}, std::uint64_t{1} << 44};
    constexpr int depth = 560;
    for (int i = 0; i < depth; ++i)
        trace
            .call({.gas = std::uint64_t{1} << 50,
                   .to = 0xc0de0001 + static_cast<std::uint64_t>(i),
                   .in = {0, megabyte}})
            .enter();
    trace.calldatasize().pop().calldataload(megabyte - 40).pop().msize().pop();
    for (int i = 0; i < depth; ++i)
        trace.stop().pop();
    trace.stop().summary();
    const Replayed replayed = replay(trace);
    CHECK(replayed.told() == "");
    CHECK_FALSE(replayed.summary.memory_limit);
    CHECK(replayed.summary.peak_bytes == depth * megabyte);
    CHECK(replayed.count(Check::call_data_load).made == 1);
}

TEST_CASE("the limit that is said to suffice does, and a smaller one does not") {
    TraceBuilder trace{{.has_memory = false}, std::uint64_t{1} << 44};
    for (std::uint64_t i = 0; i < 6; ++i)
        trace.mstore(large * (i + 1) - 32, 1)
            .call({.gas = std::uint64_t{1} << 50, .to = 0xc0de0001 + i, .in = {0, large}})
            .enter();
    trace.mstore(3 * large, 1).ret(0, 3 * large);
    trace.pop().returndatacopy(large, 0, 2 * large).mload(large).pop();
    trace.keccak256(0, 4 * large, hash_of_memory(trace.mstore(8 * large, 1), 4 * large))
        .pop()
        .stop();
    for (int i = 0; i < 5; ++i)
        trace.pop().stop();
    trace.summary();
    ReplayOptions options;
    CHECK(replay(trace).told() == "");
    for (const std::uint64_t first : {std::uint64_t{1000}, large / 2, 2 * large, 7 * large}) {
        options.memory_max = first;
        const Replayed limited = replay(trace, options);
        CHECK(limited.told() == "");
        REQUIRE(limited.summary.memory_limit);
        options.memory_max = limited.summary.memory_limit->bytes;
        CAPTURE(first);
        CAPTURE(options.memory_max);
        CHECK_FALSE(replay(trace, options).summary.memory_limit);
        options.memory_max -= 64;
        CHECK(replay(trace, options).summary.memory_limit);
    }
}

// ---- much of everything -------------------------------------------------------------------------

TEST_CASE("many accounts, slots and contracts in one transaction cost time in proportion") {
    TraceBuilder trace{{.has_memory = false}, std::uint64_t{1} << 50};
    trace.store_code(returning(0x20));
    const Word hash = Word::from_big_endian(keccak256(Bytes(0x20)));
    for (std::uint64_t i = 1; i <= 5000; ++i) {
        trace.call({.to = 0x10000 + i}).enter().op(Opcode::SLOAD, {i}, {0}, 2100).stop().pop();
        trace.create({.code = {0, 0x20}, .address = 0x100000 + i}).enter().ret(0, 0x20);
        trace.pop().op(Opcode::EXTCODEHASH, {0x100000 + i}, {hash}, 100).pop();
    }
    trace.stop().summary();
    CHECK(replay(trace).told() == "");
}

TEST_CASE("a trace of nothing but a summary, or of nothing, is replayed") {
    TraceBuilder trace;
    CHECK(replay(trace).summary.steps == 0);
    CHECK(replay(trace.summary()).told() == "");
}
