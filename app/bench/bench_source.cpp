// SPDX-License-Identifier: MIT
#include "bench_source.hpp"

#include <fmt/format.h>

#include "app/host/interrupt.hpp"
#include "app/report/diagnostic.hpp"
#include "app/text/escape.hpp"
#include "app/text/quantity.hpp"
#include "bench_report.hpp"
#include "traces/no_findings.hpp"
#include "traces/replayer.hpp"
#include "traces/step_reader.hpp"

namespace evmmem::app {

std::expected<BenchCase, SourceError> trace_case(const std::string& file) {
    BenchCase result{file.substr(file.find_last_of('/') + 1), AccessProgram{}};
    // A part of a trace is none to a benchmark.
    const auto unusable = [&file](const traces::TraceError& error) {
        return SourceError{without_trace(exit_code(error.kind)), diagnostic(file, error)};
    };
    // What the trace says is replay's to judge; here it is only the source of operations.
    auto reader = traces::StepReader::open(file, {});
    if (!reader) return std::unexpected{unusable(reader.error())};
    traces::NoFindings sink;
    traces::ReplayOptions options;
    options.program = &result.program;
    options.is_cancelled = is_interrupted;
    traces::Replayer replayer{reader->dialect(), std::move(options), sink};
    traces::Record record;
    while (!is_interrupted()) {
        const auto more = replayer.replay_next(*reader, record);
        if (!more) {
            // A memory that misses some steps would be another trace's: no figure is better than
            // that one.
            return std::unexpected{unusable(more.error())};
        }
        if (!*more) break;
        if (result.program.is_full()) break;
    }
    static_cast<void>(replayer.finish());
    if (result.program.ops().empty())
        return std::unexpected{SourceError{
            ExitCode::not_a_trace, fmt::format("{}: no step of it touches memory", escaped(file))}};
    return result;
}

BenchCase pattern_case(const traces::Pattern& pattern, const traces::PatternOptions& options) {
    return {fmt::format("{}/{}", pattern.name, size_name(options.size)),
            generate(pattern, options)};
}

}  // namespace evmmem::app
