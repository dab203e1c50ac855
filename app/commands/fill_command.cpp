// SPDX-License-Identifier: MIT
// Writes a trace as it is printed, with memory added.
#include "app/host/interrupt.hpp"
#include "app/host/log.hpp"
#include "app/host/result_file.hpp"
#include "app/report/converted_text.hpp"
#include "app/report/diagnostic.hpp"
#include "app/text/escape.hpp"
#include "commands.hpp"
#include "copied_trace.hpp"
#include "trace_arguments.hpp"
#include "traces/convert/filler.hpp"

namespace evmmem::app {
namespace {

MadeTrace fill(const FillArguments& arguments, const GeneralOptions& general,
               const std::optional<traces::MemoryForm>& form, const TraceSink& sink) {
    traces::TextPieces text{sink};
    traces::Filler filler{form, arguments.moment, text};
    const Watched watched =
        watch(arguments.file, arguments, general, filler, [&] { return text.is_closed(); },
              {.tap = &filler,
               .on_opened = [&](const traces::StepReader& reader) { filler.use(reader); }});
    filler.finish();
    text.flush();
    if (const auto none = without_copy(watched, text.is_closed())) return *none;
    ExitCode code = watched.code;
    if (!watched.gaps.empty()) code = worse(code, ExitCode::incomplete);
    for (const std::string& gap : gaps_to_say(watched))
        log_warning("{}: {}", escaped(arguments.file), escaped(gap));
    log_warning("{}: {}", escaped(arguments.file), filled_text(filler.counts()));
    if (filler.counts().steps_unknown > 0) code = worse(code, ExitCode::incomplete);
    return {code_of_copy(code, arguments.file, watched), true};
}

}  // namespace

ExitCode run(const FillArguments& arguments, const GeneralOptions& general, Output& output) {
    std::vector<std::string> traces{arguments.file};
    if (!arguments.like.empty()) traces.push_back(arguments.like);
    if (!may_write("--output", arguments.output, read_files(arguments, std::move(traces))))
        return ExitCode::usage;
    notice_interrupts();
    FillArguments told = arguments;
    std::optional<traces::MemoryForm> form;
    if (!arguments.like.empty()) {
        const auto example = traces::memory_form_in(arguments.like, reader_options(arguments));
        if (!example) {
            log_error("{}", diagnostic(arguments.like, example.error()));
            return exit_code(example.error().kind);
        }
        if (!*example) {
            log_error("--like {}: none of its first lines shows memory", escaped(arguments.like));
            return ExitCode::usage;
        }
        form = (*example)->form;
        if (told.dialect == nullptr) told.dialect = (*example)->dialect;
    }
    return write_trace(arguments.output, output,
                       [&](const TraceSink& sink) { return fill(told, general, form, sink); });
}

}  // namespace evmmem::app
