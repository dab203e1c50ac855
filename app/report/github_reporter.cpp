// SPDX-License-Identifier: MIT
// Workflow commands of GitHub Actions: findings are annotations at their lines of the trace. GitHub
// shows ten of each level and drops the rest without a word, so the worst ten are chosen here, each
// kind before its repetitions, and the rest is counted.
// Source: https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "app/text/escape.hpp"
#include "app/text/quantity.hpp"
#include "finding_text.hpp"
#include "reporter.hpp"
#include "run_summary.hpp"

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

constexpr std::size_t annotations_max = 10;  ///< of a level

/// The annotations of one level. The worst come first: by rank, and in a rank those that are the
/// first of their kind, then the second.
class Level {
public:
    /// `kind` is what repetitions share. The command is made only where it may be printed.
    template <typename MakeCommand>
    void add(int rank, const std::string& kind, MakeCommand make_command) {
        ++count_;
        constexpr std::size_t kinds_max = 1024;
        const bool is_known = repetitions_.size() < kinds_max || repetitions_.contains(kind);
        const std::uint64_t repetition = is_known ? repetitions_[kind]++ : 0;
        Annotation annotation{rank, repetition, count_, {}};
        const auto place = std::ranges::upper_bound(worst_, annotation, is_worse);
        if (place == worst_.end() && worst_.size() == annotations_max) return;
        annotation.command = make_command();
        worst_.insert(place, std::move(annotation));
        if (worst_.size() > annotations_max) worst_.pop_back();
    }

    /// So many more are known of only by their number.
    void count_more(std::uint64_t count) { count_ += count; }

    void print(Output& output) const {
        for (const Annotation& annotation : worst_)
            output.write(annotation.command);
    }
    std::uint64_t not_shown() const { return count_ - worst_.size(); }

private:
    struct Annotation {
        int rank;
        std::uint64_t repetition;  ///< 0: the first of its kind
        std::uint64_t number;      ///< in the order in which they came
        std::string command;
    };
    static bool is_worse(const Annotation& a, const Annotation& b) {
        return std::tuple{a.rank, a.repetition, a.number} <
               std::tuple{b.rank, b.repetition, b.number};
    }

    std::vector<Annotation> worst_;
    std::map<std::string, std::uint64_t> repetitions_;
    std::uint64_t count_ = 0;
};

class GithubReporter final : public Reporter {
public:
    GithubReporter(Output& output, const ReporterOptions& options)
        : output_{output}, options_{options} {}

    void report(const ReplayReport& report) override {
        summary_.add(report);
        for (const auto& finding : report.findings)
            annotate(errors_, "error", report, finding);
        for (const auto& finding : report.warnings)
            annotate(warnings_, "warning", report, finding);
        errors_.count_more(report.summary.findings - report.findings.size() + report.error_count -
                           report.errors.size());
        warnings_.count_more(report.summary.warnings - report.warnings.size());
        for (const auto& error : report.errors)
            errors_.add(unread, error.message, [&] {
                return command("error", report.file, error.line, "unreadable",
                               escaped(error.message));
            });
        for (const auto& gap : report.gaps)
            errors_.add(incomplete, "", [&] {
                return command("error", report.file, 0, "incomplete", escaped(gap));
            });
        if (!options_.is_brief)
            output_.write(fmt::format("{}  {}\n", name(report.verdict), escaped(report.file)));
    }

    void lacks(const std::string& sentence) override {
        errors_.add(incomplete, "", [&] {
            return fmt::format("::error title=incomplete::{}\n", message(escaped(sentence)));
        });
    }

    void finish(double) override {
        errors_.print(output_);
        warnings_.print(output_);
        if (options_.is_brief) print_failing();
        if (summary_.files() > 1) output_.write(summary_.files_text() + "\n");
        if (const std::string skipped = summary_.skipped_text(); !skipped.empty())
            output_.write(skipped + "\n");
        const auto say = [&](std::string_view level, std::uint64_t count) {
            if (count > 0)
                output_.write(fmt::format("{} not shown: GitHub shows ten of a level\n",
                                          counted(count, level)));
        };
        say("more error", errors_.not_shown());
        say("more warning", warnings_.not_shown());
    }

private:
    void print_failing() {
        const auto failing = summary_.failing();
        for (const RunSummary::Failing& file : failing)
            output_.write(fmt::format("{}  {}\n", name(file.verdict), escaped(file.file)));
        if (const std::string more = summary_.more_failing_text(); !more.empty())
            output_.write(more + "\n");
    }

    enum Rank { wrong, unread, incomplete };

    void annotate(Level& level, std::string_view kind, const ReplayReport& report,
                  const traces::Finding& finding) {
        const std::string_view check = info(finding.check).name;
        level.add(wrong, fmt::format("{} {} {}", check, finding.op_name, report.dialect->name),
                  [&] {
                      return command(kind, report.file, finding.line, check,
                                     finding_text(report.file, finding, Palette{false},
                                                  unlimited_columns, options_.show_options));
                  });
    }

    static std::string command(std::string_view kind, const std::string& file, std::uint64_t line,
                               std::string_view title, const std::string& text) {
        const std::string place = line > 0 ? fmt::format(",line={}", line) : std::string{};
        return fmt::format("::{} file={}{},title={}::{}\n", kind, property(escaped(file)), place,
                           property(title), message(text));
    }

    Output& output_;
    ReporterOptions options_;
    RunSummary summary_;
    Level errors_;
    Level warnings_;
};

}  // namespace

std::unique_ptr<Reporter> make_github_reporter(Output& output, const ReporterOptions& options) {
    return std::make_unique<GithubReporter>(output, options);
}

}  // namespace evmmem::app
