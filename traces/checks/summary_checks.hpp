// SPDX-License-Identifier: MIT
// A transaction's last words, its output and its gas, against what its steps did.
#pragma once

#include <cstdint>
#include <optional>

#include "traces/record.hpp"
#include "traces/replay/replay_state.hpp"

namespace evmmem::traces {

/// The outermost frame is over: checks summary.output and summary.gas. `refund` is the counter that
/// its last step prints, or 0 where no step may have refunded anything.
void check_summary(ReplayState& state, const Report& report, std::optional<std::int64_t> refund);

/// The client says once more how the transaction ended: checks summary.output, if it says what.
void check_second_summary(ReplayState& state, const Report& report);

/// Checks summary.fork: the fork that the summary names, if it is one that is known, is left of the
/// transaction's; it is then its only one.
void check_fork_name(ReplayState& state, const Report& report, PendingStep& last);

}  // namespace evmmem::traces
