// SPDX-License-Identifier: MIT
// What the report page is made of, put together again as the page does it and compared with what
// the lines of correct traces print.
#include "traces/observers/replay_recording.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/random_trace.hpp"
#include "tests/support/replaying.hpp"
#include "tests/support/touched_memory.hpp"

using namespace evmmem;
using namespace evmmem::traces;
using namespace evmmem::test;

namespace {

ReplayRecording recorded(const TraceBuilder& trace, const ReplayRecording::Limits& limits = {},
                         const std::vector<std::uint64_t>& steps_that_matter = {}) {
    ReplayRecording recording{limits, steps_that_matter};
    ReplayOptions options;
    options.observer = &recording;
    replay(trace, options);
    recording.finish();
    return recording;
}

struct Assembled {
    Bytes bytes;
    std::vector<bool> is_unknown;
};

// The memory that a step finds, from what was recorded.
Assembled memory_at(const ReplayRecording& recording, std::uint64_t step) {
    const StepLine& line = recording.lines().at(step);
    Assembled memory{Bytes(line.memory_size), std::vector<bool>(line.memory_size)};
    for (const auto& access : recording.accesses()) {
        if (access.kind == RecordedAccess::Kind::read || access.since > step ||
            access.frame != line.step.frame)
            continue;
        for (std::uint64_t i = 0; i < access.size; ++i) {
            memory.bytes.at(access.offset + i) = access.bytes.at(i);
            memory.is_unknown.at(access.offset + i) =
                std::ranges::any_of(access.unknown, [&](const KnownBytes::Range& range) {
                    return range.begin <= access.offset + i && access.offset + i < range.end;
                });
        }
    }
    return memory;
}

}  // namespace

// What calldata and code are, the replay learns from the memory that the next line prints.
TEST_CASE("the memory of every step can be put together again") {
    for (std::uint64_t seed = 60; seed < 63; ++seed) {
        const TraceBuilder trace = random_trace(seed, 150);
        const auto recording = recorded(trace);
        REQUIRE(recording.is_whole());
        REQUIRE(recording.lines().size() == trace.lines().size());
        CHECK(recording.step_count() == trace.lines().size());
        for (std::size_t n = 0; n < trace.lines().size(); ++n) {
            CAPTURE(seed);
            CAPTURE(n);
            const auto memory = memory_at(recording, n);
            CHECK(memory.bytes == *trace.lines()[n].memory);
            CHECK(std::ranges::count(memory.is_unknown, true) == 0);
        }
    }
}

TEST_CASE("bytes that a trace reveals later are unknown until then") {
    TraceStyle style;
    style.has_memory = false;
    TraceBuilder trace{style};
    trace.with_calldata(counted_bytes(64)).calldatacopy(0, 0, 64).mload(0).pop().stop();
    const std::size_t load = 5;
    REQUIRE(trace.lines().at(load).op == Opcode::MLOAD);
    const auto recording = recorded(trace);
    const auto before = memory_at(recording, load);
    CHECK(std::ranges::count(before.is_unknown, true) == 64);
    const auto after = memory_at(recording, load + 1);
    CHECK(std::ranges::count(after.is_unknown, true) == 32);
    CHECK(after.bytes[0] == 1);
    CHECK(after.bytes[31] == 32);
    CHECK(after.is_unknown[32]);
}

TEST_CASE("a point of the course is the most and the last of its steps") {
    const TraceBuilder trace = random_trace(70, 250);
    const auto touched = touched_memory(trace);
    for (const std::size_t points : {std::size_t{1}, std::size_t{16}, std::size_t{100'000}}) {
        CAPTURE(points);
        const auto recording = recorded(trace, {.points = points});
        const auto& course = recording.course();
        CHECK(course.size() <= points);
        CHECK(course.size() * 4 >= std::min(points, touched.size()));
        CHECK(course.front().step == 0);
        for (std::size_t i = 0; i < course.size(); ++i) {
            const std::size_t end = i + 1 < course.size() ? course[i + 1].step : touched.size();
            std::uint64_t memory = 0, total = 0;
            std::uint32_t depth = 0;
            for (std::size_t n = course[i].step; n < end; ++n) {
                memory = std::max(memory, touched[n].size_after);
                total = std::max(total, touched[n].total);
                depth = std::max(depth, trace.lines()[n].depth);
            }
            CAPTURE(i);
            CHECK(course[i].memory == memory);
            CHECK(course[i].total_memory == total);
            CHECK(course[i].depth == depth);
            CHECK(course[i].gas == trace.lines()[end - 1].gas);
        }
    }
}

TEST_CASE("a frame lasts from its first line to its last") {
    const TraceBuilder trace = random_trace(80, 250);
    const auto frames = frames_of(trace);
    const auto touched = touched_memory(trace);
    const auto recording = recorded(trace);
    const std::uint64_t count = *std::ranges::max_element(frames) + 1;
    REQUIRE(count > 4);
    REQUIRE(recording.frames().size() == count);
    for (const auto& frame : recording.frames()) {
        const auto first = std::ranges::find(frames, frame.frame) - frames.begin();
        const auto last =
            std::find(frames.rbegin(), frames.rend(), frame.frame).base() - frames.begin();
        CAPTURE(frame.frame);
        CHECK(frame.begin == static_cast<std::uint64_t>(first));
        CHECK(frame.end == static_cast<std::uint64_t>(last));
        CHECK(frame.depth == trace.lines()[frame.begin].depth);
        CHECK(frame.gas_at_entry == trace.lines()[frame.begin].gas);
        CHECK(frame.memory_size == touched[frame.end - 1].size_after);
        CHECK(frame.call.has_value() == (frame.depth > 1));
        if (frame.call) CHECK(frame.call->step + 1 == frame.begin);
        if (frame.depth > 1) CHECK(frame.ended_by == trace.lines()[frame.end - 1].op);
    }
}

TEST_CASE("frames beyond the limit are counted, not kept") {
    const TraceBuilder trace = random_trace(80, 250);
    const auto all = recorded(trace);
    const auto few = recorded(trace, {.frames = 3});
    REQUIRE(few.frames().size() == 3);
    CHECK(few.frame_count() == all.frame_count());
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(few.frames()[i].begin == all.frames()[i].begin);
        CHECK(few.frames()[i].end == all.frames()[i].end);
        CHECK(few.frames()[i].memory_size == all.frames()[i].memory_size);
    }
    // The density has the others.
    AccessDensity::Frames others, wanted;
    for (const auto& column : few.density().columns()) {
        others.entered += column.frames.entered;
        others.failed += column.frames.failed;
    }
    for (std::size_t i = 3; i < all.frames().size(); ++i) {
        ++wanted.entered;
        wanted.failed += RecordedFrame::is_failure(all.frames()[i].ended_by) ? 1 : 0;
    }
    CHECK(others.entered == wanted.entered);
    CHECK(others.failed == wanted.failed);
}

TEST_CASE("a trace that is too long, or that writes too much, keeps its course and no bytes") {
    const TraceBuilder trace = random_trace(90, 100);
    const auto whole = recorded(trace);
    std::uint64_t bytes = 0;
    for (const auto& access : whole.accesses())
        bytes += access.bytes.size();
    CHECK(recorded(trace, {.steps = trace.lines().size()}).is_whole());
    CHECK(recorded(trace, {.bytes = bytes}).is_whole());
    for (const auto& limits : {ReplayRecording::Limits{.steps = trace.lines().size() - 1},
                               ReplayRecording::Limits{.bytes = bytes - 1}}) {
        const auto part = recorded(trace, limits, {50});
        CHECK_FALSE(part.is_whole());
        CHECK(part.lines().empty());
        CHECK(part.accesses().empty());
        CHECK(part.step_count() == whole.step_count());
        CHECK(part.course().size() == whole.course().size());
        CHECK(part.frames().size() == whole.frames().size());
        CHECK(part.contexts().size() == 1);
    }
}

TEST_CASE("steps that matter have their neighbours, as far as there are any") {
    const TraceBuilder trace = random_trace(95, 60);
    const std::uint64_t last = trace.lines().size() - 1;
    const auto recording = recorded(trace, {.steps = 5}, {last, 0, 20, 21, 20});
    const auto& contexts = recording.contexts();
    REQUIRE(contexts.size() == 4);
    const auto check = [&](std::size_t i, std::uint64_t step, std::uint64_t from,
                           std::uint64_t to) {
        CAPTURE(step);
        CHECK(contexts[i].step == step);
        REQUIRE(contexts[i].lines.size() == to - from + 1);
        for (std::uint64_t n = from; n <= to; ++n)
            CHECK(contexts[i].lines[n - from].step.step == n);
    };
    check(0, 0, 0, 3);
    check(1, 20, 17, 23);
    check(2, 21, 18, 24);
    check(3, last, last - 3, last);
}
