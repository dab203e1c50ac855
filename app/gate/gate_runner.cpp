// SPDX-License-Identifier: MIT
#include "gate_runner.hpp"

#include <fmt/format.h>

#include <cmath>
#include <optional>

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

/// Takes pairs into the comparison, or says there why it could not.
class Pairs {
public:
    Pairs(const TakePair& take, GateComparison& comparison, const OnceSample& base,
          const OnceSample& head)
        : take_{take}, comparison_{comparison}, base_{base}, head_{head} {}

    /// One pair, the base first or the head; the log ratio, or nothing with the reason said.
    std::optional<double> measure(bool is_base_first) {
        auto pair = take_(is_base_first);
        if (!pair)
            // A base that cannot be measured says nothing; a head that cannot is broken.
            return give_up(
                pair.error().side == GateSide::head ? GateVerdict::fail : GateVerdict::inconclusive,
                pair.error().side, pair.error().what);
        for (const GateSide side : {GateSide::base, GateSide::head}) {
            const bool is_base = side == GateSide::base;
            if ((is_base ? pair->base : pair->head).checksum != (is_base ? base_ : head_).checksum)
                return give_up(GateVerdict::fail, side, "its results are not the same every time");
        }
        comparison_.base_seconds.push_back(pair->base.seconds);
        comparison_.head_seconds.push_back(pair->head.seconds);
        comparison_.base_control.push_back(pair->base.control_seconds);
        comparison_.head_control.push_back(pair->head.control_seconds);
        control_.push_back(pair->control_log_ratio);
        return pair->log_ratio;
    }

    const std::vector<double>& control() const { return control_; }

private:
    std::nullopt_t give_up(GateVerdict verdict, GateSide side, const std::string& why) {
        comparison_.verdict = verdict;
        comparison_.reason = fmt::format("{}: {}", side_name(side), why);
        return std::nullopt;
    }

    const TakePair& take_;
    GateComparison& comparison_;
    const OnceSample& base_;
    const OnceSample& head_;
    std::vector<double> control_;  // log ratios of the memcpy on both sides
};

/// Why measuring ended without a decision.
std::string open_reason(const GateTrial& trial, Patience patience) {
    if (patience == Patience::out_of_time) return "its time was up (--budget)";
    return trial.is_confirming() ? "slower at first, but fresh pairs do not confirm it"
                                 : "too noisy to tell";
}

}  // namespace

TakePair pairs_of(const TakeSample& take) {
    return [&take](bool is_base_first) -> std::expected<PairSample, PairError> {
        PairSample pair;
        for (const bool is_second : {false, true}) {
            const GateSide side = is_base_first != is_second ? GateSide::base : GateSide::head;
            auto sample = take(side, false);
            if (!sample) return std::unexpected{PairError{side, sample.error()}};
            (side == GateSide::base ? pair.base : pair.head) = std::move(*sample);
        }
        pair.log_ratio = std::log(pair.head.seconds / pair.base.seconds);
        pair.control_log_ratio = std::log(pair.head.control_seconds / pair.base.control_seconds);
        return pair;
    };
}

GateComparison compare_sides(const std::string& name, const TakeSample& take,
                             const GateRules& rules, traces::PatternRandom& random,
                             const AskPatience& ask) {
    return compare_sides(name, take, pairs_of(take), rules, random, ask);
}

GateComparison compare_sides(const std::string& name, const TakeSample& take,
                             const TakePair& take_pair, const GateRules& rules,
                             traces::PatternRandom& random, const AskPatience& ask) {
    GateComparison comparison;
    comparison.name = name;
    OnceSample base;
    OnceSample head;
    if (!have_same_answers(take, comparison, base, head)) return comparison;

    GateTrial trial{rules};
    Pairs pairs{take_pair, comparison, base, head};
    Patience patience = Patience::goes_on;
    while (trial.pairs_wanted() > 0 && patience == Patience::goes_on) {
        // ABBA or BAAB: the two pairs of a block have opposite orders.
        const bool is_base_first = random.below(2) == 0;
        for (const bool order : {is_base_first, !is_base_first}) {
            if (trial.pairs_wanted() == 0) break;
            patience = ask(trial);
            if (patience == Patience::interrupted) {
                comparison.reason = "interrupted";
                return comparison;
            }
            if (patience == Patience::out_of_time) break;
            const auto log_ratio = pairs.measure(order);
            if (!log_ratio) return comparison;
            trial.add(*log_ratio);
        }
    }
    comparison.verdict = trial.verdict();
    comparison.ratio = trial.ratio();
    comparison.fresh_pairs = static_cast<int>(trial.fresh_samples().size());
    comparison.pairs = static_cast<int>(trial.first_samples().size()) + comparison.fresh_pairs;
    if (comparison.pairs > 0)
        comparison.control = ratio_spread(comparison.head_control, comparison.base_control);
    comparison.is_control_moved =
        !pairs.control().empty() && control_moved(pairs.control(), rules.tolerance, control_error);
    if (comparison.is_control_moved) {
        // The same memcpy took longer on one side: the machine is what differs.
        comparison.verdict = GateVerdict::inconclusive;
        comparison.reason = "the control moved as well: the machine differed between the sides";
    } else if (comparison.verdict == GateVerdict::inconclusive) {
        comparison.reason = open_reason(trial, patience);
        comparison.is_open = true;
        comparison.unconfirmed = trial.slower();
    }
    return comparison;
}

void call_second_witness(GateComparison& comparison,
                         const std::function<std::expected<double, std::string>(GateSide)>& count,
                         double tolerance) {
    if (!comparison.is_open) return;
    double counts[2] = {};
    for (const GateSide side : {GateSide::base, GateSide::head}) {
        const auto counted = count(side);
        if (!counted) {
            comparison.reason += fmt::format("; instructions could not be counted: {}: {}",
                                             side_name(side), counted.error());
            return;
        }
        counts[side == GateSide::head] = *counted;
    }
    comparison.instruction_ratio = counts[1] / counts[0];
    comparison.verdict = judge_by_both(
        comparison.instruction_ratio, comparison.unconfirmed.value_or(comparison.ratio), tolerance);
    comparison.is_open = comparison.verdict == GateVerdict::inconclusive;
    const double change = (comparison.instruction_ratio - 1) * 100;
    comparison.reason = comparison.is_open
                            ? fmt::format("{}, and {:+.1f}% instructions do not settle it",
                                          comparison.reason, change)
                            : fmt::format("by instructions ({:+.1f}%); by time alone: {}", change,
                                          comparison.reason);
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
