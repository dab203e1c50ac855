// SPDX-License-Identifier: MIT
// Where the programs that bench and gate run come from: patterns, presets, and real traces.
#pragma once

#include <expected>
#include <string>

#include "app/host/exit_code.hpp"
#include "bench_engine.hpp"
#include "traces/generate/pattern.hpp"

namespace evmmem::app {

/// Why there is no program.
struct SourceError {
    ExitCode code = ExitCode::io;
    std::string message;  ///< for the log; foreign text in it is escaped
};

/// The program of a trace: what its steps do to memory, as far as AccessProgram's limits go.
std::expected<BenchCase, SourceError> trace_case(const std::string& file);

/// A pattern's program, named "pattern/size".
BenchCase pattern_case(const traces::Pattern& pattern, const traces::PatternOptions& options);

}  // namespace evmmem::app
