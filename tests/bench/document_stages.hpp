// SPDX-License-Identifier: MIT
// The replay benchmark's stages of a structLogs document, beside the same steps as EIP-3155 lines.
#pragma once

#include <benchmark/benchmark.h>

#include <string>

#include "traces/generate/trace_generator.hpp"

namespace evmmem::bench {

/// Measures the document of a generated trace in rounds of all stages, and keeps the result.
void run_document(benchmark::State& state, const std::string& name,
                  const traces::TraceOptions& made_from);

/// Prints what run_document() kept.
void print_document_table();

}  // namespace evmmem::bench
