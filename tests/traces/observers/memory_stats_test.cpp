// SPDX-License-Identifier: MIT
// Where the gas of memory goes, compared with sums over the lines of correct traces.
#include "traces/observers/memory_stats.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/support/random_trace.hpp"
#include "tests/support/replaying.hpp"
#include "tests/support/touched_memory.hpp"

using namespace evmmem;
using namespace evmmem::traces;
using namespace evmmem::test;

namespace {

MemoryStats stats_of(const TraceBuilder& trace, std::size_t top = 10) {
    MemoryStats stats{top};
    ReplayOptions options;
    options.observer = &stats;
    replay(trace, options);
    stats.finish();
    return stats;
}

void insert(std::set<std::uint64_t>& bytes, const Touch& touch) {
    for (std::uint64_t i = 0; i < touch.size; ++i)
        bytes.insert(touch.offset + i);
}

// The memory of all open frames from a step on, as the points show it.
std::uint64_t growth_at(const std::vector<GrowthPoint>& points, std::uint64_t step) {
    std::uint64_t bytes = 0;
    for (const auto& point : points)
        if (point.step <= step) bytes = point.bytes;
    return bytes;
}

}  // namespace

TEST_CASE("every figure of an instruction is the sum over its lines") {
    for (std::uint64_t seed = 20; seed < 24; ++seed) {
        CAPTURE(seed);
        const TraceBuilder trace = random_trace(seed, 200);
        const auto touched = touched_memory(trace);
        std::map<Opcode, OpcodeMemoryStats> expected;
        for (std::size_t n = 0; n < touched.size(); ++n) {
            const auto& each = touched[n];
            const bool grows = each.size_after > each.size_before;
            if (each.read.size == 0 && each.write.size == 0 && each.arrival.size == 0 && !grows)
                continue;
            auto& row = expected[trace.lines()[n].op];
            row.steps += each.read.size > 0 || each.write.size > 0 || grows;
            row.expansions += grows;
            row.gas += each.gas;
            row.bytes_grown += each.size_after - each.size_before;
            row.bytes_read += each.read.size;
            row.bytes_written += each.write.size + each.arrival.size;
        }
        const auto rows = stats_of(trace).opcodes();
        CHECK(rows.size() == expected.size());
        for (const auto& row : rows) {
            CAPTURE(static_cast<int>(row.op));
            REQUIRE(expected.contains(row.op));
            const auto& want = expected[row.op];
            CHECK(row.steps == want.steps);
            CHECK(row.expansions == want.expansions);
            CHECK(row.gas == want.gas);
            CHECK(row.bytes_grown == want.bytes_grown);
            CHECK(row.bytes_read == want.bytes_read);
            CHECK(row.bytes_written == want.bytes_written);
        }
        for (std::size_t i = 1; i < rows.size(); ++i)
            CHECK(rows[i - 1].gas >= rows[i].gas);
    }
}

TEST_CASE("every figure of a frame is the sum over its lines, and counts a byte once") {
    for (std::uint64_t seed = 30; seed < 34; ++seed) {
        CAPTURE(seed);
        const TraceBuilder trace = random_trace(seed, 200);
        const auto touched = touched_memory(trace);
        struct Frame {
            std::uint64_t steps = 0, gas = 0, size = 0;
            std::uint32_t depth = 0;
            std::set<std::uint64_t> used, written;
        };
        std::map<std::uint64_t, Frame> expected;
        for (std::size_t n = 0; n < touched.size(); ++n) {
            Frame& frame = expected[touched[n].frame];
            ++frame.steps;
            frame.gas += touched[n].gas;
            frame.size = touched[n].size_after;
            frame.depth = trace.lines()[n].depth;
            for (const Touch& touch : {touched[n].write, touched[n].arrival}) {
                insert(frame.used, touch);
                insert(frame.written, touch);
            }
            insert(frame.used, touched[n].read);
        }
        const auto stats = stats_of(trace);
        CHECK(stats.frames().size() == expected.size());
        for (const auto& frame : stats.frames()) {
            CAPTURE(frame.frame);
            const Frame& want = expected.at(frame.frame);
            CHECK(frame.steps == want.steps);
            CHECK(frame.gas == want.gas);
            CHECK(frame.size == want.size);
            CHECK(frame.depth == want.depth);
            CHECK(frame.bytes_used == want.used.size());
            CHECK(frame.bytes_written_once == want.written.size());
            CHECK(frame.is_size_known);
            CHECK(frame.call.has_value() == (frame.depth > 1));
            if (frame.call) CHECK(frame.call->op == Opcode::CALL);
        }
    }
}

TEST_CASE("the costliest and the largest steps are those of all steps, the greatest first") {
    const TraceBuilder trace = random_trace(40, 300);
    std::vector<std::uint64_t> gas, bytes;
    const auto touched = touched_memory(trace);
    for (const auto& each : touched) {
        if (each.gas > 0) gas.push_back(each.gas);
        for (const std::uint64_t size : {each.write.size, each.arrival.size})
            if (size > 0) bytes.push_back(size);
    }
    std::ranges::sort(gas, std::greater{});
    std::ranges::sort(bytes, std::greater{});
    gas.resize(5);
    bytes.resize(5);
    const auto stats = stats_of(trace, 5);
    REQUIRE(stats.costliest().size() == 5);
    REQUIRE(stats.largest().size() == 5);
    for (std::size_t i = 0; i < 5; ++i) {
        const auto& costly = stats.costliest()[i];
        CHECK(costly.gas == gas[i]);
        CHECK(touched[costly.step.step].gas == gas[i]);
        CHECK(touched[costly.step.step].size_after == costly.size_after);
        CHECK(touched[costly.step.step].size_before == costly.size_before);
        CHECK(touched[costly.step.step].write.size == costly.bytes_written);
        const auto& large = stats.largest()[i];
        CHECK(large.bytes_written == bytes[i]);
        const auto& line = touched[large.step.step];
        CHECK((line.write.size == bytes[i] || line.arrival.size == bytes[i]));
    }
    CHECK(stats_of(trace, 0).costliest().empty());
}

TEST_CASE("memory over the steps is that of all open frames together") {
    for (std::uint64_t seed = 50; seed < 54; ++seed) {
        const TraceBuilder trace = random_trace(seed, 200);
        const auto touched = touched_memory(trace);
        const auto stats = stats_of(trace);
        REQUIRE(stats.growth().size() < MemoryStats::points_max);
        for (std::size_t n = 0; n < touched.size(); ++n) {
            CAPTURE(seed);
            CAPTURE(n);
            CHECK(growth_at(stats.growth(), n) == touched[n].total);
        }
    }
}

TEST_CASE("points of growth stay bounded, true, and keep the peak") {
    TraceBuilder trace{{}, 10'000'000};
    const std::uint64_t words = 3 * MemoryStats::points_max;
    for (std::uint64_t i = 0; i < words; ++i)
        trace.mstore(32 * i, i);
    trace.stop();
    const auto touched = touched_memory(trace);
    const auto stats = stats_of(trace);
    CHECK(stats.growth().size() <= MemoryStats::points_max);
    CHECK(stats.growth().size() > MemoryStats::points_max / 8);
    std::uint64_t peak = 0;
    for (const auto& point : stats.growth()) {
        CHECK(point.bytes == touched[point.step].total);
        peak = std::max(peak, point.bytes);
    }
    CHECK(peak == 32 * words);
}

TEST_CASE("a transaction begins with no memory") {
    TraceBuilder trace;
    trace.mstore(0x60, 1).stop().summary().transaction().mstore(0, 1).stop().summary();
    const auto stats = stats_of(trace);
    REQUIRE(stats.frames().size() == 2);
    CHECK(stats.frames()[0].size == 128);
    CHECK(stats.frames()[0].transaction == 0);
    CHECK(stats.frames()[1].size == 32);
    CHECK(stats.frames()[1].transaction == 1);
    CHECK(stats.growth().back().bytes == 32);
}
