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

/// Compares one program on both sides. `random` decides the order; `go_on` false stops early.
GateComparison compare_sides(const std::string& name, const TakeSample& take,
                             const GateRules& rules, traces::PatternRandom& random,
                             const std::function<bool()>& go_on);

/// Compares counts that do not vary: one of each side is enough.
GateComparison compare_counts(
    const std::string& name, const TakeSample& take,
    const std::function<std::expected<double, std::string>(GateSide)>& count, double tolerance);

}  // namespace evmmem::app
