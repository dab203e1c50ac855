// SPDX-License-Identifier: MIT
// Shows one step of a trace with its memory, or every write to some bytes.
#include <fmt/format.h>
#include <unistd.h>

#include "app/host/interrupt.hpp"
#include "app/host/log.hpp"
#include "app/host/terminal.hpp"
#include "app/report/show_text.hpp"
#include "app/text/escape.hpp"
#include "app/text/quantity.hpp"
#include "commands.hpp"
#include "trace_watch.hpp"

namespace evmmem::app {
namespace {

std::optional<MemoryRange> wanted_range(const ShowArguments& arguments) {
    if (!arguments.offset) return std::nullopt;
    const auto range = MemoryRange::from(*arguments.offset, arguments.size);
    return range ? std::optional{*range} : std::nullopt;
}

ExitCode show_step(const ShowArguments& arguments, const GeneralOptions& general,
                   const Palette& palette, Output& output) {
    traces::StepViewer viewer{{*arguments.step, arguments.depth, arguments.around}};
    const Watched watched =
        watch(arguments.file, arguments, general, viewer, [&] { return viewer.is_done(); });
    if (watched.summary.steps == 0 && watched.code != ExitCode::agrees) return watched.code;
    const auto& view = viewer.view();
    if (!view) {
        if (watched.code == ExitCode::interrupted) return watched.code;
        log_error("{}: there is no step {}: the trace has {}, counted from 0",
                  escaped(arguments.file), *arguments.step, counted(watched.summary.steps, "step"));
        return watched.code == ExitCode::agrees ? ExitCode::usage : watched.code;
    }
    if (arguments.depth && (*arguments.depth == 0 || *arguments.depth > viewer.open_frames())) {
        log_error("{}: step {} runs at depth {}: there is no memory at depth {}",
                  escaped(arguments.file), *arguments.step, viewer.open_frames(), *arguments.depth);
        return ExitCode::usage;
    }
    output.write(
        arguments.format == ListFormat::json
            ? step_view_json(arguments.file, *view)
            : step_view_text(*view, wanted_range(arguments), text_columns(STDOUT_FILENO), palette));
    return watched.code;
}

ExitCode show_history(const ShowArguments& arguments, const GeneralOptions& general,
                      const Palette& palette, Output& output) {
    const std::size_t columns = text_columns(STDOUT_FILENO);
    std::uint64_t writes = 0;
    traces::WriteHistory history{{*wanted_range(arguments), arguments.depth, arguments.frame},
                                 [&](const traces::MemoryWrite& write) {
                                     ++writes;
                                     output.write(arguments.format == ListFormat::json
                                                      ? write_json(write)
                                                      : write_text(write, columns, palette));
                                 }};
    const Watched watched =
        watch(arguments.file, arguments, general, history, [&] { return output.is_closed(); });
    if (writes == 0 && watched.summary.steps > 0 && arguments.format == ListFormat::text)
        output.write(
            fmt::format("no step writes there, of {}\n", counted(watched.summary.steps, "step")));
    return watched.code;
}

}  // namespace

ExitCode run(const ShowArguments& arguments, const GeneralOptions& general, Output& output) {
    notice_interrupts();
    const Palette palette{wants_color(general.color, STDOUT_FILENO)};
    return arguments.history ? show_history(arguments, general, palette, output)
                             : show_step(arguments, general, palette, output);
}

}  // namespace evmmem::app
