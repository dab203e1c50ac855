// SPDX-License-Identifier: MIT
#include "price_sweep.hpp"

#include <fmt/format.h>

#include "app/host/table_text.hpp"
#include "app/text/escape.hpp"
#include "app/text/quantity.hpp"
#include "app/text/text_table.hpp"
#include "price_json.hpp"
#include "price_text.hpp"

namespace evmmem::app {
namespace {

using nlohmann::ordered_json;
using enum TextTable::Align;

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
