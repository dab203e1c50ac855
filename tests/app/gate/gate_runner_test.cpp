// SPDX-License-Identifier: MIT
// How gate takes its samples: answers first, then pairs in both orders, on sides that are made up.
#include "app/gate/gate_runner.hpp"

#include <doctest/doctest.h>

#include <string>

#include "app/gate/gate_sources.hpp"
#include "app/host/process.hpp"

using namespace evmmem::app;
using evmmem::traces::PatternRandom;

namespace {

Patience go_on(const GateTrial&) {
    return Patience::goes_on;
}

/// Two sides that always take the same time, and what was asked of them.
struct MadeUp {
    OnceSample base{"x", "p", "r", "c", 1e-3, 1e-6, 1};
    OnceSample head{"x", "p", "r", "c", 1e-3, 1e-6, 1};
    std::string asked;  // 'B' or 'H' for a sample, small where its digest was wanted

    TakeSample take() {
        return [this](GateSide side, bool with_digest) -> std::expected<OnceSample, std::string> {
            const bool is_base = side == GateSide::base;
            asked += is_base ? (with_digest ? 'b' : 'B') : (with_digest ? 'h' : 'H');
            return is_base ? base : head;
        };
    }
    GateComparison compare() {
        PatternRandom random{3};
        return compare_sides("x", take(), GateRules{}, random, go_on);
    }
};

}  // namespace

TEST_CASE("answers are compared first, then pairs are taken in ABBA or BAAB order") {
    MadeUp sides;
    CHECK(sides.compare().verdict == GateVerdict::pass);
    REQUIRE(sides.asked.size() == 2 + 32);
    CHECK(sides.asked.starts_with("bh"));
    bool has_abba = false;
    bool has_baab = false;
    for (std::size_t i = 2; i < sides.asked.size(); i += 4) {
        const std::string block = sides.asked.substr(i, 4);
        CHECK((block == "BHHB" || block == "HBBH"));
        has_abba = has_abba || block == "BHHB";
        has_baab = has_baab || block == "HBBH";
    }
    CHECK(has_abba);
    CHECK(has_baab);
}

TEST_CASE("a faster wrong answer fails before anything is timed") {
    MadeUp sides;
    sides.head.result_digest = "other";
    sides.head.seconds = 1e-6;
    const auto comparison = sides.compare();
    CHECK(comparison.verdict == GateVerdict::fail);
    CHECK(comparison.reason == "different results: base r, head other");
    CHECK(sides.asked == "bh");
}

TEST_CASE("two programs of one name that differ cannot be compared") {
    MadeUp sides;
    sides.head.program_digest = "other";
    CHECK(sides.compare().verdict == GateVerdict::inconclusive);
    CHECK(sides.asked == "bh");
}

TEST_CASE("a slower head fails with its ratio, and with fresh pairs") {
    MadeUp sides;
    sides.head.seconds = 1.2e-3;
    const auto comparison = sides.compare();
    CHECK(comparison.verdict == GateVerdict::fail);
    CHECK(comparison.ratio.median == doctest::Approx(1.2));
    CHECK(comparison.pairs == 28);
    CHECK(comparison.fresh_pairs == 12);
    CHECK(comparison.head_seconds.size() == 28);
}

TEST_CASE("when the control is slower as well, the machine is to blame") {
    MadeUp sides;
    sides.head.seconds = 1.2e-3;
    sides.head.control_seconds = 1.2e-6;
    const auto comparison = sides.compare();
    CHECK(comparison.verdict == GateVerdict::inconclusive);
    CHECK(comparison.is_control_moved);
}

TEST_CASE("a head that cannot run fails, a base that cannot run shows nothing") {
    PatternRandom random{1};
    for (const GateSide broken : {GateSide::base, GateSide::head}) {
        const TakeSample take = [&](GateSide side, bool) -> std::expected<OnceSample, std::string> {
            if (side == broken) return std::unexpected{"it crashed"};
            return OnceSample{"x", "p", "r", "c", 1e-3, 1e-6, 1};
        };
        const auto comparison = compare_sides("x", take, GateRules{}, random, go_on);
        CHECK(comparison.verdict ==
              (broken == GateSide::head ? GateVerdict::fail : GateVerdict::inconclusive));
        CHECK(comparison.reason.ends_with(": it crashed"));
    }
}

TEST_CASE("a head whose answers change from run to run fails") {
    int calls = 0;
    const TakeSample take = [&](GateSide side, bool) -> std::expected<OnceSample, std::string> {
        return OnceSample{"x",  "p",  "r", side == GateSide::head && ++calls > 5 ? "d" : "c",
                          1e-3, 1e-6, 1};
    };
    PatternRandom random{1};
    const auto comparison = compare_sides("x", take, GateRules{}, random, go_on);
    CHECK(comparison.verdict == GateVerdict::fail);
    CHECK(comparison.reason == "head: its results are not the same every time");
}

TEST_CASE("an interruption leaves it open") {
    MadeUp sides;
    PatternRandom random{1};
    const auto comparison = compare_sides("x", sides.take(), GateRules{}, random,
                                          [](const GateTrial&) { return Patience::interrupted; });
    CHECK(comparison.verdict == GateVerdict::inconclusive);
}

TEST_CASE("counts need one sample of each side and the same answers") {
    MadeUp sides;
    const auto count = [](GateSide side) -> std::expected<double, std::string> {
        return side == GateSide::base ? 1000.0 : 1020.0;
    };
    const auto comparison = compare_counts("x", sides.take(), count, 0.01);
    CHECK(comparison.verdict == GateVerdict::fail);
    CHECK(comparison.ratio.median == doctest::Approx(1.02));
    sides.head.result_digest = "other";
    CHECK(compare_counts("x", sides.take(), count, 0.5).reason.starts_with("different results"));
}

TEST_CASE("a sample survives its line of JSON, and other output is no sample") {
    const OnceSample sample{"sparse/64K", "p", "r", "c", 1.25e-6, 3e-7, 42};
    CHECK(once_sample_from(to_json(sample)) == sample);
    CHECK_FALSE(once_sample_from("").has_value());
    CHECK_FALSE(once_sample_from("{}").has_value());
    CHECK_FALSE(once_sample_from("{\"evmmem_once\":1}").has_value());
    OnceSample timeless = sample;
    timeless.seconds = 0;
    CHECK_FALSE(once_sample_from(to_json(timeless)).has_value());
}

TEST_CASE("a stored run survives its file, and other files are none") {
    StoredRun run;
    run.environment.cpu = "a cpu";
    run.subjects.push_back({"x", {OnceSample{"x", "p", "r", "c", 1e-3, 1e-6, 1}}});
    const auto read = stored_run_from(to_json(run));
    REQUIRE(read.has_value());
    CHECK(read->subjects.at(0).samples == run.subjects[0].samples);
    CHECK(difference(read->environment, run.environment).empty());
    Environment other = run.environment;
    other.cpu = "another";
    CHECK(difference(read->environment, other).contains("another machine"));
    CHECK_FALSE(stored_run_from("").has_value());
    CHECK_FALSE(stored_run_from("{\"tool\":\"evmmem gate --save\",\"version\":9}").has_value());
    CHECK_FALSE(stored_run_from("{\"tool\":\"evmmem gate --save\",\"version\":1}").has_value());
}

TEST_CASE("cachegrind's total is its summary") {
    CHECK(cachegrind_total("events: Ir\nfn=main\n1 2\nsummary: 123456\n") == 123456);
    CHECK_FALSE(cachegrind_total("events: Ir\n").has_value());
    CHECK_FALSE(cachegrind_total("summary: nothing\n").has_value());
}

TEST_CASE("a process hands back its output, its exit code, or why it has none") {
    const auto shell = [](const char* script, double seconds = 20) {
        return run_process({.words = {"/bin/sh", "-c", script},
                            .environment = {{"EVMMEM_X", "7"}},
                            .seconds_max = seconds});
    };
    const auto said = shell("echo out $EVMMEM_X; echo err >&2; exit 3");
    REQUIRE(said.has_value());
    CHECK(said->output == "out 7\n");
    CHECK(said->errors == "err\n");
    CHECK(said->exit_code == 3);
    CHECK(shell("kill -SEGV $$").error() == "/bin/sh crashed: Segmentation fault");
    CHECK(run_process({.words = {"/no/such/program"}, .environment = {}}).error() ==
          "/no/such/program could not be started: No such file or directory");
    CHECK(shell("exec sleep 60", 0.2).error() == "/bin/sh was not done after 0 s");
}

TEST_CASE("a budget that is used up leaves it open, with what was measured") {
    MadeUp sides;
    PatternRandom random{1};
    int asked = 0;
    const auto comparison = compare_sides(
        "x", sides.take(), GateRules{.comparisons = 1000000000}, random,
        [&](const GateTrial&) { return ++asked > 21 ? Patience::out_of_time : Patience::goes_on; });
    CHECK(comparison.verdict == GateVerdict::inconclusive);
    CHECK(comparison.pairs == 21);
    CHECK(comparison.is_open);
    CHECK(comparison.reason == "its time was up (--budget)");
    SUBCASE("before the first pair") {
        const auto none = compare_sides("x", sides.take(), GateRules{}, random,
                                        [](const GateTrial&) { return Patience::out_of_time; });
        CHECK(none.pairs == 0);
        CHECK(none.is_open);
    }
}

TEST_CASE("the second witness is asked only where time does not tell") {
    GateComparison open;
    open.is_open = true;
    open.reason = "too noisy to tell";
    open.ratio = {1.0, 0.95, 1.05};
    int asked = 0;
    const auto counts = [&](double base, double head) {
        return [&asked, base, head](GateSide side) -> std::expected<double, std::string> {
            ++asked;
            return side == GateSide::base ? base : head;
        };
    };
    SUBCASE("equal counts pass it, and the verdict says by which witness") {
        call_second_witness(open, counts(1000, 1001), 0.03);
        CHECK(open.verdict == GateVerdict::pass);
        CHECK(open.reason == "by instructions (+0.1%); by time alone: too noisy to tell");
        CHECK(open.instruction_ratio == doctest::Approx(1.001));
        CHECK_FALSE(open.is_open);
    }
    SUBCASE("counts that do not settle it") {
        call_second_witness(open, counts(1000, 1100), 0.03);
        CHECK(open.verdict == GateVerdict::inconclusive);
        CHECK(open.reason == "too noisy to tell, and +10.0% instructions do not settle it");
    }
    SUBCASE("counts confirm what was certain once, and was not measured again in time") {
        open.unconfirmed = Spread{1.05, 1.04, 1.06};
        call_second_witness(open, counts(1000, 1050), 0.03);
        CHECK(open.verdict == GateVerdict::fail);
        CHECK(open.reason == "by instructions (+5.0%); by time alone: too noisy to tell");
    }
    SUBCASE("counts that cannot be had") {
        call_second_witness(
            open,
            [](GateSide) -> std::expected<double, std::string> {
                return std::unexpected{"valgrind is not there"};
            },
            0.03);
        CHECK(open.verdict == GateVerdict::inconclusive);
        CHECK(open.reason ==
              "too noisy to tell; instructions could not be counted: base: "
              "valgrind is not there");
    }
    SUBCASE("a comparison that is decided, or broken, stays") {
        open.is_open = false;
        open.verdict = GateVerdict::fail;
        call_second_witness(open, counts(1000, 1000), 0.03);
        CHECK(asked == 0);
        CHECK(open.verdict == GateVerdict::fail);
    }
}
