// SPDX-License-Identifier: MIT
// Runs another program and hands back what it printed: what gate measures is whole processes.
#pragma once

#include <sys/types.h>

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
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

/// A program that answers lines with lines, for as long as this lives: then it is killed. Of the
/// request, `seconds_max` is the time that each answer may take.
class LineProcess {
public:
    static std::expected<std::unique_ptr<LineProcess>, std::string> start(
        const ProcessRequest& request);
    ~LineProcess();
    LineProcess(const LineProcess&) = delete;
    LineProcess& operator=(const LineProcess&) = delete;

    /// Sends a line, without its end, and waits for one. The error is one sentence: the program
    /// ended (with its words), crashed, or did not answer in time.
    std::expected<std::string, std::string> ask(std::string_view line);
    /// The next line that it says unasked.
    std::expected<std::string, std::string> read_line();
    /// Once it has ended by itself.
    std::optional<int> exit_code() const { return exit_code_; }

private:
    explicit LineProcess(const ProcessRequest& request);
    std::string ended();

    std::string name_;
    double seconds_max_;
    pid_t child_ = 0;
    int socket_ = -1;  // its standard input and output
    int errors_ = -1;
    std::string unread_;
    std::optional<int> exit_code_;
};

/// The path of the program that is running.
std::string own_path();

}  // namespace evmmem::app
