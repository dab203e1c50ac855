// SPDX-License-Identifier: MIT
// What becomes of a transaction under other rules, as reports tell it; and sums of many, in room that does not
// grow with how many they are.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "traces/repricing/priced_transaction.hpp"

namespace evmmem::app {

/// What becomes of a transaction.
enum class PriceOutcome : std::uint8_t {
    same_path,   ///< it does the same, and its gas is certain
    fails,       ///< its outermost call fails, for certain
    may_change,  ///< from a step on it may do something else
    not_priced,  ///< the trace does not show what decides a price
    unknown,     ///< its end is not in the trace, or the trace has findings there
};
std::string_view name(PriceOutcome outcome);

/// A transaction before and after.
struct PriceRow {
    std::uint64_t number = 0;  ///< in its trace, from 0
    std::uint64_t steps = 0;
    std::uint64_t calls = 0;
    std::optional<std::uint64_t> gas_before;
    std::optional<std::uint64_t> gas_after;
    std::optional<std::uint64_t> left_after;
    std::uint64_t memory_before = 0;
    std::uint64_t memory_after = 0;
    PriceOutcome outcome = PriceOutcome::unknown;
    std::string reason;  ///< of an outcome that is not the same; a sentence's end
    std::optional<traces::StepReference> at;  ///< the step that it is about
    std::optional<std::uint64_t> slack;
    std::optional<traces::StepReference> slack_at;

    bool has_change() const { return outcome == PriceOutcome::same_path; }
    /// By which its gas changes; it has one.
    double percent() const;
};

/// `before`: the rules to compare with, by their place in the transaction's; nothing: what the trace shows.
PriceRow price_row(const traces::PricedTransaction& transaction, std::optional<std::size_t> before,
                   std::size_t after);

/// How often gas changed by how many percent: exact to a hundredth of a percent up to 100 % more, and to three
/// digits beyond.
class ChangeHistogram {
public:
    void add(double percent);
    std::uint64_t count() const { return count_; }
    /// The percentage below which a fraction `q` of the changes lies; there is at least one.
    double quantile(double q) const;
    /// Hundredths of a percent, and how many.
    const std::map<std::int64_t, std::uint64_t>& steps() const { return steps_; }

private:
    std::map<std::int64_t, std::uint64_t> steps_;
    std::uint64_t count_ = 0;
};

/// How transactions come out, in all.
struct PriceTotals {
    struct Listed {
        std::string file;
        PriceRow row;
    };

    std::uint64_t transactions = 0;
    std::uint64_t cheaper = 0;  ///< for certain, as the next two
    std::uint64_t dearer = 0;
    std::uint64_t unchanged = 0;
    std::uint64_t fails = 0;
    std::uint64_t may_change = 0;
    std::uint64_t not_priced = 0;
    std::uint64_t unknown = 0;
    std::uint64_t gas_before = 0;  ///< of the certain ones that do not fail, as the rest
    std::uint64_t gas_after = 0;
    std::uint64_t memory_before = 0;
    std::uint64_t memory_after = 0;
    ChangeHistogram changes;
    std::optional<Listed> tightest;  ///< the least slack, and the first of equals
    std::vector<Listed> most;        ///< changed most, by gas, the most first

    /// Keeps the `top` most changed.
    void add(const std::string& file, const PriceRow& row, std::size_t top);
};

}  // namespace evmmem::app
