// SPDX-License-Identifier: MIT
#include <optional>

#include "definitions.hpp"
#include "option_kinds.hpp"
#include "trace_options.hpp"

namespace evmmem::app {

void define_fill(CLI::App& app, Invocation& invocation) {
    auto& arguments = invocation.command.emplace<FillArguments>();
    add_trace_file(app, arguments.file);
    app.add_option("--like", arguments.like,
                   "a trace of the same client that shows memory: print it in the same form, place "
                   "and moment, where the dialect leaves them open")
        ->type_name("FILE");
    using Moment = std::optional<traces::MemoryTiming>;
    add_choice<Moment>(app, "--moment", arguments.moment,
                       {{"before", traces::MemoryTiming::before},
                        {"expanded", traces::MemoryTiming::expanded},
                        {"after", traces::MemoryTiming::after}},
                       "when memory is taken: before the step, after its growth and before its "
                       "write, or after both; otherwise as the trace shows, or its dialect");
    add_output_file(app, arguments.output);
    add_trace_options(app, arguments);
    add_trace_rules(app, arguments);
    app.callback([&arguments] {
        if (arguments.file == "-" && arguments.like == "-")
            throw CLI::ValidationError{"TRACE and --like",
                                       "only one of them can be standard input"};
    });
}

}  // namespace evmmem::app
