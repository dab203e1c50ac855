// SPDX-License-Identifier: MIT
// What a step's price shows of the account or slot that it touches: a price that only a cold one
// has proves that it is in no access list, so that it is cold again when the touch is taken back; and
// a warm price for a slot that no step has touched proves that it is in one.
// Sources: EIP-2929, EIP-2930.
#pragma once

#include <cstdint>

#include "traces/replay/replay_state.hpp"

namespace evmmem::traces {

/// The step, which is no call, was followed by one of its frame that has `gas_after` left.
void learn_access(ReplayState& state, const PendingStep& step, std::uint64_t gas_after);

}  // namespace evmmem::traces
