// SPDX-License-Identifier: MIT
#include "gate_runner.hpp"

#include <fmt/format.h>

#include <cmath>

namespace evmmem::app {
namespace {

constexpr double control_error = 0.01;

std::string_view side_name(GateSide side) {
    return side == GateSide::base ? "base" : "head";
}

/// Whether both sides ran the same program and came to the same; else the verdict and reason say
/// so.
bool have_same_answers(const TakeSample& take, GateComparison& comparison, OnceSample& base,
                       OnceSample& head) {
    for (const GateSide side : {GateSide::base, GateSide::head}) {
        auto sample = take(side, true);
        if (!sample) {
            // A base that cannot be measured says nothing; a head that cannot is broken.
            comparison.verdict =
                side == GateSide::head ? GateVerdict::fail : GateVerdict::inconclusive;
            comparison.reason = fmt::format("{}: {}", side_name(side), sample.error());
            return false;
        }
        (side == GateSide::base ? base : head) = std::move(*sample);
    }
    comparison.program_digest = head.program_digest;
    comparison.result_digest = head.result_digest;
    if (base.program_digest != head.program_digest) {
        comparison.reason =
            "the two sides have different programs of that name, which cannot be compared";
        return false;
    }
    if (base.result_digest != head.result_digest) {
        comparison.verdict = GateVerdict::fail;
        comparison.reason = fmt::format("different results: base {}, head {}", base.result_digest,
                                        head.result_digest);
        return false;
    }
    return true;
}

class Pairs {
public:
    Pairs(const TakeSample& take, GateComparison& comparison, const OnceSample& base,
          const OnceSample& head)
        : take_{take}, comparison_{comparison}, base_{base}, head_{head} {}

    /// One pair, the base first or the head; the log ratio, or nothing with the reason said.
    std::optional<double> measure(bool is_base_first) {
        OnceSample samples[2];
        for (const bool is_second : {false, true}) {
            const GateSide side = is_base_first != is_second ? GateSide::base : GateSide::head;
            auto sample = take_(side, false);
            if (!sample) return give_up(GateVerdict::inconclusive, side, sample.error());
            const std::string& expected = (side == GateSide::base ? base_ : head_).checksum;
            if (sample->checksum != expected)
                return give_up(GateVerdict::fail, side, "its results are not the same every time");
            samples[side == GateSide::head] = std::move(*sample);
        }
        const OnceSample& base = samples[0];
        const OnceSample& head = samples[1];
        comparison_.base_seconds.push_back(base.seconds);
        comparison_.head_seconds.push_back(head.seconds);
        comparison_.base_control.push_back(base.control_seconds);
        comparison_.head_control.push_back(head.control_seconds);
        control_.push_back(std::log(head.control_seconds / base.control_seconds));
        return std::log(head.seconds / base.seconds);
    }

    const std::vector<double>& control() const { return control_; }

private:
    std::nullopt_t give_up(GateVerdict verdict, GateSide side, const std::string& why) {
        comparison_.verdict = verdict;
        comparison_.reason = fmt::format("{}: {}", side_name(side), why);
        return std::nullopt;
    }

    const TakeSample& take_;
    GateComparison& comparison_;
    const OnceSample& base_;
    const OnceSample& head_;
    std::vector<double> control_;  // log ratios of the memcpy on both sides
};

}  // namespace

GateComparison compare_sides(const std::string& name, const TakeSample& take,
                             const GateRules& rules, traces::PatternRandom& random,
                             const std::function<bool()>& go_on) {
    GateComparison comparison;
    comparison.name = name;
    OnceSample base;
    OnceSample head;
    if (!have_same_answers(take, comparison, base, head)) return comparison;

    GateTrial trial{rules};
    Pairs pairs{take, comparison, base, head};
    while (trial.pairs_wanted() > 0) {
        // ABBA or BAAB: the two pairs of a block have opposite orders.
        const bool is_base_first = random.below(2) == 0;
        for (const bool order : {is_base_first, !is_base_first}) {
            if (trial.pairs_wanted() == 0) break;
            if (!go_on()) {
                comparison.reason = "interrupted";
                return comparison;
            }
            const auto log_ratio = pairs.measure(order);
            if (!log_ratio) return comparison;
            trial.add(*log_ratio);
        }
    }
    comparison.verdict = trial.verdict();
    comparison.ratio = trial.ratio();
    comparison.fresh_pairs = static_cast<int>(trial.fresh_samples().size());
    comparison.pairs = static_cast<int>(trial.first_samples().size()) + comparison.fresh_pairs;
    comparison.control = ratio_spread(comparison.head_control, comparison.base_control);
    comparison.is_control_moved = control_moved(pairs.control(), rules.tolerance, control_error);
    if (comparison.is_control_moved) {
        // The same memcpy took longer on one side: the machine is what differs.
        comparison.verdict = GateVerdict::inconclusive;
        comparison.reason = "the control moved as well: the machine differed between the sides";
    } else if (comparison.verdict == GateVerdict::inconclusive) {
        comparison.reason = trial.is_confirming()
                                ? "slower at first, but fresh pairs do not confirm it"
                                : "too noisy to tell";
    }
    return comparison;
}

GateComparison compare_counts(
    const std::string& name, const TakeSample& take,
    const std::function<std::expected<double, std::string>(GateSide)>& count, double tolerance) {
    GateComparison comparison;
    comparison.name = name;
    OnceSample base;
    OnceSample head;
    if (!have_same_answers(take, comparison, base, head)) return comparison;
    for (const GateSide side : {GateSide::base, GateSide::head}) {
        const auto counted = count(side);
        if (!counted) {
            comparison.reason = fmt::format("{}: {}", side_name(side), counted.error());
            return comparison;
        }
        (side == GateSide::base ? comparison.base_seconds : comparison.head_seconds)
            .push_back(*counted);
    }
    const double before = comparison.base_seconds.front();
    const double after = comparison.head_seconds.front();
    comparison.ratio.median = after / before;
    comparison.verdict = judge_counts(before, after, tolerance);
    return comparison;
}

}  // namespace evmmem::app
