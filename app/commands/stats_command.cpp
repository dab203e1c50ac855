// SPDX-License-Identifier: MIT
// Shows where the gas of memory goes in a trace.
#include <unistd.h>

#include "app/host/interrupt.hpp"
#include "app/host/result_file.hpp"
#include "app/host/terminal.hpp"
#include "app/report/stats_text.hpp"
#include "commands.hpp"
#include "trace_arguments.hpp"
#include "trace_watch.hpp"
#include "write_report.hpp"

namespace evmmem::app {

ExitCode run(const StatsArguments& arguments, const GeneralOptions& general, Output& output) {
    if (!may_write("--report", arguments.report, read_files(arguments, {arguments.file})))
        return ExitCode::usage;
    notice_interrupts();
    const Palette palette{wants_color(general.color, STDOUT_FILENO)};
    traces::MemoryStats stats{arguments.top};
    traces::ReplayRecording recording{{}, {}};
    traces::ObserverPair both{stats, recording};
    traces::ReplayObserver& observer =
        arguments.report.empty() ? static_cast<traces::ReplayObserver&>(stats) : both;
    const Watched watched =
        watch(arguments.file, arguments, general, observer, [] { return false; });
    const auto& summary = watched.summary;
    if (summary.steps == 0 && watched.code != ExitCode::agrees) return watched.code;
    stats.finish();
    recording.finish();
    output.write(arguments.format == ListFormat::json
                     ? stats_json(arguments.file, stats, summary, watched.gaps, arguments.top)
                     : stats_text(arguments.file, stats, summary, watched.gaps, arguments.top,
                                  text_columns(STDOUT_FILENO), palette));
    ExitCode code = watched.code;
    if (summary.is_truncated || summary.gaps > 0) code = worse(code, ExitCode::incomplete);
    if (!arguments.report.empty() && watched.code != ExitCode::interrupted)
        code = write_page(arguments.report, {nullptr, arguments.file, summary, recording, stats},
                          code);
    return code;
}

}  // namespace evmmem::app
