// SPDX-License-Identifier: MIT
#include "app/report/report_json.hpp"

#include <doctest/doctest.h>

#include "app/report/finding_text.hpp"

using namespace evmmem;
using namespace evmmem::app;

namespace {

/// With something in every field that JSON has.
ReplayReport full_report() {
    const traces::StepReference step{
        .line = 3, .step = 2, .pc = 4, .frame = 1, .op = Opcode::MSTORE, .depth = 2};
    ReplayReport report;
    report.file = "dir/a.jsonl";
    report.verdict = Verdict::findings;
    report.code = ExitCode::findings;
    report.dialect = traces::find_dialect("besu");
    report.summary.steps = 100;
    report.summary.frames = 7;
    report.summary.transactions = 2;
    report.summary.gaps = 1;
    report.summary.findings = 12;
    report.summary.warnings = 1;
    report.summary.forks = ForkSet{Fork::tangerine_whistle} | Fork::cancun;
    report.summary.fork_runs = {{.first = 0,
                                 .count = 2,
                                 .forks = Fork::cancun,
                                 .strikes = {{ForkSet{Fork::london} | Fork::paris, step}}}};
    report.summary.chosen = traces::CheckSet::all().without(traces::Check::gas_cost);
    report.summary.checks[static_cast<std::size_t>(traces::Check::memory_load)] = {5, 2, 1};
    report.summary.peak_bytes = 64;
    report.summary.expansions = 3;
    report.summary.memory_gas = 9;
    report.summary.known_bytes = 10;
    report.summary.unknown_bytes = 11;
    report.bytes_read = 1234;
    report.lines_skipped = 5;

    traces::Finding finding;
    finding.check = traces::Check::memory_load;
    finding.line = 20;
    finding.step = 19;
    finding.pc = 42;
    finding.op = Opcode::MLOAD;
    finding.op_name = "MLOAD";
    finding.depth = 2;
    finding.frame = 1;
    finding.transaction = 1;
    finding.operands = {Word{0x40}, Word{~std::uint64_t{0}}};
    finding.pushed_by = {step, std::nullopt};
    finding.claimed = "0x2b";
    finding.computed = "0x2a";
    finding.detail = "a sentence";
    finding.bytes = {
        .offset = 0x5f, .size = 1, .buffer = traces::Finding::Buffer::return_data, .frame = 3};
    finding.blame = {{.offset = 0x5f,
                      .size = 1,
                      .writer = step,
                      .grown_by = std::nullopt,
                      .origin = traces::Blame::Origin{step, 7},
                      .is_origin_lost = false},
                     {.offset = 0x60,
                      .size = 2,
                      .writer = std::nullopt,
                      .grown_by = step,
                      .origin = std::nullopt,
                      .is_origin_lost = true}};
    finding.blame_rest = {2, 30};
    report.findings = {finding};
    traces::Finding warning;
    warning.check = traces::Check::op_name;
    warning.severity = traces::Severity::warning;
    warning.op = static_cast<Opcode>(0x0c);  // no instruction
    warning.op_name = "0x0c";
    warning.detail = "\u00fcber";
    report.warnings = {warning};
    report.kinds = {{.check = traces::Check::memory_load,
                     .severity = traces::Severity::finding,
                     .op_name = "MLOAD",
                     .count = 12},
                    {.check = traces::Check::op_name,
                     .severity = traces::Severity::warning,
                     .op_name = "0x0c",
                     .count = 1}};
    report.transactions = {
        {{.number = 0,
          .name = {.test = "t", .fork = "London", .index = "d0 g0 v0", .hash = {}, .answer = {}},
          .first_step = 0,
          .steps = 3,
          .first_line = 1,
          .last_line = 4,
          .findings = 0,
          .warnings = 1,
          .is_whole = true},
         Verdict::agrees},
        {{.number = 1,
          .name = {.test = {}, .fork = {}, .index = {}, .hash = "0xaa", .answer = "7"},
          .first_step = 3,
          .steps = 97,
          .first_line = 5,
          .last_line = 99,
          .findings = 12,
          .warnings = 0,
          .is_whole = true},
         Verdict::findings}};
    report.unexplained = "interrupted";
    report.gaps = {"line 9: cut", "steps are missing"};
    traces::TraceError error;
    error.kind = traces::TraceError::Kind::truncated;
    error.message = "the last line is cut short";
    error.line = 99;
    error.column = 5;
    error.field = "gas";
    report.errors = {error};
    report.error_count = 4;
    return report;
}

}  // namespace

TEST_CASE("a report that is read from its JSON prints the same JSON, and the same text") {
    const ReplayReport report = full_report();
    const auto object = report_json(report);
    const auto again = report_from_json(nlohmann::ordered_json::parse(json_line(object)));
    CAPTURE(again ? "" : again.error());
    REQUIRE(again);
    CHECK(report_json(*again) == object);
    const Palette plain{false};
    CHECK(finding_text("a", again->findings.front(), plain) ==
          finding_text("a", report.findings.front(), plain));
    CHECK(finding_text("a", again->warnings.front(), plain) ==
          finding_text("a", report.warnings.front(), plain));
    CHECK(again->warnings.front().op == static_cast<Opcode>(0x0c));
    CHECK(again->transactions[1].result == report.transactions[1].result);
}

TEST_CASE("the report of a file that could not be read is read from its JSON, too") {
    ReplayReport report;
    report.file = "a";
    report.verdict = Verdict::unreadable;
    report.code = ExitCode::io;
    const auto again = report_from_json(report_json(report));
    REQUIRE(again);
    CHECK(report_json(*again) == report_json(report));
}

TEST_CASE("a JSON object that is no report is refused, whichever key is wrong") {
    const auto object = report_json(full_report());
    CHECK(!report_from_json({}));
    for (const auto& [key, value] : object.items()) {
        if (key == "unexplained_because" || key == "checks_left_out") continue;
        CAPTURE(key);
        auto without = object;
        without.erase(key);
        CHECK(!report_from_json(without));
        auto other = object;
        other[key] = key == "file" ? nlohmann::ordered_json(7) : nlohmann::ordered_json("what?");
        CHECK(!report_from_json(other));
    }
    auto other = object;
    other["findings"][0]["op"] = "NOPE";
    CHECK(report_from_json(other).error() == "there is no instruction 'NOPE'");
}
