// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/text/escape.hpp"
#include "app/text/quantity.hpp"
#include "app/text/wrapped_text.hpp"
#include "core/opcode_table.hpp"
#include "diff_report.hpp"
#include "operand_names.hpp"
#include "show_text.hpp"

namespace evmmem::app {
namespace {

using traces::Side;
using traces::TraceDifference;

constexpr std::size_t value_columns_of_diff = 74;  // 0x and 32 bytes, and some
constexpr std::size_t rest_max = 12;               // columns after which a value goes on

constexpr std::string_view side_names[] = {"A", "B"};

class DiffText {
public:
    DiffText(const DiffReport& report, std::size_t columns, const Palette& palette)
        : report_{report}, columns_{columns}, palette_{palette} {}

    std::string text() {
        write_head();
        for (const TraceDifference& difference : report_.differences)
            write(difference);
        write_rest();
        write_totals();
        return std::move(text_);
    }

private:
    std::size_t room(std::size_t taken) const {
        return columns_ == unlimited_columns ? unlimited_columns
                                             : columns_ - std::min(taken, columns_);
    }

    void labelled(std::string_view label, const std::string& words) {
        text_ += fmt::format("  {:<8}  {}\n", label,
                             wrapped_text(words, room(value_column), value_column));
    }

    std::string verdict_word() const {
        const std::string_view word = name(report_.verdict);
        switch (report_.verdict) {
            case DiffVerdict::same: return palette_.good(word);
            case DiffVerdict::different: return palette_.bad(word);
            case DiffVerdict::incomplete: return palette_.doubtful(word);
        }
        std::unreachable();
    }

    void write_head() {
        text_ += verdict_word() + "\n";
        for (std::size_t i = 0; i < 2; ++i) {
            const DiffReport::Trace& trace = report_.traces[i];
            text_ += fmt::format(
                "  {}  {}\n     {}\n", side_names[i], escaped(trace.file),
                wrapped_text(
                    fmt::format("{}, {}, {}", trace.dialect, counted(trace.summary.steps, "step"),
                                counted(trace.summary.transactions, "transaction")),
                    room(5), 5));
            for (const std::string& gap : trace.gaps)
                text_ += "     " + palette_.doubtful(wrapped_text(escaped(gap), room(5), 5)) + "\n";
        }
    }

    static std::string place(const traces::StepReference& step) {
        return fmt::format("step {}, line {}, pc {}, depth {}: {}", step.step, step.line, step.pc,
                           step.depth, op_name(step.op));
    }

    /// "step 3 of A, step 4 of B"; "step 3" where that is both.
    static std::string places(const traces::StepReference& a, const traces::StepReference& b) {
        return a.step == b.step ? fmt::format("step {}", a.step)
                                : fmt::format("step {} of A, step {} of B", a.step, b.step);
    }

    std::string title(const TraceDifference& difference) const {
        const auto& [of_a, of_b] = difference.transactions;
        const std::string transaction =
            of_a && of_b && (*of_a != 0 || *of_b != 0)
                ? *of_a == *of_b ? fmt::format(", transaction {}", *of_a)
                                 : fmt::format(", transaction {} of A, {} of B", *of_a, *of_b)
                : "";
        const auto& [a, b] = difference.steps;
        switch (difference.kind) {
            case TraceDifference::Kind::values:
                return "other values at " + places(a->step, b->step) + transaction;
            case TraceDifference::Kind::flow:
                return (a && b ? "another way from " + places(a->step, b->step)
                               : fmt::format("{} goes on at step {}, {} does not",
                                             side_names[a ? 0 : 1], (a ? a : b)->step.step,
                                             side_names[a ? 1 : 0])) +
                       transaction;
            case TraceDifference::Kind::ending: return "another end" + transaction;
            case TraceDifference::Kind::transaction:
            case TraceDifference::Kind::cut:
                if (!a && !b)
                    return fmt::format(
                        "{} alone has {}, from transaction {} on{}", side_names[of_a ? 0 : 1],
                        counted(difference.transactions_alone, "transaction"),
                        *(of_a ? of_a : of_b),
                        difference.kind == TraceDifference::Kind::cut ? ": the other is cut" : "");
                return fmt::format("{} is cut where {} goes on at step {}{}", side_names[a ? 1 : 0],
                                   side_names[a ? 0 : 1], (a ? a : b)->step.step, transaction);
            case TraceDifference::Kind::gap:
                return "steps are missing before " +
                       (a && b ? places(a->step, b->step)
                               : fmt::format("step {} of {}", (a ? a : b)->step.step,
                                             side_names[a ? 0 : 1])) +
                       transaction;
        }
        std::unreachable();
    }

    void write_step(std::size_t side, const std::optional<traces::StepLine>& step,
                    bool is_of_step) {
        if (step)
            labelled(side_names[side],
                     fmt::format("{}, gas {}", step_line_text(*step), grouped(step->gas)));
        else if (is_of_step)
            labelled(side_names[side], "no step: the transaction is over");
    }

    // A value, and the other one below it.
    void write_field(const traces::FieldDifference& field) {
        std::string label{name(field.field)};
        if (field.field == traces::ComparedField::stack)
            label = field.at ? fmt::format("stack item {}, 0 is the top", *field.at)
                             : "items on the stack";
        else if (field.at)
            label += fmt::format(" at 0x{:x}", *field.at);
        text_ += fmt::format("  {}\n", palette_.strong(label));
        const std::size_t width = std::min(value_columns_of_diff, room(value_column));
        for (std::size_t i = 0; i < 2; ++i) {
            const std::string value = escaped(field.values[i]);
            text_ +=
                fmt::format("    {:<6}  {}\n", side_names[i],
                            value.empty()             ? "nothing"
                            : value.starts_with("0x") ? wrapped_digits(value, width, value_column)
                                                      : wrapped_text(value, width, value_column));
        }
    }

    std::string verdict_text(const TraceDifference& difference) const {
        const std::string_view words = name(difference.verdict);
        const std::string shown = difference.verdict == TraceDifference::Verdict::cannot_be_told
                                      ? palette_.doubtful(words)
                                      : palette_.strong(words);
        const std::string text = wrapped_text(std::string{words} + ": " + difference.reason,
                                              room(value_column), value_column);
        return text.starts_with(words) ? shown + text.substr(words.size()) : text;
    }

    void write_finding(std::size_t side, const traces::Finding& finding) {
        labelled(fmt::format("{} {}", side_names[side],
                             finding.severity == traces::Severity::finding ? "fails" : "warns"),
                 fmt::format("{} at step {}, {}: {}", info(finding.check).name, finding.step,
                             escaped(finding.op_name), escaped(finding.detail)));
        const std::size_t width = std::min(value_columns_of_diff, room(value_column + rest_max));
        for (const auto& [word, value] :
             {std::pair{"claimed", &finding.claimed}, std::pair{"computed", &finding.computed}})
            text_ += fmt::format("{:{}}{:<{}}{}\n", "", value_column, word, rest_max,
                                 wrapped_digits(escaped(*value, 2 * value_columns_of_diff), width,
                                                value_column + rest_max));
    }

    void write(const TraceDifference& difference) {
        const std::string heading =
            fmt::format("difference {}: {}", difference.number + 1, title(difference));
        text_ += "\n" + palette_.strong(wrapped_text(heading, room(0), 2)) + "\n";
        for (const auto& [a, b] : difference.before) {
            const bool is_same_place = a.step == b.step && a.line == b.line;
            labelled("before", place(a) + (is_same_place ? ""
                                                         : fmt::format(" (B: step {}, line {})",
                                                                       b.step, b.line)));
        }
        const bool is_of_step = difference.steps[0] || difference.steps[1];
        for (std::size_t i = 0; i < 2; ++i)
            write_step(i, difference.steps[i], is_of_step);
        if (difference.kind == TraceDifference::Kind::values ||
            difference.kind == TraceDifference::Kind::ending)
            for (const traces::FieldDifference& field : difference.fields)
                write_field(field);
        if (difference.fields_left_out > 0)
            labelled("", counted(difference.fields_left_out, "more value") + " differ there");
        if (difference.kind == TraceDifference::Kind::transaction ||
            difference.kind == TraceDifference::Kind::cut ||
            difference.kind == TraceDifference::Kind::gap)
            labelled("why", difference.reason);
        else
            text_ += fmt::format("  {:<8}  {}\n", "verdict", verdict_text(difference));
        for (const Side side : traces::sides)
            for (const traces::Finding& finding : difference.findings[index(side)])
                write_finding(index(side), finding);
        write_outcome(difference);
    }

    void write_outcome(const TraceDifference& difference) {
        const auto& [alone_a, alone_b] = difference.steps_alone;
        if (alone_a + alone_b > 0) {
            const auto& [a, b] = difference.met_again;
            labelled("apart",
                     fmt::format("{} of A and {} of B, {}", counted(alone_a, "step"), alone_b,
                                 a && b ? "then both are at " + places(*a, *b)
                                        : "to the end of the transaction"));
        }
        if (difference.followers == 0) return;
        const auto& [a, b] = difference.last_follower;
        labelled("follows",
                 fmt::format("{} {} for no other reason, the last at {}",
                             counted(difference.followers, "more step"),
                             difference.followers == 1 ? "differs" : "differ", places(*a, *b)));
    }

    void write_rest() {
        const std::uint64_t hidden = report_.difference_count - report_.differences.size();
        if (hidden == 0) return;
        text_ +=
            fmt::format("\n{}; --max-differences shows more\n", counted(hidden, "more difference"));
    }

    void write_totals() {
        text_ += "\n";
        std::string compared;
        std::string not_compared;
        for (std::size_t i = 0; i < report_.compared.size(); ++i) {
            const auto field = static_cast<traces::ComparedField>(i);
            std::string& names = report_.compared[i] != 0 ? compared : not_compared;
            if (report_.ignored.contains(field)) continue;
            if (!names.empty()) names += ", ";
            names += name(field);
            const std::uint64_t steps = report_.compared[0];
            const bool is_of_step = field < traces::ComparedField::output;
            if (report_.compared[i] != 0 && is_of_step && report_.compared[i] != steps)
                names += fmt::format(" (at {})", grouped(report_.compared[i]));
        }
        if (const std::string& rules = report_.traces[0].summary.rules; !rules.empty())
            labelled("rules", escaped(rules));
        labelled("compared", fmt::format("{} in {}: {}", counted(report_.compared[0], "step"),
                                         counted(report_.transactions, "transaction"),
                                         compared.empty() ? "nothing" : compared));
        if (!not_compared.empty())
            labelled("not",
                     not_compared + ": one side does not show it, or means another thing by it");
        if (report_.stops_left_out > 0)
            labelled("left out",
                     counted(report_.stops_left_out, "STOP") + " that only one side prints");
        for (std::size_t i = 0; i < 2; ++i)
            if (const auto& summary = report_.traces[i].summary; summary.findings > 0)
                labelled("replay",
                         fmt::format("{} contradicts the EVM: {}, evmmem replay says where",
                                     side_names[i], counted(summary.findings, "finding")));
    }

    const DiffReport& report_;
    std::size_t columns_;
    const Palette& palette_;
    std::string text_;
};

}  // namespace

std::string_view name(DiffVerdict verdict) {
    switch (verdict) {
        case DiffVerdict::same: return "same";
        case DiffVerdict::different: return "different";
        case DiffVerdict::incomplete: return "incomplete";
    }
    std::unreachable();
}

std::string diff_text(const DiffReport& report, std::size_t columns, const Palette& palette) {
    return DiffText{report, columns, palette}.text();
}

}  // namespace evmmem::app
