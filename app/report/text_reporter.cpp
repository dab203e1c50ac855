// SPDX-License-Identifier: MIT
// For people: the verdict, the findings in full, then the totals, and last what differs from run to
// run.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "app/text/escape.hpp"
#include "app/text/quantity.hpp"
#include "app/text/text_table.hpp"
#include "app/text/wrapped_text.hpp"
#include "core/opcode_table.hpp"
#include "finding_text.hpp"
#include "reporter.hpp"

namespace evmmem::app {
namespace {

// "berlin to prague, amsterdam": neighbours are drawn together.
std::string forks_text(ForkSet forks) {
    std::vector<std::string> parts;
    int first = -1;
    for (int i = 0; i <= fork_count; ++i) {
        const bool is_in = i < fork_count && forks.contains(static_cast<Fork>(i));
        if (is_in && first < 0) first = i;
        if (is_in || first < 0) continue;
        const auto from = name(static_cast<Fork>(first));
        const auto to = name(static_cast<Fork>(i - 1));
        parts.push_back(from == to ? std::string{from} : fmt::format("{} to {}", from, to));
        first = -1;
    }
    return parts.empty() ? "none" : fmt::format("{}", fmt::join(parts, ", "));
}

std::string vouched_text(const traces::ReplaySummary& summary) {
    const std::uint64_t read = summary.known_bytes + summary.unknown_bytes;
    if (read == 0) return "none";
    if (summary.unknown_bytes == 0) return grouped(read) + ", all vouched for";
    return fmt::format("{}, {} of them vouched for", grouped(read), grouped(summary.known_bytes));
}

class TextReporter final : public Reporter {
public:
    TextReporter(Output& output, const Palette& palette, std::size_t columns)
        : output_{output}, palette_{palette}, columns_{columns} {}

    void report(const ReplayReport& report) override {
        if (!is_first_) output_.write("\n");
        is_first_ = false;
        ++counts_[static_cast<std::size_t>(report.verdict)];
        write_verdict(report);
        if (report.verdict == Verdict::unreadable) return;
        write_findings(report.file, report.findings, report.summary.findings, "finding");
        write_findings(report.file, report.warnings, report.summary.warnings, "warning");
        if (!report.unexplained.empty())
            line("\n" +
                 palette_.dim(wrapped("what led to it is not known: " + report.unexplained, 0)));
        write_totals(report);
        write_checks(report.summary);
        if (report.speed) write_speed(report);
    }

    // Named below the others, not one by one: there may be many.
    void not_replayed(const std::string& file) override { not_replayed_.push_back(file); }

    void finish() override {
        std::uint64_t files = not_replayed_.size();
        std::vector<std::string> parts;
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            files += counts_[i];
            if (counts_[i] > 0)
                parts.push_back(
                    fmt::format("{} {}", grouped(counts_[i]), name(static_cast<Verdict>(i))));
        }
        if (!not_replayed_.empty())
            parts.push_back(grouped(not_replayed_.size()) + " not replayed");
        if (files > 1) line(fmt::format("\n{} files: {}", grouped(files), fmt::join(parts, ", ")));
        if (!not_replayed_.empty()) line("interrupted: these were not replayed to their end");
        for (const std::string& file : not_replayed_)
            line("  " + escaped(file));
    }

private:
    void line(const std::string& text) { output_.write(text + "\n"); }

    std::string wrapped(const std::string& text, std::size_t column) const {
        return wrapped_text(text, columns_ - column, column);
    }

    void write_verdict(const ReplayReport& report) {
        const auto word = name(report.verdict);
        const std::string file = escaped(report.file);
        switch (report.verdict) {
            case Verdict::agrees: line(palette_.good(word) + "  " + file); break;
            case Verdict::findings:
                line(fmt::format("{}  {}: {}", palette_.bad(word), file,
                                 counted(report.summary.findings, "finding")));
                break;
            case Verdict::incomplete: line(palette_.doubtful(word) + "  " + file); break;
            case Verdict::unreadable: line(palette_.bad(word) + "  " + file); break;
        }
        for (const auto& gap : report.gaps)
            line("  " + palette_.doubtful(wrapped(escaped(gap), 2)));
    }

    void write_findings(const std::string& file, const std::vector<traces::Finding>& findings,
                        std::uint64_t count, std::string_view noun) {
        for (const auto& finding : findings)
            line("\n" + finding_text(file, finding, palette_, columns_));
        if (count > findings.size())
            line("\n" +
                 palette_.dim(wrapped(fmt::format("{} not shown; --max-findings {} shows all",
                                                  counted(count - findings.size(), noun), count),
                                      0)));
    }

    void write_totals(const ReplayReport& report) {
        const auto& summary = report.summary;
        TextTable table{{TextTable::Align::left, TextTable::Align::left}};
        table.add_row({"steps", fmt::format("{} in {}, {}", grouped(summary.steps),
                                            counted(summary.frames, "frame"),
                                            counted(summary.transactions, "transaction"))});
        table.add_row({"dialect", std::string{report.dialect->name}});
        add_forks(table, summary);
        table.add_row(
            {"memory",
             fmt::format("peak {}, {}, {} gas", counted(summary.peak_bytes, "byte"),
                         counted(summary.expansions, "expansion"), grouped(summary.memory_gas))});
        table.add_row({"bytes read", vouched_text(summary)});
        line("");
        for (const auto& row : table.lines(2, columns_))
            line(row);
    }

    // Where transactions differ, each run of them, and the steps that decided it.
    static void add_forks(TextTable& table, const traces::ReplaySummary& summary) {
        if (summary.fork_runs.size() <= 1) {
            table.add_row({"forks", forks_text(summary.forks)});
            return;
        }
        constexpr std::size_t runs_max = 8;
        for (std::size_t i = 0; i < std::min(summary.fork_runs.size(), runs_max); ++i) {
            const traces::ForkRun& run = summary.fork_runs[i];
            const auto which = run.count == 1
                                   ? fmt::format("transaction {}", grouped(run.first))
                                   : fmt::format("transactions {} to {}", grouped(run.first),
                                                 grouped(run.first + run.count - 1));
            std::vector<std::string> steps;
            for (const auto& strike : run.strikes)
                steps.push_back(
                    fmt::format("{} on line {}", op_name(strike.step.op), strike.step.line));
            table.add_row({i == 0 ? "forks" : "",
                           fmt::format("{}: {}{}{}", which, forks_text(run.forks),
                                       steps.empty() ? "" : ", by ", fmt::join(steps, ", "))});
        }
        if (const auto left = summary.fork_runs.size(); left > runs_max)
            table.add_row({"", fmt::format("and {} more", grouped(left - runs_max))});
    }

    void write_checks(const traces::ReplaySummary& summary) {
        const traces::CheckCounts& counts = summary.checks;
        const auto left_out = traces::CheckSet::all().without(summary.chosen);
        using enum TextTable::Align;
        TextTable table{{left, right, right, right}};
        table.may_leave_out({"impossible"});
        table.add_row({"check", "made", "failed", "impossible"});
        std::vector<bool> is_failed{false};
        for (const auto& check : traces::checks()) {
            const auto& count = counts[static_cast<std::size_t>(check.check)];
            if (count.made == 0 && count.impossible == 0) continue;
            table.add_row({std::string{check.name}, grouped(count.made), grouped(count.failed),
                           grouped(count.impossible)});
            is_failed.push_back(count.failed > 0);
        }
        const auto rows = table.lines(2, columns_);
        if (!left_out.empty()) {
            std::vector<std::string_view> names;
            for (const std::string_view family : traces::check_families()) {
                const traces::CheckSet all = traces::checks_named(family);
                if (all.without(left_out).empty()) {
                    names.push_back(family);
                    continue;
                }
                for (const auto& check : traces::checks())
                    if (all.contains(check.check) && left_out.contains(check.check))
                        names.push_back(check.name);
            }
            line("\n  " +
                 palette_.doubtful(wrapped(
                     fmt::format("left out, as --checks says: {}", fmt::join(names, ", ")), 4)));
        }
        if (rows.size() == 1) return;
        line("");
        for (std::size_t i = 0; i < rows.size(); ++i)
            line(i == 0 ? palette_.dim(rows[i]) : is_failed[i] ? palette_.bad(rows[i]) : rows[i]);
        if (const auto hidden = table.left_out(2, columns_); !hidden.empty())
            line(palette_.dim(hidden));
    }

    void write_speed(const ReplayReport& report) {
        const double seconds = report.speed->seconds;
        if (seconds <= 0) return;
        TextTable table{std::vector(3, TextTable::Align::left)};
        table.add_row(
            {"speed", duration(seconds),
             fmt::format("{} of trace, {}",
                         scaled(static_cast<double>(report.bytes_read) / seconds, "B/s"),
                         scaled(static_cast<double>(report.summary.steps) / seconds, "steps/s"))});
        if (const auto& memory = report.speed->memory) {
            const auto part = memory->is_prefix ? fmt::format(" by the first {} operations",
                                                              grouped(memory->operations))
                                                : std::string{};
            table.add_row(
                {"memory alone", duration(memory->seconds),
                 fmt::format("{} moved{}", scaled(static_cast<double>(memory->bytes_moved), "B"),
                             part)});
            table.add_row({"memcpy of the same", duration(memory->memcpy_seconds),
                           fmt::format("memory takes {:.2f} times as long", memory->ratio())});
        }
        line("");
        for (const auto& row : table.lines(2, columns_))
            line(row);
    }

    Output& output_;
    Palette palette_;
    std::size_t columns_;
    bool is_first_ = true;
    std::array<std::uint64_t, 4> counts_{};  // files of each verdict
    std::vector<std::string> not_replayed_;
};

}  // namespace

std::unique_ptr<Reporter> make_text_reporter(Output& output, const Palette& palette,
                                             std::size_t columns) {
    return std::make_unique<TextReporter>(output, palette, columns);
}

}  // namespace evmmem::app
