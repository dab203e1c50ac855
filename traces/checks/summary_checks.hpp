// SPDX-License-Identifier: MIT
// A transaction's last words, its output and its gas, against what its steps did.
#pragma once

#include "traces/record.hpp"
#include "traces/replay/replay_state.hpp"

namespace evmmem::traces {

/// The outermost frame is over: checks summary.output and summary.gas.
void check_summary(ReplayState& state, const Report& report);

}  // namespace evmmem::traces
