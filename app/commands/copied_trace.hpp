// SPDX-License-Identifier: MIT
// What the commands that copy a trace, in its form or in another, make of how its replay went.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "trace_output.hpp"
#include "trace_watch.hpp"

namespace evmmem::app {

/// What came of it where there is no copy: there was an interrupt, nobody takes the text any more
/// (`is_closed`), or no step could be read.
std::optional<MadeTrace> without_copy(const Watched& watched, bool is_closed);

/// Of the trace's gaps those that are not on the log yet.
std::vector<std::string> gaps_to_say(const Watched& watched);

/// `code`, or what is worse where the trace, and so its copy, has findings: which is said on the log.
ExitCode code_of_copy(ExitCode code, const std::string& file, const Watched& watched);

}  // namespace evmmem::app
