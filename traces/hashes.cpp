// SPDX-License-Identifier: MIT
#include "hashes.hpp"

#include <cryptopp/keccak.h>
#include <cryptopp/ripemd.h>
#include <cryptopp/sha.h>

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

namespace evmmem::traces {
namespace {

constexpr std::size_t address_size = 20;

/// Of data that is hashed without a question in between.
constexpr std::size_t part_size = std::size_t{1} << 20;

/// The digest of `data`, right-aligned in 32 bytes; nothing when it is cancelled.
template <typename Hash>
std::optional<Bytes32> digest(std::span<const std::uint8_t> data, bool (*is_cancelled)()) {
    static_assert(Hash::DIGESTSIZE <= 32);
    Hash hash;
    while (data.size() > part_size) {
        if (is_cancelled != nullptr && is_cancelled()) return std::nullopt;
        hash.Update(data.data(), part_size);
        data = data.subspan(part_size);
    }
    hash.Update(data.data(), data.size());
    Bytes32 result{};
    hash.Final(result.data() + (32 - Hash::DIGESTSIZE));
    return result;
}

}  // namespace

Bytes32 keccak256(std::span<const std::uint8_t> data) {
    return *digest<CryptoPP::Keccak_256>(data, nullptr);
}

Bytes32 sha256(std::span<const std::uint8_t> data) {
    return *digest<CryptoPP::SHA256>(data, nullptr);
}

Bytes32 ripemd160(std::span<const std::uint8_t> data) {
    return *digest<CryptoPP::RIPEMD160>(data, nullptr);
}

std::optional<Bytes32> hash(HashFunction function, std::span<const std::uint8_t> data,
                            bool (*is_cancelled)()) {
    switch (function) {
        case HashFunction::keccak256: return digest<CryptoPP::Keccak_256>(data, is_cancelled);
        case HashFunction::sha256: return digest<CryptoPP::SHA256>(data, is_cancelled);
        case HashFunction::ripemd160: return digest<CryptoPP::RIPEMD160>(data, is_cancelled);
    }
    std::unreachable();
}

Bytes32 create_address(const Word& creator, std::uint64_t nonce) {
    // RLP of a list of 20 bytes and a number.
    std::array<std::uint8_t, 2 + address_size + 1 + sizeof nonce> list{};
    const Bytes32 creator_bytes = creator.to_big_endian();
    auto at = list.begin() + 1;
    *at++ = 0x80 + address_size;
    at = std::copy(creator_bytes.end() - address_size, creator_bytes.end(), at);
    if (nonce != 0 && nonce < 0x80) {
        *at++ = static_cast<std::uint8_t>(nonce);
    } else {
        const auto size = static_cast<unsigned>((std::bit_width(nonce) + 7) / 8);
        *at++ = static_cast<std::uint8_t>(0x80 + size);
        for (unsigned i = size; i-- > 0;)
            *at++ = static_cast<std::uint8_t>(nonce >> (8 * i));
    }
    list[0] = static_cast<std::uint8_t>(0xc0 + (at - list.begin() - 1));
    Bytes32 address = keccak256({list.begin(), at});
    std::fill(address.begin(), address.end() - address_size, std::uint8_t{0});
    return address;
}

Bytes32 create2_address(const Word& creator, const Word& salt,
                        std::span<const std::uint8_t> init_code) {
    return create2_address_of(creator, salt, keccak256(init_code));
}

Bytes32 create2_address_of(const Word& creator, const Word& salt, const Bytes32& code_hash) {
    std::array<std::uint8_t, 1 + address_size + 32 + 32> preimage{0xff};
    const Bytes32 creator_bytes = creator.to_big_endian();
    const Bytes32 salt_bytes = salt.to_big_endian();
    auto at =
        std::copy(creator_bytes.end() - address_size, creator_bytes.end(), preimage.begin() + 1);
    at = std::copy(salt_bytes.begin(), salt_bytes.end(), at);
    std::copy(code_hash.begin(), code_hash.end(), at);
    Bytes32 address = keccak256(preimage);
    std::fill(address.begin(), address.end() - address_size, std::uint8_t{0});
    return address;
}

}  // namespace evmmem::traces
