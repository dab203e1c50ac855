// SPDX-License-Identifier: MIT
// What `show` shows of a step, compared with what the lines of correct traces print.
#include "traces/observers/step_view.hpp"

#include <doctest/doctest.h>

#include "tests/support/random_trace.hpp"
#include "tests/support/replaying.hpp"

using namespace evmmem;
using namespace evmmem::traces;
using namespace evmmem::test;

namespace {

StepViewer seen(const TraceBuilder& trace, const StepViewer::Wanted& wanted) {
    StepViewer viewer{wanted};
    ReplayOptions options;
    options.observer = &viewer;
    if (trace.style().has_memory) {
        options.calldata = random_trace_calldata();
        options.code = random_trace_code();
    }
    replay(trace, options);
    return viewer;
}

Bytes slice(const Bytes& bytes, const MemoryRange& range) {
    Bytes result;
    for (std::uint64_t at = range.offset(); at < range.end(); ++at)
        result.push_back(bytes.at(at));
    return result;
}

}  // namespace

TEST_CASE(
    "every step of a trace is shown with the memory, the stack and the place that it prints") {
    const TraceBuilder trace = random_trace(1, 120);
    const auto frames = frames_of(trace);
    for (std::size_t n = 0; n < trace.lines().size(); ++n) {
        const TraceLine& line = trace.lines()[n];
        CAPTURE(n);
        const auto viewer = seen(trace, {n, {}, 2});
        REQUIRE(viewer.view());
        const StepView& view = *viewer.view();
        CHECK(view.line.step.step == n);
        CHECK(view.line.step.line == n + 1);
        CHECK(view.line.step.pc == line.pc);
        CHECK(view.line.step.op == line.op);
        CHECK(view.line.step.frame == frames[n]);
        CHECK(view.line.gas == line.gas);
        CHECK(view.gas_cost == line.gas_cost);
        CHECK(view.frame == frames[n]);
        CHECK(view.depth == line.depth);
        CHECK(viewer.open_frames() == line.depth);
        CHECK(view.memory == *line.memory);
        CHECK(view.unknown.empty());
        CHECK(view.line.stack_size == line.stack.size());
        REQUIRE(view.stack.size() == std::min<std::size_t>(line.stack.size(), 7));
        for (std::size_t i = 0; i < view.stack.size(); ++i)
            CHECK(view.stack[i] == line.stack[line.stack.size() - 1 - i]);
        CHECK(view.before.size() == std::min<std::size_t>(n, 2));
        if (!view.before.empty()) CHECK(view.before.back().step.step == n - 1);
        CHECK(view.after.size() == std::min<std::size_t>(trace.lines().size() - 1 - n, 2));
        if (!view.after.empty()) CHECK(view.after.front().step.step == n + 1);
    }
}

TEST_CASE("the memory after a step is what the frame's next line finds") {
    const TraceBuilder trace = random_trace(2, 120);
    const auto frames = frames_of(trace);
    std::size_t writes = 0;
    for (std::size_t n = 0; n < trace.lines().size(); ++n) {
        const TraceLine& line = trace.lines()[n];
        const std::size_t next = next_of_frame(frames, n);
        if (next == trace.lines().size() || line.op == Opcode::CALL) continue;
        CAPTURE(n);
        const StepView view = *seen(trace, {n, {}, 0}).view();
        const Bytes& after = *trace.lines()[next].memory;
        CHECK(view.size_after == after.size());
        CHECK(view.written == slice(after, view.writes));
        writes += !view.written.empty();
        // Nothing else has changed.
        for (std::uint64_t at = 0; at < after.size(); ++at) {
            const std::uint8_t before = at < line.memory->size() ? (*line.memory)[at] : 0;
            if (at < view.writes.offset() || at >= view.writes.end()) CHECK(after[at] == before);
        }
    }
    CHECK(writes > 20);
}

TEST_CASE("a caller's memory is shown as it waits") {
    TraceBuilder trace;
    trace.mstore(0, 0x2a).call({.in = {0, 32}, .out = {64, 32}}).enter();
    trace.mstore(0, 7).ret(0, 32);
    const std::size_t inside = 14;  // the callee's MSTORE
    REQUIRE(trace.lines().at(inside).depth == 2);
    const StepView view = *seen(trace, {inside, 1, 0}).view();
    CHECK_FALSE(view.is_own);
    CHECK(view.depth == 1);
    CHECK(view.frame == 0);
    CHECK(view.memory.size() == 96);
    CHECK(view.memory[31] == 0x2a);
    const auto too_deep = seen(trace, {inside, 3, 0});
    CHECK(too_deep.open_frames() == 2);
    CHECK(too_deep.view()->memory.empty());
}

TEST_CASE("a call's output range is known before the bytes are there") {
    TraceBuilder trace;
    trace.call({.out = {64, 32}}).enter().mstore(0, 7).ret(0, 32);
    const std::size_t call = 7;
    REQUIRE(trace.lines().at(call).op == Opcode::CALL);
    const StepView view = *seen(trace, {call, {}, 0}).view();
    CHECK(view.arrives_later);
    CHECK(view.writes.offset() == 64);
    CHECK(view.writes.size() == 32);
    CHECK(view.written.empty());
    CHECK(view.line.memory_size == 0);
    CHECK(view.size_after == 96);
    CHECK(view.expansion_gas == 9);
}

TEST_CASE("bytes that cannot be vouched for are listed as ranges") {
    TraceStyle style;
    style.has_memory = false;
    TraceBuilder trace{style};
    trace.with_calldata(counted_bytes(40)).mstore(0, 1).calldatacopy(4, 0, 8).stop();
    const std::size_t copy = 6;
    REQUIRE(trace.lines().at(copy).op == Opcode::CALLDATACOPY);
    const StepView view = *seen(trace, {copy, {}, 0}).view();
    CHECK(view.unknown.empty());
    CHECK(view.written_unknown == std::vector<KnownBytes::Range>{{4, 12}});
    const StepView next = *seen(trace, {copy + 1, {}, 0}).view();
    CHECK(next.unknown == std::vector<KnownBytes::Range>{{4, 12}});
}

TEST_CASE("a step beyond the end is not met") {
    const TraceBuilder trace = random_trace(3, 5);
    CHECK_FALSE(seen(trace, {trace.lines().size(), {}, 1}).view());
}
