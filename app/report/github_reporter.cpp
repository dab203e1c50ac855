// SPDX-License-Identifier: MIT
// Workflow commands of GitHub Actions: each finding is an annotation at its line of the trace.
// Source: https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
#include <fmt/format.h>

#include "app/text/escape.hpp"
#include "finding_text.hpp"
#include "reporter.hpp"

namespace evmmem::app {
namespace {

// What would end a message or one of its properties is written as its percent code.
std::string percent(std::string_view text, std::string_view reserved) {
    std::string result;
    for (const char c : text) {
        if (c == '%' || reserved.find(c) != std::string_view::npos)
            result += fmt::format("%{:02X}", static_cast<unsigned>(c));
        else
            result += c;
    }
    return result;
}
std::string property(std::string_view text) {
    return percent(text, "\r\n:,");
}
std::string message(std::string_view text) {
    return percent(text, "\r\n");
}

class GithubReporter final : public Reporter {
public:
    explicit GithubReporter(Output& output) : output_{output} {}

    void report(const ReplayReport& report) override {
        for (const auto& finding : report.findings)
            annotate("error", report, finding);
        for (const auto& finding : report.warnings)
            annotate("warning", report, finding);
        for (const auto& error : report.errors)
            command("error", report.file, error.line, "unreadable", escaped(error.message));
        for (const auto& gap : report.gaps)
            command("error", report.file, 0, "incomplete", escaped(gap));
        output_.write(fmt::format("{}  {}\n", name(report.verdict), escaped(report.file)));
    }

private:
    void annotate(std::string_view kind, const ReplayReport& report,
                  const traces::Finding& finding) {
        command(kind, report.file, finding.line, info(finding.check).name,
                finding_text(report.file, finding, Palette{false}));
    }

    void command(std::string_view kind, const std::string& file, std::uint64_t line,
                 std::string_view title, const std::string& text) {
        const std::string place = line > 0 ? fmt::format(",line={}", line) : std::string{};
        output_.write(fmt::format("::{} file={}{},title={}::{}\n", kind, property(escaped(file)),
                                  place, property(title), message(text)));
    }

    Output& output_;
};

}  // namespace

std::unique_ptr<Reporter> make_github_reporter(Output& output, const Palette&, std::size_t) {
    return std::make_unique<GithubReporter>(output);
}

}  // namespace evmmem::app
