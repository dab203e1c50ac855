// SPDX-License-Identifier: MIT
// The gas that state or the fork decides. A trace does not show the state (is the account warm, does it
// exist, was the slot zero?), so most questions have a small set of legal answers instead of one.
// Sources: EIP-150, EIP-160, EIP-161, EIP-1884, EIP-2200, EIP-2929, EIP-3860, EIP-7702, EIP-8038.
#pragma once

#include <cstdint>
#include <span>

#include "fork.hpp"
#include "opcode.hpp"
#include "word.hpp"

namespace evmmem {

/// What a call with value hands to the callee on top of the gas that it was given.
inline constexpr std::uint64_t call_stipend = 2300;
/// Bytes of init code at most, from Shanghai and from Amsterdam on. Sources: EIP-3860, EIP-7954.
inline constexpr std::uint64_t init_code_max_shanghai = 49152;
inline constexpr std::uint64_t init_code_max_amsterdam = 131072;

/// The values that the base cost of a `GasRule::Base::by_state` instruction can have in `fork`.
/// Empty when the instruction has no such rule.
std::span<const std::uint32_t> base_costs(Opcode op, Fork fork);

/// Gas of EXP with this exponent. Source: EIP-160.
std::uint64_t exp_cost(const Word& exponent, Fork fork);

/// Whether `overhead`, a call's cost without memory and without the gas passed on, is legal in `fork`.
bool is_legal_call_overhead(Opcode op, bool has_value, std::uint64_t overhead, Fork fork);

/// The cost of CREATE or CREATE2 without memory, without the gas passed on and without state gas,
/// for init code of `init_code_size` bytes.
std::uint64_t create_cost(Opcode op, std::uint64_t init_code_size, Fork fork);

/// What a call or create may hand on of `available` gas: all but one 64th. Source: EIP-150.
constexpr std::uint64_t all_but_one_64th(std::uint64_t available) {
    return available - available / 64;
}

}  // namespace evmmem
