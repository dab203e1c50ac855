// SPDX-License-Identifier: MIT
// What a transaction pays besides its steps, by fork. Amsterdam's prices are not settled: of what is
// proposed the least. Sources: Yellow Paper G, transaction; EIP-2028, EIP-2780, EIP-2930, EIP-7623.
#pragma once

#include <algorithm>
#include <cstdint>

#include "fork.hpp"

namespace evmmem {

/// Of every transaction, in gas.
constexpr std::uint64_t transaction_gas(Fork fork) {
    return fork >= Fork::amsterdam ? 12'000 : 21'000;
}

/// The bytes of a transaction's calldata, counted.
struct CalldataBytes {
    std::uint64_t zeros = 0;
    std::uint64_t others = 0;
};

/// What the calldata adds, in gas.
constexpr std::uint64_t calldata_gas(CalldataBytes bytes, Fork fork) {
    return 4 * bytes.zeros + (fork >= Fork::istanbul ? 16 : 68) * bytes.others;
}

/// The least that a transaction with that calldata pays, whatever its steps use and refund, in gas; 0
/// before Prague.
constexpr std::uint64_t calldata_floor(CalldataBytes bytes, Fork fork) {
    if (fork < Fork::prague) return 0;
    return transaction_gas(fork) + 10 * (bytes.zeros + 4 * bytes.others);
}

/// The least that an access list adds which is not empty, that of one address, in gas.
inline constexpr std::uint64_t listed_min = 2400;

/// Whether an access list, at 1900 more for each slot, or authorizations, at 25000 each (EIP-7702), can add
/// so much gas.
constexpr bool may_be_listed(std::uint64_t gas, Fork fork) {
    return gas == 0 || (fork >= Fork::berlin && gas >= listed_min && gas % 100 == 0);
}

}  // namespace evmmem
