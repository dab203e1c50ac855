// SPDX-License-Identifier: MIT
// A trace boiled down to its access program: what its steps do to memory, and nothing of the trace.
#pragma once

#include "call_frames.hpp"
#include "core/access_program.hpp"

namespace evmmem::traces {

/// Appends what the step does to its frame's memory. Frames are entered and left by who follows
/// them.
void record(AccessProgram& program, const PendingStep& step);

}  // namespace evmmem::traces
