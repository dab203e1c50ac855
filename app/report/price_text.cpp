// SPDX-License-Identifier: MIT
#include "price_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/host/table_text.hpp"
#include "app/text/escape.hpp"
#include "app/text/quantity.hpp"
#include "app/text/text_table.hpp"
#include "app/text/wrapped_text.hpp"
#include "core/opcode_table.hpp"

namespace evmmem::app {
namespace {

using enum TextTable::Align;

std::string place(const traces::StepReference& step) {
    return fmt::format("{} at step {} (line {})", op_name(step.op), grouped(step.step),
                       grouped(step.line));
}

/// What happens, where it is known, and why.
std::string outcome_text(const PriceRow& row) {
    const std::string why = row.at ? place(*row.at) + ": " + row.reason : row.reason;
    switch (row.outcome) {
        case PriceOutcome::same_path: return "does the same";
        case PriceOutcome::fails: return "fails: " + why;
        case PriceOutcome::may_change: return "may change: " + why;
        case PriceOutcome::not_priced: return "not priced: " + why;
        case PriceOutcome::unknown: return "not certain: " + why;
    }
    return {};
}

template <typename Number>
std::string signed_text(Number before, Number after) {
    if (after == before) return "0";
    const auto distance =
        static_cast<std::uint64_t>(after > before ? after - before : before - after);
    return (after > before ? "+" : "-") + grouped(distance);
}

std::string signed_number(std::int64_t number) {
    return number < 0 ? "-" + grouped(static_cast<std::uint64_t>(-number))
                      : grouped(static_cast<std::uint64_t>(number));
}

std::string gas_text(std::optional<std::uint64_t> gas) {
    return gas ? grouped(*gas) : std::string{"-"};
}

/// The same tables are made of traces and of all of them.
struct PriceTables {
    const PriceSubject& subject;
    std::size_t columns;
    const Palette& palette;

    std::string before() const {
        return subject.against.empty() ? "gas" : escaped(subject.against);
    }
    std::string after() const { return escaped(subject.rules); }

    TextTable transactions() const {
        TextTable table{{right, right, right, right, right, right, right, right, left}};
        table.add_row({"transaction", "steps", before(), after(), "change", "memory", after(),
                       "slack", "outcome"});
        table.may_leave_out({"slack", "steps"});
        return table;
    }
    static std::vector<std::string> cells(const PriceRow& row) {
        const bool is_estimate =
            row.outcome != PriceOutcome::same_path && row.outcome != PriceOutcome::fails;
        const std::string estimate = is_estimate && row.gas_after ? "~" : "";
        return {grouped(row.number),
                grouped(row.steps),
                gas_text(row.gas_before),
                estimate + gas_text(row.gas_after),
                row.gas_before && row.gas_after
                    ? estimate + signed_text(*row.gas_before, *row.gas_after)
                    : std::string{"-"},
                grouped(row.memory_before),
                grouped(row.memory_after),
                row.has_change() ? gas_text(row.slack) : std::string{"-"},
                outcome_text(row)};
    }
    std::string text(const TextTable& table) const { return table_text(table, palette, columns); }
    std::string section(const std::string& title, const TextTable& table) const {
        return "\n" + palette.strong(title) + "\n" + text(table);
    }

    std::string totals(const PriceTotals& totals) const {
        std::string text = fmt::format(
            "{}: {} cheaper, {} dearer, {} unchanged, {} fail, {} may change, {} not priced, {} "
            "unknown",
            counted(totals.transactions, "transaction"), grouped(totals.cheaper),
            grouped(totals.dearer), grouped(totals.unchanged), grouped(totals.fails),
            grouped(totals.may_change), grouped(totals.not_priced), grouped(totals.unknown));
        text = palette.strong(wrapped_text(text, columns, 2)) + "\n";
        if (totals.changes.count() == 0) return text;
        TextTable sums{{left, right, right, right, right}};
        const auto row = [&](std::string_view what, std::uint64_t from, std::uint64_t to) {
            sums.add_row({std::string{what}, grouped(from), grouped(to), signed_text(from, to),
                          percent_text(from, to)});
        };
        sums.add_row({"those that do the same", before(), after(), "change", ""});
        row("gas", totals.gas_before, totals.gas_after);
        row("of it memory", totals.memory_before, totals.memory_after);
        // What a failing callee lost with its gas may be less than what its memory cost.
        row("all else", totals.gas_before - std::min(totals.gas_before, totals.memory_before),
            totals.gas_after - std::min(totals.gas_after, totals.memory_after));
        text += this->text(sums);
        TextTable quantiles{{right, right, right, right, right, right, right}};
        quantiles.add_row({"least", "5 %", "25 %", "median", "75 %", "95 %", "most"});
        std::vector<std::string> cells;
        for (const double q : {0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0})
            cells.push_back(fmt::format("{:+.2f} %", totals.changes.quantile(q)));
        quantiles.add_row(cells);
        text += section("Changes of gas: that many transactions are below", quantiles);
        if (totals.tightest)
            text += wrapped_text(fmt::format("the least slack is {} gas: {}, transaction {}, {}",
                                             grouped(*totals.tightest->row.slack),
                                             escaped(totals.tightest->file),
                                             grouped(totals.tightest->row.number),
                                             place(*totals.tightest->row.slack_at)),
                                 columns, 2) +
                    "\n";
        return text + most_changed(totals);
    }

    std::string most_changed(const PriceTotals& totals) const {
        if (totals.most.empty()) return {};
        TextTable table{{left, right, right, right, right, right}};
        table.add_row({"trace", "transaction", before(), after(), "change", ""});
        for (const auto& [file, row] : totals.most)
            table.add_row({escaped(file), grouped(row.number), grouped(*row.gas_before),
                           grouped(*row.gas_after), signed_text(*row.gas_before, *row.gas_after),
                           fmt::format("{:+.2f} %", row.percent())});
        return section("Most changed", table);
    }

    std::string instructions(const PriceBreakdown& breakdown, const PriceTotals& totals) const {
        if (!breakdown.has_instructions()) return {};
        TextTable table{{left, right, right, right, right, right}};
        table.add_row({"instruction", "steps", before(), after(), "change", ""});
        std::int64_t sum_before = 0;
        std::int64_t sum_after = 0;
        for (const PriceBreakdown::Instruction& row : breakdown.instructions()) {
            table.add_row({op_name(row.op), grouped(row.steps), signed_number(row.before),
                           signed_number(row.after), signed_text(row.before, row.after),
                           percent_text(row.before, row.after)});
            sum_before += row.before;
            sum_after += row.after;
        }
        const auto rest_before = static_cast<std::int64_t>(totals.gas_before) - sum_before;
        const auto rest_after = static_cast<std::int64_t>(totals.gas_after) - sum_after;
        table.add_row({"failed calls, less stipends", "", signed_number(rest_before),
                       signed_number(rest_after), signed_text(rest_before, rest_after),
                       percent_text(rest_before, rest_after)});
        return section("By instruction", table);
    }

    std::string frames(const PriceBreakdown& breakdown) const {
        if (breakdown.frames().empty()) return {};
        TextTable table{{left, right, right, right, right, right, right, left}};
        table.add_row(
            {"trace", "transaction", "frame", "depth", before(), after(), "change", "called by"});
        for (const PriceBreakdown::Frame& row : breakdown.frames())
            table.add_row({escaped(row.file), grouped(row.transaction), grouped(row.frame),
                           grouped(row.depth), grouped(row.before), grouped(row.after),
                           signed_text(row.before, row.after),
                           row.depth == 1 ? "the transaction" : place(row.call)});
        return section("Frames that change most", table);
    }
};

class TextPrices final : public PriceReporter {
public:
    TextPrices(const PriceSubject& subject, std::size_t columns, const Palette& palette,
               Output& output)
        : subject_{subject}, tables_{subject_, columns, palette}, output_{output} {}

    void transaction(const std::string&, const PriceRow& row) override {
        if (rows_++ < rows_max) table_.add_row(PriceTables::cells(row));
    }

    void trace_is_over(const std::string& file, const PricedTraceEnd& end) override {
        const Palette& palette = tables_.palette;
        const std::size_t columns = tables_.columns - 2;
        std::string text = palette.strong(escaped(file)) + "\n";
        const auto doubtful = [&](const std::string& line) {
            text += "  " + palette.doubtful(wrapped_text(line, columns, 2)) + "\n";
        };
        for (const std::string& gap : end.gaps)
            doubtful(escaped(gap));
        if (end.findings != 0)
            doubtful(counted(end.findings, "finding") +
                     ": see evmmem replay; what follows is not certain");
        if (!end.not_priced.empty())
            doubtful(fmt::format("not looked at, though it differs: {}",
                                 fmt::join(end.not_priced, ", ")));
        text += tables_.text(table_);
        if (rows_ > rows_max)
            text += fmt::format("  and {} more; --format csv and json have all of them\n",
                                grouped(rows_ - rows_max));
        output_.write(text);
        table_ = tables_.transactions();
        rows_ = 0;
    }

    void finish(const PriceTotals& totals, const PriceBreakdown& breakdown) override {
        if (totals.transactions > 1) output_.write("\n" + tables_.totals(totals));
        output_.write(tables_.instructions(breakdown, totals));
        output_.write(tables_.frames(breakdown));
    }

private:
    static constexpr std::uint64_t rows_max = 100;

    PriceSubject subject_;
    PriceTables tables_;
    Output& output_;
    TextTable table_ = tables_.transactions();
    std::uint64_t rows_ = 0;
};

}  // namespace

std::unique_ptr<PriceReporter> text_prices(const PriceSubject& subject, std::size_t columns,
                                           const Palette& palette, Output& output) {
    return std::make_unique<TextPrices>(subject, columns, palette, output);
}

}  // namespace evmmem::app
