// SPDX-License-Identifier: MIT
// The checks of memory itself: its size, its bytes, and what is loaded and hashed from it.
// Sources: Yellow Paper, appendix H; EIP-3155; EIP-5656.
#include <doctest/doctest.h>

#include "tests/support/replaying.hpp"
#include "traces/hashes.hpp"

using namespace evmmem;
using namespace evmmem::test;
using namespace evmmem::traces;

namespace {

Word hash_of(const Bytes& bytes) {
    return Word::from_big_endian(keccak256(bytes));
}

}  // namespace

TEST_CASE("a correct program has no findings") {
    TraceBuilder trace;
    trace.mstore(0, 0x2a).mload(0).mstore8(0x21, 0xff).msize().mcopy(0x40, 0x1f, 0x22);
    trace.ret(0, 0x40).summary();
    const Replayed replayed = replay(trace);
    CHECK(replayed.told() == "");
    CHECK(replayed.summary.steps == trace.lines().size() - 1);
    CHECK(replayed.summary.peak_bytes == 0x80);
    CHECK(replayed.summary.expansions == 3);
    CHECK(replayed.summary.memory_gas == 12);
    CHECK_FALSE(replayed.summary.is_truncated);
}

TEST_CASE("a program says the same as JSON lines as it does as steps") {
    TraceBuilder trace;
    trace.mstore(0, 0x2a).mload(0);
    trace.line(trace.last()).pc = 4;
    trace.stop().summary();
    trace.line(3).memory->at(31) = 0x2b;
    const Replayed direct = replay(trace);
    const Replayed read = replay_json(trace.json(), "geth");
    CHECK(direct.told() != "");
    CHECK(read.told() == direct.told());
    CHECK(read.summary.steps == direct.summary.steps);
}

// ---- memory.size --------------------------------------------------------------------------------

TEST_CASE("memory.size passes on every line that claims one") {
    TraceBuilder trace;
    trace.mstore(0x1f, 1).stop();
    CHECK(replay(trace).count(Check::memory_size).made == trace.lines().size());
    CHECK(replay(trace).count(Check::memory_size).failed == 0);
}

TEST_CASE("memory.size finds a size that is wrong, once, at the step that grew memory") {
    TraceBuilder trace;
    trace.mstore(0, 1);
    const std::size_t store = trace.last();
    trace.push(1).pop().stop();
    trace.line(store + 1).memory_size = 0x40;
    CHECK(replay(trace).told() == finding(Check::memory_size, store, "0x40", "0x20"));
}

TEST_CASE("memory.size finds a memory of another length than it should have, once") {
    TraceBuilder trace{{.has_memory_size = false}};
    trace.mstore(0, 1);
    const std::size_t store = trace.last();
    trace.push(1).pop().stop();
    trace.line(store + 1).memory->resize(0x40);
    CHECK(replay(trace).told() == finding(Check::memory_size, store, "0x40", "0x20"));
}

TEST_CASE("memory.size holds a client that keeps the wrong size to that size only once") {
    TraceBuilder trace;
    trace.mstore(0, 1);
    const std::size_t store = trace.last();
    trace.push(1).pop().push(1).pop().stop();
    for (std::size_t i = store + 1; i < trace.lines().size(); ++i) {
        trace.line(i).memory_size = 0x40;
        trace.line(i).memory->resize(0x40);
    }
    CHECK(replay(trace).told() == finding(Check::memory_size, store, "0x40", "0x20"));
}

TEST_CASE("memory.size is impossible where the client prints neither size nor memory") {
    TraceBuilder trace{without_memory};
    trace.mstore(0, 1).stop();
    const Replayed replayed = replay(trace);
    CHECK(replayed.told() == "");
    CHECK(replayed.count(Check::memory_size).made == 0);
    CHECK(replayed.count(Check::memory_size).impossible == trace.lines().size());
}

TEST_CASE("size 0 touches nothing, wherever it points") {
    TraceBuilder trace;
    const Word far = Word::max();
    trace.mcopy(far, far, 0).calldatacopy(far, 0, 0).codecopy(far, far, 0).log(3, far, 0);
    trace.keccak256(far, 0, hash_of({})).call({.in = {far, 0}, .out = {far, 0}}).leaf();
    trace.returndatacopy(far, 0, 0).msize().ret(far, 0).summary();
    CHECK(replay(trace).told() == "");
}

TEST_CASE("an access that ends in the middle of a word grows the whole word") {
    for (const std::uint64_t offset : {0U, 1U, 31U, 32U, 33U}) {
        CAPTURE(offset);
        TraceBuilder trace;
        trace.mstore8(offset, 1).mload(offset).mstore(offset + 1, 2).msize().stop();
        CHECK(replay(trace).told() == "");
    }
}

TEST_CASE("MCOPY grows memory for its source, too") {
    TraceBuilder trace;
    trace.mcopy(0, 0x100, 0x20).msize().mload(0).stop();
    CHECK(trace.memory().size() == 0x120);
    CHECK(replay(trace).told() == "");
}

// ---- memory.content -----------------------------------------------------------------------------

TEST_CASE("memory.content passes on every line that prints memory") {
    TraceBuilder trace;
    trace.mstore(0, Word::max()).mstore8(3, 7).stop();
    CHECK(replay(trace).count(Check::memory_content).made == trace.lines().size());
}

TEST_CASE("memory.content finds one wrong byte, once, at the step that wrote it") {
    TraceBuilder trace;
    trace.mstore(0x20, 0x2a);
    const std::size_t store = trace.last();
    trace.mload(0x20).pop().stop();
    trace.line(store + 1).memory->at(0x3f) = 0x2b;
    const Replayed replayed = replay(trace);
    CHECK(replayed.told() ==
          finding(Check::memory_content, store,
                  "0x000000000000000000000000000000000000000000000000000000000000002b",
                  "0x000000000000000000000000000000000000000000000000000000000000002a"));
    REQUIRE(replayed.findings.front().bytes);
    CHECK(replayed.findings.front().bytes->offset == 0x3f);
    CHECK(replayed.findings.front().bytes->size == 1);
}

TEST_CASE("memory.content adopts the bytes of a client that goes on with wrong ones") {
    TraceBuilder trace;
    trace.mstore(0x20, 0x2a);
    const std::size_t store = trace.last();
    trace.mload(0x20);
    trace.pop().push(1).pop().stop();
    for (std::size_t i = store + 1; i < trace.lines().size(); ++i)
        trace.line(i).memory->at(0x3f) = 0x2b;
    trace.line(store + 3).top() = 0x2b;  // MLOAD's result
    CHECK(replay(trace).findings.size() == 1);
}

TEST_CASE("memory.content is impossible where the client prints no memory") {
    TraceBuilder trace{{.has_memory = false}};
    trace.mstore(0, 1).stop();
    const Replayed replayed = replay(trace);
    CHECK(replayed.told() == "");
    CHECK(replayed.count(Check::memory_content).made == 0);
    CHECK(replayed.count(Check::memory_content).impossible == trace.lines().size());
}

TEST_CASE("a client that prints every memory as empty prints none") {
    TraceBuilder trace;
    trace.mstore(0, 1).mload(0).stop();
    for (TraceLine& line : trace.lines())
        line.memory = Bytes{};
    const Replayed replayed = replay(trace);
    CHECK(replayed.told() == "");
    CHECK(replayed.count(Check::memory_content).impossible == 3);
}

TEST_CASE("MCOPY copies as if through a buffer, both ways") {
    for (const std::uint64_t target : {0U, 1U, 31U, 33U}) {
        CAPTURE(target);
        TraceBuilder trace;
        trace.mstore(0x10, word_of(counted_bytes(32))).mcopy(target, 0x10, 0x20).mload(target);
        trace.stop();
        CHECK(replay(trace).told() == "");
    }
}

// ---- memory.load --------------------------------------------------------------------------------

TEST_CASE("memory.load passes without printed memory") {
    TraceBuilder trace{without_memory};
    trace.mstore(1, Word::max()).mload(0).mload(0x20).mload(0x100).stop();
    const Replayed replayed = replay(trace);
    CHECK(replayed.told() == "");
    CHECK(replayed.count(Check::memory_load).made == 3);
    CHECK(replayed.summary.known_bytes == 96);
}

TEST_CASE("memory.load finds a wrong word at the MLOAD") {
    TraceBuilder trace{without_memory};
    trace.mstore(0, 0x2a).mload(0);
    const std::size_t load = trace.last();
    trace.stop();
    trace.line(load + 1).top() = 0x2b;
    const Replayed replayed = replay(trace);
    CHECK(replayed.told() == finding(Check::memory_load, load, "0x2b", "0x2a"));
    CHECK(replayed.findings.front().step == load);
    CHECK(replayed.findings.front().op_name == "MLOAD");
}

TEST_CASE("memory.load finds no second fault where the client goes on with its word") {
    TraceBuilder trace{without_memory};
    trace.mstore(0, 0x2a).mload(0).mload(0).mload(0).stop();
    for (std::size_t i = 4; i < trace.lines().size(); ++i)
        for (Word& word : trace.line(i).stack)
            if (word == Word{0x2a}) word = 0x2b;
    CHECK(replay(trace).findings.size() == 1);
}

TEST_CASE("memory.load is impossible for bytes that were not shown, and then learns them") {
    TraceBuilder trace{without_memory};
    trace.with_calldata(counted_bytes(0x20)).calldatacopy(0, 0, 0x20).mload(0).mload(0);
    const std::size_t load = trace.last();
    trace.stop();
    const Replayed replayed = replay(trace);
    CHECK(replayed.told() == "");
    CHECK(replayed.count(Check::memory_load).impossible == 1);
    CHECK(replayed.count(Check::memory_load).made == 1);
    CHECK(replayed.summary.unknown_bytes == 32);

    trace.line(load + 1).top() = 1;  // the second load contradicts the first
    CHECK(replay(trace).findings.size() == 1);
    CHECK(replay(trace).findings.front().line == load + 1);
}

TEST_CASE("memory.load checks the known bytes of a word that is known in part") {
    TraceBuilder trace{without_memory};
    trace.with_calldata(counted_bytes(0x10)).calldatacopy(0, 0, 0x10).mload(0);
    const std::size_t load = trace.last();
    trace.stop();
    CHECK(replay(trace).told() == "");
    trace.line(load + 1).top().limbs[0] ^= 1;  // a byte after the copy
    CHECK(replay(trace).findings.size() == 1);
    trace.line(load + 1).top().limbs[0] ^= 1;
    trace.line(load + 1).top().limbs[3] ^= 1;  // a byte of the copy: unknown
    CHECK(replay(trace).told() == "");
}

// ---- memory.msize -------------------------------------------------------------------------------

TEST_CASE("memory.msize passes and finds a wrong size") {
    TraceBuilder trace{without_memory};
    trace.msize().mstore(0x41, 1).msize();
    const std::size_t msize = trace.last();
    trace.stop();
    CHECK(replay(trace).told() == "");
    CHECK(replay(trace).count(Check::memory_msize).made == 2);
    trace.line(msize + 1).top() = 0x61;
    CHECK(replay(trace).told() == finding(Check::memory_msize, msize, "0x61", "0x80"));
}

TEST_CASE("memory.msize is impossible after missing steps") {
    TraceBuilder trace{without_memory};
    trace.mstore(0, 1).msize().stop();
    trace.line(2).kind = TraceLine::Kind::unreadable;
    const Replayed replayed = replay(trace);
    CHECK(replayed.told() == "");
    CHECK(replayed.count(Check::memory_msize).impossible == 1);
    CHECK(replayed.count(Check::memory_msize).made == 0);
}

// ---- memory.hash --------------------------------------------------------------------------------

TEST_CASE("memory.hash passes, and finds a hash of other bytes") {
    TraceBuilder trace{without_memory};
    trace.mstore(0, 0x2a);
    trace.keccak256(0x1f, 2, hash_of({0x2a, 0}));
    const std::size_t hash = trace.last();
    trace.stop();
    CHECK(replay(trace).told() == "");
    CHECK(replay(trace).count(Check::memory_hash).made == 1);
    trace.line(hash + 1).top().limbs[1] ^= 0x10;
    const Replayed replayed = replay(trace);
    CHECK(replayed.findings.size() == 1);
    CHECK(replayed.findings.front().check == Check::memory_hash);
    CHECK(replayed.findings.front().step == hash);
}

TEST_CASE("memory.hash is impossible where a byte is unknown") {
    TraceBuilder trace{without_memory};
    trace.with_calldata(counted_bytes(1)).calldatacopy(0, 0, 1);
    trace.keccak256(0, 0x20, 0x1234).stop();
    const Replayed replayed = replay(trace);
    CHECK(replayed.told() == "");
    CHECK(replayed.count(Check::memory_hash).impossible == 1);
    CHECK(replayed.summary.unknown_bytes == 1);
}

TEST_CASE("memory.hash finds a CREATE2 address that is not the hash of what it creates") {
    const Word creator{0xc0ffee};
    const Bytes code{0x60, 0x00, 0x00};
    const Word address = Word::from_big_endian(create2_address(creator, 7, code));
    for (const bool is_wrong : {false, true}) {
        CAPTURE(is_wrong);
        TraceBuilder trace{without_memory};
        trace.op(Opcode::ADDRESS, {}, {creator}, 2).mstore(0, word_of(code));
        Word result = address;
        if (is_wrong) result.limbs[0] ^= 1;
        trace.create({.op = Opcode::CREATE2,
                      .code = {29, 3},
                      .salt = 7,
                      .address = result,
                      .overhead = 32'000 + 6});
        const std::size_t create = trace.last();
        trace.enter().push(0).stop().stop().summary();
        const Replayed replayed = replay(trace);
        if (!is_wrong)
            CHECK(replayed.told() == "");
        else
            CHECK(replayed.findings.size() == 1);
        if (is_wrong) CHECK(replayed.findings.front().step == create);
        CHECK(replayed.count(Check::memory_hash).made == 1);
    }
}

// ---- the moments at which clients take memory ---------------------------------------------------

TEST_CASE("each moment of taking memory is recognised, and kept when it is given") {
    const MemoryTimings any = MemoryTiming::before | MemoryTiming::expanded | MemoryTiming::after;
    for (const MemoryTiming timing :
         {MemoryTiming::before, MemoryTiming::expanded, MemoryTiming::after}) {
        for (const MemoryTimings possible : {any, MemoryTimings{timing}}) {
            CAPTURE(static_cast<int>(timing));
            TraceBuilder trace{{.timing = timing, .timings_possible = possible}};
            trace.push(1).pop().mstore(0, 0x2a).mload(0x20).mstore8(0x50, 1);
            trace.mcopy(0x60, 0, 0x40).msize().ret(0, 0x20).summary();
            CHECK(replay(trace).told() == "");
        }
    }
}

TEST_CASE("a wrong byte is found whatever the moment is, once it is known") {
    const MemoryTimings any = MemoryTiming::before | MemoryTiming::expanded | MemoryTiming::after;
    for (const MemoryTiming timing :
         {MemoryTiming::before, MemoryTiming::expanded, MemoryTiming::after}) {
        CAPTURE(static_cast<int>(timing));
        TraceBuilder trace{{.timing = timing, .timings_possible = any}};
        trace.mstore(0, 0x2a).mstore(0x40, 0x2b);
        const std::size_t store = trace.last();
        trace.push(1).pop().stop();
        trace.line(timing == MemoryTiming::after ? store : store + 1).memory->at(0x5f) = 1;
        const Replayed replayed = replay(trace);
        REQUIRE(replayed.findings.size() == 1);
        CHECK(replayed.findings.front().check == Check::memory_content);
        CHECK(replayed.findings.front().step == store);
    }
}

TEST_CASE("a line that shows memory at another moment than all others is found") {
    TraceBuilder trace{{.timing = MemoryTiming::before,
                        .timings_possible = MemoryTiming::before | MemoryTiming::expanded}};
    trace.mstore(0, 1).mstore(0x20, 2);
    const std::size_t store = trace.last();
    trace.stop();
    trace.line(store).memory_size = 0x40;
    trace.line(store).memory->resize(0x40);
    CHECK(replay(trace).findings.size() == 1);
}

// ---- what is learned ----------------------------------------------------------------------------

TEST_CASE("printed memory reveals what was copied from outside") {
    TraceBuilder trace;
    trace.with_calldata(counted_bytes(0x40)).calldatacopy(0, 0, 0x40).push(1).pop();
    trace.mcopy(0x40, 0, 0x40).mload(0x50).stop();
    const Replayed replayed = replay(trace);
    CHECK(replayed.told() == "");
    CHECK(replayed.count(Check::memory_load).impossible == 0);

    const std::size_t last = trace.last();
    trace.line(last).memory->at(0x7f) ^= 1;
    CHECK(replay(trace).findings.size() == 1);
}

TEST_CASE("calldata and code that the user knows are checked from the start") {
    TraceBuilder trace;
    // What runs below.
    const Bytes code{0x60, 0x40, 0x60, 0x04, 0x60, 0x00, 0x37, 0x60, 0x20, 0x60,
                     0x01, 0x60, 0x40, 0x39, 0x60, 0x20, 0x35, 0x38, 0x36, 0x00};
    trace.with_calldata(counted_bytes(0x24)).with_code(code);
    trace.calldatacopy(0, 4, 0x40).codecopy(0x40, 1, 0x20).calldataload(0x20).codesize();
    trace.calldatasize().stop();
    ReplayOptions options;
    options.calldata = counted_bytes(0x24);
    options.code = code;
    CHECK(replay(trace, options).told() == "");
    CHECK(replay(trace, options).count(Check::memory_content).made == trace.lines().size());
    options.calldata->at(5) ^= 1;
    CHECK(replay(trace, options).findings.size() == 1);
}

TEST_CASE("what MCOPY takes from unknown bytes is unknown where it goes, and still where it was") {
    TraceBuilder trace{{.has_memory = false}};
    trace.with_calldata(counted_bytes(32)).mstore(0, 1).calldatacopy(0x40, 0, 0x20);
    trace.mcopy(0, 0x40, 0x20);
    trace.mload(0x40).pop().mload(0).pop().stop();
    CHECK(replay(trace).told() == "");
}
