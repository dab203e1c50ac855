// SPDX-License-Identifier: MIT
#include "app/report/price_row.hpp"

#include <doctest/doctest.h>

#include "app/report/price_report.hpp"

using namespace evmmem;
using namespace evmmem::app;

namespace {

traces::PricedTransaction transaction(std::uint64_t before, std::uint64_t after) {
    traces::PricedTransaction priced;
    priced.gas = before;
    priced.by_rules.resize(1);
    priced.by_rules[0].gas = after;
    return priced;
}

}  // namespace

TEST_CASE("quantiles of changes are those of the sorted changes, to a hundredth of a percent") {
    ChangeHistogram changes;
    for (const double percent : {3.0, -1.0, 0.004, 2.0})
        changes.add(percent);
    CHECK(changes.quantile(0) == -1);
    CHECK(changes.quantile(0.5) == 1);  // between 0 and 2
    CHECK(changes.quantile(1) == 3);
    CHECK(changes.count() == 4);
}

TEST_CASE("changes beyond 100 % are kept to three digits, so that there are few of them") {
    ChangeHistogram changes;
    for (int i = 0; i < 100'000; ++i)
        changes.add(123'456 + i);
    CHECK(changes.steps().size() < 1000);
    CHECK(changes.quantile(0) == 123'000);
    changes.add(1e300);
    CHECK(changes.quantile(1) == 1e13);
}

TEST_CASE("a transaction's outcome is the first thing that makes it uncertain") {
    auto priced = transaction(100, 90);
    CHECK(price_row(priced, {}, 0).outcome == PriceOutcome::same_path);
    CHECK(price_row(priced, {}, 0).percent() == -10);

    priced.by_rules[0].change = traces::PathChange::price_unknown;
    CHECK(price_row(priced, {}, 0).outcome == PriceOutcome::not_priced);
    priced.by_rules[0].change = traces::PathChange::gas_is_read;
    CHECK(price_row(priced, {}, 0).outcome == PriceOutcome::may_change);
    CHECK(price_row(priced, {}, 0).reason == "GAS gives another number");
    priced.findings = 1;
    CHECK(price_row(priced, {}, 0).outcome == PriceOutcome::unknown);

    priced = transaction(100, 90);
    priced.by_rules[0].failure = traces::PricedFailure::out_of_gas;
    CHECK(price_row(priced, {}, 0).outcome == PriceOutcome::fails);
    priced = transaction(100, 90);
    priced.gas.reset();
    CHECK(price_row(priced, {}, 0).outcome == PriceOutcome::unknown);
}

TEST_CASE("what is compared with other rules is certain only if it is certain under both") {
    auto priced = transaction(100, 90);
    priced.by_rules.push_back(priced.by_rules[0]);
    priced.by_rules[0].gas = 95;
    CHECK(price_row(priced, 0, 1).gas_before == 95);
    CHECK(price_row(priced, 0, 1).outcome == PriceOutcome::same_path);
    priced.by_rules[0].change = traces::PathChange::gas_is_read;
    CHECK(price_row(priced, 0, 1).outcome == PriceOutcome::unknown);
    CHECK(price_row(priced, 0, 1).reason == "before: GAS gives another number");
}

TEST_CASE("totals keep the transactions that change most, whichever way") {
    PriceTotals totals;
    for (const std::uint64_t after : {101, 90, 100, 103, 90})
        totals.add("a", price_row(transaction(100, after), {}, 0), 2);
    CHECK(totals.transactions == 5);
    CHECK(totals.cheaper == 2);
    CHECK(totals.dearer == 2);
    CHECK(totals.unchanged == 1);
    CHECK(totals.gas_before == 500);
    CHECK(totals.gas_after == 484);
    REQUIRE(totals.most.size() == 2);
    CHECK(totals.most[0].row.gas_after == 90);
    CHECK(totals.most[1].row.gas_after == 90);
}

TEST_CASE("a picture of changes has a bar for each that there is, and names what it leaves out") {
    PriceTotals totals;
    for (const std::uint64_t after : {101, 90, 100, 103, 90})
        totals.add("a", price_row(transaction(100, after), {}, 0), 2);
    const std::string svg = price_svg({.rules = "a<b", .against = "", .before = {}}, totals);
    CHECK(svg.find("Change of gas under a&lt;b, against what the traces show") != svg.npos);
    CHECK(svg.find("<title>-10.00 % to -9.50 %: 2 transactions</title>") != svg.npos);
    CHECK(svg.find("of 5 transactions; not drawn: 0 fail, 0 may change, 0 uncertain") != svg.npos);
    CHECK(price_svg({.rules = "a", .against = "", .before = {}}, {}).find("</svg>") != svg.npos);
}
