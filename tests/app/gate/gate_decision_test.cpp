// SPDX-License-Identifier: MIT
// The gate's decisions on injected measurements: how often it errs is counted over thousands of
// simulated gates, with heavy-tailed noise, and no clock is read.
#include "app/gate/gate_decision.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "traces/generate/pattern.hpp"

using namespace evmmem::app;
using evmmem::traces::PatternRandom;

namespace {

double uniform(PatternRandom& random) {
    return (static_cast<double>(random.below(1U << 30)) + 0.5) / (1U << 30);
}

/// Noise as shared machines have it: a narrow middle, and one pair in ten thrown far off to either
/// side.
double noise(PatternRandom& random, double width) {
    const double middle = (uniform(random) + uniform(random) + uniform(random) - 1.5) * 2 * width;
    if (random.below(10) != 0) return middle;
    return middle + (random.below(2) == 0 ? 1 : -1) * 10 * width * uniform(random);
}

GateTrial run_trial(const GateRules& rules, PatternRandom& random, double slowdown, double width) {
    GateTrial trial{rules};
    while (trial.pairs_wanted() > 0)
        trial.add(std::log1p(slowdown) + noise(random, width));
    return trial;
}

struct Counts {
    int pass = 0;
    int fail = 0;
    int inconclusive = 0;
};

Counts simulate(double slowdown, double width, int gates = 2000) {
    const GateRules rules{.comparisons = 11};
    PatternRandom random{7};
    Counts counts;
    for (int i = 0; i < gates; ++i) {
        switch (run_trial(rules, random, slowdown, width).verdict()) {
            case GateVerdict::pass: ++counts.pass; break;
            case GateVerdict::fail: ++counts.fail; break;
            case GateVerdict::inconclusive: ++counts.inconclusive; break;
        }
    }
    return counts;
}

}  // namespace

TEST_CASE("identical programs pass, with the fewest pairs where the machine is quiet") {
    GateTrial trial{GateRules{}};
    CHECK(trial.pairs_wanted() == 16);
    PatternRandom random{1};
    while (trial.pairs_wanted() > 0)
        trial.add(noise(random, 0.001));
    CHECK(trial.verdict() == GateVerdict::pass);
    CHECK(trial.first_samples().size() == 16);
    CHECK(trial.fresh_samples().empty());
}

TEST_CASE("a slowdown is a failure only when fresh pairs confirm it") {
    GateTrial trial{GateRules{}};
    for (int i = 0; i < 16; ++i)
        trial.add(std::log(1.10));
    CHECK(trial.is_confirming());
    CHECK(trial.verdict() != GateVerdict::fail);
    CHECK(trial.pairs_wanted() == 16);
    SUBCASE("confirmed") {
        for (int i = 0; i < 16; ++i)
            trial.add(std::log(1.10));
        CHECK(trial.pairs_wanted() == 0);
        CHECK(trial.verdict() == GateVerdict::fail);
        CHECK(trial.ratio().median == doctest::Approx(1.10));
    }
    SUBCASE("not confirmed: fresh pairs show no difference") {
        for (int i = 0; i < 16; ++i)
            trial.add(0);
        CHECK(trial.pairs_wanted() == 0);
        CHECK(trial.verdict() == GateVerdict::pass);
    }
    SUBCASE("not confirmed: fresh pairs show nothing") {
        for (int i = 0; i < 64; ++i)
            trial.add(i % 2 == 0 ? 1 : -1);
        CHECK(trial.pairs_wanted() == 0);
        CHECK(trial.verdict() == GateVerdict::inconclusive);
    }
}

TEST_CASE("what lies across the tolerance is looked at until the last look, then left open") {
    GateTrial trial{GateRules{}};
    int pairs = 0;
    while (trial.pairs_wanted() > 0) {
        trial.add(std::log(1.03) + (pairs % 2 == 0 ? 0.2 : -0.2));
        ++pairs;
    }
    CHECK(pairs == 128);
    CHECK(trial.verdict() == GateVerdict::inconclusive);
    CHECK(trial.ratio().low < 1.03);
    CHECK(trial.ratio().high > 1.03);
}

TEST_CASE("a faster head passes however much faster it is") {
    GateTrial trial{GateRules{}};
    for (int i = 0; i < 16; ++i)
        trial.add(std::log(0.5));
    CHECK(trial.verdict() == GateVerdict::pass);
}

TEST_CASE("identical programs hardly ever fail, quiet or noisy") {
    for (const double width : {0.005, 0.02, 0.10, 0.50}) {
        CAPTURE(width);
        CHECK(simulate(0, width).fail == 0);  // of 2000; the promise is 1 % over 11 comparisons
    }
    CHECK(simulate(0, 0.01).pass == 2000);
}

TEST_CASE("slower by exactly the tolerance hardly ever fails either") {
    CHECK(simulate(0.03, 0.02).fail <= 2);
}

TEST_CASE("a planted 10 % is found, and a noisy machine is not called a pass") {
    CHECK(simulate(0.10, 0.005).fail == 2000);
    CHECK(simulate(0.10, 0.03).fail >= 1980);
    CHECK(simulate(0.10, 0.10).pass <= 2);
}

TEST_CASE("more comparisons ask for more certainty") {
    // 15 of 16 pairs slower: certain enough for one comparison at 5 %, not for a hundred.
    const auto verdict_with = [](int comparisons) {
        GateTrial trial{GateRules{
            .error = 0.05, .comparisons = comparisons, .looks = {16}, .confirming = {16}}};
        for (int round = 0; round < 2; ++round)
            for (int i = 0; i < 16 && trial.pairs_wanted() > 0; ++i)
                trial.add(i == 0 ? -1.0 : std::log(1.2));
        return trial.verdict();
    };
    CHECK(verdict_with(1) == GateVerdict::fail);
    CHECK(verdict_with(1000) == GateVerdict::inconclusive);
}

TEST_CASE("the control distinguishes a machine that changed from one that is only noisy") {
    std::vector<double> steady(32, 0.001);
    CHECK_FALSE(control_moved(steady, 0.03, 0.01));
    std::vector<double> moved(32, std::log(1.10));
    CHECK(control_moved(moved, 0.03, 0.01));
    std::vector<double> faster(32, std::log(0.9));
    CHECK(control_moved(faster, 0.03, 0.01));
    std::vector<double> noisy;
    for (int i = 0; i < 32; ++i)
        noisy.push_back(i % 2 == 0 ? 0.3 : -0.2);
    CHECK_FALSE(control_moved(noisy, 0.03, 0.01));
}

TEST_CASE("counts are judged by the tolerance alone") {
    CHECK(judge_counts(1000, 1009, 0.01) == GateVerdict::pass);
    CHECK(judge_counts(1000, 1011, 0.01) == GateVerdict::fail);
    CHECK(judge_counts(1000, 500, 0.01) == GateVerdict::pass);
}
