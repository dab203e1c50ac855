// SPDX-License-Identifier: MIT
// What bench prints and how it judges, on figures that are given to it: no clock is read here.
#include "app/bench/bench_report.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "app/bench/bench_preset.hpp"
#include "app/text/escape.hpp"
#include "some_environment.hpp"

using namespace evmmem::app;

namespace {

BenchReport injected_report() {
    BenchReport report;
    report.environment = evmmem::test::some_environment("a <fast> one");
    report.repetitions = 3;
    BenchSubject subject{.name = "sparse/64K",
                         .ops = 1000,
                         .bytes = 32000,
                         .digest = 0xabc,
                         .is_cut = false,
                         .rows = {}};
    // 2 us for 1000 operations and 32000 bytes are 2 ns and 16 GB/s.
    subject.rows.push_back({"evmmem", "", {2.0e-6, 1.98e-6, 2.02e-6}, Spread{2, 1.9, 2.1}});
    subject.rows.push_back({"flat", "", {1.0e-6, 1.0e-6, 1.0e-6}, Spread{1, 1, 1}});
    subject.rows.push_back({"mine", "operation 3 (MLOAD at 0x0): \"no\", it is wrong", {}, {}});
    report.subjects.push_back(subject);
    return report;
}

const Target& target_named(std::string_view name) {
    for (const Target& target : spec_targets())
        if (target.name == name) return target;
    FAIL("no such target");
    std::abort();
}

/// The judgement of a target whose program took `seconds` for each of its operations.
TargetResult judged(std::string_view name, double seconds_per_run, double ratio = 1) {
    const Target& target = target_named(name);
    const auto program = target.program();
    const BenchSubject subject{.name = std::string{name},
                               .ops = program.ops().size(),
                               .bytes = program.bytes_moved(),
                               .digest = 0,
                               .is_cut = false,
                               .rows = {}};
    return judge_target(target, subject,
                        {"evmmem", "", {seconds_per_run}, Spread{ratio, ratio, ratio}});
}

}  // namespace

TEST_CASE("the table gives figures per operation and says what is wrong below") {
    CHECK(bench_text(injected_report(), Palette{false}) ==
          "program     backend  ns/op  spread    bytes/s  time / flat (quartiles)\n"
          "sparse/64K  evmmem    2.00      1%  16.0 GB/s         2.00 (1.90-2.10)\n"
          "            flat      1.00      0%  32.0 GB/s         1.00 (1.00-1.00)\n"
          "            mine     WRONG\n"
          "\n"
          "note: mine on sparse/64K is wrong and was not timed: operation 3 (MLOAD at 0x0): "
          "\"no\", it is wrong\n"
          "program     evmmem 1.2.3\n"
          "compiler    cc 1\n"
          "flags       -O3\n"
          "cpu         a <fast> one\n"
          "cpus        2\n"
          "page_bytes  4096\n"
          "huge_pages  madvise\n"
          "system      Linux 6\n"
          "c_library   glibc 2\n"
          "measured    3 repetitions, seed 1; medians, CPU time of one thread\n");
}

TEST_CASE("what was compiled otherwise than the program's own memories is named") {
    BenchReport report = injected_report();
    report.builds = {{"evmmem", "cc 1, x86-64"}, {"flat", "cc 1, x86-64"}};
    CHECK_FALSE(bench_text(report, Palette{false}).contains("compiled"));
    report.builds.push_back({"mine", "cc 2, AVX2"});
    report.builds.push_back({"older", ""});
    const std::string text = bench_text(report, Palette{false});
    CHECK(text.contains("note: mine was compiled by cc 2, AVX2, evmmem by cc 1, x86-64\n"));
    CHECK(text.contains(
        "note: older does not say what compiled it; evmmem was compiled by cc 1, x86-64\n"));
    CHECK(nlohmann::json::parse(bench_json(report))["backends"][2]["build"] == "cc 2, AVX2");
}

TEST_CASE("a noisy machine is distinguished from a quiet one") {
    BenchReport report = injected_report();
    CHECK(report.noise() < noise_max);
    for (BenchRow& row : report.subjects[0].rows)
        if (!row.samples.empty()) row.samples = {1e-6, 1.5e-6, 2e-6};
    CHECK(report.noise() > noise_max);
    CHECK(bench_text(report, Palette{false}).contains("the machine was noisy"));
}

TEST_CASE("CSV quotes what needs quoting") {
    const std::string csv = bench_csv(injected_report());
    CHECK(csv.contains("sparse/64K,evmmem,1000,32000,2.0000,1.9900,2.0100,16000000000,2.0000,\n"));
    CHECK(
        csv.contains("sparse/64K,mine,1000,32000,,,,,,\"operation 3 (MLOAD at 0x0): \"\"no\"\", it "
                     "is wrong\"\n"));
}

TEST_CASE("JSON has every sample, the environment and the program's digest") {
    const auto json = nlohmann::json::parse(bench_json(injected_report()));
    CHECK(json["environment"]["cpu"] == "a <fast> one");
    const auto& program = json["programs"][0];
    CHECK(program["digest"] == "0000000000000abc");
    CHECK(program["backends"][0]["seconds_per_run"].size() == 3);
    CHECK(program["backends"][0]["ratio_to_flat"]["median"] == 2.0);
    CHECK(program["backends"][2]["wrong"].get<std::string>().starts_with("operation 3"));
}

TEST_CASE("Markdown is a table with as many cells in every row") {
    const std::string text = bench_markdown(injected_report());
    CHECK(text.starts_with(
        "| program | backend | ns/op | spread | bytes/s | time / flat (quartiles) |\n"
        "| --- | --- | --: | --: | --: | --: |\n"
        "| sparse/64K | evmmem | 2.00 | 1% | 16.0 GB/s | 2.00 (1.90-2.10) |\n"));
}

TEST_CASE("the picture has a bar for each ratio and no foreign markup") {
    const std::string svg = bench_svg(injected_report());
    CHECK(svg.starts_with("<svg xmlns="));
    CHECK(svg.ends_with("</svg>\n"));
    CHECK(svg.contains(">2.00</text>"));
    CHECK(svg.contains("a &lt;fast&gt; one"));
    CHECK_FALSE(svg.contains("<fast>"));
}

TEST_CASE("bars begin at the baseline, so that near ratios differ in length") {
    BenchReport report = injected_report();
    auto& rows = report.subjects.front().rows;
    rows.clear();
    for (const double ratio : {1.15, 1.46, 0.80, 6.5})
        rows.push_back({fmt::format("{}", ratio), "", {1}, Spread{ratio, ratio, ratio}});
    const std::string svg = bench_svg(report);
    struct Bar {
        double begin, size;
    };
    std::vector<Bar> bars;
    for (std::size_t at = svg.find("<rect x="); at != std::string::npos;
         at = svg.find("<rect x=", at + 1)) {
        Bar bar{};
        double y = 0;
        if (std::sscanf(svg.c_str() + at, "<rect x=\"%lf\" y=\"%lf\" width=\"%lf\"", &bar.begin, &y,
                        &bar.size) == 3 &&
            y > 50)  // below the legend
            bars.push_back(bar);
    }
    REQUIRE(bars.size() == 4);
    CHECK(bars[1].size > 2.5 * bars[0].size);
    CHECK(bars[0].begin == bars[1].begin);
    // What is faster than the baseline ends where all others begin.
    CHECK(bars[2].begin + bars[2].size == doctest::Approx(bars[0].begin).epsilon(0.001));
    CHECK(bars[3].size > 4 * bars[1].size);
    CHECK(svg.contains(">5</text>"));
}

TEST_CASE("a target is met below its bound of time and above its bound of rate") {
    // 1000 expansions of two operations each: 99 us are 99 ns an expansion, and the target is 100.
    CHECK(judged("expansion/small", 99e-6).is_met());
    CHECK(judged("expansion/small", 99e-6).figure.median == doctest::Approx(99));
    CHECK_FALSE(judged("expansion/small", 101e-6).is_met());
    CHECK(judged("expansion/medium", 999e-6).is_met());
    CHECK_FALSE(judged("expansion/medium", 1001e-6).is_met());
    // 8 sweeps of 64 KiB.
    CHECK(judged("words/store", 8 * 65536 / 1.01e9).is_met());
    CHECK_FALSE(judged("words/store", 8 * 65536 / 0.99e9).is_met());
    // 16 copies of 2 MiB.
    CHECK(judged("copy/2M", 16 * 2097152 / 5.01e9).is_met());
    CHECK_FALSE(judged("copy/2M", 16 * 2097152 / 4.99e9).is_met());
    CHECK(judged("memcpy/copy/2M", 1, 1.19).is_met());
    CHECK_FALSE(judged("memcpy/copy/2M", 1, 1.21).is_met());
}

// The test of the schemas does not run the preset, which takes minutes where nothing is optimised.
TEST_CASE("the preset's JSON has the keys of its schema") {
    using nlohmann::json;
    std::ifstream file{EVMMEM_SCHEMA_DIRECTORY "/bench_preset.json"};
    const json schema = json::parse(file);
    const auto keys = [](const json& object) {
        std::set<std::string> names;
        for (const auto& [key, value] : object.items())
            names.insert(key);
        return names;
    };
    TargetResult wrong = judged("words/store", 1e-6);
    wrong.wrong = "operation 1 is";
    const TargetResult results[] = {judged("words/store", 1e-6), wrong};
    const json document =
        json::parse(preset_json(results, evmmem::test::some_environment("a machine")));
    CHECK(keys(document) == keys(schema["properties"]));
    const json& row = schema["properties"]["targets"]["items"];
    json all = document["targets"][0];
    all.update(document["targets"][1]);
    CHECK(keys(all) == keys(row["properties"]));
    CHECK(keys(all["figure"]) == keys(row["properties"]["figure"]["properties"]));
    const json& units = row["properties"]["unit"]["enum"];
    for (const Target& target : spec_targets()) {
        const TargetResult result{.target = &target, .figure = {}, .wrong = {}};
        const json each =
            json::parse(preset_json({&result, 1}, evmmem::test::some_environment("a machine")));
        CHECK(std::ranges::find(units, each["targets"][0]["unit"]) != units.end());
    }
}

TEST_CASE("a preset fails when one target is missed or its result is wrong") {
    std::vector<TargetResult> results = {judged("expansion/small", 50e-6),
                                         judged("words/load", 1e-6)};
    CHECK(judge_preset(results) == ExitCode::agrees);
    results.push_back(judged("expansion/medium", 1));
    CHECK(judge_preset(results) == ExitCode::findings);
    results.pop_back();
    results.push_back(
        judge_target(target_named("words/load"), {}, {"evmmem", "it is wrong", {}, {}}));
    CHECK_FALSE(results.back().is_met());
    CHECK(judge_preset(results) == ExitCode::findings);
}

TEST_CASE("the specification's programs are legal") {
    for (const Target& target : spec_targets()) {
        CAPTURE(target.name);
        const auto program = target.program();
        CHECK(program.refused() == 0);
        CHECK_FALSE(program.is_full());
        CHECK(program.ops().size() > 0);
    }
}
