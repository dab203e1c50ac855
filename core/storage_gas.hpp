// SPDX-License-Identifier: MIT
// What SSTORE costs and what it refunds: by what the slot held when the transaction began, what it
// holds, and what is written. Sources: Yellow Paper H.2, 0x55; EIP-1283 (Constantinople only),
// EIP-2200, EIP-2929, EIP-3529, EIP-8038.
#pragma once

#include <array>
#include <cstdint>

#include "rule_table.hpp"
#include "rules.hpp"
#include "word.hpp"

namespace evmmem {

/// Gas that SSTORE must leave untouched, from Istanbul on: with so much or less it fails. Source:
/// EIP-2200.
inline constexpr std::uint64_t sstore_sentry =
    rule_table::number_in(last_fork, Rule::storage_gas_kept);

/// What SSTORE changes, as far as any fork's price tells changes apart.
enum class SlotChange : std::uint8_t {
    none,             ///< the slot holds that value
    created,          ///< from the zero it held when the transaction began
    first,            ///< from what else it held when the transaction began
    again_from_zero,  ///< it was changed before, to zero
    again,            ///< it was changed before, to something else
};
/// How many kinds there are.
inline constexpr int slot_change_count = static_cast<int>(SlotChange::again) + 1;

/// The change from `current` to `value`, of a slot that held `original` when the transaction began.
constexpr SlotChange slot_change(const Word& original, const Word& current, const Word& value) {
    if (current == value) return SlotChange::none;
    if (original == current) return original.is_zero() ? SlotChange::created : SlotChange::first;
    return current.is_zero() ? SlotChange::again_from_zero : SlotChange::again;
}

/// The changes that an SSTORE may make, as far as they are known; by value, one byte.
class SlotChanges {
public:
    /// No change.
    constexpr SlotChanges() = default;
    /// Any change.
    static constexpr SlotChanges all() {
        SlotChanges set;
        set.bits_ = (1U << slot_change_count) - 1;
        return set;
    }
    /// It may be that one, too.
    constexpr void add(SlotChange change) {
        bits_ = static_cast<std::uint8_t>(bits_ | 1U << static_cast<int>(change));
    }
    /// Whether it may be that one.
    constexpr bool contains(SlotChange change) const {
        return (bits_ >> static_cast<int>(change) & 1U) != 0;
    }
    constexpr bool operator==(const SlotChanges&) const = default;

private:
    std::uint8_t bits_ = 0;
};

/// Gas of an SSTORE, which the rules have, that makes this change; without Amsterdam's state gas (EIP-8037).
inline std::uint64_t store_cost(SlotChange change, RulesView rules, bool is_cold) {
    constexpr std::array<Rule, slot_change_count> of_change = {
        Rule::storage_unchanged_gas, Rule::storage_set_gas, Rule::storage_change_gas,
        Rule::storage_change_again_from_zero_gas, Rule::storage_change_again_gas};
    return rules.price(Opcode::SSTORE) + rules[of_change[static_cast<std::size_t>(change)]] +
           (is_cold ? rules[Rule::storage_cold_gas] : 0);
}

/// What SSTORE and SELFDESTRUCT refund, in gas; forks with the same terms refund alike.
struct RefundTerms {
    std::int64_t clear = 0;    ///< for a change to zero of what was none
    std::int64_t unset = 0;    ///< when a slot is zero again as the transaction found it
    std::int64_t restore = 0;  ///< when it is again what else the transaction found
    /// For the first SELFDESTRUCT of an account, until London. Sources: Yellow Paper G,
    /// R_selfdestruct; EIP-3529.
    std::int64_t selfdestruct = 0;
    bool is_net = false;  ///< what the transaction found in the slot matters, too

    constexpr bool operator==(const RefundTerms&) const = default;
};
/// The terms of these rules.
inline RefundTerms refund_terms(RulesView rules) {
    const auto refund = [rules](Rule rule) { return static_cast<std::int64_t>(rules[rule]); };
    return {refund(Rule::refund_clear), refund(Rule::refund_unset), refund(Rule::refund_restore),
            refund(Rule::refund_selfdestruct), rules.holds(Rule::storage_is_net)};
}

/// What an SSTORE adds to the refund counter, or takes from it.
inline std::int64_t store_refund(const Word& original, const Word& current, const Word& value,
                                 RulesView rules) {
    const RefundTerms terms = refund_terms(rules);
    if (current == value) return 0;
    if (!terms.is_net || original == current)
        return value.is_zero() && !current.is_zero() ? terms.clear : 0;
    std::int64_t refund = 0;
    if (!original.is_zero() && current.is_zero()) refund -= terms.clear;
    if (!original.is_zero() && value.is_zero()) refund += terms.clear;
    if (original == value) refund += original.is_zero() ? terms.unset : terms.restore;
    return refund;
}

/// A transaction's refund is at most this part of the gas it used: a half, a fifth from London on.
/// Sources: Yellow Paper 6.2; EIP-3529.
inline std::uint64_t refund_quotient(RulesView rules) {
    return rules[Rule::refund_part];
}

}  // namespace evmmem
