// SPDX-License-Identifier: MIT
// What a step costs by the forks that are left, and the forks that have it at all.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/gas_schedule.hpp"
#include "replay_state.hpp"

namespace evmmem::traces {

/// What an instruction of a price by state may cost, as far as the slot or account that it
/// uses is known; without memory and what operands scale.
class BaseCosts : public FewCosts {
public:
    BaseCosts(const PendingStep& step, RulesView rules);
};

/// What the step costs, where operands and the forks that are left leave exactly one number.
std::optional<std::uint64_t> exact_cost(const ReplayState& state, const PendingStep& step);

/// A cost that the step may have, and the forks in which it may.
struct PossibleCost {
    std::uint64_t cost = 0;  ///< gas, memory included, Amsterdam's state gas not
    ForkSet forks;
};
/// All costs that the step may have in the forks that are left; none where they cannot be known, as
/// of calls and creates.
std::vector<PossibleCost> possible_costs(const ReplayState& state, const PendingStep& step);
/// The gas that a step may need, in all: from the least to the most that operands, state and memory
/// leave open.
struct GasNeed {
    std::uint64_t least = 0;
    std::uint64_t most = 0;
    /// No amount of gas is enough.
    static constexpr std::uint64_t endless = ~std::uint64_t{0};
};

/// What the step needs. SSTORE needs more than 2300 since Istanbul, whatever it costs
/// (EIP-2200); a create whose init code is too large never has enough (EIP-3860).
GasNeed gas_need(const PendingStep& step, RulesView rules);

/// The least and the most that the step needs in any fork that is left.
std::uint64_t least_gas(const ReplayState& state, const PendingStep& step);
std::uint64_t most_gas(const ReplayState& state, const PendingStep& step);

/// "MSTORE costs 9, of which 6 for growing memory from 32 to 96 bytes": for messages.
std::string explain_cost(const ReplayState& state, const PendingStep& step, std::uint64_t cost);

/// The step was executed: forks without the instruction cannot be the trace's.
void strike_older_forks(ReplayState& state, PendingStep& step);

}  // namespace evmmem::traces
