// SPDX-License-Identifier: MIT
#include "price_formats.hpp"

#include "price_csv.hpp"
#include "price_json.hpp"
#include "price_text.hpp"

namespace evmmem::app {

std::unique_ptr<PriceReporter> price_reporter(PriceFormat format, const PriceSubject& subject,
                                              std::size_t columns, const Palette& palette,
                                              Output& output) {
    switch (format) {
        case PriceFormat::text: return text_prices(subject, columns, palette, output);
        case PriceFormat::json: return json_prices(subject, output);
        case PriceFormat::csv: return csv_prices(output);
    }
    return nullptr;
}

}  // namespace evmmem::app
