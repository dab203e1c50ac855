// SPDX-License-Identifier: MIT
// What can be said of a handful of measurements, without assuming how they are distributed:
// medians, quartiles, and exact intervals of a median. Pure functions of numbers.
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace evmmem::app {

/// The value below which a fraction `q` (0 to 1) of the samples lies, interpolated. There is at
/// least one.
double quantile(std::span<const double> samples, double q);
double median(std::span<const double> samples);

/// The middle of some samples and where half of them are: the quartiles.
struct Spread {
    double median = 0;
    double low = 0;
    double high = 0;

    /// The distance of the quartiles as a fraction of the median.
    double relative() const { return median != 0 ? (high - low) / median : 0; }
    bool operator==(const Spread&) const = default;
};
Spread spread_of(std::span<const double> samples);
/// Of samples[i] / base[i], pair by pair as far as both go.
Spread ratio_spread(std::span<const double> samples, std::span<const double> base);

/// An interval that misses the true median with at most the probability asked for.
struct MedianInterval {
    double low = 0;
    double high = 0;
};

/// Exact, from the order statistics, whatever the distribution: the probability that the median is
/// outside is the binomial's, at most `error` for both sides together. Nothing when there are too
/// few samples for that.
std::optional<MedianInterval> sign_test_interval(std::span<const double> samples, double error);

/// Exact by signed ranks (Wilcoxon 1945, Hodges and Lehmann 1963) where a sample lies as often so
/// far above the middle as below it, whatever the distribution is besides: two thirds of the
/// samples say what the sign test says of all. Nothing when there are too few samples.
std::optional<MedianInterval> signed_rank_interval(std::span<const double> samples, double error);

/// P(X <= k) where X counts heads in n tosses of a fair coin.
double fair_binomial_cdf(int k, int n);

}  // namespace evmmem::app
