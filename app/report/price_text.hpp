// SPDX-License-Identifier: MIT
// What traces would have cost, as tables for people.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <memory>
#include <string>

#include "app/host/output.hpp"
#include "app/host/palette.hpp"
#include "price_report.hpp"

namespace evmmem::app {

std::unique_ptr<PriceReporter> text_prices(const PriceSubject& subject, std::size_t columns,
                                           const Palette& palette, Output& output);

/// "+1.25 %"; "-" where there was nothing before.
template <typename Number>
std::string percent_text(Number before, Number after) {
    if (before == 0) return "-";
    const auto base = static_cast<double>(before);
    return fmt::format("{:+.2f} %", 100 * (static_cast<double>(after) - base) / base);
}

}  // namespace evmmem::app
