// SPDX-License-Identifier: MIT
// The hashes that the EVM computes over memory. The work is Crypto++'s.
#pragma once

#include <cstdint>
#include <span>

#include "core/word.hpp"

namespace evmmem::traces {

/// Keccak-256 with the padding of 2011, as Ethereum uses it (not SHA3-256).
Bytes32 keccak256(std::span<const std::uint8_t> data);

Bytes32 sha256(std::span<const std::uint8_t> data);

/// RIPEMD-160 in the last 20 of 32 bytes, as precompile 3 returns it.
Bytes32 ripemd160(std::span<const std::uint8_t> data);

/// The address that CREATE2 gives, in the last 20 of 32 bytes. Source: EIP-1014.
Bytes32 create2_address(const Word& creator, const Word& salt,
                        std::span<const std::uint8_t> init_code);

}  // namespace evmmem::traces
