// SPDX-License-Identifier: MIT
// What traces would have cost, as tables for people and as JSON.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/host/palette.hpp"
#include "app/host/terminal.hpp"
#include "traces/observers/memory_repricing.hpp"

namespace evmmem::app {

/// One trace, priced anew.
struct PricedTrace {
    std::string file;
    std::string rules;  ///< what they are called
    std::vector<traces::RepricedTransaction> transactions;
    std::uint64_t findings = 0;     ///< of the replay: what follows from the trace is not certain
    std::vector<std::string> gaps;  ///< why it is not whole: sentences without a full stop
};

/// How transactions come out, in all.
struct PriceTotals {
    std::uint64_t transactions = 0;
    std::uint64_t cheaper = 0;  ///< for certain, as the next two
    std::uint64_t dearer = 0;
    std::uint64_t unchanged = 0;
    std::uint64_t fails = 0;       ///< for certain: its outermost call would
    std::uint64_t may_change = 0;  ///< may do something else
    std::uint64_t unknown = 0;     ///< its end is not in the trace, or the trace has findings
    std::uint64_t gas_before = 0;  ///< of the certain ones that do not fail
    std::uint64_t gas_after = 0;
    std::vector<double> percents;  ///< by which their gas changes

    void add(const PricedTrace& trace);
};

std::string price_text(const PricedTrace& trace, std::size_t columns, const Palette& palette);
/// One object on a line.
std::string price_json(const PricedTrace& trace);
/// Of several traces: the sums, and the least, median and most change.
std::string price_totals_text(const PriceTotals& totals, std::size_t columns,
                              const Palette& palette);

}  // namespace evmmem::app
