// SPDX-License-Identifier: MIT
// From what the user asked for to what a results file must say of it.
#pragma once

#include <string>

#include "app/command_line/options.hpp"
#include "app/host/exit_code.hpp"
#include "app/results/results_header.hpp"

namespace evmmem::app {

/// The header of the results of such a replay.
ResultsHeader results_header(const ReplayArguments& arguments);

/// Those options with which `evmmem show` reads a trace as such a replay does: " --fork cancun"; without the
/// bytes of --calldata and --code, which a header does not have.
std::string show_options(const ResultsHeader& header);

/// Says on the log why a results file cannot be used. Returns the exit code.
ExitCode could_not_use_results(const std::string& path, const std::string& reason);

}  // namespace evmmem::app
