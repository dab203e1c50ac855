// SPDX-License-Identifier: MIT
// Times backends on access programs: Google Benchmark runs them, interleaved, repetition by
// repetition, and this hands out the samples. It measures the CPU time of the one thread that runs,
// so a busy neighbour counts less.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/backends/backend.hpp"

namespace evmmem::app {

/// One program to be run on every backend.
struct BenchCase {
    std::string name;  ///< "sparse/64K"
    AccessProgram program;
};

/// One benchmark: a case on a backend.
struct BenchPair {
    const BenchCase* subject = nullptr;
    const Backend* backend = nullptr;
};

struct EngineOptions {
    int repetitions = 9;
    double seconds = 0.01;  ///< of CPU time that a repetition takes at least
};

struct EngineResult {
    /// For each pair, in their order: seconds for one run of the program, a sample for each
    /// repetition; empty when it could not be run.
    std::vector<std::vector<double>> samples;
    std::vector<std::string> errors;  ///< for each pair; empty: none
    bool is_stopped = false;          ///< `goes_on` said no
    std::string google_json;          ///< the report as Google Benchmark's own tools read it
};

/// `starting` is called before each stretch of work with the name of what runs, `goes_on` every
/// millisecond or so, and between runs that take longer; once that says no, all of it ends and the
/// result is what there is: not to be used.
EngineResult time_backends(std::span<const BenchPair> pairs, const EngineOptions& options,
                           const std::function<void(std::string_view)>& starting,
                           const std::function<bool()>& goes_on);

}  // namespace evmmem::app
