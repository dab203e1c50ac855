// SPDX-License-Identifier: MIT
// For people: the verdict, the findings in full, then the totals, and last what differs from run to
// run.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/text/escape.hpp"
#include "app/text/quantity.hpp"
#include "app/text/text_table.hpp"
#include "app/text/wrapped_text.hpp"
#include "core/opcode_table.hpp"
#include "finding_text.hpp"
#include "forks_text.hpp"
#include "reporter.hpp"
#include "run_summary.hpp"
#include "transaction_text.hpp"

namespace evmmem::app {
namespace {

std::string vouched_text(const traces::ReplaySummary& summary) {
    const std::uint64_t read = summary.known_bytes + summary.unknown_bytes;
    if (read == 0) return "none";
    if (summary.unknown_bytes == 0) return grouped(read) + ", all vouched for";
    return fmt::format("{}, {} of them vouched for", grouped(read), grouped(summary.known_bytes));
}

class TextReporter final : public Reporter {
public:
    TextReporter(Output& output, const ReporterOptions& options)
        : output_{output},
          options_{options},
          palette_{options.palette},
          columns_{options.columns} {}

    void transaction(const std::string&, const TransactionReport& transaction) override {
        line(fmt::format("{}  {}", verdict_word(transaction.verdict),
                         transaction_text(transaction)));
        output_.flush();
        is_first_ = false;
    }

    void report(const ReplayReport& report) override {
        summary_.add(report);
        if (report.verdict == Verdict::skipped) return;  // it is named at the end
        if (options_.is_brief && !is_worth_printing_(report)) {
            if (report.verdict != Verdict::agrees) ++hidden_;
            return;
        }
        if (!is_first_) output_.write("\n");
        is_first_ = false;
        write_verdict(report);
        if (report.verdict == Verdict::unreadable) return;
        write_findings(report.file, report.findings, report.summary.findings, "finding");
        write_findings(report.file, report.warnings, report.summary.warnings, "warning");
        if (!report.unexplained.empty())
            line("\n" +
                 palette_.dim(wrapped("what led to it is not known: " + report.unexplained, 0)));
        write_totals(report);
        write_transactions(report);
        write_checks(report.summary);
        if (report.speed) write_speed(report);
    }

    // Named below the others, not one by one: there may be many.
    void not_replayed(const std::string& file) override {
        summary_.add_not_replayed();
        if (not_replayed_.size() < RunSummary::failing_max) not_replayed_.push_back(file);
    }

    void lacks(const std::string& sentence) override { lacks_.push_back(sentence); }

    void finish(double seconds) override {
        if (options_.is_brief) {
            write_kinds();
            write_failing();
        }
        if (summary_.files() > 1 || options_.is_brief) {
            line((is_first_ ? "" : "\n") + summary_.files_text());
            is_first_ = false;
        }
        if (const std::string skipped = summary_.skipped_text(); !skipped.empty())
            line(wrapped(skipped, 2));
        for (const std::string& sentence : lacks_)
            line("  " + palette_.doubtful(wrapped(escaped(sentence), 2)));
        if (options_.is_brief) write_sums(seconds);
        if (!not_replayed_.empty()) line("interrupted: these were not replayed to their end");
        for (const std::string& file : not_replayed_)
            line("  " + escaped(file));
        if (const auto more = summary_.not_replayed() - not_replayed_.size(); more > 0)
            line("  and " + counted(more, "more file"));
    }

private:
    void line(const std::string& text) { output_.write(text + "\n"); }

    std::string wrapped(const std::string& text, std::size_t column) const {
        return wrapped_text(text, columns_ - column, column);
    }

    std::string verdict_word(Verdict verdict) const {
        const auto word = name(verdict);
        switch (verdict) {
            case Verdict::agrees: return palette_.good(word);
            case Verdict::incomplete: return palette_.doubtful(word);
            case Verdict::findings:
            case Verdict::unreadable:
            case Verdict::skipped: return palette_.bad(word);
        }
        std::unreachable();
    }

    void write_verdict(const ReplayReport& report) {
        std::string text = verdict_word(report.verdict) + "  " + escaped(report.file);
        if (report.verdict == Verdict::findings)
            text += ": " + counted(report.summary.findings, "finding");
        line(text);
        for (const auto& gap : report.gaps)
            line("  " + palette_.doubtful(wrapped(escaped(gap), 2)));
    }

    void write_findings(const std::string& file, const std::vector<traces::Finding>& findings,
                        std::uint64_t count, std::string_view noun) {
        for (const auto& finding : findings)
            line("\n" + finding_text(file, finding, palette_, columns_, options_.show_options));
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
        if (!summary.rules.empty()) table.add_row({"rules", escaped(summary.rules)});
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

    // Of several transactions, those that do not agree; of all of them, if that was asked for.
    void write_transactions(const ReplayReport& report) {
        const auto& transactions = report.transactions;
        if (transactions.empty()) return;
        if (transactions.size() == 1 && !options_.with_transactions &&
            transactions.front().result.name.empty())
            return;
        constexpr std::size_t failing_max = 20;
        line("");
        if (transactions.size() > 1)
            line("  " + wrapped(fmt::format("{}: {}", counted(transactions.size(), "transaction"),
                                            verdicts_text(transactions)),
                                2));
        std::size_t failing = 0;
        for (const TransactionReport& transaction : transactions) {
            const bool fails = transaction.verdict != Verdict::agrees;
            if (fails) ++failing;
            const bool is_listed = transactions.size() == 1 || options_.with_transactions ||
                                   (fails && failing <= failing_max);
            if (is_listed)
                line(fmt::format("  {}  {}", verdict_word(transaction.verdict),
                                 wrapped(transaction_text(transaction), 4)));
        }
        if (failing > failing_max && !options_.with_transactions)
            line(fmt::format("  and {} that do not agree; --transactions lists all",
                             counted(failing - failing_max, "more transaction")));
        if (report.summary.transactions > transactions.size())
            line(fmt::format(
                "  {} not listed",
                counted(report.summary.transactions - transactions.size(), "more transaction")));
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

    // Kinds of findings, each with the file that shows it first.
    void write_kinds() {
        const auto shown = summary_.shown_kinds();
        if (shown.kinds.empty()) return;
        using enum TextTable::Align;
        TextTable table{{left, left, left, right, right, left}};
        table.add_row({"check", "instruction", "dialect", "findings", "files", "first"});
        for (const RunSummary::Kind* kind : shown.kinds)
            table.add_row({kind->check_text(), escaped(kind->op_name), kind->dialect,
                           grouped(kind->findings), grouped(kind->files),
                           escaped(kind->first_place())});
        begin_block();
        bool is_head = true;
        for (const auto& row : table.lines(0, columns_))
            line(std::exchange(is_head, false) ? palette_.dim(row) : row);
        if (const std::string hidden = shown.hidden_text(); !hidden.empty()) line(hidden);
    }

    void write_failing() {
        const auto failing = summary_.failing();
        if (failing.empty()) return;
        begin_block();
        for (const RunSummary::Failing& file : failing) {
            const std::string why = file.why.empty() ? "" : ": " + escaped(file.why);
            line(fmt::format("{}  {}{}", verdict_word(file.verdict), escaped(file.file), why));
        }
        if (const std::string more = summary_.more_failing_text(); !more.empty())
            line(more + "; --format jsonl names all");
        if (hidden_ > 0)
            line(fmt::format("{} not shown in full: no new kind in {}", counted(hidden_, "file"),
                             hidden_ == 1 ? "it" : "them"));
    }

    void write_sums(double seconds) {
        std::uint64_t made = 0;
        std::uint64_t failed = 0;
        for (const traces::CheckCount& count : summary_.checks()) {
            made += count.made;
            failed += count.failed;
        }
        line(fmt::format("  {} in {}; {} made, {} failed", counted(summary_.steps(), "step"),
                         counted(summary_.transactions(), "transaction"), counted(made, "check"),
                         grouped(failed)));
        if (options_.with_time && seconds > 0)
            line(fmt::format("  {}, {}", duration(seconds),
                             scaled(static_cast<double>(summary_.steps()) / seconds, "steps/s")));
    }

    void begin_block() {
        if (!is_first_) line("");
        is_first_ = false;
    }

    Output& output_;
    ReporterOptions options_;
    Palette palette_;
    std::size_t columns_;
    bool is_first_ = true;
    RunSummary summary_;
    WorthPrinting is_worth_printing_;
    std::uint64_t hidden_ = 0;  // files that do not agree and were not worth printing
    std::vector<std::string> not_replayed_;
    std::vector<std::string> lacks_;
};

}  // namespace

std::unique_ptr<Reporter> make_text_reporter(Output& output, const ReporterOptions& options) {
    return std::make_unique<TextReporter>(output, options);
}

}  // namespace evmmem::app
