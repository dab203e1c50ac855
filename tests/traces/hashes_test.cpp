// SPDX-License-Identifier: MIT
// The hashes against known answers, and against another library's at every length around a block.
#include "traces/hashes.hpp"

#include <botan/hash.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/hex.hpp"

using namespace evmmem;
using namespace evmmem::traces;

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes of_text(std::string_view text) {
    return {text.begin(), text.end()};
}

/// Right-aligned, as the EVM has them.
Bytes32 by_botan(const std::string& name, const Bytes& data) {
    const auto hash = Botan::HashFunction::create_or_throw(name);
    const auto digest = hash->process(data.data(), data.size());
    Bytes32 result{};
    std::copy(digest.begin(), digest.end(),
              result.end() - static_cast<std::ptrdiff_t>(digest.size()));
    return result;
}

}  // namespace

TEST_CASE("Keccak-256 has the padding of 2011, not SHA3's") {
    CHECK(encode_hex(keccak256({})) ==
          "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    CHECK(encode_hex(keccak256(of_text("abc"))) ==
          "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
}

TEST_CASE("precompiles 2 and 3 give SHA-256, and RIPEMD-160 right-aligned") {
    CHECK(encode_hex(sha256(of_text("abc"))) ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(encode_hex(ripemd160(of_text("abc"))) ==
          "0000000000000000000000008eb208f7e05d987a9b044a8e98c6b087f15a0bfc");
}

TEST_CASE("two libraries agree at every length up to three blocks of Keccak") {
    Bytes data;
    for (int size = 0; size <= 3 * 136 + 1; ++size) {
        CAPTURE(size);
        CHECK(keccak256(data) == by_botan("Keccak-1600(256)", data));
        CHECK(sha256(data) == by_botan("SHA-256", data));
        CHECK(ripemd160(data) == by_botan("RIPEMD-160", data));
        data.push_back(static_cast<std::uint8_t>(37 * size + 11));
    }
}

TEST_CASE("CREATE2's address is that of EIP-1014's examples") {
    struct Case {
        Word creator, salt;
        Bytes code;
        std::string_view address;
    };
    const Word deadbeef{0, 0xdeadbeef, 0, 0};
    const Case cases[] = {
        {0, 0, {0}, "4d1a2e2bb4f88f0250f26ffff098b0b30b26bf38"},
        {deadbeef, 0, {0}, "b928f69bb1d91cd65274e3c79d8986362984fda3"},
        {0, 0, {0xde, 0xad, 0xbe, 0xef}, "70f2b2914a2a4b783faefb75f459a580616fcb5e"},
        {0, 0, {}, "e33c0c7f7df4809055c3eba6c09cfe4baf1bd9e0"},
    };
    for (const Case& each : cases) {
        const Bytes32 address = create2_address(each.creator, each.salt, each.code);
        CHECK(encode_hex(std::span{address}.subspan(12)) == each.address);
        CHECK(std::all_of(address.begin(), address.begin() + 12,
                          [](std::uint8_t byte) { return byte == 0; }));
    }
}
