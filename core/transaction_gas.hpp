// SPDX-License-Identifier: MIT
// What a transaction pays besides its steps, by fork. Amsterdam's prices are not settled: of what is
// proposed the least. Sources: Yellow Paper G, transaction; EIP-2028, EIP-2780, EIP-2930, EIP-7623.
#pragma once

#include <cstdint>
#include <numeric>

#include "rules.hpp"

namespace evmmem {

/// Of every transaction, in gas.
inline std::uint64_t transaction_gas(RulesView rules) {
    return rules[Rule::transaction_gas];
}

/// The bytes of a transaction's calldata, counted.
struct CalldataBytes {
    std::uint64_t zeros = 0;   ///< bytes that are 0
    std::uint64_t others = 0;  ///< all other bytes
};

/// What the calldata adds, in gas.
inline std::uint64_t calldata_gas(CalldataBytes bytes, RulesView rules) {
    return rules[Rule::transaction_zero_byte_gas] * bytes.zeros +
           rules[Rule::transaction_byte_gas] * bytes.others;
}

/// The least that a transaction with that calldata pays, whatever its steps use and refund, in gas; 0
/// before Prague.
inline std::uint64_t calldata_floor(CalldataBytes bytes, RulesView rules) {
    const std::uint64_t token_gas = rules[Rule::transaction_floor_token_gas];
    if (token_gas == 0) return 0;
    const std::uint64_t tokens =
        bytes.zeros + rules[Rule::transaction_floor_byte_tokens] * bytes.others;
    return transaction_gas(rules) + token_gas * tokens;
}

/// Whether an access list can add so much gas, by address and slot, or authorizations can (EIP-7702).
inline bool may_be_listed(std::uint64_t gas, RulesView rules) {
    const std::uint64_t address = rules[Rule::transaction_listed_address_gas];
    if (gas == 0) return true;
    if (address == 0 || gas < address) return false;
    const std::uint64_t unit = std::gcd(std::gcd(address, rules[Rule::transaction_listed_slot_gas]),
                                        rules[Rule::transaction_authorization_gas]);
    return gas % unit == 0;
}

}  // namespace evmmem
