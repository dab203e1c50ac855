// SPDX-License-Identifier: MIT
// Decides from paired measurements whether something got slower. Nothing is assumed of how times
// are distributed but that neither side is favoured, which the measuring sees to: the exact
// signed-rank interval of the log ratio decides, with the error split over comparisons and looks,
// so that looking early does not cost certainty. Pure: samples in, verdict out; it reads no clock
// and starts nothing.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "app/text/statistics.hpp"

namespace evmmem::app {

enum class GateVerdict : std::uint8_t {
    pass,          ///< certainly not slower by more than the tolerance
    inconclusive,  ///< the measurements do not decide
    fail,          ///< slower by more than the tolerance, with certainty and twice; or wrong
};
std::string_view name(GateVerdict verdict);
/// The worse of two: one failure fails all.
GateVerdict worse(GateVerdict a, GateVerdict b);

struct GateRules {
    double tolerance = 0.03;  ///< 3 %: a head that is slower by less is no regression
    double error = 0.01;      ///< the probability of any false alarm, over all comparisons, at most
    int comparisons = 1;      ///< how many trials share that error
    /// Pairs at which a decision is tried, ascending.
    std::vector<int> looks = {16, 20, 24, 32, 48, 64, 96, 128, 192, 256};
    /// The same on fresh pairs, before a failure is one. What they confirm is certain enough
    /// already, so the error of each confirmation is all of `error`.
    std::vector<int> confirming = {12, 16, 20, 24, 32, 48, 64, 96, 128};
};

/// One comparison: ask how many pairs it wants, add them, until it wants no more.
class GateTrial {
public:
    explicit GateTrial(GateRules rules) : rules_{std::move(rules)} {}

    /// Pairs to add before the next decision; 0: decided.
    int pairs_wanted() const;
    /// The logarithm of head's time over base's, of one pair.
    void add(double log_ratio);

    GateVerdict verdict() const { return verdict_; }
    bool is_confirming() const { return is_confirming_; }
    /// Of the last decision: the interval of the median ratio, and its middle. 1.10: head takes 10
    /// % longer.
    Spread ratio() const { return ratio_; }
    /// Of the first series, once that was certain that the head is slower by more than the tolerance,
    /// unless the fresh pairs so far say otherwise.
    std::optional<Spread> slower() const;
    std::span<const double> first_samples() const { return first_; }
    std::span<const double> fresh_samples() const { return fresh_; }

private:
    void decide();
    const std::vector<int>& looks() const {
        return is_confirming_ ? rules_.confirming : rules_.looks;
    }
    const std::vector<double>& samples() const { return is_confirming_ ? fresh_ : first_; }

    GateRules rules_;
    std::vector<double> first_;
    std::vector<double> fresh_;  // since the confirmation began
    std::size_t look_ = 0;
    bool is_confirming_ = false;
    bool is_decided_ = false;
    GateVerdict verdict_ = GateVerdict::inconclusive;
    Spread ratio_{1, 0, 0};
    Spread first_ratio_{1, 0, 0};  // when the confirmation began
};

/// Whether the control, which is the same work on both sides, shows that the machine changed
/// between them.
bool control_moved(std::span<const double> log_ratios, double tolerance, double error);

/// Counts of instructions are the same to this fraction of them, of the same work: a ratio that is
/// nearer to the tolerance than that is not above it.
inline constexpr double counts_differ_by = 0.001;

/// For counts that do not vary: above the tolerance is a failure, anything else passes.
GateVerdict judge_counts(double base, double head, double tolerance);

/// What counts of instructions say where time leaves it open: equal counts (within 0.3 %) pass
/// unless time shows a sign of slowness, and more of them than the tolerance fail when time is
/// slower, too. `count_ratio` is head's count over base's, `time` the interval of the median ratio
/// of times; a low and high of 0 are no interval, which decides nothing.
GateVerdict judge_by_both(double count_ratio, const Spread& time, double tolerance);

}  // namespace evmmem::app
