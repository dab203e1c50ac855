// SPDX-License-Identifier: MIT
// What bench measured, as data, and the formats that it is printed in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/host/environment.hpp"
#include "app/host/palette.hpp"
#include "app/text/statistics.hpp"
#include "app/text/wrapped_text.hpp"

namespace evmmem::app {

/// One backend on one program.
struct BenchRow {
    std::string backend;
    std::string wrong;  ///< why it was not timed: what its results were, or why it could not run
    std::vector<double> samples;  ///< seconds for one run of the program
    std::optional<Spread> ratio;  ///< of its time to the baseline's; below 1 is faster
};

struct BenchSubject {
    std::string name;  ///< "sparse/64K", or the trace's file name
    std::uint64_t ops = 0;
    std::uint64_t bytes = 0;   ///< moved by one run
    std::uint64_t digest = 0;  ///< of the program
    bool is_cut = false;       ///< the trace had more operations than the program holds
    std::vector<BenchRow> rows;
};

/// What compiled a backend, and for which processor; empty where a plug-in does not say.
struct BenchBuild {
    std::string backend;
    std::string build;
};

struct BenchReport {
    Environment environment;
    std::vector<BenchBuild> builds = {};  ///< the program's own memories first
    std::uint64_t seed = 1;
    int repetitions = 0;
    std::vector<BenchSubject> subjects;

    /// The spread of the baseline, or of all rows where it was not run: how much to believe.
    double noise() const;
    bool has_wrong() const;
};

/// Above this relative spread, differences of a few percent mean nothing.
inline constexpr double noise_max = 0.10;

/// At most `columns_max` columns wide where that is possible.
std::string bench_text(const BenchReport& report, const Palette& palette,
                       std::size_t columns_max = unlimited_columns);
std::string bench_markdown(const BenchReport& report);
std::string bench_csv(const BenchReport& report);
std::string bench_json(const BenchReport& report);
/// Bars of the ratios to the baseline, as a picture.
std::string bench_svg(const BenchReport& report);

}  // namespace evmmem::app
