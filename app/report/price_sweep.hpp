// SPDX-License-Identifier: MIT
// What traces would have cost under several rules at once, in each format: the sums of each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "app/host/palette.hpp"
#include "core/rule_key.hpp"
#include "price_breakdown.hpp"
#include "price_format.hpp"
#include "price_row.hpp"

namespace evmmem::app {

/// One of several rules: what was set, and what came of it.
struct PricePoint {
    std::vector<std::uint64_t> numbers;  ///< in the order of the keys
    PriceTotals totals;
};
/// All of them.
std::string price_sweep(PriceFormat format, const PriceSubject& subject,
                        const std::vector<RuleKey>& keys, const std::vector<PricePoint>& points,
                        std::size_t columns, const Palette& palette);

}  // namespace evmmem::app
