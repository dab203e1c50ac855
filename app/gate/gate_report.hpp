// SPDX-License-Identifier: MIT
// What gate found, as data, and every format that it is printed in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/command_line/options.hpp"
#include "app/host/environment.hpp"
#include "app/host/exit_code.hpp"
#include "app/host/palette.hpp"
#include "gate_decision.hpp"

namespace evmmem::app {

/// One program, or one replay, on both sides.
struct GateComparison {
    std::string name;  ///< "sparse/64K"
    GateVerdict verdict = GateVerdict::inconclusive;
    std::string reason;  ///< a sentence without a full stop where the ratio does not say it all
    Spread ratio{
        1, 0, 0};   ///< head's time over base's, and the interval of that median; counts have none
    int pairs = 0;  ///< that were measured, with those that confirmed
    int fresh_pairs = 0;      ///< of them, to confirm a failure
    Spread control{1, 1, 1};  ///< head's memcpy time over base's: quartiles
    bool is_control_moved = false;
    bool is_open = false;  ///< time alone did not tell, and nothing else was wrong
    /// Then: what a first series that was certain of a slowdown said, where none confirmed it in time.
    std::optional<Spread> unconfirmed;
    double instruction_ratio = 0;  ///< head's instructions over base's; 0: they were not counted

    // Every sample, in the order in which pairs were taken: seconds, or instructions, of one run.
    std::vector<double> base_seconds;
    std::vector<double> head_seconds;
    std::vector<double> base_control;
    std::vector<double> head_control;
    std::string program_digest;
    std::string result_digest;
};

struct GateReport {
    Environment environment;
    std::string base;  ///< what was compared: a path, or the file of a stored run
    std::string head;
    double tolerance = 0.03;
    double error = 0.01;
    bool is_counting = false;    ///< instructions, not seconds
    bool has_workers = false;    ///< slices of two workers in turn; else a process for each sample
    std::string why_no_workers;  ///< a sentence; empty: there are some, or none were wanted
    bool is_stored = false;      ///< the base was measured some other time: weaker
    std::uint64_t seed = 0;      ///< of the order of the processes
    std::vector<GateComparison> comparisons;

    GateVerdict verdict() const;
};

/// What the whole comes to, where INCONCLUSIVE counts as the user said.
ExitCode exit_code(GateVerdict verdict, InconclusiveIs inconclusive);

std::string gate_text(const GateReport& report, const Palette& palette);
std::string gate_json(const GateReport& report);
/// As Google Benchmark prints, with the names of both sides, for tools that read that.
std::string gate_gbench(const GateReport& report);
std::string gate_junit(const GateReport& report);
std::string gate_markdown(const GateReport& report);
/// Lines that GitHub Actions shows beside the change: "::error::" and "::warning::".
std::string gate_annotations(const GateReport& report);

std::string formatted(const GateReport& report, GateFormat format, const Palette& palette);

}  // namespace evmmem::app
