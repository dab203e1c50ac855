// SPDX-License-Identifier: MIT
#include "statistics.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace evmmem::app {
namespace {

std::vector<double> sorted(std::span<const double> samples) {
    std::vector<double> copy(samples.begin(), samples.end());
    std::ranges::sort(copy);
    return copy;
}

double quantile_of_sorted(std::span<const double> samples, double q) {
    assert(!samples.empty());
    const double place = q * static_cast<double>(samples.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, samples.size() - 1);
    return std::lerp(samples[below], samples[above], place - static_cast<double>(below));
}

}  // namespace

double quantile(std::span<const double> samples, double q) {
    return quantile_of_sorted(sorted(samples), q);
}

double median(std::span<const double> samples) {
    return quantile(samples, 0.5);
}

Spread spread_of(std::span<const double> samples) {
    const auto ordered = sorted(samples);
    return {quantile_of_sorted(ordered, 0.5), quantile_of_sorted(ordered, 0.25),
            quantile_of_sorted(ordered, 0.75)};
}

Spread ratio_spread(std::span<const double> samples, std::span<const double> base) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < std::min(samples.size(), base.size()); ++i)
        ratios.push_back(samples[i] / base[i]);
    return spread_of(ratios);
}

double fair_binomial_cdf(int k, int n) {
    // Each term as a logarithm, so that no n is too large.
    double sum = 0;
    for (int i = 0; i <= std::min(k, n); ++i)
        sum += std::exp(std::lgamma(n + 1) - std::lgamma(i + 1) - std::lgamma(n - i + 1) -
                        n * std::log(2.0));
    return std::min(sum, 1.0);
}

std::optional<MedianInterval> sign_test_interval(std::span<const double> samples, double error) {
    const int n = static_cast<int>(samples.size());
    // The median is below the (i+1)th smallest sample only when at most i samples are below the
    // median.
    int i = -1;
    while (2 * (i + 2) <= n && 2 * fair_binomial_cdf(i + 1, n) <= error)
        ++i;
    if (i < 0) return std::nullopt;
    const auto ordered = sorted(samples);
    const auto cut = static_cast<std::size_t>(i);
    return MedianInterval{ordered[cut], ordered[ordered.size() - 1 - cut]};
}

}  // namespace evmmem::app
