// SPDX-License-Identifier: MIT
// What traces would have cost, as comma-separated values (RFC 4180): a row for each transaction.
#pragma once

#include <memory>

#include "app/host/output.hpp"
#include "price_report.hpp"

namespace evmmem::app {

std::unique_ptr<PriceReporter> csv_prices(Output& output);

}  // namespace evmmem::app
