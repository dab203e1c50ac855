// SPDX-License-Identifier: MIT
// What Amsterdam's state gas can explain of the gas that a trace shows: a reservoir pays first,
// then the frame's gas does, and a frame that fails gives back what it took. Source: EIP-8037.
#pragma once

#include <cstdint>

#include "core/opcode.hpp"
#include "replay_rules.hpp"

namespace evmmem::traces {

/// Whether a transaction whose first step has this much gas can have a reservoir: what the gas
/// limit has beyond what a transaction may use (EIP-7825). What it pays before its first step, for as much calldata as
/// clients relay (128 KiB), is less than a quarter of that.
inline bool may_have_reservoir(std::uint64_t gas_at_start, const ReplayRules& rules) {
    const std::uint64_t begin = rules.of(last_fork)[Rule::transaction_gas_max];
    return gas_at_start >= begin - begin / 4;
}

/// Whether `taken` gas can be gone where `amount` of state gas was due, or none was: all of it, or
/// what a reservoir left to pay.
constexpr bool may_take_state_gas(std::int64_t taken, std::uint64_t amount, bool has_reservoir) {
    if (taken < 0) return false;
    const auto gas = static_cast<std::uint64_t>(taken);
    return gas == 0 || gas == amount || (has_reservoir && gas < amount);
}

/// Whether `given` gas can have come back where at most `most` of state gas had been taken.
constexpr bool may_give_state_gas_back(std::int64_t given, std::uint64_t most, bool has_reservoir,
                                       const StateGasTerms& terms) {
    if (given < 0) return false;
    const auto gas = static_cast<std::uint64_t>(given);
    return gas <= most && (has_reservoir || terms.byte == 0 || gas % terms.byte == 0);
}

/// State gas that an instruction of a price by state may take; of calls and creates see Spending.
constexpr std::uint64_t state_gas_of(Opcode op, const StateGasTerms& terms) {
    if (op == Opcode::SSTORE) return terms.slot;
    return op == Opcode::SELFDESTRUCT ? terms.account : 0;
}

/// Whether `difference` can be the state gas of a step that is no call and no create: taken, or
/// given back by an SSTORE that restores a slot.
constexpr bool is_state_gas_of(Opcode op, std::int64_t difference, bool has_reservoir,
                               const StateGasTerms& terms) {
    return may_take_state_gas(difference, state_gas_of(op, terms), has_reservoir) ||
           (op == Opcode::SSTORE && may_take_state_gas(-difference, terms.slot, has_reservoir));
}

}  // namespace evmmem::traces
