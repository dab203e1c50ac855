// SPDX-License-Identifier: MIT
#include "price_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "app/host/json.hpp"
#include "app/host/table_text.hpp"
#include "app/text/escape.hpp"
#include "app/text/quantity.hpp"
#include "app/text/text_table.hpp"
#include "app/text/wrapped_text.hpp"
#include "core/opcode_table.hpp"
#include "step_json.hpp"
#include "traces/observers/keep_most.hpp"

namespace evmmem::app {
namespace {

using nlohmann::ordered_json;
using enum TextTable::Align;

// ---- words ----------------------------------------------------------------------------------------------------

std::string place(const traces::StepReference& step) {
    return fmt::format("{} at step {} (line {})", op_name(step.op), grouped(step.step),
                       grouped(step.line));
}

std::string outcome_text(const PriceRow& row) {
    switch (row.outcome) {
        case PriceOutcome::same_path: return "does the same";
        case PriceOutcome::fails: return fmt::format("fails: {}: {}", place(*row.at), row.reason);
        case PriceOutcome::may_change:
            return fmt::format("may change: {}: {}", place(*row.at), row.reason);
        case PriceOutcome::not_priced:
            return fmt::format("not priced: {}: {}", place(*row.at), row.reason);
        case PriceOutcome::unknown:
            return row.at ? fmt::format("not certain: {}: {}", place(*row.at), row.reason)
                          : "not certain: " + row.reason;
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

template <typename Number>
std::string percent_text(Number before, Number after) {
    if (before == 0) return "-";
    return fmt::format("{:+.2f} %", 100 *
                                        (static_cast<double>(after) - static_cast<double>(before)) /
                                        static_cast<double>(before));
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
        if (breakdown.instructions().empty()) return {};
        TextTable table{{left, right, right, right, right, right}};
        table.add_row({"instruction", "steps", before(), after(), "change", ""});
        std::int64_t sum_before = 0;
        std::int64_t sum_after = 0;
        for (const auto& [op, row] : by_change(breakdown)) {
            table.add_row({op_name(op), grouped(row.steps), signed_number(row.before),
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

    struct OfInstruction {
        Opcode op;
        PriceBreakdown::Instruction row;
    };
    /// Those that change most, then those that cost most.
    static std::vector<OfInstruction> by_change(const PriceBreakdown& breakdown) {
        std::vector<OfInstruction> rows;
        for (std::size_t i = 0; i < breakdown.instructions().size(); ++i)
            if (const auto& row = breakdown.instructions()[i]; row.steps != 0)
                rows.push_back({static_cast<Opcode>(i), row});
        const auto change = [](const OfInstruction& each) {
            return std::abs(each.row.after - each.row.before);
        };
        std::ranges::sort(rows, [&](const OfInstruction& a, const OfInstruction& b) {
            return std::tuple{change(b), b.row.before, a.op} <
                   std::tuple{change(a), a.row.before, b.op};
        });
        return rows;
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

// ---- JSON -----------------------------------------------------------------------------------------------------

template <typename Value>
ordered_json or_null(const std::optional<Value>& value) {
    return value ? ordered_json(*value) : ordered_json{};
}
ordered_json or_null(const std::optional<traces::StepReference>& step) {
    return step ? step_json(*step) : ordered_json{};
}

ordered_json row_json(const PriceRow& row) {
    return {{"transaction", row.number},
            {"steps", row.steps},
            {"calls", row.calls},
            {"gas_before", or_null(row.gas_before)},
            {"gas_after", or_null(row.gas_after)},
            {"gas_left_after", or_null(row.left_after)},
            {"memory_gas_before", row.memory_before},
            {"memory_gas_after", row.memory_after},
            {"slack", or_null(row.slack)},
            {"slack_at", or_null(row.slack_at)},
            {"outcome", name(row.outcome)},
            {"at", or_null(row.at)},
            {"reason", row.reason.empty() ? ordered_json{} : ordered_json(row.reason)}};
}

ordered_json totals_json(const PriceTotals& totals) {
    ordered_json object = {{"transactions", totals.transactions},
                           {"cheaper", totals.cheaper},
                           {"dearer", totals.dearer},
                           {"unchanged", totals.unchanged},
                           {"fail", totals.fails},
                           {"may_change", totals.may_change},
                           {"not_priced", totals.not_priced},
                           {"unknown", totals.unknown},
                           {"gas_before", totals.gas_before},
                           {"gas_after", totals.gas_after},
                           {"memory_gas_before", totals.memory_before},
                           {"memory_gas_after", totals.memory_after},
                           {"percent", nullptr}};
    if (totals.changes.count() != 0) {
        const auto at = [&](double q) { return totals.changes.quantile(q); };
        object["percent"] = {{"least", at(0)},    {"p5", at(0.05)},  {"p25", at(0.25)},
                             {"median", at(0.5)}, {"p75", at(0.75)}, {"p95", at(0.95)},
                             {"most", at(1)}};
    }
    return object;
}

class JsonPrices final : public PriceReporter {
public:
    JsonPrices(const PriceSubject& subject, Output& output) : subject_{subject}, output_{output} {}

    void transaction(const std::string& file, const PriceRow& row) override {
        begin(file);
        output_.write((has_row_ ? "," : "") + json_text(row_json(row)));
        has_row_ = true;
    }

    void trace_is_over(const std::string& file, const PricedTraceEnd& end) override {
        begin(file);
        const ordered_json rest = {
            {"findings", end.findings}, {"gaps", end.gaps}, {"not_looked_at", end.not_priced}};
        output_.write("]," + json_text(rest).substr(1) + "\n");
        is_open_ = has_row_ = false;
    }

    void finish(const PriceTotals& totals, const PriceBreakdown& breakdown) override {
        auto most = ordered_json::array();
        for (const auto& [file, row] : totals.most)
            most.push_back({{"file", file},
                            {"transaction", row.number},
                            {"gas_before", *row.gas_before},
                            {"gas_after", *row.gas_after}});
        ordered_json all = totals_json(totals);
        all["most_changed"] = most;
        if (!breakdown.instructions().empty()) all["by_instruction"] = instructions(breakdown);
        if (!breakdown.frames().empty()) all["by_frame"] = frames(breakdown);
        output_.write(json_line({{"totals", all}}));
    }

private:
    void begin(const std::string& file) {
        if (is_open_) return;
        is_open_ = true;
        const ordered_json head = {
            {"file", file},
            {"rules", subject_.rules},
            {"against",
             subject_.against.empty() ? ordered_json{} : ordered_json(subject_.against)}};
        const std::string text = json_text(head);
        output_.write(text.substr(0, text.size() - 1) + ",\"transactions\":[");
    }

    static ordered_json instructions(const PriceBreakdown& breakdown) {
        auto rows = ordered_json::array();
        for (const auto& [op, row] : PriceTables::by_change(breakdown))
            rows.push_back({{"op", op_name(op)},
                            {"steps", row.steps},
                            {"gas_before", row.before},
                            {"gas_after", row.after}});
        return rows;
    }
    static ordered_json frames(const PriceBreakdown& breakdown) {
        auto rows = ordered_json::array();
        for (const PriceBreakdown::Frame& row : breakdown.frames())
            rows.push_back({{"file", row.file},
                            {"transaction", row.transaction},
                            {"frame", row.frame},
                            {"depth", row.depth},
                            {"call", row.depth == 1 ? ordered_json{} : step_json(row.call)},
                            {"gas_before", row.before},
                            {"gas_after", row.after}});
        return rows;
    }

    PriceSubject subject_;
    Output& output_;
    bool is_open_ = false;
    bool has_row_ = false;
};

// ---- CSV ------------------------------------------------------------------------------------------------------

/// RFC 4180.
std::string cell(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == text.npos) return std::string{text};
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}
std::string cell(std::optional<std::uint64_t> number) {
    return number ? fmt::format("{}", *number) : std::string{};
}

class CsvPrices final : public PriceReporter {
public:
    explicit CsvPrices(Output& output) : output_{output} {
        output_.write(
            "file,transaction,steps,calls,gas_before,gas_after,gas_left_after,memory_gas_before,"
            "memory_gas_after,slack,outcome,step,line,reason\n");
    }

    void transaction(const std::string& file, const PriceRow& row) override {
        output_.write(fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n",
                                  cell(escaped(file)), row.number, row.steps, row.calls,
                                  cell(row.gas_before), cell(row.gas_after), cell(row.left_after),
                                  row.memory_before, row.memory_after, cell(row.slack),
                                  name(row.outcome), row.at ? fmt::format("{}", row.at->step) : "",
                                  row.at ? fmt::format("{}", row.at->line) : "", cell(row.reason)));
    }
    void trace_is_over(const std::string&, const PricedTraceEnd&) override {}
    void finish(const PriceTotals&, const PriceBreakdown&) override {}

private:
    Output& output_;
};

// ---- sweeps ---------------------------------------------------------------------------------------------------

std::string number_text(RuleKey key, std::uint64_t number) {
    if (number == no_number) return "none";
    if (key.unit() == RuleUnit::model)
        return std::string{evmmem::name(static_cast<MemoryModel>(number))};
    return fmt::format("{}", number);
}

std::string sweep_text(const PriceSubject& subject, const std::vector<RuleKey>& keys,
                       const std::vector<PricePoint>& points, std::size_t columns,
                       const Palette& palette) {
    const std::vector<TextTable::Align> aligned(keys.size() + 12, right);
    TextTable table{aligned};
    std::vector<std::string> cells;
    for (const RuleKey key : keys)
        cells.push_back(key.text());
    for (const char* heading : {"gas", "then", "change", "5 %", "median", "95 %", "cheaper",
                                "dearer", "unchanged", "fail", "may change", "uncertain"})
        cells.emplace_back(heading);
    table.add_row(cells);
    table.may_leave_out({"unchanged", "5 %", "95 %", "gas"});
    for (const auto& [numbers, totals] : points) {
        cells.clear();
        for (std::size_t i = 0; i < keys.size(); ++i)
            cells.push_back(number_text(keys[i], numbers[i]));
        cells.push_back(grouped(totals.gas_before));
        cells.push_back(grouped(totals.gas_after));
        cells.push_back(percent_text(totals.gas_before, totals.gas_after));
        for (const double q : {0.05, 0.5, 0.95})
            cells.push_back(totals.changes.count() == 0
                                ? "-"
                                : fmt::format("{:+.2f} %", totals.changes.quantile(q)));
        for (const std::uint64_t count :
             {totals.cheaper, totals.dearer, totals.unchanged, totals.fails, totals.may_change,
              totals.not_priced + totals.unknown})
            cells.push_back(grouped(count));
        table.add_row(cells);
    }
    return palette.strong(fmt::format(
               "{} under {}{}",
               counted(points.empty() ? 0 : points.front().totals.transactions, "transaction"),
               escaped(subject.rules),
               subject.against.empty() ? "" : " against " + escaped(subject.against))) +
           "\n" + table_text(table, palette, columns);
}

std::string sweep_json(const PriceSubject& subject, const std::vector<RuleKey>& keys,
                       const std::vector<PricePoint>& points) {
    auto rows = ordered_json::array();
    for (const auto& [numbers, totals] : points) {
        auto set = ordered_json::array();
        for (std::size_t i = 0; i < keys.size(); ++i)
            set.push_back(
                {{"rule", keys[i].text()},
                 {"number", numbers[i] == no_number ? ordered_json{} : ordered_json(numbers[i])}});
        rows.push_back({{"set", set}, {"totals", totals_json(totals)}});
    }
    return json_line(
        {{"rules", subject.rules},
         {"against", subject.against.empty() ? ordered_json{} : ordered_json(subject.against)},
         {"sweep", rows}});
}

std::string sweep_csv(const std::vector<RuleKey>& keys, const std::vector<PricePoint>& points) {
    std::string text;
    for (const RuleKey key : keys)
        text += key.text() + ",";
    text +=
        "transactions,cheaper,dearer,unchanged,fail,may_change,not_priced,unknown,gas_before,"
        "gas_after,memory_gas_before,memory_gas_after,median_percent\n";
    for (const auto& [numbers, totals] : points) {
        for (std::size_t i = 0; i < keys.size(); ++i)
            text += number_text(keys[i], numbers[i]) + ",";
        text += fmt::format(
            "{},{},{},{},{},{},{},{},{},{},{},{},{}\n", totals.transactions, totals.cheaper,
            totals.dearer, totals.unchanged, totals.fails, totals.may_change, totals.not_priced,
            totals.unknown, totals.gas_before, totals.gas_after, totals.memory_before,
            totals.memory_after,
            totals.changes.count() == 0 ? "" : fmt::format("{:.2f}", totals.changes.quantile(0.5)));
    }
    return text;
}

}  // namespace

void PriceBreakdown::add(const std::string& file, const traces::PricedTransaction& transaction) {
    const auto of = [&](const auto& by_rules, std::size_t i) { return by_rules[i]; };
    if (!transaction.instructions.empty()) {
        instructions_.resize(transaction.instructions.size());
        for (std::size_t i = 0; i < instructions_.size(); ++i) {
            const traces::InstructionGas& row = transaction.instructions[i];
            instructions_[i].steps += row.steps;
            instructions_[i].before +=
                row.before - (subject_.before ? of(row.gains, *subject_.before) : 0);
            instructions_[i].after += row.before - of(row.gains, subject_.after);
        }
    }
    const auto change = [](const Frame& each) {
        return std::max(each.before, each.after) - std::min(each.before, each.after);
    };
    for (const traces::FrameGas& each : transaction.frames) {
        traces::keep_most(
            frames_,
            Frame{.file = file,
                  .transaction = transaction.number,
                  .call = each.call,
                  .frame = each.frame,
                  .depth = each.depth,
                  .before = subject_.before ? each.after[*subject_.before] : each.before,
                  .after = each.after[subject_.after]},
            change, frames_max_);
    }
}

std::unique_ptr<PriceReporter> price_reporter(PriceFormat format, const PriceSubject& subject,
                                              std::size_t columns, const Palette& palette,
                                              Output& output) {
    switch (format) {
        case PriceFormat::text:
            return std::make_unique<TextPrices>(subject, columns, palette, output);
        case PriceFormat::json: return std::make_unique<JsonPrices>(subject, output);
        case PriceFormat::csv: return std::make_unique<CsvPrices>(output);
    }
    return nullptr;
}

std::string price_sweep(PriceFormat format, const PriceSubject& subject,
                        const std::vector<RuleKey>& keys, const std::vector<PricePoint>& points,
                        std::size_t columns, const Palette& palette) {
    switch (format) {
        case PriceFormat::text: return sweep_text(subject, keys, points, columns, palette);
        case PriceFormat::json: return sweep_json(subject, keys, points);
        case PriceFormat::csv: return sweep_csv(keys, points);
    }
    return {};
}

}  // namespace evmmem::app
