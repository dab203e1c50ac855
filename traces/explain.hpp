// SPDX-License-Identifier: MIT
// The second reading of a trace that something was found in: adds to each finding who pushed the
// operands and who wrote the bytes that it is about. Nothing of it is kept up during the first reading, so that a trace that agrees does
// not pay for it.
#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include "finding.hpp"
#include "replayer.hpp"
#include "step_reader.hpp"

namespace evmmem::traces {

/// Whether the second reading could say more about it.
bool can_be_explained(const Finding& finding);

/// Replays the trace with the options of the first reading, fills in `pushed_by` and `blame` of the findings, and
/// stops after the last of them; or when `goes_on()`, asked before each step, says no. Returns how
/// many of them did not turn up again: 0, unless the trace has changed in the meantime.
std::size_t explain(StepReader& reader, ReplayOptions options, std::span<Finding* const> findings,
                    const std::function<bool()>& goes_on);

}  // namespace evmmem::traces
