// SPDX-License-Identifier: MIT
// The C interface to the replay when the system refuses memory: each allocation of ours is made to fail once, and then that one
// and all after it. Nothing may be thrown or ended by that, and nothing wrong may be said.
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/core/failing_system.hpp"
#include "tests/support/small_traces.hpp"
#include "traces/evmmem_replay.h"

namespace evmmem::test {
namespace {

using tests::fault;

/// A trace as text, and as structs with their stacks.
struct Given {
    std::string text;
    std::vector<TraceLine> lines;
    std::vector<std::vector<std::array<std::uint64_t, 4>>> stacks;
    std::vector<evmmem_step> steps;
    bool is_right = true;

    explicit Given(const TraceBuilder& trace) : text{trace.json()}, lines{trace.lines()} {
        for (const TraceLine& line : lines) {
            if (line.kind != TraceLine::Kind::step) continue;
            auto& stack = stacks.emplace_back();
            for (const Word& word : line.stack)
                stack.push_back(word.limbs);
        }
        for (const TraceLine& line : lines) {
            if (line.kind != TraceLine::Kind::step) continue;
            const auto& stack = stacks[steps.size()];
            evmmem_step step{};
            step.struct_size = sizeof step;
            step.shows = EVMMEM_SHOWS_STACK | EVMMEM_SHOWS_MEMORY | EVMMEM_SHOWS_GAS_COST;
            step.pc = line.pc;
            step.op = static_cast<std::uint8_t>(line.op);
            step.depth = line.depth;
            step.gas = line.gas;
            step.gas_cost = line.gas_cost.value();
            step.stack = reinterpret_cast<const std::uint64_t(*)[4]>(stack.data());
            step.stack_size = static_cast<std::uint32_t>(stack.size());
            step.memory = line.memory.value().data();
            step.memory_size = line.memory->size();
            steps.push_back(step);
        }
    }
};

struct Outcome {
    evmmem_replay_status status = EVMMEM_REPLAY_OK;
    evmmem_replay_result result{};
};

Outcome replayed(const Given& given, bool as_text) {
    Outcome outcome;
    outcome.result.struct_size = sizeof outcome.result;
    evmmem_replay_options options{};
    options.struct_size = sizeof options;
    options.on_finding = [](void*, const evmmem_finding*) {};
    evmmem_replay* replay = nullptr;
    outcome.status = evmmem_replay_create(&options, &replay);
    if (outcome.status != EVMMEM_REPLAY_OK) return outcome;
    if (as_text) {
        outcome.status = evmmem_replay_feed(replay, given.text.data(), given.text.size());
    } else {
        for (const evmmem_step& step : given.steps)
            if (outcome.status == EVMMEM_REPLAY_OK)
                outcome.status = evmmem_replay_step(replay, &step);
        const evmmem_transaction_end end{.struct_size = sizeof end};
        if (outcome.status == EVMMEM_REPLAY_OK)
            outcome.status = evmmem_replay_end_transaction(replay, &end);
    }
    const auto finish = evmmem_replay_finish(replay, &outcome.result);
    // What went wrong stays said.
    CHECK((outcome.status == EVMMEM_REPLAY_OK || finish == outcome.status));
    outcome.status = finish;
    outcome.result.why = nullptr;
    evmmem_replay_destroy(replay);
    return outcome;
}

/// How many allocations there were to be refused.
std::uint64_t refuse_each(const Given& given, bool as_text, bool is_lasting) {
    for (std::uint64_t at = 0;; ++at) {
        CAPTURE(at);
        fault = {.is_armed = true, .is_lasting = is_lasting, .at = at};
        const Outcome outcome = replayed(given, as_text);
        fault.is_armed = false;
        const bool is_refused = outcome.status == EVMMEM_REPLAY_OUT_OF_MEMORY;
        const bool is_told = is_refused || outcome.status == EVMMEM_REPLAY_OK;
        CHECK(is_told);
        if (!is_refused) {
            const auto verdict = outcome.result.verdict;
            const bool is_believable =
                verdict == EVMMEM_INCOMPLETE || verdict == EVMMEM_UNREADABLE ||
                verdict == (given.is_right ? EVMMEM_AGREES : EVMMEM_FINDINGS);
            CHECK(is_believable);
        }
        if (fault.calls <= at) return at;
    }
}

}  // namespace

TEST_CASE("the C interface outlives every refusal of memory, and says nothing wrong after it") {
    const Given right{trace_with_a_call()};
    Given finding{trace_with_a_wrong_load()};
    finding.is_right = false;
    for (const Given* given : {&right, static_cast<const Given*>(&finding)})
        for (const bool as_text : {false, true})
            for (const bool is_lasting : {false, true}) {
                CAPTURE(as_text);
                CAPTURE(is_lasting);
                // Else nothing was refused.
                CHECK(refuse_each(*given, as_text, is_lasting) > 20);
            }
}

}  // namespace evmmem::test
