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
    std::string google_json;          ///< the report as Google Benchmark's own tools read it
};

/// `starting` is called before each stretch of work with the name of what runs; false stops the
/// whole.
EngineResult time_backends(std::span<const BenchPair> pairs, const EngineOptions& options,
                           const std::function<bool(std::string_view)>& starting);

}  // namespace evmmem::app
