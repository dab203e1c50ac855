// SPDX-License-Identifier: MIT
// A page of Markdown for people who open a run of CI: GITHUB_STEP_SUMMARY takes a mebibyte of it, so
// it is a summary however many files there are.
#include <fmt/format.h>

#include "app/text/escape.hpp"
#include "app/text/quantity.hpp"
#include "app/text/xml_text.hpp"
#include "finding_text.hpp"
#include "reporter.hpp"
#include "run_summary.hpp"

namespace evmmem::app {
namespace {

constexpr std::size_t examples_max = 10;

// Foreign text in a table's cell, as code: nothing in it means anything.
std::string code(std::string_view text) {
    std::string plain;
    for (const char c : escaped(text)) {
        if (c == '|')
            plain += "\\|";
        else
            plain += c == '`' ? '\'' : c;
    }
    return "`" + plain + "`";
}

// Foreign text beside others: what Markdown or HTML would take for its own is escaped.
std::string words(std::string_view text) {
    std::string plain;
    for (const char c : escaped(text)) {
        if (c == '<')
            plain += "&lt;";
        else if (c == '&')
            plain += "&amp;";
        else {
            if (std::string_view{"\\`*_{}[]()#+!|~>"}.find(c) != std::string_view::npos)
                plain += '\\';
            plain += c;
        }
    }
    return plain;
}

class MarkdownReporter final : public Reporter {
public:
    MarkdownReporter(Output& output, const ReporterOptions& options)
        : output_{output}, options_{options} {}

    void report(const ReplayReport& report) override {
        summary_.add(report);
        if (examples_.size() == examples_max || !is_worth_printing_(report)) return;
        if (!report.findings.empty())
            examples_.push_back(finding_text(report.file, report.findings.front(), Palette{false},
                                             unlimited_columns, options_.show_options));
    }
    void not_replayed(const std::string&) override { summary_.add_not_replayed(); }
    void lacks(const std::string& sentence) override { lacks_.push_back(sentence); }

    void finish(double seconds) override {
        output_.write(fmt::format("## evmmem replay\n\n{}\n", summary_.files_text()));
        for (const std::string& sentence : lacks_)
            output_.write(fmt::format("\n**{}**\n", words(sentence)));
        output_.write(fmt::format("\n{} in {}{}\n", counted(summary_.steps(), "step"),
                                  counted(summary_.transactions(), "transaction"),
                                  options_.with_time ? ", " + duration(seconds) : ""));
        write_kinds();
        write_failing();
        for (const std::string& example : examples_)
            write_example(example);
    }

private:
    void write_kinds() {
        const auto shown = summary_.shown_kinds();
        if (shown.kinds.empty()) return;
        output_.write(
            "\n| check | instruction | dialect | findings | files | first |\n"
            "| --- | --- | --- | --: | --: | --- |\n");
        for (const RunSummary::Kind* kind : shown.kinds)
            output_.write(fmt::format("| {} | {} | {} | {} | {} | {} |\n", kind->check_text(),
                                      code(kind->op_name), kind->dialect, grouped(kind->findings),
                                      grouped(kind->files), code(kind->first_place())));
        if (const std::string hidden = shown.hidden_text(); !hidden.empty())
            output_.write(fmt::format("\n{}\n", hidden));
    }

    void write_failing() {
        const auto failing = summary_.failing();
        if (failing.empty()) return;
        output_.write("\n| verdict | file | |\n| --- | --- | --- |\n");
        for (const RunSummary::Failing& file : failing)
            output_.write(fmt::format("| {} | {} | {} |\n", name(file.verdict), code(file.file),
                                      words(file.why)));
        if (const std::string more = summary_.more_failing_text(); !more.empty())
            output_.write(fmt::format("\n{}\n", more));
    }

    // A fence longer than any run of backticks in it.
    void write_example(const std::string& example) {
        std::string fence = "```";
        while (example.find(fence) != std::string::npos)
            fence += '`';
        const std::string first = example.substr(0, example.find('\n'));
        // Within an HTML block Markdown's own escapes would be seen.
        output_.write(
            fmt::format("\n<details><summary>{}</summary>\n\n{}text\n{}\n{}\n\n</details>\n",
                        xml_text(first), fence, example, fence));
    }

    Output& output_;
    ReporterOptions options_;
    RunSummary summary_;
    WorthPrinting is_worth_printing_;
    std::vector<std::string> examples_;
    std::vector<std::string> lacks_;
};

}  // namespace

std::unique_ptr<Reporter> make_markdown_reporter(Output& output, const ReporterOptions& options) {
    return std::make_unique<MarkdownReporter>(output, options);
}

}  // namespace evmmem::app
