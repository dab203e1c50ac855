// SPDX-License-Identifier: MIT
// What a step costs by the forks that are left, and the forks that have it at all.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "replay_state.hpp"

namespace evmmem::traces {

/// What the step costs, where operands and the forks that are left leave exactly one number.
std::optional<std::uint64_t> exact_cost(const ReplayState& state, const PendingStep& step);

/// A cost that the step may have, and the forks in which it may.
struct PossibleCost {
    std::uint64_t cost = 0;  ///< gas, memory included, Amsterdam's state gas not
    ForkSet forks;
};
/// All costs that the step may have in the forks that are left; none where they cannot be told, as
/// of calls and creates.
std::vector<PossibleCost> possible_costs(const ReplayState& state, const PendingStep& step);

/// "MSTORE costs 9, of which 6 for growing memory from 32 to 96 bytes": for messages.
std::string explain_cost(const PendingStep& step, std::uint64_t cost);

/// The step was executed: forks without the instruction cannot be the trace's.
void strike_older_forks(ReplayState& state, PendingStep& step);

}  // namespace evmmem::traces
