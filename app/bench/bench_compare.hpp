// SPDX-License-Identifier: MIT
// Two runs of bench set side by side: what differs by more than chance, and by how much.
#pragma once

#include <expected>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "bench_report.hpp"

namespace evmmem::app {

/// What two runs of the same program on the same build differ by, and no sample of one process shows:
/// where code and data came to lie. Measured: 1 %.
inline constexpr double placement = 0.01;

enum class BenchChange : std::uint8_t {
    none,
    faster,
    slower,
    not_timed,  ///< in one of the runs: its results were wrong
    other_program,
    only_old,
    only_new,
};

/// One backend on one program, in both runs.
struct ComparedRow {
    std::string subject;
    std::string backend;
    BenchChange change = BenchChange::none;
    double old_ns = 0;  ///< an operation; 0 where it was not timed
    double new_ns = 0;
    /// New time over old, and where it is with a probability of 92 % at least. Equal bounds of 0:
    /// there were too few samples to say.
    Spread ratio;
};

struct BenchComparison {
    std::string old_program;  ///< "evmmem 0.1.0"
    std::string difference;   ///< of the machines; empty: of one kind
    std::vector<ComparedRow> rows;
};

/// What of an earlier run is compared.
struct OldBench {
    struct Row {
        std::string digest;  ///< of the program
        double ops = 0;
        std::vector<double> samples;  ///< seconds for one run of the program
    };
    std::string program;  ///< "evmmem 0.1.0"
    std::string cpu;
    std::string system;
    std::map<std::pair<std::string, std::string>, Row> rows;  ///< by program and backend
};
/// Of what `bench --format json` printed. The error is a sentence: it is something else.
std::expected<OldBench, std::string> old_bench_from(const std::string& json);

BenchComparison compare_benches(OldBench old, const BenchReport& now);

std::string comparison_text(const BenchComparison& comparison, const Palette& palette,
                            std::size_t columns_max = unlimited_columns);
std::string comparison_json(const BenchComparison& comparison);
std::string comparison_markdown(const BenchComparison& comparison);

}  // namespace evmmem::app
