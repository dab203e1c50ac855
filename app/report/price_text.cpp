// SPDX-License-Identifier: MIT
#include "price_text.hpp"

#include <fmt/format.h>

#include <optional>

#include "app/host/json.hpp"
#include "app/host/table_text.hpp"
#include "app/text/escape.hpp"
#include "app/text/quantity.hpp"
#include "app/text/statistics.hpp"
#include "app/text/text_table.hpp"
#include "app/text/wrapped_text.hpp"
#include "core/opcode_table.hpp"
#include "step_json.hpp"

namespace evmmem::app {
namespace {

using nlohmann::ordered_json;
using traces::RepricedTransaction;

/// What becomes of a transaction.
enum class PriceOutcome : std::uint8_t { same_path, fails, may_change, unknown };

PriceOutcome outcome_of(const RepricedTransaction& transaction, std::uint64_t findings) {
    if (findings != 0) return PriceOutcome::unknown;
    if (transaction.change != traces::PathChange::none) return PriceOutcome::may_change;
    if (transaction.fails_at) return PriceOutcome::fails;
    return transaction.gas_after ? PriceOutcome::same_path : PriceOutcome::unknown;
}

std::string_view outcome_name(PriceOutcome outcome) {
    switch (outcome) {
        case PriceOutcome::same_path: return "same_path";
        case PriceOutcome::fails: return "fails";
        case PriceOutcome::may_change: return "may_change";
        case PriceOutcome::unknown: return "unknown";
    }
    return {};
}

std::string place(const traces::StepReference& step) {
    return fmt::format("{} at step {} (line {})", op_name(step.op), grouped(step.step),
                       grouped(step.line));
}

std::string why_failing(const RepricedTransaction& transaction) {
    return transaction.halt == MemoryHalt::none ? std::string{"it has not the gas"}
                                                : std::string{describe(transaction.halt)};
}

std::string outcome_text(const RepricedTransaction& transaction, std::uint64_t findings) {
    switch (outcome_of(transaction, findings)) {
        case PriceOutcome::same_path: return "does the same";
        case PriceOutcome::fails:
            return fmt::format("fails: {}: {}", place(*transaction.fails_at),
                               why_failing(transaction));
        case PriceOutcome::may_change:
            return fmt::format("may change: {}: {}", place(transaction.changes_at),
                               describe(transaction.change));
        case PriceOutcome::unknown:
            return findings != 0 ? "not certain: the trace has findings"
                                 : "not known: its end is not in the trace";
    }
    return {};
}

std::string signed_text(std::uint64_t before, std::uint64_t after) {
    if (after == before) return "0";
    return after > before ? "+" + grouped(after - before) : "-" + grouped(before - after);
}

std::string gas_text(std::optional<std::uint64_t> gas) {
    return gas ? grouped(*gas) : std::string{"-"};
}

ordered_json gas_json(std::optional<std::uint64_t> gas) {
    return gas ? ordered_json(*gas) : ordered_json{};
}

double percent_of_change(const RepricedTransaction& transaction) {
    const auto before = static_cast<double>(*transaction.gas_before);
    const auto after = static_cast<double>(*transaction.gas_after);
    return before == 0 ? 0 : 100 * (after - before) / before;
}

}  // namespace

void PriceTotals::add(const PricedTrace& trace) {
    for (const RepricedTransaction& each : trace.transactions) {
        ++transactions;
        switch (outcome_of(each, trace.findings)) {
            case PriceOutcome::fails: ++fails; continue;
            case PriceOutcome::may_change: ++may_change; continue;
            case PriceOutcome::unknown: ++unknown; continue;
            case PriceOutcome::same_path: break;
        }
        gas_before += *each.gas_before;
        gas_after += *each.gas_after;
        percents.push_back(percent_of_change(each));
        if (*each.gas_after == *each.gas_before)
            ++unchanged;
        else
            ++(*each.gas_after < *each.gas_before ? cheaper : dearer);
    }
}

std::string price_text(const PricedTrace& trace, std::size_t columns, const Palette& palette) {
    std::string text = palette.strong(escaped(trace.file)) + "\n";
    for (const auto& gap : trace.gaps)
        text += "  " + palette.doubtful(wrapped_text(escaped(gap), columns - 2, 2)) + "\n";
    if (trace.findings != 0)
        text += "  " +
                palette.doubtful(counted(trace.findings, "finding") +
                                 ": see evmmem replay; what follows is not certain") +
                "\n";
    using enum TextTable::Align;
    TextTable table{{right, right, right, right, right, right, right, left}};
    table.add_row(
        {"transaction", "steps", "gas", trace.rules, "change", "memory", trace.rules, "outcome"});
    for (const RepricedTransaction& each : trace.transactions) {
        const bool is_estimate = each.gas_after &&
                                 outcome_of(each, trace.findings) != PriceOutcome::same_path &&
                                 outcome_of(each, trace.findings) != PriceOutcome::fails;
        const std::string estimate = is_estimate ? "~" : "";
        table.add_row({grouped(each.number), grouped(each.steps), gas_text(each.gas_before),
                       estimate + gas_text(each.gas_after),
                       each.gas_before && each.gas_after
                           ? estimate + signed_text(*each.gas_before, *each.gas_after)
                           : std::string{"-"},
                       grouped(each.memory_before), grouped(each.memory_after),
                       outcome_text(each, trace.findings)});
    }
    return text + table_text(table, palette, columns);
}

std::string price_json(const PricedTrace& trace) {
    auto transactions = ordered_json::array();
    for (const RepricedTransaction& each : trace.transactions) {
        const PriceOutcome outcome = outcome_of(each, trace.findings);
        ordered_json row = {{"transaction", each.number},
                            {"steps", each.steps},
                            {"calls", each.calls},
                            {"gas_before", gas_json(each.gas_before)},
                            {"gas_after", gas_json(each.gas_after)},
                            {"gas_left_after", gas_json(each.left_after)},
                            {"memory_gas_before", each.memory_before},
                            {"memory_gas_after", each.memory_after},
                            {"outcome", outcome_name(outcome)},
                            {"at", nullptr},
                            {"reason", nullptr}};
        if (outcome == PriceOutcome::fails) {
            row["at"] = step_json(*each.fails_at);
            row["reason"] = why_failing(each);
        } else if (outcome == PriceOutcome::may_change) {
            row["at"] = step_json(each.changes_at);
            row["reason"] = describe(each.change);
        }
        transactions.push_back(std::move(row));
    }
    const ordered_json object = {{"file", trace.file},
                                 {"rules", trace.rules},
                                 {"findings", trace.findings},
                                 {"gaps", trace.gaps},
                                 {"transactions", transactions}};
    return object.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string price_totals_text(const PriceTotals& totals, std::size_t columns,
                              const Palette& palette) {
    std::string text =
        fmt::format("{}: {} cheaper, {} dearer, {} unchanged, {} fail, {} may change, {} unknown",
                    counted(totals.transactions, "transaction"), grouped(totals.cheaper),
                    grouped(totals.dearer), grouped(totals.unchanged), grouped(totals.fails),
                    grouped(totals.may_change), grouped(totals.unknown));
    text = palette.strong(wrapped_text(text, columns, 2)) + "\n";
    if (totals.percents.empty()) return text;
    return text + fmt::format(
                      "  those that do the same: {} gas, then {} ({}); {:+.2f} % at least, "
                      "{:+.2f} % in the median, {:+.2f} % at most\n",
                      grouped(totals.gas_before), grouped(totals.gas_after),
                      signed_text(totals.gas_before, totals.gas_after),
                      quantile(totals.percents, 0), median(totals.percents),
                      quantile(totals.percents, 1));
}

}  // namespace evmmem::app
