// SPDX-License-Identifier: MIT
// The address that CREATE2 gives, against the hash of creator, salt and init code. Source: EIP-1014.
#pragma once

#include <optional>

#include "traces/replay/replay_state.hpp"

namespace evmmem::traces {

/// The address of the account that the step makes; nothing where it is no CREATE2, or where the
/// creator or the init code is not known. `creator` is the current frame of memory.
std::optional<Word> create2_address_of(ReplayState& state, const PendingStep& step,
                                       const CallFrame& creator);

/// Checks memory.hash of a CREATE2 that gave `result`.
void check_create2_address(ReplayState& state, const std::optional<Word>& address,
                           PendingStep& step, const Word& result);

}  // namespace evmmem::traces
