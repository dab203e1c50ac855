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
    "the writes that are listed, made one after the other, are the memory that the trace prints") {
    std::size_t all = 0;
    for (std::uint64_t seed = 10; seed < 14; ++seed) {
        const TraceBuilder trace = random_trace(seed, 150);
        const auto frames = frames_of(trace);
        const std::uint64_t begin = seed * 7, end = begin + 64;
        const auto found = writes(trace, {range(begin, end - begin), {}, {}});
        all += found.size();
        std::map<std::uint64_t, Bytes> memories;  // of each frame, these bytes
        std::size_t next = 0;
        for (std::size_t n = 0; n < trace.lines().size(); ++n) {
            // A step's own writes are there at the next line, a call's output when it is over; what
            // counts is that they are there when the frame prints its memory again.
            while (next < found.size() &&
                   (found[next].is_output ? next_of_frame(frames, found[next].step.step) <= n
                                          : found[next].step.step < n)) {
                const MemoryWrite& write = found[next++];
                Bytes& memory = memories.try_emplace(write.step.frame, end - begin).first->second;
                REQUIRE(write.offset >= begin);
                REQUIRE(write.offset + write.bytes.size() <= end);
                // The replay does not know what code a callee has.
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
        CHECK(next == found.size());
    }
    CHECK(all > 20);
}

TEST_CASE("a write is listed with its whole range and the part that was asked for") {
    TraceBuilder trace;
    trace.mstore(0x20, 0x0102).mstore8(0x3e, 9).mload(0x20).stop();
    const auto found = writes(trace, {range(0x3e, 2), {}, {}});
    REQUIRE(found.size() == 2);
    CHECK(found[0].step.op == Opcode::MSTORE);
    CHECK(found[0].step.step == 2);
    CHECK(found[0].step.line == 3);
    CHECK(found[0].range.offset() == 0x20);
    CHECK(found[0].range.size() == 32);
    CHECK(found[0].offset == 0x3e);
    CHECK(found[0].bytes == Bytes{1, 2});
    CHECK(found[1].step.op == Opcode::MSTORE8);
    CHECK(found[1].bytes == Bytes{9});
    CHECK(writes(trace, {range(0x40, 8), {}, {}}).empty());
    CHECK(writes(trace, {range(0x1f, 1), {}, {}}).empty());
}

TEST_CASE("a call's output is the call's write, as long as what it returned, when it is over") {
    TraceBuilder trace;
    trace.call({.out = {0, 32}}).enter().mstore(0, 0x2a).ret(30, 2).pop().stop();
    const auto found = writes(trace, {range(0, 32), {}, {}});
    REQUIRE(found.size() == 2);
    CHECK(found[0].step.op == Opcode::MSTORE);
    CHECK(found[0].step.depth == 2);
    CHECK_FALSE(found[0].is_output);
    CHECK(found[1].step.op == Opcode::CALL);
    CHECK(found[1].is_output);
    CHECK(found[1].bytes == Bytes{0, 0x2a});
    CHECK(found[1].range.size() == 2);
}

TEST_CASE("depth and frame choose whose memory is listed") {
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
