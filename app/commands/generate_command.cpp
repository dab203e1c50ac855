// SPDX-License-Identifier: MIT
#include "app/host/interrupt.hpp"
#include "commands.hpp"
#include "trace_output.hpp"
#include "traces/generate/trace_generator.hpp"

namespace evmmem::app {

ExitCode run(const GenerateArguments& arguments, const GeneralOptions&, Output& output) {
    notice_interrupts();
    return write_trace(arguments.file, output, [&](const TraceSink& sink) {
        bool is_whole = true;
        traces::generate_trace(arguments.trace, [&](std::string_view lines) {
            is_whole = sink(lines);
            return is_whole;
        });
        // Half a trace is none.
        return MadeTrace{is_interrupted() ? ExitCode::interrupted : ExitCode::agrees,
                         is_whole && !is_interrupted()};
    });
}

}  // namespace evmmem::app
