// SPDX-License-Identifier: MIT
// Reads a trace once more to make a report page of it, and writes the page.
#pragma once

#include <string>

#include "app/command_line/options.hpp"
#include "app/report/replay_report.hpp"
#include "app/report/report_page.hpp"

namespace evmmem::app {

/// `trace` is where it can be read, `file` what the user calls it; `replay` may be null. Says on
/// the log what went wrong, and returns `code` or what is worse.
ExitCode write_report(const std::string& path, const std::string& trace, const std::string& file,
                      const TraceArguments& arguments, const ReplayReport* replay, ExitCode code);

/// Writes a page whose content is there already.
ExitCode write_page(const std::string& path, const ReportContent& content, ExitCode code);

}  // namespace evmmem::app
