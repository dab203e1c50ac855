// SPDX-License-Identifier: MIT
#include "hashes.hpp"

#include <cryptopp/keccak.h>
#include <cryptopp/ripemd.h>
#include <cryptopp/sha.h>

#include <algorithm>
#include <array>

namespace evmmem::traces {
namespace {

constexpr std::size_t address_size = 20;

/// The digest of `data`, right-aligned in 32 bytes.
template <typename Hash>
Bytes32 digest(std::span<const std::uint8_t> data) {
    static_assert(Hash::DIGESTSIZE <= 32);
    Hash hash;
    Bytes32 result{};
    hash.CalculateDigest(result.data() + (32 - Hash::DIGESTSIZE), data.data(), data.size());
    return result;
}

}  // namespace

Bytes32 keccak256(std::span<const std::uint8_t> data) {
    return digest<CryptoPP::Keccak_256>(data);
}

Bytes32 sha256(std::span<const std::uint8_t> data) {
    return digest<CryptoPP::SHA256>(data);
}

Bytes32 ripemd160(std::span<const std::uint8_t> data) {
    return digest<CryptoPP::RIPEMD160>(data);
}

Bytes32 create2_address(const Word& creator, const Word& salt,
                        std::span<const std::uint8_t> init_code) {
    std::array<std::uint8_t, 1 + address_size + 32 + 32> preimage{0xff};
    const Bytes32 creator_bytes = creator.to_big_endian();
    const Bytes32 salt_bytes = salt.to_big_endian();
    const Bytes32 code_hash = keccak256(init_code);
    auto at =
        std::copy(creator_bytes.end() - address_size, creator_bytes.end(), preimage.begin() + 1);
    at = std::copy(salt_bytes.begin(), salt_bytes.end(), at);
    std::copy(code_hash.begin(), code_hash.end(), at);
    Bytes32 address = keccak256(preimage);
    std::fill(address.begin(), address.end() - address_size, std::uint8_t{0});
    return address;
}

}  // namespace evmmem::traces
