// SPDX-License-Identifier: MIT
// Runs another program and hands back what it printed: what gate measures is whole processes.
#pragma once

#include <expected>
#include <string>
#include <utility>
#include <vector>

namespace evmmem::app {

struct ProcessRequest {
    /// The program's path first; found in PATH when it has no slash.
    std::vector<std::string> words;
    std::vector<std::pair<std::string, std::string>> environment;  ///< beside our own
    double seconds_max = 120;                                      ///< then it is ended
};

struct ProcessResult {
    int exit_code = 0;
    std::string output;  ///< standard output
    std::string errors;  ///< standard error, its beginning
};

/// The error is one sentence: it could not be started, crashed, or took too long. An exit code is
/// no error.
std::expected<ProcessResult, std::string> run_process(const ProcessRequest& request);

/// The path of the program that is running.
std::string own_path();

}  // namespace evmmem::app
