// SPDX-License-Identifier: MIT
// What happens to the code that a create returns: it is paid for and deployed, or the create fails
// for a reason that its size, its first byte or the gas that is left shows. Sources: Yellow Paper
// 7; EIP-2 (Homestead), EIP-170, EIP-3541, EIP-7954, EIP-8037.
#pragma once

#include <cstdint>
#include <string>

#include "core/fork.hpp"
#include "core/gas_schedule.hpp"
#include "core/rules.hpp"
#include "traces/replay/known_data.hpp"
#include "traces/replay/replay_rules.hpp"

namespace evmmem::traces {

enum class Deposit : std::uint8_t {
    paid,
    skipped,  ///< Frontier: it cannot be paid, the account stays without code, and the gas is kept
    refused,  ///< the create fails, and its gas is gone
};

/// Whether the rules allow that this becomes of the code when so much gas is left. Its size is known.
bool may_become(Deposit deposit, const KnownData& code, std::uint64_t gas_left, RulesView rules);

/// Why the code must not be deployed, for messages: "it starts with 0xef". Empty when nothing is
/// wrong with it in any of these forks.
std::string why_refused(const KnownData& code, std::uint64_t gas_left, ForkSet forks,
                        const ReplayRules& rules_of);

}  // namespace evmmem::traces
