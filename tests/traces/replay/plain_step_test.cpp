// SPDX-License-Identifier: MIT
// A replay that takes shortcuts and one that sends every step through every pass come to the same:
// on traces that are right, and on traces in which something was altered.
#include "traces/replay/plain_step.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/support/generated.hpp"
#include "traces/replayer.hpp"
#include "traces/step_reader.hpp"

using namespace evmmem;
using namespace evmmem::traces;
using evmmem::test::generated;

namespace {

class Said final : public FindingSink {
public:
    void on_finding(const Finding& finding) override {
        said.push_back(std::to_string(finding.line) + " " + std::string{info(finding.check).name} +
                       " " + finding.claimed + " " + finding.computed + " " + finding.detail);
    }
    std::vector<std::string> said;
};

struct Outcome {
    std::vector<std::string> findings;
    std::vector<std::uint64_t> counts;
    bool operator==(const Outcome&) const = default;
};

Outcome outcome(const std::string& text, bool takes_shortcuts) {
    auto reader = StepReader::over(text);
    REQUIRE(reader);
    Said sink;
    ReplayOptions options;
    options.takes_shortcuts = takes_shortcuts;
    Replayer replayer{reader->dialect(), std::move(options), sink};
    replayer.replay_all(*reader);
    const ReplaySummary summary = replayer.finish();
    Outcome result{
        sink.said,
        {summary.steps, summary.frames, summary.transactions, summary.gaps, summary.findings,
         summary.warnings, summary.is_truncated, summary.peak_bytes, summary.expansions,
         summary.memory_gas, summary.known_bytes, summary.unknown_bytes}};
    for (const CheckCount& count : summary.checks)
        result.counts.insert(result.counts.end(), {count.made, count.failed, count.impossible});
    summary.forks.for_each(
        [&](Fork fork) { result.counts.push_back(static_cast<std::uint64_t>(fork)); });
    return result;
}

}  // namespace

TEST_CASE("shortcuts change nothing of what comes of a trace that is right") {
    for (const Pattern& pattern : patterns()) {
        for (const bool with_memory : {false, true}) {
            CAPTURE(pattern.name);
            const std::string text = generated({.pattern = &pattern,
                                                .steps = 2000,
                                                .size = 2048,
                                                .with_memory = with_memory,
                                                .with_calls = true});
            CHECK(outcome(text, true) == outcome(text, false));
        }
    }
}

TEST_CASE("shortcuts change nothing of what comes of a trace with an altered digit or line") {
    PatternRandom random{42};
    std::uint64_t with_findings = 0;
    for (int round = 0; round < 400; ++round) {
        std::string text = generated({.pattern = pattern_named("solidity"),
                                      .steps = 250,
                                      .seed = static_cast<std::uint64_t>(round % 8 + 1),
                                      .with_memory = round % 2 == 1,
                                      .with_calls = true});
        const std::size_t line = text.find('\n', random.below(text.size() - 400)) + 1;
        const std::size_t end = text.find('\n', line);
        if (round % 16 == 0) {
            text.erase(line, end + 1 - line);
        } else {
            std::size_t at = line + random.below(end - line);
            while (text[at] < '0' || text[at] > '9')
                if (++at == end) at = line;
            text[at] = static_cast<char>('0' + (text[at] - '0' + 1 + random.below(9)) % 10);
        }
        CAPTURE(round);
        const Outcome quick = outcome(text, true);
        CHECK(quick == outcome(text, false));
        with_findings += !quick.findings.empty();
    }
    CHECK(with_findings > 100);
}
