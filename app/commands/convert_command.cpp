// SPDX-License-Identifier: MIT
// Writes a trace in another form, with what it does not show filled in from its replay.
#include <memory>

#include "app/host/interrupt.hpp"
#include "app/host/log.hpp"
#include "app/host/result_file.hpp"
#include "app/report/converted_text.hpp"
#include "app/text/escape.hpp"
#include "app/text/quantity.hpp"
#include "commands.hpp"
#include "copied_trace.hpp"
#include "trace_arguments.hpp"
#include "traces/convert/converter.hpp"

namespace evmmem::app {
namespace {

std::unique_ptr<traces::StepWriter> writer_of(traces::WrittenForm form, traces::TextPieces& text) {
    switch (form) {
        case traces::WrittenForm::eip3155: return std::make_unique<traces::Eip3155Writer>(text);
        case traces::WrittenForm::struct_logs:
            return std::make_unique<traces::StructLogsWriter>(text);
        case traces::WrittenForm::canonical: return std::make_unique<traces::CanonicalWriter>(text);
    }
    return nullptr;
}

MadeTrace convert(const ConvertArguments& arguments, const GeneralOptions& general,
                  const TraceSink& sink) {
    traces::TextPieces text{sink};
    const auto writer = writer_of(arguments.form, text);
    traces::Converter converter{arguments.convert, *writer};
    const Watched watched = watch(arguments.file, arguments, general, converter,
                                  [&] { return converter.is_done() || text.is_closed(); });
    converter.finish();
    text.flush();
    if (const auto none = without_copy(watched, text.is_closed())) return *none;
    const auto& summary = watched.summary;
    if (converter.counts().steps == 0 && arguments.convert.first_step >= summary.steps) {
        log_error("{}: there is no step {}: the trace has {}, counted from 0",
                  escaped(arguments.file), arguments.convert.first_step,
                  counted(summary.steps, "step"));
        return {worse(watched.code, ExitCode::usage), false};
    }
    ExitCode code = watched.code;
    const bool is_excerpt = converter.is_done();
    if (!is_excerpt && !watched.gaps.empty()) code = worse(code, ExitCode::incomplete);
    for (const std::string& line : converted_text(
             arguments.file, converter.counts(), arguments.form, arguments.convert.unknown_as_zero,
             is_excerpt ? std::vector<std::string>{} : gaps_to_say(watched)))
        log_warning("{}", line);
    if (arguments.form != traces::WrittenForm::canonical && lacks_anything(converter.counts()))
        code = worse(code, ExitCode::incomplete);
    return {code_of_copy(code, arguments.file, watched), true};
}

}  // namespace

ExitCode run(const ConvertArguments& arguments, const GeneralOptions& general, Output& output) {
    if (!may_write("--output", arguments.output, read_files(arguments, {arguments.file})))
        return ExitCode::usage;
    notice_interrupts();
    return write_trace(arguments.output, output,
                       [&](const TraceSink& sink) { return convert(arguments, general, sink); });
}

}  // namespace evmmem::app
