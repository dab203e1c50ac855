// SPDX-License-Identifier: MIT
// Takes the measurements that gate decides on. First both sides' answers to the same program are
// compared; then pairs of processes run in ABBA or BAAB order, drawn by chance, so that neither
// side always goes first and slow drift of the machine cancels. Where samples come from is the
// caller's, so that all of it can be tested without a clock.
#pragma once

#include <expected>
#include <functional>
#include <string>

#include "app/bench/bench_once.hpp"
#include "gate_decision.hpp"
#include "gate_report.hpp"
#include "traces/generate/pattern.hpp"

namespace evmmem::app {

enum class GateSide : std::uint8_t { base, head };

/// Takes one sample of a side; with its results' digest when asked. The error is a sentence.
using TakeSample =
    std::function<std::expected<OnceSample, std::string>(GateSide side, bool with_digest)>;

/// One pair of processes, one of each side.
struct PairSample {
    OnceSample base;
    OnceSample head;
    double log_ratio = 0;          ///< the logarithm of head's time over base's
    double control_log_ratio = 0;  ///< of its memcpy
};
struct PairError {
    GateSide side = GateSide::base;
    std::string what;  ///< a sentence without a full stop
};
using TakePair = std::function<std::expected<PairSample, PairError>(bool is_base_first)>;
/// Pairs of two samples, each from a process of its own. `take` is kept by reference.
TakePair pairs_of(const TakeSample& take);

/// Whether measuring goes on; asked before each pair.
enum class Patience : std::uint8_t { goes_on, out_of_time, interrupted };
using AskPatience = std::function<Patience(const GateTrial& trial)>;

/// Compares one program on both sides. `random` decides the order. Running out of time leaves the
/// comparison open, with the interval of what was measured.
GateComparison compare_sides(const std::string& name, const TakeSample& take,
                             const TakePair& take_pair, const GateRules& rules,
                             traces::PatternRandom& random, const AskPatience& ask);
/// The same with pairs_of(take).
GateComparison compare_sides(const std::string& name, const TakeSample& take,
                             const GateRules& rules, traces::PatternRandom& random,
                             const AskPatience& ask);

/// Asks the second witness where the first could not tell: `count` is the instructions of a side.
/// A comparison that is decided stays as it is.
void call_second_witness(GateComparison& comparison,
                         const std::function<std::expected<double, std::string>(GateSide)>& count,
                         double tolerance);

/// Compares counts that do not vary: one of each side is enough.
GateComparison compare_counts(
    const std::string& name, const TakeSample& take,
    const std::function<std::expected<double, std::string>(GateSide)>& count, double tolerance);

}  // namespace evmmem::app
