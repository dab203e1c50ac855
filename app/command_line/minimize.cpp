// SPDX-License-Identifier: MIT
#include "definitions.hpp"
#include "option_kinds.hpp"
#include "trace_options.hpp"

namespace evmmem::app {

void define_minimize(CLI::App& app, Invocation& invocation) {
    auto& arguments = invocation.command.emplace<MinimizeArguments>();
    add_trace_file(app, arguments.file);
    add_checks(app, "--keep", arguments.keep,
               "the finding to show: the first one of these checks, names that `evmmem checks` "
               "lists, or what stands before their dot; without it the first finding");
    add_output_file(app, arguments.output);
    add_trace_options(app, arguments);
    add_trace_rules(app, arguments);
}

}  // namespace evmmem::app
