// SPDX-License-Identifier: MIT
// What SSTORE costs and what it refunds: by what the slot held when the transaction began, what it
// holds, and what is written. Sources: Yellow Paper H.2, 0x55; EIP-1283 (Constantinople only),
// EIP-2200, EIP-2929, EIP-3529, EIP-8038.
#pragma once

#include <array>
#include <cstdint>

#include "fork.hpp"
#include "word.hpp"

namespace evmmem {

/// Gas that SSTORE must leave untouched, from Istanbul on: with so much or less it fails. Source:
/// EIP-2200.
inline constexpr std::uint64_t sstore_sentry = 2300;

/// What SSTORE changes, as far as any fork's price tells changes apart.
enum class SlotChange : std::uint8_t {
    none,             ///< the slot holds that value
    created,          ///< from the zero it held when the transaction began
    first,            ///< from what else it held when the transaction began
    again_from_zero,  ///< it was changed before, to zero
    again,            ///< it was changed before, to something else
};
inline constexpr int slot_change_count = static_cast<int>(SlotChange::again) + 1;

constexpr SlotChange slot_change(const Word& original, const Word& current, const Word& value) {
    if (current == value) return SlotChange::none;
    if (original == current) return original.is_zero() ? SlotChange::created : SlotChange::first;
    return current.is_zero() ? SlotChange::again_from_zero : SlotChange::again;
}

/// The changes that an SSTORE may make, as far as they are known; by value, one byte.
class SlotChanges {
public:
    constexpr SlotChanges() = default;
    static constexpr SlotChanges all() {
        SlotChanges set;
        set.bits_ = (1U << slot_change_count) - 1;
        return set;
    }
    constexpr void add(SlotChange change) {
        bits_ = static_cast<std::uint8_t>(bits_ | 1U << static_cast<int>(change));
    }
    constexpr bool contains(SlotChange change) const {
        return (bits_ >> static_cast<int>(change) & 1U) != 0;
    }
    constexpr bool operator==(const SlotChanges&) const = default;

private:
    std::uint8_t bits_ = 0;
};

/// One fork's terms, until the next row's.
struct StorageTerms {
    Fork since;
    std::array<std::uint32_t, slot_change_count> costs;  ///< of each change, the slot being warm
    std::uint32_t cold;                                  ///< gas on top where the slot is cold
    std::uint32_t clear;         ///< refunded for a change to zero of what was none
    std::uint32_t restore_zero;  ///< refunded when a slot is zero again as the transaction found it
    std::uint32_t restore;       ///< refunded when it is again what else the transaction found
    bool is_net;                 ///< what the transaction found in the slot matters, too
};

// Newest fork first.
// clang-format off
inline constexpr StorageTerms storage_terms[] = {
    //                       none  created  first  again, from zero   cold   clear  restore zero, other
    {Fork::amsterdam,      { 100,  10100,  10100,  100,   100},       2000,  11616, 10000, 10000, true},   // EIP-8038
    {Fork::london,         { 100,  20000,   2900,  100,   100},       2100,   4800, 19900,  2800, true},   // EIP-3529
    {Fork::berlin,         { 100,  20000,   2900,  100,   100},       2100,  15000, 19900,  2800, true},   // EIP-2929
    {Fork::istanbul,       { 800,  20000,   5000,  800,   800},          0,  15000, 19200,  4200, true},   // EIP-2200
    {Fork::petersburg,     {5000,  20000,   5000, 20000, 5000},          0,  15000,     0,     0, false},  // EIP-1716
    {Fork::constantinople, { 200,  20000,   5000,  200,   200},          0,  15000, 19800,  4800, true},   // EIP-1283
    {Fork::frontier,       {5000,  20000,   5000, 20000, 5000},          0,  15000,     0,     0, false},
};
// clang-format on

constexpr const StorageTerms& storage_terms_of(Fork fork) {
    const StorageTerms* terms = storage_terms;
    while (fork < terms->since)
        ++terms;
    return *terms;
}

/// Gas of an SSTORE that makes this change in `fork`; without Amsterdam's state gas (EIP-8037).
constexpr std::uint64_t store_cost(SlotChange change, Fork fork, bool is_cold) {
    const StorageTerms& terms = storage_terms_of(fork);
    return terms.costs[static_cast<std::size_t>(change)] + (is_cold ? terms.cold : 0);
}

/// What an SSTORE adds to the refund counter in `fork`, or takes from it.
constexpr std::int64_t store_refund(const Word& original, const Word& current, const Word& value,
                                    Fork fork) {
    const StorageTerms& terms = storage_terms_of(fork);
    if (current == value) return 0;
    const std::int64_t clear = terms.clear;
    if (!terms.is_net || original == current)
        return value.is_zero() && !current.is_zero() ? clear : 0;
    std::int64_t refund = 0;
    if (!original.is_zero() && current.is_zero()) refund -= clear;
    if (!original.is_zero() && value.is_zero()) refund += clear;
    if (original == value) refund += original.is_zero() ? terms.restore_zero : terms.restore;
    return refund;
}

/// Refunded for the first SELFDESTRUCT of an account, until London. Sources: Yellow Paper G,
/// R_selfdestruct; EIP-3529.
constexpr std::int64_t selfdestruct_refund(Fork fork) {
    return fork < Fork::london ? 24'000 : 0;
}

/// A transaction's refund is at most this part of the gas it used: a half, a fifth from London on.
/// Sources: Yellow Paper 6.2; EIP-3529.
constexpr std::uint64_t refund_quotient(Fork fork) {
    return fork < Fork::london ? 2 : 5;
}

}  // namespace evmmem
