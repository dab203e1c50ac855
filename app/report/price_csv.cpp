// SPDX-License-Identifier: MIT
#include "price_csv.hpp"

#include <fmt/format.h>

#include "app/text/escape.hpp"

namespace evmmem::app {
namespace {

std::string cell(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == text.npos) return std::string{text};
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}
std::string cell(std::optional<std::uint64_t> number) {
    return number ? fmt::format("{}", *number) : std::string{};
}

class CsvPrices final : public PriceReporter {
public:
    explicit CsvPrices(Output& output) : output_{output} {
        output_.write(
            "file,transaction,steps,calls,gas_before,gas_after,gas_left_after,memory_gas_before,"
            "memory_gas_after,slack,outcome,step,line,reason\n");
    }

    void transaction(const std::string& file, const PriceRow& row) override {
        output_.write(fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n",
                                  cell(escaped(file)), row.number, row.steps, row.calls,
                                  cell(row.gas_before), cell(row.gas_after), cell(row.left_after),
                                  row.memory_before, row.memory_after, cell(row.slack),
                                  name(row.outcome), row.at ? fmt::format("{}", row.at->step) : "",
                                  row.at ? fmt::format("{}", row.at->line) : "", cell(row.reason)));
    }
    void trace_is_over(const std::string&, const PricedTraceEnd&) override {}
    void finish(const PriceTotals&, const PriceBreakdown&) override {}

private:
    Output& output_;
};

}  // namespace

std::unique_ptr<PriceReporter> csv_prices(Output& output) {
    return std::make_unique<CsvPrices>(output);
}

}  // namespace evmmem::app
