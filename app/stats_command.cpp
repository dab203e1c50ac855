// SPDX-License-Identifier: MIT
// Tells where the gas of memory goes in a trace.
#include <unistd.h>

#include "commands.hpp"
#include "interrupt.hpp"
#include "stats_text.hpp"
#include "trace_watch.hpp"

namespace evmmem::app {

ExitCode run(const StatsArguments& arguments, const GeneralOptions& general, Output& output) {
    notice_interrupts();
    const Palette palette{wants_color(general.color, STDOUT_FILENO)};
    traces::MemoryStats stats{arguments.top};
    const Watched watched = watch(arguments.file, arguments, general, stats, [] { return false; });
    if (watched.summary.steps == 0 && watched.code != ExitCode::agrees) return watched.code;
    stats.finish();
    output.write(arguments.format == ListFormat::json
                     ? stats_json(arguments.file, stats, watched.summary, arguments.top)
                     : stats_text(arguments.file, stats, watched.summary, arguments.top, palette));
    const bool is_whole = !watched.summary.is_truncated && watched.summary.gaps == 0;
    return is_whole ? watched.code : worse(watched.code, ExitCode::incomplete);
}

}  // namespace evmmem::app
