// SPDX-License-Identifier: MIT
// argv to options. Its source and the folder command_line/ alone know the command line library:
// there each command has a file with its options, which are defined nowhere else.
#pragma once

#include <expected>
#include <string>

#include "app/host/exit_code.hpp"
#include "command_description.hpp"
#include "options.hpp"

namespace evmmem::app {

/// Why there is nothing to run: help was asked for, or the command line is wrong.
struct NothingToRun {
    ExitCode code = ExitCode::usage;
    std::string text;     ///< for standard output
    std::string message;  ///< for the log; empty when nothing is wrong
};

std::expected<Invocation, NothingToRun> parse_command_line(int argc, const char* const* argv);

/// All commands and options.
CommandDescription describe_command_line();

}  // namespace evmmem::app
