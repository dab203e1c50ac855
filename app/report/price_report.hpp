// SPDX-License-Identifier: MIT
// How prices are reported, in whatever format: transaction by transaction as they come, then the sums.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "price_breakdown.hpp"
#include "price_row.hpp"

namespace evmmem::app {

/// A trace, when it is over.
struct PricedTraceEnd {
    std::uint64_t findings = 0;     ///< of the replay
    std::vector<std::string> gaps;  ///< why it is not whole: sentences without a full stop
    /// Numbers that differ, and that nothing here looks at.
    std::vector<std::string> not_priced;
};

class PriceReporter {
public:
    virtual ~PriceReporter() = default;
    virtual void transaction(const std::string& file, const PriceRow& row) = 0;
    virtual void trace_is_over(const std::string& file, const PricedTraceEnd& end) = 0;
    virtual void finish(const PriceTotals& totals, const PriceBreakdown& breakdown) = 0;
};

/// How many transactions change by how many percent, as a picture.
std::string price_svg(const PriceSubject& subject, const PriceTotals& totals);

}  // namespace evmmem::app
