// SPDX-License-Identifier: MIT
#include "statistics.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

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

/// The largest k for which the sum of those ranks of 1 to n whose coin fell heads is at most k with
/// a probability of at most `p`; -1 where even 0 is too likely.
int rank_sum_quantile(int n, double p) {
    // Of each sum up to half of all ranks, above which it is as likely as below.
    std::vector<double> probability(static_cast<std::size_t>(n * (n + 1) / 4) + 1, 0);
    probability[0] = std::pow(0.5, n);
    for (std::size_t rank = 1; rank <= static_cast<std::size_t>(n); ++rank)
        for (std::size_t sum = probability.size(); sum-- > rank;)
            probability[sum] += probability[sum - rank];
    double at_most = 0;
    for (std::size_t sum = 0; sum < probability.size(); ++sum) {
        at_most += probability[sum];
        if (at_most > p) return static_cast<int>(sum) - 1;
    }
    return static_cast<int>(probability.size()) - 1;
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

std::optional<MedianInterval> signed_rank_interval(std::span<const double> samples, double error) {
    // A gate asks for a few of them again and again.
    thread_local std::map<std::pair<std::size_t, double>, int> known;
    const auto [found, is_new] = known.try_emplace({samples.size(), error}, 0);
    if (is_new) found->second = rank_sum_quantile(static_cast<int>(samples.size()), error / 2);
    const int cut = found->second;
    if (cut < 0 || samples.empty()) return std::nullopt;
    // The middles of all two samples, and of each with itself.
    std::vector<double> middles;
    middles.reserve(samples.size() * (samples.size() + 1) / 2);
    for (std::size_t i = 0; i < samples.size(); ++i)
        for (std::size_t j = i; j < samples.size(); ++j)
            middles.push_back(std::midpoint(samples[i], samples[j]));
    const auto low = middles.begin() + cut;
    const auto high = middles.end() - 1 - cut;
    MedianInterval interval;
    std::ranges::nth_element(middles, low);
    interval.low = *low;
    std::ranges::nth_element(middles, high);
    interval.high = *high;
    return interval;
}

}  // namespace evmmem::app
