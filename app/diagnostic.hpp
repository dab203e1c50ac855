// SPDX-License-Identifier: MIT
// A TraceError as people read it: file, line and column, what is wrong, the text around it made
// harmless, and a caret below the place.
#pragma once

#include <string>
#include <string_view>

#include "traces/trace_error.hpp"

namespace evmmem::app {

/// One line, or three with the text and the caret; the last without a newline. `file` is foreign
/// text.
std::string diagnostic(std::string_view file, const traces::TraceError& error);

}  // namespace evmmem::app
