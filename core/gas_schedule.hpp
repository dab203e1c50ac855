// SPDX-License-Identifier: MIT
// The gas that state or the fork decides. A trace does not show the state (is the account warm,
// does it exist, was the slot zero?), so most questions have a small set of legal answers instead
// of one. Sources: EIP-150, EIP-160, EIP-161, EIP-1884, EIP-2200, EIP-2929, EIP-3860, EIP-7702,
// EIP-8038.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "fork.hpp"
#include "opcode.hpp"
#include "rule_table.hpp"
#include "rules.hpp"
#include "storage_gas.hpp"
#include "word.hpp"

namespace evmmem {

/// What a call with value hands to the callee on top of the gas that it was given.
inline constexpr std::uint64_t call_stipend = rule_table::number_everywhere(Rule::call_stipend);

/// What is known of whether an account or a slot was touched before in the transaction (EIP-2929).
enum class Access : std::uint8_t {
    unknown,
    warm,
    cold,  ///< it was cold before, and that touch was taken back
};

/// Whether an account that was touched before costs less than another (EIP-2929).
inline bool tells_cold_from_warm(RulesView rules) {
    return rules[Rule::access_warm_gas] != rules[Rule::access_cold_account_gas];
}

/// The few values that a cost can have, each once, in the order in which they were added.
class FewCosts {
public:
    /// The first of them.
    const std::uint64_t* begin() const { return values_.data(); }
    /// One after the last of them.
    const std::uint64_t* end() const { return values_.data() + count_; }
    /// Whether there is none.
    bool empty() const { return count_ == 0; }
    /// Whether `cost` is one of them, in gas.
    bool contains(std::uint64_t cost) const { return std::find(begin(), end(), cost) != end(); }
    /// Adds a value, unless it is there; there is room for twelve.
    void add(std::uint64_t cost) {
        if (!contains(cost)) values_[count_++] = cost;
    }

private:
    std::array<std::uint64_t, 12> values_{};
    std::size_t count_ = 0;
};

/// What state decides of the price of a call, or of a `GasRule::Base::by_state` instruction.
struct PricedState {
    /// Of an account whose code is another's (EIP-7702): whether that other one was touched before.
    enum class Delegation : std::uint8_t { none, warm, cold };

    bool is_cold = false;  ///< the account or slot was not touched before
    /// The account does not exist; of EXTCODESIZE and EXTCODECOPY: Rule::access_code_gas is paid.
    bool has_surcharge = false;
    SlotChange change = SlotChange::none;      ///< of an SSTORE
    Delegation delegation = Delegation::none;  ///< of a call: to the account whose code it runs

    constexpr bool operator==(const PricedState&) const = default;
};
/// The base cost of a `GasRule::Base::by_state` instruction.
std::uint64_t base_cost(Opcode op, const PricedState& state, RulesView rules);
/// What a call costs without memory, without the gas passed on and without state gas.
std::uint64_t call_overhead(Opcode op, bool has_value, const PricedState& state, RulesView rules);

/// The values that the base cost of a `GasRule::Base::by_state` instruction can have.
/// Empty when the instruction has no such rule or does not exist.
FewCosts base_costs(Opcode op, RulesView rules, Access access);

/// Gas of EXP with this exponent. Source: EIP-160.
std::uint64_t exp_cost(const Word& exponent, RulesView rules);

/// The costs that a call can have without memory, without the gas passed on and without state gas.
class CallOverheads : public FewCosts {
public:
    /// `may_be_new`: whether the callee may be an account that does not exist yet;
    /// `may_be_delegated`: whether its code may be another account's (EIP-7702).
    CallOverheads(Opcode op, bool has_value, RulesView rules, Access access, bool may_be_new = true,
                  bool may_be_delegated = true);
};

/// The cost of CREATE or CREATE2 without memory, without the gas passed on and without state gas,
/// for init code of `init_code_size` bytes.
std::uint64_t create_cost(Opcode op, std::uint64_t init_code_size, RulesView rules);

/// Bytes of init code that a create may have; one with more fails. Sources: EIP-3860, EIP-7954.
inline std::uint64_t init_code_max(RulesView rules) {
    return rules[Rule::create_init_code_max];
}

/// Gas for deploying `size` bytes of code, state gas not included. Sources: Yellow Paper G,
/// codedeposit; EIP-8037.
std::uint64_t code_deposit_cost(std::uint64_t size, RulesView rules);

/// What a call or create may hand on of `available` gas: all but one 64th since EIP-150, or, if that is
/// less, all but as much as memory has bytes (EIP-7686).
inline std::uint64_t forwardable_gas(std::uint64_t available, RulesView rules,
                                     std::uint64_t memory_bytes = 0) {
    const std::uint64_t part = rules[Rule::call_kept_part];
    std::uint64_t kept = 0;
    if (part == 64)
        kept = available / 64;  // which is a shift
    else if (part != 0)
        kept = available / part;
    if (rules.holds(Rule::call_keeps_memory))
        kept = std::max(kept, std::min(memory_bytes, available));
    return available - kept;
}

/// Gas that a call hands on when it has `available` left and asks for `wanted`; nothing when the
/// call must run out of gas instead. Source: Yellow Paper, C_CALLGAS; EIP-150.
inline std::optional<std::uint64_t> forwarded_gas(const Word& wanted, std::uint64_t available,
                                                  RulesView rules, std::uint64_t memory_bytes = 0) {
    if (rules.holds(Rule::call_kept_part) || rules.holds(Rule::call_keeps_memory))
        return wanted.clamped_to(forwardable_gas(available, rules, memory_bytes));
    if (wanted > Word{available}) return std::nullopt;
    return wanted.limbs[0];
}

/// State gas, which Amsterdam takes from a reservoir first and then from gas, and gives back when a
/// frame reverts: of `bytes` of state, of a new account, of a new slot. Forks before it take none. It is
/// taken before what a call or create may hand on is worked out. Source: EIP-8037.
inline std::uint64_t state_gas(std::uint64_t bytes, RulesView rules) {
    return rules[Rule::state_byte_gas] * bytes;
}
/// The state gas of a new account.
inline std::uint64_t account_state_gas(RulesView rules) {
    return state_gas(rules[Rule::state_account_bytes], rules);
}
/// Whether there is state gas at all.
inline bool has_state_gas(RulesView rules) {
    return rules.holds(Rule::state_byte_gas);
}
/// The same in Amsterdam, for what is asked of no fork: none takes more.
inline constexpr std::uint64_t state_byte_gas =
    rule_table::number_in(last_fork, Rule::state_byte_gas);
/// The state gas of a new account in Amsterdam.
inline constexpr std::uint64_t new_account_state_gas =
    rule_table::number_in(last_fork, Rule::state_account_bytes) * state_byte_gas;
/// The state gas of a new slot in Amsterdam.
inline constexpr std::uint64_t new_slot_state_gas =
    rule_table::number_in(last_fork, Rule::state_slot_bytes) * state_byte_gas;

/// The reservoir holds what a transaction's gas limit has beyond this. Source: EIP-7825, EIP-8037.
inline constexpr std::uint64_t reservoir_begin =
    rule_table::number_in(last_fork, Rule::transaction_gas_max);

}  // namespace evmmem
