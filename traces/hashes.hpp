// SPDX-License-Identifier: MIT
// The hashes that the EVM computes over memory. The work is Crypto++'s.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "core/word.hpp"

namespace evmmem::traces {

/// Keccak-256 with the padding of 2011, as Ethereum uses it (not SHA3-256).
Bytes32 keccak256(std::span<const std::uint8_t> data);

Bytes32 sha256(std::span<const std::uint8_t> data);

/// RIPEMD-160 in the last 20 of 32 bytes, as precompile 3 returns it.
Bytes32 ripemd160(std::span<const std::uint8_t> data);

enum class HashFunction : std::uint8_t { keccak256, sha256, ripemd160 };

/// One of the three, of data of any size: every megabyte it asks `is_cancelled`, which may be null,
/// and gives nothing once that says yes.
std::optional<Bytes32> hash(HashFunction function, std::span<const std::uint8_t> data,
                            bool (*is_cancelled)());

/// The address that CREATE gives, in the last 20 of 32 bytes. Source: Yellow Paper 7.
Bytes32 create_address(const Word& creator, std::uint64_t nonce);
/// The address that CREATE2 gives, in the last 20 of 32 bytes. Source: EIP-1014.
Bytes32 create2_address(const Word& creator, const Word& salt,
                        std::span<const std::uint8_t> init_code);
/// The same, of init code whose Keccak-256 is known.
Bytes32 create2_address_of(const Word& creator, const Word& salt, const Bytes32& code_hash);

}  // namespace evmmem::traces
