// SPDX-License-Identifier: MIT
#include "reporter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include "app/text/quantity.hpp"

namespace evmmem::app {

std::unique_ptr<Reporter> make_text_reporter(Output& output, const ReporterOptions& options);
std::unique_ptr<Reporter> make_json_reporter(Output& output, const ReporterOptions& options);
std::unique_ptr<Reporter> make_jsonl_reporter(Output& output, const ReporterOptions& options);
std::unique_ptr<Reporter> make_junit_reporter(Output& output, const ReporterOptions& options);
std::unique_ptr<Reporter> make_github_reporter(Output& output, const ReporterOptions& options);
std::unique_ptr<Reporter> make_markdown_reporter(Output& output, const ReporterOptions& options);

namespace {

constexpr ReporterFormat formats[] = {
    {"text", "for people", make_text_reporter},
    {"json", "one JSON object for each file, on a line of its own", make_json_reporter},
    {"jsonl", "the same as soon as a file is done, and objects of other kinds",
     make_jsonl_reporter},
    {"junit", "JUnit XML, as CI servers read it", make_junit_reporter},
    {"github", "annotations of GitHub Actions", make_github_reporter},
    {"markdown", "a summary, as GitHub Actions show it of a step", make_markdown_reporter},
};

}  // namespace

std::string_view name(Verdict verdict) {
    switch (verdict) {
        case Verdict::agrees: return "agrees";
        case Verdict::findings: return "findings";
        case Verdict::incomplete: return "incomplete";
        case Verdict::unreadable: return "unreadable";
        case Verdict::skipped: return "skipped";
    }
    std::unreachable();
}

Verdict verdict_of(const traces::TransactionResult& result, bool strict) {
    if (result.findings > 0 || (strict && result.warnings > 0)) return Verdict::findings;
    return result.is_whole ? Verdict::agrees : Verdict::incomplete;
}

ReplayReport report_without_trace(std::string name, std::uint64_t skipped) {
    ReplayReport report;
    report.file = std::move(name);
    report.code = ExitCode::not_a_trace;
    report.errors.push_back(traces::TraceError::of(
        traces::TraceError::Kind::not_a_trace,
        skipped == 0
            ? "there is no file in it"
            : fmt::format("there is no trace in it: {} skipped", counted(skipped, "file"))));
    report.error_count = 1;
    return report;
}

std::span<const ReporterFormat> reporter_formats() {
    return formats;
}

std::unique_ptr<Reporter> make_reporter(std::string_view format, Output& output,
                                        const ReporterOptions& options) {
    const auto* row = std::ranges::find(formats, format, &ReporterFormat::name);
    assert(row != std::end(formats));
    return row->make(output, options);
}

void Reporter::not_replayed(const std::string& file) {
    ReplayReport none;
    none.file = file;
    none.code = ExitCode::interrupted;
    none.gaps.emplace_back("interrupted before anything was replayed");
    report(none);
}

}  // namespace evmmem::app
