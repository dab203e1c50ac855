// SPDX-License-Identifier: MIT
// The options of every command that reads a trace: the file, how it is read, what is known of it,
// and the page that can be made of it.
#pragma once

#include <string>

#include "options.hpp"

namespace CLI {
class App;
}

namespace evmmem::app {

void add_trace_file(CLI::App& app, std::string& file);
void add_trace_options(CLI::App& app, TraceArguments& arguments);
/// `--rules`: of the trace.
void add_trace_rules(CLI::App& app, TraceArguments& arguments);
void add_report(CLI::App& app, std::string& path);
/// Where a command writes the trace that it makes: a file, or standard output.
void add_output_file(CLI::App& app, std::string& file);

/// A choice of checks and of families of checks, or of all but some.
void add_checks(CLI::App& app, const std::string& names, traces::CheckSet& target,
                const std::string& description);
void add_checks(CLI::App& app, const std::string& names, std::optional<traces::CheckSet>& target,
                const std::string& description);

/// `--format`: a row of reporter_formats().
void add_report_format(CLI::App& app, std::string& format);
void add_only_failing(CLI::App& app, bool& only_failing);

}  // namespace evmmem::app
