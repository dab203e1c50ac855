// SPDX-License-Identifier: MIT
// A histogram: plain SVG, readable without a browser.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/text/quantity.hpp"
#include "app/text/xml_text.hpp"
#include "price_report.hpp"

namespace evmmem::app {
namespace {

constexpr double histogram_margin = 70;
constexpr double histogram_width = 640;
constexpr double histogram_height = 300;
constexpr double histogram_top = 64;
constexpr int bars_max = 40;

/// 1, 2 or 5 times a power of ten hundredths of a percent: the least with which `span` needs few bars.
std::int64_t bar_width(std::int64_t span) {
    for (std::int64_t power = 1;; power *= 10)
        for (const std::int64_t digit : {1, 2, 5})
            if (span / (digit * power) < bars_max) return digit * power;
}

std::int64_t bar_of(std::int64_t step, std::int64_t width) {
    return step >= 0 ? step / width : -((-step + width - 1) / width);
}

}  // namespace

std::string price_svg(const PriceSubject& subject, const PriceTotals& totals) {
    const auto& steps = totals.changes.steps();
    // What is far out is drawn at the ends.
    const auto hundredths = [&](double q) {
        return static_cast<std::int64_t>(std::llround(100 * totals.changes.quantile(q)));
    };
    const std::int64_t low = steps.empty() ? 0 : std::min<std::int64_t>(hundredths(0.01), 0);
    const std::int64_t high = steps.empty() ? 0 : std::max<std::int64_t>(hundredths(0.99), 0);
    const std::int64_t width = bar_width(high - low);
    const std::int64_t first = bar_of(low, width);
    const auto count = static_cast<std::size_t>(bar_of(high, width) - first + 1);
    std::vector<std::uint64_t> bars(count);
    for (const auto& [step, number] : steps)
        bars[static_cast<std::size_t>(bar_of(std::clamp(step, low, high), width) - first)] +=
            number;
    const std::uint64_t most = std::max<std::uint64_t>(1, *std::ranges::max_element(bars));
    const double bar = histogram_width / static_cast<double>(count);
    const double bottom = histogram_top + histogram_height;
    std::string drawn;
    for (std::size_t i = 0; i < count; ++i) {
        if (bars[i] == 0) continue;
        const double height =
            histogram_height * static_cast<double>(bars[i]) / static_cast<double>(most);
        const std::int64_t begin = (first + static_cast<std::int64_t>(i)) * width;
        drawn += fmt::format(
            "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"{}\">"
            "<title>{:+.2f} % to {:+.2f} %: {}</title></rect>\n",
            histogram_margin + bar * static_cast<double>(i), bottom - height,
            std::max(bar - 1, 1.0), height, begin < 0 ? "#009e73" : "#d55e00",
            static_cast<double>(begin) / 100, static_cast<double>(begin + width) / 100,
            counted(bars[i], "transaction"));
    }
    const std::size_t every = std::max<std::size_t>(1, count / 8);
    for (std::size_t i = 0; i <= count; i += every)
        drawn += svg_text(
            histogram_margin + bar * static_cast<double>(i), bottom + 16, "middle",
            fmt::format("{:+g} %",
                        static_cast<double>((first + static_cast<std::int64_t>(i)) * width) / 100));
    for (const std::uint64_t number : {std::uint64_t{0}, most / 2, most})
        drawn += svg_text(
            histogram_margin - 6,
            bottom - histogram_height * static_cast<double>(number) / static_cast<double>(most) + 4,
            "end", grouped(number));
    const std::string before =
        subject.against.empty() ? std::string{"what the traces show"} : subject.against;
    const std::string apart =
        fmt::format("of {}; not drawn: {} fail, {} may change, {} uncertain",
                    counted(totals.transactions, "transaction"), grouped(totals.fails),
                    grouped(totals.may_change), grouped(totals.not_priced + totals.unknown));
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
        "viewBox=\"0 0 {0:.0f} {1:.0f}\" font-family=\"sans-serif\" font-size=\"11\">\n"
        "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
        "<text x=\"{2:.1f}\" y=\"20\" font-size=\"14\">{3}</text>\n{4}"
        "<line x1=\"{2:.1f}\" y1=\"{5:.1f}\" x2=\"{6:.1f}\" y2=\"{5:.1f}\" stroke=\"#000000\"/>\n"
        "{7}</svg>\n",
        histogram_margin + histogram_width + 40, bottom + 40, histogram_margin,
        xml_text(fmt::format("Change of gas under {}, against {}", subject.rules, before)),
        svg_text(histogram_margin, 40, "start", apart), bottom, histogram_margin + histogram_width,
        drawn);
}

}  // namespace evmmem::app
