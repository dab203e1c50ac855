// SPDX-License-Identifier: MIT
// The performance targets of the memory's specification as named benchmarks: what each runs, what
// it must reach, and the judgement of a figure. Judging is a pure function, so that it can be
// tested without a clock.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/host/exit_code.hpp"
#include "bench_report.hpp"
#include "core/access_program.hpp"

namespace evmmem::app {

/// What a target counts.
enum class TargetKind : std::uint8_t {
    ns_per_op,         ///< at most
    bytes_per_second,  ///< at least
    ratio_to_flat,     ///< at most
};

struct Target {
    std::string_view name;      ///< "expansion/medium"
    std::string_view sentence;  ///< what is measured
    TargetKind kind;
    double bound;
    AccessProgram (*program)();
    /// Operations of the program that are counted as one: an expansion is a growth and a reset.
    int ops_per_figure = 1;
};

/// The five benchmarks of the specification, some in two parts.
std::span<const Target> spec_targets();

struct TargetResult {
    const Target* target = nullptr;
    Spread figure;      ///< in the target's unit
    std::string wrong;  ///< why there is no figure; empty: there is one
    bool is_met() const;
};

/// The figure of a row in the target's unit.
TargetResult judge_target(const Target& target, const BenchSubject& subject, const BenchRow& row);

/// Findings when a target is missed or a result is wrong.
ExitCode judge_preset(std::span<const TargetResult> results);

std::string preset_text(std::span<const TargetResult> results, const Palette& palette);
std::string preset_markdown(std::span<const TargetResult> results);
std::string preset_json(std::span<const TargetResult> results, const Environment& environment);
std::string preset_csv(std::span<const TargetResult> results);

}  // namespace evmmem::app
