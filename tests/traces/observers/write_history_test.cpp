// SPDX-License-Identifier: MIT
// Every write to some bytes, compared with what the lines of correct traces print.
#include "traces/observers/write_history.hpp"

#include <doctest/doctest.h>

#include <map>

#include "tests/support/random_trace.hpp"
#include "tests/support/replaying.hpp"

using namespace evmmem;
using namespace evmmem::traces;
using namespace evmmem::test;

namespace {

std::vector<MemoryWrite> writes(const TraceBuilder& trace, const WriteHistory::Wanted& wanted) {
    std::vector<MemoryWrite> result;
    WriteHistory history{wanted, [&](const MemoryWrite& write) { result.push_back(write); }};
    ReplayOptions options;
    options.observer = &history;
    options.calldata = random_trace_calldata();
    options.code = random_trace_code();
    replay(trace, options);
    return result;
}

MemoryRange range(std::uint64_t offset, std::uint64_t size) {
    return *MemoryRange::from(offset, size);
}

}  // namespace

TEST_CASE(
    "the writes that are told, made one after the other, are the memory that the trace prints") {
    std::size_t all = 0;
    for (std::uint64_t seed = 10; seed < 14; ++seed) {
        const TraceBuilder trace = random_trace(seed, 150);
        const auto frames = frames_of(trace);
        const std::uint64_t begin = seed * 7, end = begin + 64;
        const auto told = writes(trace, {range(begin, end - begin), {}, {}});
        all += told.size();
        std::map<std::uint64_t, Bytes> memories;  // of each frame, these bytes
        std::size_t next = 0;
        for (std::size_t n = 0; n < trace.lines().size(); ++n) {
            // A step's own writes are there at the next line, a call's output when it is over; what
            // counts is that they are there when the frame prints its memory again.
            while (next < told.size() &&
                   (told[next].is_output ? next_of_frame(frames, told[next].step.step) <= n
                                         : told[next].step.step < n)) {
                const MemoryWrite& write = told[next++];
                Bytes& memory = memories.try_emplace(write.step.frame, end - begin).first->second;
                REQUIRE(write.offset >= begin);
                REQUIRE(write.offset + write.bytes.size() <= end);
                // What code a callee has, nobody has told the replay.
                if (write.step.depth == 1) CHECK(write.unknown.empty());
                std::copy(write.bytes.begin(), write.bytes.end(),
                          memory.begin() + static_cast<std::ptrdiff_t>(write.offset - begin));
            }
            const Bytes& memory = memories.try_emplace(frames[n], end - begin).first->second;
            const Bytes& printed = *trace.lines()[n].memory;
            CAPTURE(seed);
            CAPTURE(n);
            for (std::uint64_t at = begin; at < end; ++at)
                REQUIRE(memory[at - begin] == (at < printed.size() ? printed[at] : 0));
        }
        CHECK(next == told.size());
    }
    CHECK(all > 20);
}

TEST_CASE("a write is told with its whole range and the part that was asked for") {
    TraceBuilder trace;
    trace.mstore(0x20, 0x0102).mstore8(0x3e, 9).mload(0x20).stop();
    const auto told = writes(trace, {range(0x3e, 2), {}, {}});
    REQUIRE(told.size() == 2);
    CHECK(told[0].step.op == Opcode::MSTORE);
    CHECK(told[0].step.step == 2);
    CHECK(told[0].step.line == 3);
    CHECK(told[0].range.offset() == 0x20);
    CHECK(told[0].range.size() == 32);
    CHECK(told[0].offset == 0x3e);
    CHECK(told[0].bytes == Bytes{1, 2});
    CHECK(told[1].step.op == Opcode::MSTORE8);
    CHECK(told[1].bytes == Bytes{9});
    CHECK(writes(trace, {range(0x40, 8), {}, {}}).empty());
    CHECK(writes(trace, {range(0x1f, 1), {}, {}}).empty());
}

TEST_CASE("a call's output is the call's write, as long as what it returned, when it is over") {
    TraceBuilder trace;
    trace.call({.out = {0, 32}}).enter().mstore(0, 0x2a).ret(30, 2).pop().stop();
    const auto told = writes(trace, {range(0, 32), {}, {}});
    REQUIRE(told.size() == 2);
    CHECK(told[0].step.op == Opcode::MSTORE);
    CHECK(told[0].step.depth == 2);
    CHECK_FALSE(told[0].is_output);
    CHECK(told[1].step.op == Opcode::CALL);
    CHECK(told[1].is_output);
    CHECK(told[1].bytes == Bytes{0, 0x2a});
    CHECK(told[1].range.size() == 2);
}

TEST_CASE("depth and frame choose whose memory is told of") {
    TraceBuilder trace;
    trace.mstore(0, 1);
    trace.call({}).enter().mstore(0, 2).stop().pop();
    trace.call({}).enter().mstore(0, 3).stop().pop();
    const auto value = [](const MemoryWrite& write) { return write.bytes.back(); };
    CHECK(writes(trace, {range(0, 32), {}, {}}).size() == 3);
    const auto outer = writes(trace, {range(0, 32), 1, {}});
    REQUIRE(outer.size() == 1);
    CHECK(value(outer[0]) == 1);
    CHECK(writes(trace, {range(0, 32), 2, {}}).size() == 2);
    const auto second = writes(trace, {range(0, 32), {}, 2});
    REQUIRE(second.size() == 1);
    CHECK(value(second[0]) == 3);
    CHECK(writes(trace, {range(0, 32), 1, 2}).empty());
}
