// SPDX-License-Identifier: MIT
#include "price_row.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "traces/observers/keep_most.hpp"

namespace evmmem::app {
namespace {

using traces::PathChange;
using traces::PricedFailure;
using traces::RulesOutcome;

std::string why_failing(const RulesOutcome& outcome) {
    switch (outcome.failure) {
        case PricedFailure::none: break;
        case PricedFailure::out_of_gas: return "it has not the gas";
        case PricedFailure::memory: return std::string{describe(outcome.halt)};
        case PricedFailure::no_instruction: return "there is no such instruction";
        case PricedFailure::init_code: return "it has more init code than it may have";
    }
    return {};
}

/// Why what the transaction would have cost before is not certain; nothing if it is.
bool is_known_before(PriceRow& row, const RulesOutcome& before) {
    if (before.fails() || before.change != PathChange::none) {
        row.outcome = PriceOutcome::unknown;
        row.at = before.fails() ? std::optional{before.fails_at} : before.changes_at;
        row.reason = "before: " +
                     (before.fails() ? why_failing(before) : std::string{describe(before.change)});
        return false;
    }
    return true;
}

std::uint64_t gas_change(const PriceRow& row) {
    return std::max(*row.gas_before, *row.gas_after) - std::min(*row.gas_before, *row.gas_after);
}

}  // namespace

std::string_view name(PriceOutcome outcome) {
    switch (outcome) {
        case PriceOutcome::same_path: return "same_path";
        case PriceOutcome::fails: return "fails";
        case PriceOutcome::may_change: return "may_change";
        case PriceOutcome::not_priced: return "not_priced";
        case PriceOutcome::unknown: return "unknown";
    }
    return {};
}

double PriceRow::percent() const {
    const auto before = static_cast<double>(*gas_before);
    const auto after = static_cast<double>(*gas_after);
    return before == 0 ? 0 : 100 * (after - before) / before;
}

PriceRow price_row(const traces::PricedTransaction& transaction, std::optional<std::size_t> before,
                   std::size_t after) {
    const RulesOutcome& then = transaction.by_rules[after];
    const RulesOutcome* const now = before ? &transaction.by_rules[*before] : nullptr;
    PriceRow row{.number = transaction.number,
                 .steps = transaction.steps,
                 .calls = transaction.calls,
                 .gas_before = now != nullptr ? now->gas : transaction.gas,
                 .gas_after = then.gas,
                 .left_after = then.left,
                 .memory_before = now != nullptr ? now->memory : transaction.memory,
                 .memory_after = then.memory,
                 .reason = {},
                 .at = {},
                 .slack = then.slack,
                 .slack_at = {}};
    if (row.slack) row.slack_at = then.slack_at;
    if (transaction.findings != 0) {
        row.reason = "the trace has findings";
        return row;
    }
    if (now != nullptr && !is_known_before(row, *now)) return row;
    if (then.change != PathChange::none) {
        row.outcome = then.change == PathChange::price_unknown ? PriceOutcome::not_priced
                                                               : PriceOutcome::may_change;
        row.at = then.changes_at;
        row.reason = describe(then.change);
    } else if (then.fails()) {
        row.outcome = PriceOutcome::fails;
        row.at = then.fails_at;
        row.reason = why_failing(then);
    } else if (row.gas_before && row.gas_after) {
        row.outcome = PriceOutcome::same_path;
    } else {
        row.reason = "its end is not in the trace";
    }
    return row;
}

void ChangeHistogram::add(double percent) {
    double step = std::round(100 * percent);
    if (std::abs(step) > 10'000) {
        const double digit = std::pow(10, std::floor(std::log10(std::abs(step))) - 2);
        step = std::round(step / digit) * digit;
    }
    constexpr double most = 1e15;
    ++steps_[static_cast<std::int64_t>(std::clamp(step, -most, most))];
    ++count_;
}

double ChangeHistogram::quantile(double q) const {
    const double place = q * static_cast<double>(count_ - 1);
    const auto below = static_cast<std::uint64_t>(place);
    std::uint64_t seen = 0;
    std::int64_t lower = steps_.begin()->first;
    std::int64_t upper = lower;
    bool has_lower = false;
    for (const auto& [step, count] : steps_) {
        seen += count;
        if (!has_lower && seen > below) {
            lower = step;
            has_lower = true;
        }
        upper = step;
        if (seen > below + 1) break;
    }
    return std::lerp(static_cast<double>(lower), static_cast<double>(upper),
                     place - static_cast<double>(below)) /
           100;
}

void PriceTotals::add(const std::string& file, const PriceRow& row, std::size_t top) {
    ++transactions;
    switch (row.outcome) {
        case PriceOutcome::fails: ++fails; return;
        case PriceOutcome::may_change: ++may_change; return;
        case PriceOutcome::not_priced: ++not_priced; return;
        case PriceOutcome::unknown: ++unknown; return;
        case PriceOutcome::same_path: break;
    }
    gas_before += *row.gas_before;
    gas_after += *row.gas_after;
    memory_before += row.memory_before;
    memory_after += row.memory_after;
    changes.add(row.percent());
    if (row.slack && (!tightest || *row.slack < *tightest->row.slack)) tightest = {file, row};
    if (*row.gas_after == *row.gas_before) {
        ++unchanged;
        return;
    }
    ++(*row.gas_after < *row.gas_before ? cheaper : dearer);
    const auto change = [](const Listed& listed) { return gas_change(listed.row); };
    traces::keep_most(most, Listed{file, row}, change, top);
}

}  // namespace evmmem::app
