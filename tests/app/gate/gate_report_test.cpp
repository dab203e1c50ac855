// SPDX-License-Identifier: MIT
// What gate prints for people and for CI, and its exit codes, on a report that is given.
#include "app/gate/gate_report.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace evmmem::app;

namespace {

GateComparison comparison(const std::string& name, GateVerdict verdict, const std::string& reason) {
    GateComparison made;
    made.name = name;
    made.verdict = verdict;
    made.reason = reason;
    return made;
}

GateReport injected_gate() {
    GateReport report;
    report.environment.program = "evmmem 1";
    report.environment.compiler = "cc 1";
    report.environment.cpu = "a cpu";
    report.base = "/base/evmmem";
    report.head = "/head/evmmem";
    GateComparison slower = comparison("sparse/64K", GateVerdict::fail, "");
    slower.ratio = {1.10, 1.08, 1.12};
    slower.pairs = 48;
    slower.fresh_pairs = 16;
    slower.control = {1.001, 0.99, 1.01};
    slower.base_seconds = {1e-6, 1e-6};
    slower.head_seconds = {1.1e-6, 1.1e-6};
    GateComparison same = comparison("copy/64K", GateVerdict::pass, "");
    same.ratio = {0.995, 0.98, 1.01};
    same.pairs = 16;
    const GateComparison wrong = comparison("a<b>.jsonl", GateVerdict::fail,
                                            "different results: base 00, head 100%\n::stop");
    GateComparison noisy = comparison("calls/64K", GateVerdict::inconclusive, "too noisy to tell");
    noisy.ratio = {1.02, 0.8, 1.3};
    noisy.pairs = 128;
    report.comparisons = {slower, same, wrong, noisy};
    return report;
}

}  // namespace

TEST_CASE("one failure fails the whole, one doubt leaves it open, nothing compared shows nothing") {
    GateReport report = injected_gate();
    CHECK(report.verdict() == GateVerdict::fail);
    std::erase_if(report.comparisons,
                  [](const auto& each) { return each.verdict == GateVerdict::fail; });
    CHECK(report.verdict() == GateVerdict::inconclusive);
    report.comparisons.pop_back();
    CHECK(report.verdict() == GateVerdict::pass);
    report.comparisons.clear();
    CHECK(report.verdict() == GateVerdict::inconclusive);
}

TEST_CASE("the exit code is 0, 1 or 3, and INCONCLUSIVE counts as the user says") {
    CHECK(to_int(exit_code(GateVerdict::pass, InconclusiveIs::fail)) == 0);
    CHECK(to_int(exit_code(GateVerdict::fail, InconclusiveIs::pass)) == 1);
    CHECK(to_int(exit_code(GateVerdict::inconclusive, InconclusiveIs::itself)) == 3);
    CHECK(to_int(exit_code(GateVerdict::inconclusive, InconclusiveIs::pass)) == 0);
    CHECK(to_int(exit_code(GateVerdict::inconclusive, InconclusiveIs::fail)) == 1);
}

TEST_CASE("the text is a table, notes, and one sentence for the whole") {
    CHECK(gate_text(injected_gate(), Palette{false}) ==
          "comparison  verdict       head/base          interval  pairs  memcpy\n"
          "sparse/64K  FAIL             +10.0%   +8.0% .. +12.0%     48   +0.1%\n"
          "copy/64K    PASS              -0.5%    -2.0% .. +1.0%     16   +0.0%\n"
          "a<b>.jsonl  FAIL\n"
          "calls/64K   INCONCLUSIVE      +2.0%  -20.0% .. +30.0%    128   +0.0%\n"
          "\n"
          "note: a<b>.jsonl: different results: base 00, head 100%\\n::stop\n"
          "note: calls/64K: too noisy to tell\n"
          "FAIL: 1 passed, 2 failed, 1 inconclusive; tolerance 3%, false alarms at most 1%\n");
}

TEST_CASE("JSON has every raw sample and the environment") {
    const auto json = nlohmann::json::parse(gate_json(injected_gate()));
    CHECK(json["verdict"] == "FAIL");
    CHECK(json["environment"]["cpu"] == "a cpu");
    CHECK(json["comparisons"][0]["head"].size() == 2);
    CHECK(json["comparisons"][0]["ratio"]["median"] == 1.10);
    CHECK(json["comparisons"][3]["verdict"] == "INCONCLUSIVE");
}

TEST_CASE("Google Benchmark's tools find both sides as benchmarks") {
    const auto json = nlohmann::json::parse(gate_gbench(injected_gate()));
    CHECK(json["benchmarks"].size() == 4);
    CHECK(json["benchmarks"][0]["name"] == "sparse/64K/base");
    CHECK(json["benchmarks"][2]["name"] == "sparse/64K/head");
    CHECK(json["benchmarks"][2]["real_time"].get<double>() == doctest::Approx(1100));
    CHECK(json["benchmarks"][2]["time_unit"] == "ns");
}

TEST_CASE("JUnit counts failures and doubts, and holds no foreign markup") {
    const std::string xml = gate_junit(injected_gate());
    CHECK(xml.contains("tests=\"4\" failures=\"2\" errors=\"0\" skipped=\"1\""));
    CHECK(xml.contains("name=\"a&lt;b&gt;.jsonl\"><failure message=\""));
    CHECK(xml.contains("name=\"copy/64K\"><system-out>"));
    CHECK(xml.contains("<skipped message=\"inconclusive: "));
    CHECK_FALSE(xml.contains("<b>"));
    CHECK(xml.ends_with("</testsuite>\n"));
}

TEST_CASE("annotations are one line each, whatever is in them") {
    CHECK(gate_annotations(injected_gate()) ==
          "::error title=evmmem gate::sparse/64K FAIL: head takes +10.0%25 of base's time "
          "(+8.0%25 .. +12.0%25, 48 pairs)\n"
          "::error title=evmmem gate::a<b>.jsonl FAIL; different results: base 00, head "
          "100%25%0A::stop\n"
          "::warning title=evmmem gate::calls/64K INCONCLUSIVE: head takes +2.0%25 of base's time "
          "(-20.0%25 .. +30.0%25, 128 pairs); too noisy to tell\n");
}

TEST_CASE("a gate that passed annotates that it did") {
    GateReport report = injected_gate();
    report.comparisons = {report.comparisons[1]};
    CHECK(gate_annotations(report).starts_with("::notice title=evmmem gate::PASS: 1 passed"));
}

TEST_CASE("Markdown is a table for a step summary") {
    CHECK(gate_markdown(injected_gate())
              .starts_with("### evmmem gate: FAIL\n\n"
                           "| comparison | verdict | head/base | interval | pairs | memcpy |\n"
                           "| --- | --- | --: | --: | --: | --: |\n"
                           "| sparse/64K | FAIL | +10.0% | +8.0% .. +12.0% | 48 | +0.1% |\n"));
}
