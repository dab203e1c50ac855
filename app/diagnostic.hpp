// SPDX-License-Identifier: MIT
// A TraceError as people read it: file, line and column, what is wrong, the text around it made
// harmless, and a caret below the place.
#pragma once

#include <string>
#include <string_view>

#include "traces/replay_summary.hpp"
#include "traces/trace_error.hpp"

namespace evmmem::app {

/// One line, or three with the text and the caret; the last without a newline. `file` is foreign
/// text.
std::string diagnostic(std::string_view file, const traces::TraceError& error);

/// Where and why memory was not followed any more, and what to do about it.
std::string limit_text(const traces::MemoryLimit& limit);

}  // namespace evmmem::app
