// SPDX-License-Identifier: MIT
#include "write_report.hpp"

#include "app/host/interrupt.hpp"
#include "app/host/log.hpp"
#include "app/host/made_at.hpp"
#include "app/host/result_file.hpp"
#include "app/report/diagnostic.hpp"
#include "app/text/escape.hpp"
#include "trace_arguments.hpp"
#include "traces/no_findings.hpp"

namespace evmmem::app {
ExitCode write_report(const std::string& path, const std::string& trace, const std::string& file,
                      const TraceArguments& arguments, const ReplayReport* replay, ExitCode code) {
    auto reader = traces::StepReader::open(trace, reader_options(arguments));
    if (!reader) {
        log_error("{}: no report: {}", escaped(file), escaped(reader.error().message));
        return worse(code, exit_code(reader.error().kind));
    }
    traces::ReplayRecording recording{
        {}, replay != nullptr ? steps_that_matter(*replay) : std::vector<std::uint64_t>{}};
    traces::MemoryStats stats{page_rows_max};
    traces::ObserverPair observers{recording, stats};
    traces::ReplayOptions options = replay_options(arguments);
    options.observer = &observers;
    traces::NoFindings sink;
    traces::Replayer replayer{reader->dialect(), std::move(options), sink};
    traces::Record record;
    std::uint64_t errors = 0;
    for (;;) {
        if (is_interrupted()) return worse(code, ExitCode::interrupted);
        const auto more = replayer.replay_next(*reader, record);
        if (!more) {
            replayer.gap();
            ++errors;
            if (more.error().is_recoverable()) continue;
            break;
        }
        if (!*more) break;
    }
    const traces::ReplaySummary summary = replayer.finish();
    // What cannot be read has been reported; a second reading must meet the same, and nothing else.
    const bool is_same = replay == nullptr ||
                         (summary.steps == replay->summary.steps && errors == replay->error_count);
    if (!is_same) {
        log_error("{}: no report: read a second time, it was not the same", escaped(file));
        return worse(code, ExitCode::io);
    }
    recording.finish();
    stats.finish();
    return write_page(path, {replay, file, summary, recording, stats}, code);
}

ExitCode write_page(const std::string& path, const ReportContent& content, ExitCode code) {
    const auto made = made_at();
    if (!made) {
        log_error("{}: no report: {}", escaped(path), made.error());
        return worse(code, ExitCode::usage);
    }
    return worse(code, write_result(path, report_page(content, *made)));
}

}  // namespace evmmem::app
