// SPDX-License-Identifier: MIT
// Writes the shortest part of a trace that still shows a finding.
#include <unistd.h>

#include "app/host/interrupt.hpp"
#include "app/host/log.hpp"
#include "app/host/result_file.hpp"
#include "app/report/diagnostic.hpp"
#include "app/report/minimized_text.hpp"
#include "app/text/escape.hpp"
#include "commands.hpp"
#include "trace_arguments.hpp"
#include "trace_output.hpp"
#include "traces/input/text_window.hpp"
#include "traces/minimize/minimizer.hpp"

namespace evmmem::app {
namespace {

MadeTrace minimize(const MinimizeArguments& arguments, const TraceSink& sink) {
    traces::TextTap tap;
    traces::ReaderOptions reading = reader_options(arguments);
    reading.tap = &tap;
    auto reader = traces::StepReader::open(arguments.file, reading);
    const auto failed = [&](const traces::TraceError& error) -> MadeTrace {
        if (is_interrupted()) return {ExitCode::interrupted, false};
        log_error("{}", diagnostic(arguments.file, error));
        return {without_trace(exit_code(error.kind)), false};
    };
    if (!reader) return failed(reader.error());
    const auto minimized = traces::minimize(*reader, {.checks = arguments.keep,
                                                      .reader = reader_options(arguments),
                                                      .replay = replay_options(arguments),
                                                      .is_cancelled = is_interrupted});
    if (!minimized) return failed(minimized.error());
    if (is_interrupted()) return {ExitCode::interrupted, false};
    if (!*minimized) {
        log_error("{}: there is no finding{} to keep; `evmmem replay {}` says what it has",
                  escaped(arguments.file), arguments.keep ? " of that check" : "",
                  escaped(arguments.file));
        return {ExitCode::usage, false};
    }
    sink((*minimized)->text);
    log_warning("{}: {}", escaped(arguments.file), minimized_text(**minimized));
    return {ExitCode::agrees, true};
}

}  // namespace

ExitCode run(const MinimizeArguments& arguments, const GeneralOptions&, Output& output) {
    if (!may_write("--output", arguments.output, read_files(arguments, {arguments.file})))
        return ExitCode::usage;
    notice_interrupts();
    return write_trace(arguments.output, output,
                       [&](const TraceSink& sink) { return minimize(arguments, sink); });
}

}  // namespace evmmem::app
