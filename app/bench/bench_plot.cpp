// SPDX-License-Identifier: MIT
// The ratios to the baseline as horizontal bars on a logarithmic axis, which begin at 1: plain SVG,
// readable without a browser.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/text/xml_text.hpp"
#include "bench_report.hpp"

namespace evmmem::app {
namespace {

constexpr double label_width = 170;
constexpr double plot_width = 620;
constexpr double figure_width = 70;
constexpr double bar_height = 14;
constexpr double group_gap = 14;
constexpr double top = 64;

// Colours that differ also for people who cannot tell red from green. Source: Okabe and Ito, 2008.
constexpr const char* colors[] = {"#0072b2", "#e69f00", "#009e73", "#cc79a7",
                                  "#56b4e9", "#d55e00", "#999999", "#f0e442"};

struct Axis {
    double low = 1;
    double high = 1;  // no ratio is outside, nor 1

    double place(double ratio) const {
        return label_width + plot_width * (std::log10(ratio) - std::log10(low)) /
                                 (std::log10(high) - std::log10(low));
    }
};

Axis axis_of(const BenchReport& report) {
    double smallest = 1;
    double largest = 1.01;
    for (const BenchSubject& subject : report.subjects)
        for (const BenchRow& row : subject.rows)
            if (row.ratio && row.ratio->median > 0) {
                smallest = std::min(smallest, row.ratio->median);
                largest = std::max(largest, row.ratio->median);
            }
    const double margin = std::pow(largest / smallest, 0.02);
    return {smallest / margin, largest * margin};
}

/// Round numbers on the axis, a few to a dozen of them.
std::vector<double> ticks_of(const Axis& axis) {
    const double span = axis.high / axis.low;
    std::vector<double> steps = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    if (span < 3)
        for (int tenths = 11; tenths < 30; ++tenths)
            steps.push_back(tenths / 10.0);
    if (span > 20) steps = {1, 2, 5};
    if (span > 2000) steps = {1};
    std::vector<double> ticks;
    const auto last = std::lround(std::floor(std::log10(axis.high)));
    for (auto power = std::lround(std::floor(std::log10(axis.low))); power <= last; ++power)
        for (const double step : steps) {
            const double tick = step * std::pow(10, power);
            if (tick >= axis.low && tick <= axis.high) ticks.push_back(tick);
        }
    return ticks;
}

/// Each backend has one colour, in the order in which they were first seen.
std::vector<std::string> backend_names(const BenchReport& report) {
    std::vector<std::string> names;
    for (const BenchSubject& subject : report.subjects)
        for (const BenchRow& row : subject.rows)
            if (row.ratio && std::ranges::find(names, row.backend) == names.end())
                names.push_back(row.backend);
    return names;
}

}  // namespace

std::string bench_svg(const BenchReport& report) {
    const Axis axis = axis_of(report);
    const auto names = backend_names(report);
    const auto color = [&](const std::string& name) {
        const auto index = static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
        return colors[index % std::size(colors)];
    };

    std::string bars;
    double y = top;
    for (const BenchSubject& subject : report.subjects) {
        const double group_top = y;
        for (const BenchRow& row : subject.rows) {
            if (!row.ratio || row.ratio->median <= 0) continue;
            // To the right what takes longer than the baseline, to the left what is faster.
            const auto [begin, end] = std::minmax({axis.place(1), axis.place(row.ratio->median)});
            bars += fmt::format(
                "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" "
                "fill=\"{}\"/>\n",
                begin, y, std::max(end - begin, 1.0), bar_height - 2, color(row.backend));
            bars += svg_text(end + 4, y + bar_height - 4, "start",
                             fmt::format("{:.2f}", row.ratio->median));
            y += bar_height;
        }
        if (y == group_top) continue;
        bars += svg_text(label_width - 8, (group_top + y) / 2 + 3, "end", subject.name);
        y += group_gap;
    }
    const double bottom = y;

    std::string grid;
    for (const double tick : ticks_of(axis)) {
        const double x = axis.place(tick);
        grid += fmt::format(
            "<line x1=\"{0:.1f}\" y1=\"{1:.1f}\" x2=\"{0:.1f}\" y2=\"{2:.1f}\" stroke=\"{3}\"/>\n",
            x, top - 6, bottom, tick == 1 ? "#000000" : "#dddddd");
        grid += svg_text(x, bottom + 16, "middle", fmt::format("{:g}", tick));
    }

    std::string legend;
    double x = label_width;
    for (const std::string& name : names) {
        legend +=
            fmt::format("<rect x=\"{:.1f}\" y=\"34\" width=\"12\" height=\"12\" fill=\"{}\"/>\n", x,
                        color(name));
        legend += svg_text(x + 16, 44, "start", name);
        x += 34 + 7 * static_cast<double>(name.size());
    }
    const double width = std::max(label_width + plot_width + figure_width, x);
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
        "viewBox=\"0 0 {0:.0f} "
        "{1:.0f}\" font-family=\"sans-serif\" font-size=\"11\">\n"
        "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
        "<text x=\"{2:.1f}\" y=\"20\" font-size=\"14\">Time relative to raw memcpy of the same "
        "bytes (less is "
        "faster)</text>\n{3}{4}{5}{6}</svg>\n",
        width, bottom + 48, label_width, legend, grid, bars,
        svg_text(label_width, bottom + 36, "start",
                 fmt::format("{}; {}; {}", report.environment.program, report.environment.compiler,
                             report.environment.cpu)));
}

}  // namespace evmmem::app
