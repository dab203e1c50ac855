// SPDX-License-Identifier: MIT
// What traces would have cost, as JSON: a line for each trace, then one for all.
#pragma once

#include <memory>

#include "app/host/json.hpp"
#include "app/host/output.hpp"
#include "price_report.hpp"

namespace evmmem::app {

std::unique_ptr<PriceReporter> json_prices(const PriceSubject& subject, Output& output);

nlohmann::ordered_json totals_json(const PriceTotals& totals);

}  // namespace evmmem::app
