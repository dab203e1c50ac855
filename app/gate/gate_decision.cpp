// SPDX-License-Identifier: MIT
#include "gate_decision.hpp"

#include <cmath>

namespace evmmem::app {
namespace {

bool is_above(double count_ratio, double tolerance) {
    return count_ratio - (1 + tolerance) > counts_differ_by;
}

}  // namespace

std::string_view name(GateVerdict verdict) {
    switch (verdict) {
        case GateVerdict::pass: return "PASS";
        case GateVerdict::inconclusive: return "INCONCLUSIVE";
        case GateVerdict::fail: return "FAIL";
    }
    return "?";
}

GateVerdict worse(GateVerdict a, GateVerdict b) {
    return a < b ? b : a;
}

int GateTrial::pairs_wanted() const {
    return is_decided_ ? 0 : looks()[look_] - static_cast<int>(samples().size());
}

std::optional<Spread> GateTrial::slower() const {
    const bool leans = fresh_.empty() || median(fresh_) > 0;
    return is_confirming_ && leans ? std::optional{first_ratio_} : std::nullopt;
}

void GateTrial::add(double log_ratio) {
    (is_confirming_ ? fresh_ : first_).push_back(log_ratio);
    if (pairs_wanted() == 0) decide();
}

void GateTrial::decide() {
    const double error = is_confirming_ ? rules_.error : rules_.error / rules_.comparisons;
    const auto interval =
        signed_rank_interval(samples(), error / static_cast<double>(looks().size()));
    const double bound = std::log1p(rules_.tolerance);
    ratio_.median = std::exp(median(samples()));
    if (interval) {
        ratio_.low = std::exp(interval->low);
        ratio_.high = std::exp(interval->high);
        if (interval->high < bound) {
            verdict_ = GateVerdict::pass;
            is_decided_ = true;
            return;
        }
        if (interval->low > bound) {
            if (is_confirming_) {
                verdict_ = GateVerdict::fail;
                is_decided_ = true;
            } else {
                is_confirming_ = true;
                first_ratio_ = ratio_;
                look_ = 0;
            }
            return;
        }
    }
    // Neither: look again with more, or give up.
    if (++look_ == looks().size()) is_decided_ = true;
}

bool control_moved(std::span<const double> log_ratios, double tolerance, double error) {
    const auto interval = sign_test_interval(log_ratios, error);
    if (!interval || std::abs(median(log_ratios)) <= std::log1p(tolerance)) return false;
    return interval->low > 0 || interval->high < 0;
}

GateVerdict judge_counts(double base, double head, double tolerance) {
    return is_above(head / base, tolerance) ? GateVerdict::fail : GateVerdict::pass;
}

GateVerdict judge_by_both(double count_ratio, const Spread& time, double tolerance) {
    constexpr double equal = 0.003;
    if (time.low <= 0 || time.high <= 0) return GateVerdict::inconclusive;
    // Equal counts may still wait longer for memory: then time would lean.
    if (std::abs(count_ratio - 1) <= equal && time.low <= 1 && time.median <= 1 + tolerance / 2)
        return GateVerdict::pass;
    if (is_above(count_ratio, tolerance) && time.low > 1 && time.median > 1 + tolerance)
        return GateVerdict::fail;
    return GateVerdict::inconclusive;
}

}  // namespace evmmem::app
