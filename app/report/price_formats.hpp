// SPDX-License-Identifier: MIT
// The reporter of each format in which prices are printed.
#pragma once

#include <cstddef>
#include <memory>

#include "app/host/output.hpp"
#include "app/host/palette.hpp"
#include "price_format.hpp"
#include "price_report.hpp"

namespace evmmem::app {

std::unique_ptr<PriceReporter> price_reporter(PriceFormat format, const PriceSubject& subject,
                                              std::size_t columns, const Palette& palette,
                                              Output& output);

}  // namespace evmmem::app
