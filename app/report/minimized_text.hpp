// SPDX-License-Identifier: MIT
// What is said of an excerpt: which finding it shows, and how much of the trace it is.
#pragma once

#include <string>

#include "traces/minimize/minimizer.hpp"

namespace evmmem::app {

/// Without a full stop.
std::string minimized_text(const traces::Minimized& minimized);

}  // namespace evmmem::app
