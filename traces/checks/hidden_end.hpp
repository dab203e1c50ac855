// SPDX-License-Identifier: MIT
// Clients that print no STOP after the end of the code leave it open whether a trace that stops there is
// whole: any step that ends nothing may be the last one, or the last one that was kept. The gas that the
// summary says was used decides it, mostly.
#pragma once

#include <cstdint>
#include <optional>

#include "traces/record.hpp"
#include "traces/replay/replay_state.hpp"

namespace evmmem::traces {

enum class HiddenEnd : std::uint8_t {
    whole,    ///< the steps use what the summary says
    unclear,  ///< what was paid beyond them may be calldata's, or that of steps that are missing
    missing,  ///< no calldata costs what was paid beyond them
};

/// What the open frames, of which each may have ended with a STOP after its last step, have come to.
/// `refund` is the counter at their end, where it is known.
HiddenEnd judge_hidden_end(ReplayState& state, const Report& report,
                           std::optional<std::int64_t> refund);

}  // namespace evmmem::traces
