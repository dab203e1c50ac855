// SPDX-License-Identifier: MIT
#include <string>

#include "app/host/interrupt.hpp"
#include "app/host/replaced_file.hpp"
#include "app/host/result_file.hpp"
#include "app/text/escape.hpp"
#include "commands.hpp"
#include "traces/generate/trace_generator.hpp"

namespace evmmem::app {
namespace {

ExitCode generate(const traces::TraceOptions& options, Output& output) {
    notice_interrupts();
    traces::generate_trace(options, [&output](std::string_view lines) {
        output.write(lines);
        return !output.has_failed() && !is_interrupted();
    });
    return is_interrupted() ? ExitCode::interrupted : ExitCode::agrees;
}

}  // namespace

ExitCode run(const GenerateArguments& arguments, const GeneralOptions&, Output& output) {
    if (arguments.file == "-") return generate(arguments.trace, output);
    auto file = ReplacedFile::create(arguments.file);
    if (!file) return could_not_write(arguments.file, file.error());
    Output lines{file->descriptor(), escaped(arguments.file)};
    const ExitCode code = lines.close(generate(arguments.trace, lines));
    // Half a trace is none: what was there before stays.
    if (code != ExitCode::agrees || lines.has_failed()) return code;
    const auto placed = file->put_in_place();
    return placed ? code : could_not_write(arguments.file, placed.error());
}

}  // namespace evmmem::app
