// SPDX-License-Identifier: MIT
// Most steps are plain: they cost a constant and what their operands and memory add, the next line
// is of the same frame, and everything about them is as it should be. This pass proves all of that
// at once, so that the other passes, which find out what is wrong and whose fault it is, are
// skipped. It decides nothing by itself: a step that is not plain goes through the other passes,
// and they would count the same checks for one that is.
#pragma once

#include "replay_state.hpp"

namespace evmmem::traces {

/// Whether `next` follows the current frame's last step, that step is plain, and these checks hold:
/// pc.continuity, depth.step, gas.out_of_gas, gas.continuity, gas.cost, stack.height, and a
/// jump's failure.reason. Changes nothing.
bool follows_plainly(ReplayState& state, const Step& next);

/// Counts the checks that follows_plainly() has shown to hold of the step.
void count_plain_step(ReplayState& state, const PendingStep& step);

}  // namespace evmmem::traces
