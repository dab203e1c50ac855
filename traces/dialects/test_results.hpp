// SPDX-License-Identifier: MIT
// What clients print about their tests beside the lines of the trace: the list of results of
// go-ethereum's and execution-specs' statetest, and nethermind's line for each test.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace evmmem::traces {

/// A list of results, printed with a field on each line, after the tests or between them:
///     [
///       {
///         "name": "..", "pass": true, "stateRoot": "0x..", "fork": "Cancun"
///       }
///     ]
class TestResults {
public:
    /// Foreign text, empty where it is not said.
    struct Result {
        std::string test, fork, state_root;
    };

    /// Takes the next line that is neither a step nor a report; returns the result that ends there.
    std::optional<Result> note(std::string_view line);

private:
    unsigned depth_ = 0;  ///< of brackets that are open; 1: the list's, 2: a result's
    Result result_;
};

/// "d0 g1 v2", as names of tests end with it: "name_d0g1v2_"; the name before it, and the fork
/// after it.
struct TestVerdict {
    std::string_view test, fork;
    std::string index;
};
/// Of nethermind's line "FAIL [1/1] name_d0g0v0_Fork - ..", with or without colours.
std::optional<TestVerdict> test_verdict(std::string_view line);

}  // namespace evmmem::traces
