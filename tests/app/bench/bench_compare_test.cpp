// SPDX-License-Identifier: MIT
// Two runs side by side, on figures that are given: what is called faster must be outside of chance.
#include "app/bench/bench_compare.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "some_environment.hpp"

using namespace evmmem::app;

namespace {

/// Nine samples around `seconds`, the middle seven of which spread by 2 %.
std::vector<double> samples_around(double seconds) {
    std::vector<double> samples;
    for (const double factor : {0.9, 0.99, 0.995, 0.998, 1.0, 1.002, 1.005, 1.01, 1.3})
        samples.push_back(seconds * factor);
    return samples;
}

BenchReport report_of(std::uint64_t digest, std::vector<BenchRow> rows) {
    BenchReport report;
    report.environment = evmmem::test::some_environment("one");
    report.repetitions = 9;
    report.subjects.push_back({.name = "sparse/64K",
                               .ops = 1000,
                               .bytes = 32000,
                               .digest = digest,
                               .is_cut = false,
                               .rows = std::move(rows)});
    return report;
}

BenchRow row(const char* backend, std::vector<double> samples) {
    return {.backend = backend, .wrong = "", .samples = std::move(samples), .ratio = {}};
}

/// What old_bench_from() reads, compared.
std::expected<BenchComparison, std::string> compared(const std::string& json,
                                                     const BenchReport& now) {
    auto old = old_bench_from(json);
    if (!old) return std::unexpected{old.error()};
    return compare_benches(std::move(*old), now);
}

BenchChange change_of(double before, double after) {
    const auto old = bench_json(report_of(1, {row("evmmem", samples_around(before))}));
    const auto comparison = compared(old, report_of(1, {row("evmmem", samples_around(after))}));
    REQUIRE(comparison.has_value());
    REQUIRE(comparison->rows.size() == 1);
    return comparison->rows[0].change;
}

}  // namespace

TEST_CASE("what two runs differ by is named where the intervals and placement leave no doubt") {
    CHECK(change_of(1e-6, 1e-6) == BenchChange::none);
    CHECK(change_of(1e-6, 1.02e-6) == BenchChange::none);  // the intervals overlap
    CHECK(change_of(1e-6, 1.06e-6) == BenchChange::slower);
    CHECK(change_of(1e-6, 0.94e-6) == BenchChange::faster);
}

TEST_CASE("the ratio's interval holds the quotients of both sides' bounds") {
    const auto old = bench_json(report_of(1, {row("evmmem", samples_around(1e-6))}));
    const auto comparison = compared(old, report_of(1, {row("evmmem", samples_around(2e-6))}));
    REQUIRE(comparison.has_value());
    CHECK(comparison->rows[0].ratio.median == doctest::Approx(2));
    CHECK(comparison->rows[0].ratio.low == doctest::Approx(2 * 0.99 / 1.01));
    CHECK(comparison->rows[0].ratio.high == doctest::Approx(2 * 1.01 / 0.99));
    CHECK(comparison->rows[0].old_ns == doctest::Approx(1));
    CHECK(comparison_text(*comparison, Palette{false}) ==
          "program     backend  old ns/op  ns/op  new / old (interval)  change\n"
          "sparse/64K  evmmem           1      2   2.000 (1.960-2.040)  slower\n"
          "\n"
          "0 faster and 1 slower than evmmem 1.2.3, of 1 row\n");
}

TEST_CASE("rows of one run only, and of another program, are named as such") {
    const auto old = bench_json(
        report_of(1, {row("evmmem", samples_around(1e-6)), row("gone", samples_around(1e-6))}));
    auto now = report_of(2, {row("evmmem", samples_around(3e-6)), row("new", {1e-6})});
    const auto comparison = compared(old, now);
    REQUIRE(comparison.has_value());
    REQUIRE(comparison->rows.size() == 3);
    CHECK(comparison->rows[0].change == BenchChange::other_program);
    CHECK(comparison->rows[1].change == BenchChange::only_new);
    CHECK(comparison->rows[2].change == BenchChange::only_old);
    const auto json = nlohmann::json::parse(comparison_json(*comparison));
    CHECK(json["rows"][2]["backend"] == "gone");
    CHECK_FALSE(json["rows"][0].contains("ratio"));
}

TEST_CASE("what was wrong in one of the runs is not called the same") {
    const auto old = bench_json(report_of(1, {row("evmmem", {})}));
    const auto comparison = compared(old, report_of(1, {row("evmmem", samples_around(1e-6))}));
    REQUIRE(comparison.has_value());
    CHECK(comparison->rows[0].change == BenchChange::not_timed);
}

TEST_CASE("too few samples give a ratio and no judgement") {
    const auto old = bench_json(report_of(1, {row("evmmem", {1e-6, 1e-6})}));
    const auto comparison = compared(old, report_of(1, {row("evmmem", {3e-6, 3e-6})}));
    REQUIRE(comparison.has_value());
    CHECK(comparison->rows[0].change == BenchChange::none);
    CHECK(comparison->rows[0].ratio.median == doctest::Approx(3));
}

TEST_CASE("another machine's run is compared and said to be another machine's") {
    auto before = report_of(1, {row("evmmem", samples_around(1e-6))});
    before.environment.cpu = "another";
    const auto comparison =
        compared(bench_json(before), report_of(1, {row("evmmem", samples_around(1e-6))}));
    REQUIRE(comparison.has_value());
    CHECK(comparison->difference ==
          "the old run is of another machine (another, Linux 6; here "
          "one, Linux 6)");
}

TEST_CASE("what is no run of bench is refused") {
    for (const char* text :
         {"", "{", "[]", "{\"tool\":\"evmmem gate\"}", "{\"tool\":\"evmmem bench\",\"version\":1}"})
        CHECK(compared(text, {}).error() == "it is not what 'evmmem bench --format json' prints");
    CHECK(compared("{\"tool\":\"evmmem bench\",\"version\":2}", {}).error() ==
          "it is of another version of evmmem");
    auto broken = nlohmann::json::parse(bench_json(report_of(1, {row("evmmem", {1e-6})})));
    broken["programs"][0]["backends"][0]["seconds_per_run"][0] = -1;
    CHECK_FALSE(compared(broken.dump(), {}).has_value());
}
