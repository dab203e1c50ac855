// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <expected>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "definitions.hpp"
#include "option_kinds.hpp"
#include "trace_options.hpp"

namespace evmmem::app {
void define_replay(CLI::App& app, Invocation& invocation) {
    auto& arguments = invocation.command.emplace<ReplayArguments>();
    app.add_option(
           "FILE", arguments.files,
           "traces, folders and tar archives of them, ARCHIVE:MEMBER; plain or compressed by "
           "gzip, zstd, xz or bzip2; \"-\" is standard input")
        ->type_name("FILE");
    app.add_option("--files-from", arguments.files_from,
                   "also replay the files that FILE lists, each on a line or ended by a zero byte; "
                   "\"-\" is standard input")
        ->type_name("FILE");
    add_report_format(app, arguments.format);
    add_only_failing(app, arguments.only_failing);
    app.add_flag_function(
        "--transactions,!--no-transactions",
        [&arguments](std::int64_t count) { arguments.transactions = count > 0; },
        "list every transaction, in jsonl and of one file in text each as soon as it is over "
        "(default: of pipes, in text on standard error)");
    add_count(app, "--max-findings", arguments.findings_max, "N",
              "findings, warnings and errors that are printed of each file; all are counted")
        ->default_str(fmt::format("{}", arguments.findings_max));
    add_checks(app, "--checks", arguments.checks,
               "make only these checks: names that `evmmem checks` lists, or what stands before "
               "their dot, as in memory,gas; -NAME leaves one out");
    add_trace_options(app, arguments);
    add_trace_rules(app, arguments);
    add_report(app, arguments.report);
    app.add_flag("!--no-blame", arguments.with_blame,
                 "read the trace once only: findings do not say what wrote the wrong bytes");
    app.add_option(
           "-j,--jobs", arguments.jobs,
           "threads: so many files at a time, and two for a long file where there are enough; the "
           "output is the same for any number")
        ->type_name("N")
        ->default_str("processors")
        ->check(CLI::Range(std::size_t{1}, std::size_t{256}).description(""));
    app.add_flag("--strict-warnings", arguments.strict_warnings,
                 "a warning is a finding, too: exit 1");
    app.add_flag_function(
        "--speed,!--no-speed", [&arguments](std::int64_t count) { arguments.speed = count > 0; },
        "measure speed, or do not: the only figures that differ from run to run "
        "(default: of one file shown as text)");
    auto* const results =
        app.add_option("--results", arguments.results,
                       "append a line for each file that is done, for --resume and for "
                       "`evmmem merge`")
            ->type_name("FILE");
    app.add_flag("--resume", arguments.resumes,
                 "take from the --results what they say of files that have not changed since")
        ->needs(results);
    add_choice<bool>(app, "--unchanged-by", arguments.by_content,
                     {{"time", false}, {"content", true}},
                     "how --resume knows a file again: by its size and time, or by its SHA-256")
        ->default_str("time")
        ->needs(results);
    add_read(app, "--shard", arguments.shard, read_shard,
             "replay one of N shares of the files, which the SHA-256 of their names decide")
        ->type_name("I/N");
    app.callback([&arguments] {
        if (arguments.files.empty() && arguments.files_from.empty())
            throw CLI::RequiredError{"FILE"};
        if (arguments.files_from == "-" &&
            std::ranges::find(arguments.files, "-") != arguments.files.end())
            throw CLI::ValidationError{"--files-from",
                                       "standard input is a trace, or a list of them"};
        std::error_code error;
        if (!arguments.report.empty() &&
            (arguments.files.size() != 1 || !arguments.files_from.empty() ||
             std::filesystem::is_directory(arguments.files.front(), error)))
            throw CLI::ValidationError{"--report", "it is of one trace, not of several"};
    });
}

}  // namespace evmmem::app
