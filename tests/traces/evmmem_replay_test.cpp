// SPDX-License-Identifier: MIT
// The C interface to the replay, compared with the replay that the program runs: text in pieces of any size, steps as structs,
// right traces and altered ones.
#include "traces/evmmem_replay.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <vector>

#include "core/splitmix64.hpp"
#include "tests/support/compressing.hpp"
#include "tests/support/generated.hpp"
#include "tests/support/random_trace.hpp"
#include "tests/support/replaying.hpp"
#include "tests/support/small_traces.hpp"

namespace evmmem::test {
namespace {

/// What callbacks said, as Replayed::told() has it.
struct Heard {
    std::string text;
    static void on_finding(void* context, const evmmem_finding* finding) {
        std::string& text = static_cast<Heard*>(context)->text;
        if (!text.empty()) text += "\n";
        if (finding->is_warning) text += "warning: ";
        text += std::string{finding->check} + " at line " + std::to_string(finding->line) +
                ": claims " + finding->claimed + ", computes " + finding->computed;
    }
};

evmmem_replay_options hearing(Heard& heard) {
    evmmem_replay_options options{};
    options.struct_size = sizeof options;
    options.on_finding = Heard::on_finding;
    options.context = &heard;
    return options;
}

evmmem_replay_result finished(evmmem_replay* replay) {
    evmmem_replay_result result{};
    result.struct_size = sizeof result;
    REQUIRE(evmmem_replay_finish(replay, &result) == EVMMEM_REPLAY_OK);
    return result;
}

/// The summary and all counts, in words.
std::string in_words(const traces::ReplaySummary& summary) {
    std::string text = std::to_string(summary.steps) + " steps, " + std::to_string(summary.frames) +
                       " frames, " + std::to_string(summary.findings) + " findings, " +
                       std::to_string(summary.memory_gas) + " gas";
    for (const auto& [made, failed, impossible] : summary.checks)
        text += " " + std::to_string(made) + "/" + std::to_string(failed) + "/" +
                std::to_string(impossible);
    return text;
}
std::string in_words(const evmmem_replay* replay, const evmmem_replay_result& result) {
    std::string text = std::to_string(result.steps) + " steps, " + std::to_string(result.frames) +
                       " frames, " + std::to_string(result.findings) + " findings, " +
                       std::to_string(result.memory_gas) + " gas";
    evmmem_check_count count{};
    count.struct_size = sizeof count;
    for (std::size_t i = 0; evmmem_replay_check_count(replay, i, &count); ++i)
        text += " " + std::to_string(count.made) + "/" + std::to_string(count.failed) + "/" +
                std::to_string(count.impossible);
    return text;
}

/// Text in pieces of `piece` bytes; what came of it, in words, and what was heard.
struct Outcome {
    std::string words;
    std::string heard;
    evmmem_verdict verdict{};
    std::string why;
};
Outcome of_text(std::string_view text, std::size_t piece, const char* dialect = nullptr) {
    Heard heard;
    auto options = hearing(heard);
    options.dialect = dialect;
    evmmem_replay* replay = nullptr;
    REQUIRE(evmmem_replay_create(&options, &replay) == EVMMEM_REPLAY_OK);
    for (std::size_t at = 0; at < text.size(); at += piece) {
        const auto part = text.substr(at, piece);
        REQUIRE(evmmem_replay_feed(replay, part.data(), part.size()) == EVMMEM_REPLAY_OK);
    }
    const auto result = finished(replay);
    Outcome outcome{in_words(replay, result), heard.text, result.verdict, result.why};
    evmmem_replay_destroy(replay);
    return outcome;
}

/// A line as a client's tracer would hand it over; points into the line and into `stack`.
evmmem_step given(const TraceLine& line, std::vector<std::array<std::uint64_t, 4>>& stack) {
    evmmem_step step{};
    step.struct_size = sizeof step;
    step.pc = line.pc;
    step.op = static_cast<std::uint8_t>(line.op);
    step.depth = line.depth;
    step.gas = line.gas;
    if (line.gas_cost) {
        step.shows |= EVMMEM_SHOWS_GAS_COST;
        step.gas_cost = *line.gas_cost;
    }
    if (line.has_stack) {
        step.shows |= EVMMEM_SHOWS_STACK;
        stack.clear();
        for (const Word& word : line.stack)
            stack.push_back(word.limbs);
        step.stack = reinterpret_cast<const std::uint64_t(*)[4]>(stack.data());
        step.stack_size = static_cast<std::uint32_t>(stack.size());
    }
    if (line.memory_size) {
        step.shows |= EVMMEM_SHOWS_MEMORY_SIZE;
        step.memory_size = *line.memory_size;
    }
    if (line.memory) {
        step.shows |= EVMMEM_SHOWS_MEMORY;
        step.memory = line.memory->data();
        step.memory_size = line.memory->size();
    }
    if (line.return_data) {
        step.shows |= EVMMEM_SHOWS_RETURN_DATA;
        step.return_data = line.return_data->data();
        step.return_data_size = line.return_data->size();
    }
    if (line.refund) {
        step.shows |= EVMMEM_SHOWS_REFUND;
        step.refund = *line.refund;
    }
    if (!line.error.empty()) step.error = line.error.c_str();
    return step;
}

Outcome of_steps(const std::vector<TraceLine>& lines, const char* dialect) {
    Heard heard;
    auto options = hearing(heard);
    options.dialect = dialect;
    evmmem_replay* replay = nullptr;
    REQUIRE(evmmem_replay_create(&options, &replay) == EVMMEM_REPLAY_OK);
    std::vector<std::array<std::uint64_t, 4>> stack;
    for (const TraceLine& line : lines) {
        if (line.kind == TraceLine::Kind::step) {
            const evmmem_step step = given(line, stack);
            REQUIRE(evmmem_replay_step(replay, &step) == EVMMEM_REPLAY_OK);
        } else {
            evmmem_transaction_end end{};
            end.struct_size = sizeof end;
            end.has_gas_used = line.gas_used.has_value();
            end.gas_used = line.gas_used.value_or(0);
            end.has_output = line.output.has_value();
            if (line.output) {
                end.output = line.output->data();
                end.output_size = line.output->size();
            }
            if (!line.error.empty()) end.error = line.error.c_str();
            REQUIRE(evmmem_replay_end_transaction(replay, &end) == EVMMEM_REPLAY_OK);
        }
    }
    const auto result = finished(replay);
    Outcome outcome{in_words(replay, result), heard.text, result.verdict, result.why};
    evmmem_replay_destroy(replay);
    return outcome;
}

std::string some_text() {
    return generated(
        {.pattern = traces::pattern_named("solidity"), .steps = 3000, .with_calls = true});
}

}  // namespace

TEST_CASE("the C interface replays text in pieces of any size as the program replays a file") {
    const std::string text = some_text();
    const Replayed direct = replay_json(text);
    REQUIRE(direct.summary.steps == 3000);
    REQUIRE(direct.summary.findings == 0);
    for (const std::size_t piece : {1UL, 7UL, 4096UL, 65536UL, 100'000UL, text.size()}) {
        CAPTURE(piece);
        const Outcome outcome = of_text(text, piece);
        CHECK(outcome.words == in_words(direct.summary));
        CHECK(outcome.verdict == EVMMEM_AGREES);
        CHECK(outcome.why.empty());
    }
    for (const Packing packing : packings)
        CHECK(of_text(packed(text, packing), 999).words == in_words(direct.summary));
}

TEST_CASE("the C interface hands out the findings of a text, with or without its dialect") {
    const TraceBuilder trace = trace_with_a_wrong_load();
    const std::string text = trace.json();
    for (const char* dialect : {static_cast<const char*>(nullptr), "eip-3155"}) {
        const Replayed direct = replay_json(text, dialect != nullptr ? dialect : "");
        REQUIRE(direct.findings.size() == 1);
        const Outcome outcome = of_text(text, 10, dialect);
        CHECK(outcome.verdict == EVMMEM_FINDINGS);
        CHECK(outcome.heard == direct.told());
        CHECK(outcome.words == in_words(direct.summary));
    }
}

TEST_CASE("the C interface hands out findings as they come only where the dialect is given") {
    std::string text = trace_with_a_wrong_load().json();
    // Enough for several pieces.
    while (text.size() < 400'000)
        text += trace_with_a_wrong_load().json();
    for (const char* dialect : {static_cast<const char*>(nullptr), "eip-3155"}) {
        Heard heard;
        auto options = hearing(heard);
        options.dialect = dialect;
        evmmem_replay* replay = nullptr;
        REQUIRE(evmmem_replay_create(&options, &replay) == EVMMEM_REPLAY_OK);
        REQUIRE(evmmem_replay_feed(replay, text.data(), text.size()) == EVMMEM_REPLAY_OK);
        CHECK(heard.text.empty() == (dialect == nullptr));
        const auto result = finished(replay);
        CHECK(result.findings > 100);
        CHECK(result.not_handed_out == 0);
        CHECK(static_cast<std::uint64_t>(std::ranges::count(heard.text, '\n')) + 1 ==
              result.findings + result.warnings);
        evmmem_replay_destroy(replay);
    }
}

TEST_CASE("the C interface says why a text is no trace, and why one is incomplete") {
    CHECK(of_text("", 1).verdict == EVMMEM_UNREADABLE);
    const Outcome no_trace = of_text("{\"a\": 1}\nhello\n", 3);
    CHECK(no_trace.verdict == EVMMEM_UNREADABLE);
    CHECK(!no_trace.why.empty());
    const std::string text = some_text();
    const Outcome cut = of_text(text.substr(0, text.size() / 2), 4096);
    CHECK(cut.verdict == EVMMEM_INCOMPLETE);
    CHECK(cut.why.find("ends before its outermost frame does") != std::string::npos);
    std::string broken = text;
    broken.replace(broken.find('\n', broken.size() / 2) + 1, 5, "{\"pc\"[");
    const Outcome unread = of_text(broken, 4096);
    CHECK(unread.verdict == EVMMEM_INCOMPLETE);
    CHECK(unread.why.find("lines that could not be read: 1") != std::string::npos);
}

TEST_CASE("the C interface replays steps as structs as if they were lines") {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        CAPTURE(seed);
        const TraceBuilder trace = random_trace(seed, 200);
        auto dialect = *traces::find_dialect("eip-3155");
        dialect.summary_gas = traces::SummaryGas::execution;
        const Replayed direct = replay(trace.lines(), dialect);
        const Outcome outcome = of_steps(trace.lines(), nullptr);
        CHECK(outcome.words == in_words(direct.summary));
        CHECK(outcome.heard == direct.told());
    }
    // A right one, with calls; twice, so that a transaction begins after another.
    const TraceBuilder trace = trace_with_a_call();
    auto lines = trace.lines();
    lines.insert(lines.end(), trace.lines().begin(), trace.lines().end());
    const Outcome outcome = of_steps(lines, nullptr);
    CHECK(outcome.heard == "");
    CHECK(outcome.why == "");
    CHECK(outcome.verdict == EVMMEM_AGREES);
}

TEST_CASE("the C interface finds in altered structs what the replay finds in altered lines") {
    auto dialect = *traces::find_dialect("geth");
    dialect.summary_gas = traces::SummaryGas::execution;
    std::size_t found = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        CAPTURE(seed);
        TraceBuilder trace = random_trace(seed % 20, 60);
        TraceLine& line = trace.line(seed * 7919 % trace.lines().size());
        if (line.kind != TraceLine::Kind::step) continue;
        switch (seed % 6) {
            case 0: line.gas -= 1; break;
            case 1: line.gas_cost = line.gas_cost.value_or(0) + 1; break;
            case 2:
                if (!line.stack.empty()) line.stack[line.stack.size() / 2].limbs[0] ^= 0x10;
                break;
            case 3:
                if (line.memory && !line.memory->empty()) line.memory->back() ^= 1;
                break;
            case 4:
                if (line.memory && !line.memory->empty())
                    line.memory->resize(line.memory->size() - 32);
                line.memory_size = line.memory ? line.memory->size() : 0;
                break;
            case 5:
                if (!line.stack.empty()) line.stack.pop_back();
                break;
        }
        const Replayed direct = replay(trace.lines(), dialect);
        const Outcome outcome = of_steps(trace.lines(), "geth");
        CHECK(outcome.heard == direct.told());
        CHECK(outcome.words == in_words(direct.summary));
        if (direct.summary.findings > 0) {
            ++found;
            CHECK(outcome.verdict == EVMMEM_FINDINGS);
        }
    }
    // Else it compares nothing with nothing.
    CHECK(found > 100);
}

TEST_CASE("the C interface takes a fork, checks and limits") {
    Heard heard;
    auto options = hearing(heard);
    evmmem_replay* replay = nullptr;
    const std::string text = trace_with_a_wrong_load().json();
    const auto replayed = [&] {
        REQUIRE(evmmem_replay_create(&options, &replay) == EVMMEM_REPLAY_OK);
        REQUIRE(evmmem_replay_feed(replay, text.data(), text.size()) == EVMMEM_REPLAY_OK);
        return finished(replay);
    };
    options.fork = "cancun";
    CHECK(std::string{replayed().forks} == "cancun");
    evmmem_replay_destroy(replay);
    options.checks = "gas,memory.msize";
    auto result = replayed();
    CHECK(result.verdict == EVMMEM_AGREES);
    CHECK(result.findings == 0);
    evmmem_replay_destroy(replay);
    options.checks = nullptr;
    options.memory_max = 31;
    result = replayed();
    CHECK(result.has_reached_limit);
    CHECK(std::string{result.why}.find("memory_max does not allow") != std::string::npos);
    evmmem_replay_destroy(replay);
}

/// MSTORE of a word at 0 by a client whose memory costs `word_gas` a word.
evmmem_verdict of_word_gas(std::uint64_t word_gas, const char* rules,
                           std::initializer_list<evmmem_rule> changes, const char* fork = nullptr) {
    evmmem_replay_options options{};
    options.struct_size = sizeof options;
    options.rules = rules;
    options.changes = changes.begin();
    options.change_count = changes.size();
    options.fork = fork;
    evmmem_replay* replay = nullptr;
    REQUIRE(evmmem_replay_create(&options, &replay) == EVMMEM_REPLAY_OK);
    const std::array<std::uint64_t, 4> operands[2] = {{42}, {0}};
    std::uint64_t gas = 1000;
    const auto give = [&](std::uint8_t op, std::uint64_t pc, std::uint64_t cost,
                          std::uint64_t memory_size, std::uint32_t height) {
        evmmem_step step{};
        step.struct_size = sizeof step;
        step.shows = EVMMEM_SHOWS_GAS_COST | EVMMEM_SHOWS_STACK | EVMMEM_SHOWS_MEMORY_SIZE;
        step.pc = pc;
        step.op = op;
        step.depth = 1;
        step.gas = gas;
        step.gas_cost = cost;
        step.memory_size = memory_size;
        step.stack = reinterpret_cast<const std::uint64_t(*)[4]>(operands);
        step.stack_size = height;
        REQUIRE(evmmem_replay_step(replay, &step) == EVMMEM_REPLAY_OK);
        gas -= cost;
    };
    give(0x60, 0, 3, 0, 0);             // PUSH1 42
    give(0x60, 2, 3, 0, 1);             // PUSH1 0
    give(0x52, 4, 3 + word_gas, 0, 2);  // MSTORE
    give(0x00, 5, 0, 32, 0);            // STOP
    evmmem_transaction_end end{};
    end.struct_size = sizeof end;
    end.has_gas_used = true;
    end.gas_used = 1000 - gas;
    REQUIRE(evmmem_replay_end_transaction(replay, &end) == EVMMEM_REPLAY_OK);
    const auto result = finished(replay);
    if (fork != nullptr) CHECK(std::string{result.forks} == fork);
    evmmem_replay_destroy(replay);
    return result.verdict;
}

TEST_CASE("the C interface audits by other rules than the forks'") {
    const evmmem_rule five{"memory.word_gas", 5};
    const evmmem_rule three{"memory.word_gas", 3};
    CHECK(of_word_gas(3, nullptr, {}) == EVMMEM_AGREES);
    CHECK(of_word_gas(5, nullptr, {}) == EVMMEM_FINDINGS);
    CHECK(of_word_gas(5, nullptr, {five}) == EVMMEM_AGREES);
    CHECK(of_word_gas(3, nullptr, {five}) == EVMMEM_FINDINGS);
    CHECK(of_word_gas(3, nullptr, {five, three}) == EVMMEM_AGREES);
    // A page's first touch costs 100 gas, and 6 as it is none of those touched last.
    CHECK(of_word_gas(106, "eip-7923", {}) == EVMMEM_AGREES);
    CHECK(of_word_gas(3, "eip-7923", {}) == EVMMEM_FINDINGS);
    CHECK(of_word_gas(56, "eip-7923", {{"memory.page_gas", 50}}) == EVMMEM_AGREES);
    CHECK(of_word_gas(3, "monad-eight", {}, "cancun") == EVMMEM_AGREES);
    CHECK(of_word_gas(3, "mainnet", {}) == EVMMEM_AGREES);
}

TEST_CASE("the C interface refuses what it cannot take, and goes on") {
    evmmem_replay* replay = nullptr;
    evmmem_replay_options options{};
    CHECK(evmmem_replay_create(&options, &replay) == EVMMEM_REPLAY_INVALID_ARGUMENT);
    options.struct_size = sizeof options;
    CHECK(evmmem_replay_create(&options, nullptr) == EVMMEM_REPLAY_INVALID_ARGUMENT);
    options.fork = "london bridge";
    CHECK(evmmem_replay_create(&options, &replay) == EVMMEM_REPLAY_UNKNOWN_FORK);
    options.fork = nullptr;
    options.dialect = "klingon";
    CHECK(evmmem_replay_create(&options, &replay) == EVMMEM_REPLAY_UNKNOWN_DIALECT);
    options.dialect = nullptr;
    for (const char* checks : {"", "memory,", "memory,all"}) {
        options.checks = checks;
        CHECK(evmmem_replay_create(&options, &replay) == EVMMEM_REPLAY_UNKNOWN_CHECK);
    }
    options.checks = nullptr;
    options.rules = "klingon";
    CHECK(evmmem_replay_create(&options, &replay) == EVMMEM_REPLAY_UNKNOWN_RULES);
    options.rules = "arbitrum";
    CHECK(evmmem_replay_create(&options, &replay) == EVMMEM_REPLAY_UNKNOWN_RULES);
    options.rules = nullptr;
    options.change_count = 1;
    CHECK(evmmem_replay_create(&options, &replay) == EVMMEM_REPLAY_INVALID_ARGUMENT);
    for (const auto& [change, status] :
         {std::pair{evmmem_rule{nullptr, 0}, EVMMEM_REPLAY_INVALID_ARGUMENT},
          {evmmem_rule{"memory.world_gas", 3}, EVMMEM_REPLAY_UNKNOWN_RULES},
          {evmmem_rule{"memory.word_gas", 1ULL << 63}, EVMMEM_REPLAY_IMPOSSIBLE_RULES},
          {evmmem_rule{"memory.word_gas", EVMMEM_NO_NUMBER}, EVMMEM_REPLAY_IMPOSSIBLE_RULES}}) {
        options.changes = &change;
        CHECK(evmmem_replay_create(&options, &replay) == status);
    }
    options.changes = nullptr;
    options.change_count = 0;
    options.code_size = 1;
    CHECK(evmmem_replay_create(&options, &replay) == EVMMEM_REPLAY_INVALID_ARGUMENT);
    CHECK(replay == nullptr);

    REQUIRE(evmmem_replay_create(nullptr, &replay) == EVMMEM_REPLAY_OK);
    CHECK(evmmem_replay_feed(replay, nullptr, 1) == EVMMEM_REPLAY_INVALID_ARGUMENT);
    evmmem_step step{};
    CHECK(evmmem_replay_step(replay, &step) == EVMMEM_REPLAY_INVALID_ARGUMENT);
    step.struct_size = sizeof step;
    CHECK(evmmem_replay_step(replay, &step) == EVMMEM_REPLAY_INVALID_ARGUMENT);  // depth 0
    step.depth = 1;
    step.shows = EVMMEM_SHOWS_STACK;
    step.stack_size = 1;
    CHECK(evmmem_replay_step(replay, &step) == EVMMEM_REPLAY_INVALID_ARGUMENT);
    const std::vector<std::array<std::uint64_t, 4>> stack(EVMMEM_STACK_MAX);
    step.stack = reinterpret_cast<const std::uint64_t(*)[4]>(stack.data());
    step.stack_size = EVMMEM_STACK_MAX + 1;
    CHECK(evmmem_replay_step(replay, &step) == EVMMEM_REPLAY_INVALID_ARGUMENT);
    step.stack_size = 0;
    // The stack overflows, and is looked at.
    CHECK(evmmem_replay_step(replay, &step) == EVMMEM_REPLAY_OK);
    step.stack_size = EVMMEM_STACK_MAX;
    CHECK(evmmem_replay_step(replay, &step) == EVMMEM_REPLAY_OK);
    evmmem_replay_result result{};
    CHECK(evmmem_replay_finish(replay, &result) == EVMMEM_REPLAY_INVALID_ARGUMENT);
    evmmem_check_count count{};
    count.struct_size = sizeof count;
    CHECK(!evmmem_replay_check_count(replay, 0, &count));
    CHECK(finished(replay).steps == 2);
    CHECK(evmmem_replay_check_count(replay, 0, &count));
    CHECK(std::string{count.check} == "memory.size");
    CHECK(evmmem_replay_step(replay, &step) == EVMMEM_REPLAY_OVER);
    evmmem_replay_destroy(replay);

    REQUIRE(evmmem_replay_create(nullptr, &replay) == EVMMEM_REPLAY_OK);
    CHECK(evmmem_replay_feed(replay, "{", 1) == EVMMEM_REPLAY_OK);
    step.stack_size = 0;
    CHECK(evmmem_replay_step(replay, &step) == EVMMEM_REPLAY_MIXED);
    CHECK(evmmem_replay_feed(replay, "{", 1) == EVMMEM_REPLAY_MIXED);
    evmmem_replay_destroy(replay);
    evmmem_replay_destroy(nullptr);
}

TEST_CASE("the C interface outlives steps of any values, and counts each of them") {
    // No reader has looked at them: what a line cannot say a struct can.
    std::uint64_t state = 24;
    const auto random = [&state] { return splitmix64(state); };
    const auto some_of = [random](std::initializer_list<std::uint64_t> values) {
        return values.begin()[random() % values.size()];
    };
    constexpr std::uint64_t most = ~std::uint64_t{0};
    const std::vector<std::uint8_t> bytes(4096, 0x5b);
    std::vector<std::array<std::uint64_t, 4>> stack(1100);
    for (int round = 0; round < 40; ++round) {
        CAPTURE(round);
        Heard heard;
        auto options = hearing(heard);
        options.fork = round % 2 == 0 ? nullptr : "osaka";
        evmmem_replay* replay = nullptr;
        REQUIRE(evmmem_replay_create(&options, &replay) == EVMMEM_REPLAY_OK);
        std::uint64_t gas = 1'000'000;
        std::uint64_t count = 0;
        for (int i = 0; i < 500; ++i) {
            for (int k = 0; k < 8; ++k) {
                auto& word = stack[random() % 24];
                word = {some_of({0, 1, 32, 64, 0xffff, most, 1 << 20}), 0, 0, 0};
                if (random() % 8 == 0) word[3] = most;
            }
            evmmem_step step{};
            step.struct_size = sizeof step;
            step.shows = random() % 64;
            step.pc = some_of({0, 1, 2, 77, most});
            step.gas = random() % 16 == 0 ? some_of({0, 1, most}) : gas;
            gas -= 3;
            step.gas_cost = some_of({0, 3, 3, 3, 100, most});
            step.depth = static_cast<std::uint32_t>(some_of({1, 1, 1, 2, 2, 3, 1025, 0xffffffff}));
            // Calls, creates and memory more often than their share.
            step.op = static_cast<std::uint8_t>(
                random() % 2 == 0
                    ? random()
                    : some_of({0xf1, 0xf0, 0xf4, 0xfa, 0x52, 0x5e, 0x20, 0x37, 0xf3}));
            step.stack = reinterpret_cast<const std::uint64_t(*)[4]>(stack.data());
            step.stack_size =
                static_cast<std::uint32_t>(some_of({0, 1, 2, 3, 7, 8, 17, 1024, 1025}));
            step.memory = bytes.data();
            step.memory_size = some_of({0, 1, 31, 32, 64, 4096});
            if ((step.shows & EVMMEM_SHOWS_MEMORY) == 0 && random() % 8 == 0)
                step.memory_size = most;
            step.return_data = bytes.data();
            step.return_data_size = some_of({0, 1, 32, 4096});
            step.refund = static_cast<std::int64_t>(some_of({0, 4800, most, most / 2 + 1}));
            step.error = random() % 32 == 0 ? "out of gas" : nullptr;
            REQUIRE(evmmem_replay_step(replay, &step) == EVMMEM_REPLAY_OK);
            ++count;
            if (random() % 64 == 0) {
                evmmem_transaction_end end{};
                end.struct_size = sizeof end;
                end.has_gas_used = random() % 2 == 0;
                end.gas_used = some_of({0, 21000, most});
                end.has_output = random() % 2 == 0;
                end.output = bytes.data();
                end.output_size = some_of({0, 32, 4096});
                end.error = random() % 2 == 0 ? "execution reverted" : nullptr;
                REQUIRE(evmmem_replay_end_transaction(replay, &end) == EVMMEM_REPLAY_OK);
            }
        }
        const auto result = finished(replay);
        CHECK(result.steps == count);
        CHECK(result.verdict != EVMMEM_AGREES);
        evmmem_replay_destroy(replay);
    }
}

TEST_CASE("the C interface takes structs of an earlier version, and fills no more of them") {
    evmmem_replay* replay = nullptr;
    REQUIRE(evmmem_replay_create(nullptr, &replay) == EVMMEM_REPLAY_OK);
    evmmem_step step{};
    step.struct_size = offsetof(evmmem_step, refund);
    step.depth = 1;
    step.gas = 100;
    step.error = reinterpret_cast<const char*>(1);  // beyond that version: not looked at
    CHECK(evmmem_replay_step(replay, &step) == EVMMEM_REPLAY_OK);
    evmmem_replay_result result{};
    result.struct_size = offsetof(evmmem_replay_result, steps);
    result.steps = 77;
    CHECK(evmmem_replay_finish(replay, &result) == EVMMEM_REPLAY_OK);
    CHECK(result.why != nullptr);
    CHECK(result.steps == 77);
    evmmem_replay_destroy(replay);
}

TEST_CASE("a replay by the C interface can be given up at any moment") {
    const std::string text = some_text();
    for (const std::size_t size : {0UL, 1UL, 100UL, 70'000UL, text.size()}) {
        evmmem_replay* replay = nullptr;
        REQUIRE(evmmem_replay_create(nullptr, &replay) == EVMMEM_REPLAY_OK);
        CHECK(evmmem_replay_feed(replay, text.data(), size) == EVMMEM_REPLAY_OK);
        evmmem_replay_destroy(replay);
    }
}

}  // namespace evmmem::test
