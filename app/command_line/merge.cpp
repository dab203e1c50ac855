// SPDX-License-Identifier: MIT
#include "app/report/reporter.hpp"
#include "definitions.hpp"
#include "option_kinds.hpp"
#include "trace_options.hpp"

namespace evmmem::app {

void define_merge(CLI::App& app, Invocation& invocation) {
    auto& arguments = invocation.command.emplace<MergeArguments>();
    app.add_option("RESULTS", arguments.files, "files that `replay --results` has written")
        ->required()
        ->type_name("FILE");
    add_report_format(app, arguments.format);
    add_only_failing(app, arguments.only_failing);
    app.add_flag("!--no-speed", arguments.with_time,
                 "do not say how long the replays took, one after the other");
}

}  // namespace evmmem::app
