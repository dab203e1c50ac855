// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "app/report/reporter.hpp"
#include "definitions.hpp"
#include "option_kinds.hpp"
#include "trace_options.hpp"

namespace evmmem::app {

void define_replay(CLI::App& app, Invocation& invocation) {
    auto& arguments = invocation.command.emplace<ReplayArguments>();
    app.add_option("FILE", arguments.files,
                   "traces, plain or compressed by gzip or zstd; \"-\" is standard input")
        ->required()
        ->type_name("FILE");
    std::vector<std::pair<std::string, std::string>> formats;
    for (const auto& row : reporter_formats())
        formats.emplace_back(row.name, row.name);
    add_choice<std::string>(app, "--format", arguments.format, formats, "how to print the results")
        ->default_str(arguments.format);
    add_count(app, "--max-findings", arguments.findings_max, "N",
              "findings, warnings and errors that are printed of each file; all are counted")
        ->default_str(fmt::format("{}", arguments.findings_max));
    add_trace_options(app, arguments);
    add_report(app, arguments.report);
    app.add_flag("!--no-blame", arguments.with_blame,
                 "read the trace once only: findings do not say what wrote the wrong bytes");
    app.add_option("-j,--jobs", arguments.jobs,
                   "files replayed at a time; the output is the same for any number")
        ->type_name("N")
        ->default_str("processors")
        ->check(CLI::Range(std::size_t{1}, std::size_t{256}).description(""));
    app.add_flag("--strict-warnings", arguments.strict_warnings,
                 "a warning is a finding, too: exit 1");
    app.add_flag_function(
        "--speed,!--no-speed", [&arguments](std::int64_t count) { arguments.speed = count > 0; },
        "measure speed, or do not: the only figures that differ from run to run "
        "(default: of one file shown as text)");
    app.callback([&arguments] {
        if (!arguments.report.empty() && arguments.files.size() > 1)
            throw CLI::ValidationError{"--report", "it is of one trace, not of several"};
    });
}

}  // namespace evmmem::app
