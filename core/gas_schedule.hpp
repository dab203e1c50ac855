// SPDX-License-Identifier: MIT
// The gas that state or the fork decides. A trace does not show the state (is the account warm,
// does it exist, was the slot zero?), so most questions have a small set of legal answers instead
// of one. Sources: EIP-150, EIP-160, EIP-161, EIP-1884, EIP-2200, EIP-2929, EIP-3860, EIP-7702,
// EIP-8038.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "fork.hpp"
#include "opcode.hpp"
#include "word.hpp"

namespace evmmem {

/// What a call with value hands to the callee on top of the gas that it was given.
inline constexpr std::uint64_t call_stipend = 2300;
/// Bytes of init code that a create may have; one with more fails. Sources: EIP-3860, EIP-7954.
constexpr std::uint64_t init_code_max(Fork fork) {
    if (fork >= Fork::amsterdam) return 131072;
    return fork >= Fork::shanghai ? 49152 : ~std::uint64_t{0};
}

/// Gas for each byte of deployed code, until Amsterdam. Source: Yellow Paper G, codedeposit.
inline constexpr std::uint64_t code_deposit_gas = 200;

/// Bytes of code that a create may deploy at least: one with more fails in `fork`. Amsterdam's own
/// limit is not settled: sources differ, and code_size_max_unsettled is the largest of them.
/// Sources: EIP-170, EIP-7954.
constexpr std::uint64_t code_size_max(Fork fork) {
    return fork >= Fork::spurious_dragon ? 24576 : ~std::uint64_t{0};
}
inline constexpr std::uint64_t code_size_max_unsettled = 65536;

/// What is known of whether an account or a slot was touched before in the transaction (EIP-2929).
enum class Access : std::uint8_t {
    unknown,
    warm,
    cold,  ///< it was cold before, and that touch was taken back
};

/// The values that the base cost of a `GasRule::Base::by_state` instruction can have in `fork`.
/// Empty when the instruction has no such rule or does not exist in `fork`.
std::span<const std::uint32_t> base_costs(Opcode op, Fork fork, Access access);

/// The values that the base cost of such an instruction can have in any fork, warm or cold.
bool is_base_cost_in_some_fork(Opcode op, std::uint64_t cost);

/// Gas of EXP with this exponent. Source: EIP-160.
std::uint64_t exp_cost(const Word& exponent, Fork fork);

/// The costs that a call can have without memory, without the gas passed on and without state gas.
class CallOverheads {
public:
    /// `may_be_new`: whether the callee may be an account that does not exist yet;
    /// `may_be_delegated`: whether its code may be another account's (EIP-7702).
    CallOverheads(Opcode op, bool has_value, Fork fork, Access access, bool may_be_new = true,
                  bool may_be_delegated = true);

    const std::uint64_t* begin() const { return values_.data(); }
    const std::uint64_t* end() const { return values_.data() + count_; }
    bool contains(std::uint64_t overhead) const;

private:
    std::array<std::uint64_t, 12> values_{};
    std::size_t count_ = 0;
};

/// The cost of CREATE or CREATE2 without memory, without the gas passed on and without state gas,
/// for init code of `init_code_size` bytes.
std::uint64_t create_cost(Opcode op, std::uint64_t init_code_size, Fork fork);

/// What a call or create may hand on of `available` gas: all but one 64th. Source: EIP-150.
constexpr std::uint64_t all_but_one_64th(std::uint64_t available) {
    return available - available / 64;
}

/// Gas that a call hands on when it has `available` left and asks for `wanted`; nothing when the
/// call must run out of gas instead. Source: Yellow Paper, C_CALLGAS; EIP-150.
constexpr std::optional<std::uint64_t> forwarded_gas(const Word& wanted, std::uint64_t available,
                                                     Fork fork) {
    if (fork >= Fork::tangerine_whistle) return wanted.clamped_to(all_but_one_64th(available));
    if (wanted > Word{available}) return std::nullopt;
    return wanted.limbs[0];
}

/// State gas, which Amsterdam takes from a reservoir first and then from gas, and gives back when a
/// frame reverts: of one byte of state, of a new account (120 bytes), of a new slot (64 bytes).
/// It is taken before what a call or create may hand on is worked out. Source: EIP-8037.
inline constexpr std::uint64_t state_byte_gas = 1530;
inline constexpr std::uint64_t new_account_state_gas = 120 * state_byte_gas;
inline constexpr std::uint64_t new_slot_state_gas = 64 * state_byte_gas;

/// The reservoir holds what a transaction's gas limit has beyond this. Source: EIP-7825, EIP-8037.
inline constexpr std::uint64_t reservoir_begin = std::uint64_t{1} << 24;

}  // namespace evmmem
