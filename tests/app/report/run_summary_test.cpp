// SPDX-License-Identifier: MIT
#include "app/report/run_summary.hpp"

#include <doctest/doctest.h>

using namespace evmmem;
using namespace evmmem::app;

namespace {

ReplayReport report(const std::string& file, Verdict verdict, std::vector<FindingKind> kinds = {}) {
    ReplayReport report;
    report.file = file;
    report.verdict = verdict;
    report.code = verdict == Verdict::findings ? ExitCode::findings : ExitCode::agrees;
    if (verdict == Verdict::unreadable) report.code = ExitCode::not_a_trace;
    if (verdict != Verdict::unreadable) report.dialect = traces::find_dialect("geth");
    for (const FindingKind& kind : kinds) {
        report.summary.findings += kind.count;
        traces::Finding finding;
        finding.check = kind.check;
        finding.op_name = kind.op_name;
        finding.line = 7;
        report.findings.push_back(finding);
    }
    report.kinds = std::move(kinds);
    report.summary.steps = 10;
    report.summary.transactions = 1;
    return report;
}

FindingKind kind(traces::Check check, const std::string& op, std::uint64_t count) {
    return {.check = check, .severity = traces::Severity::finding, .op_name = op, .count = count};
}

}  // namespace

TEST_CASE("findings of a kind are counted together, over all files") {
    RunSummary summary;
    summary.add(report("a", Verdict::findings, {kind(traces::Check::gas_cost, "SSTORE", 5)}));
    summary.add(report(
        "b", Verdict::findings,
        {kind(traces::Check::memory_load, "MLOAD", 1), kind(traces::Check::gas_cost, "SLOAD", 9)}));
    summary.add(report("c", Verdict::findings, {kind(traces::Check::memory_load, "MLOAD", 2)}));
    summary.add(report("d", Verdict::agrees));
    const auto kinds = summary.kinds();
    REQUIRE(kinds.size() == 3);  // those in most files first, then those with most findings
    CHECK(kinds[0]->op_name == "MLOAD");
    CHECK(kinds[0]->findings == 3);
    CHECK(kinds[0]->files == 2);
    CHECK(kinds[0]->first_file == "b");
    CHECK(kinds[0]->first_line == 7);
    CHECK(kinds[1]->op_name == "SLOAD");
    CHECK(kinds[2]->op_name == "SSTORE");
    CHECK(summary.findings() == 17);
    CHECK(summary.steps() == 40);
    CHECK(summary.files_text() == "4 files: 1 agrees, 3 findings");
}

TEST_CASE("files that do not agree are named, the worst first, and no more than a screen of them") {
    RunSummary summary;
    summary.add(report("i", Verdict::incomplete));
    for (int i = 0; i < 100; ++i)
        summary.add(report("u" + std::to_string(i), Verdict::unreadable));
    summary.add(report("f", Verdict::findings));
    const auto failing = summary.failing();
    REQUIRE(failing.size() == RunSummary::failing_max);
    CHECK(failing[0].file == "f");
    CHECK(failing[1].file == "u0");
    CHECK(summary.files(Verdict::unreadable) == 100);
}

TEST_CASE("a kind is worth printing once, in each dialect and on each instruction") {
    WorthPrinting is_worth_printing;
    const auto load = [](const std::string& file) {
        return report(file, Verdict::findings, {kind(traces::Check::memory_load, "MLOAD", 1)});
    };
    CHECK(is_worth_printing(load("a")));
    CHECK(!is_worth_printing(load("b")));
    auto other_dialect = load("c");
    other_dialect.dialect = traces::find_dialect("besu");
    CHECK(is_worth_printing(other_dialect));
    CHECK(!is_worth_printing(load("d")));
    CHECK(is_worth_printing(report(
        "e", Verdict::findings,
        {kind(traces::Check::memory_load, "MLOAD", 1), kind(traces::Check::gas_cost, "ADD", 1)})));
    CHECK(!is_worth_printing(report("f", Verdict::agrees)));
    for (const Verdict verdict : {Verdict::incomplete, Verdict::unreadable}) {
        for (int i = 0; i < 3; ++i)
            CHECK(is_worth_printing(report("g", verdict)));
        CHECK(!is_worth_printing(report("h", verdict)));
    }
}

TEST_CASE("of no file, as a shard may have none, no verdict is counted") {
    CHECK(RunSummary{}.files_text() == "0 files");
}

TEST_CASE("a summary does not grow with the files, whatever they are called") {
    RunSummary summary;
    WorthPrinting is_worth_printing;
    for (int i = 0; i < 5000; ++i) {
        const auto each = report("x" + std::to_string(i), Verdict::findings,
                                 {kind(traces::Check::op_name, "op" + std::to_string(i), 1)});
        summary.add(each);
        static_cast<void>(is_worth_printing(each));
    }
    CHECK(summary.kinds().size() == 1024);
    CHECK(summary.findings_of_more_kinds() == 5000 - 1024);
}
