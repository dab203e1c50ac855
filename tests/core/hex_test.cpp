// SPDX-License-Identifier: MIT
#include "core/hex.hpp"

#include <doctest/doctest.h>

#include <array>
#include <vector>

namespace evmmem {

TEST_CASE("hex of either case decodes to bytes") {
    std::array<std::uint8_t, 4> bytes{};
    CHECK(decode_hex("00fFA9", bytes.data()));
    CHECK(bytes == std::array<std::uint8_t, 4>{0x00, 0xff, 0xa9, 0});
    CHECK(decode_hex("", bytes.data()));
}

TEST_CASE("an odd digit or a foreign character is refused, in every position") {
    std::array<std::uint8_t, 4> bytes{};
    CHECK_FALSE(decode_hex("abc", bytes.data()));
    for (int c = 0; c < 256; ++c) {
        const char ch = static_cast<char>(c);
        const bool digit =
            (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'f') || (ch >= 'A' && ch <= 'F');
        CAPTURE(c);
        CHECK(decode_hex(std::string{ch, '0'}, bytes.data()) == digit);
        CHECK(decode_hex(std::string{'0', '0', '0', ch}, bytes.data()) == digit);
    }
}

TEST_CASE(
    "a foreign character is refused wherever it stands in a long text, and bytes are the same") {
    constexpr std::string_view pattern = "0123456789abcdefABCDEF9876543210";
    for (std::size_t bytes = 0; bytes <= 100; ++bytes) {
        CAPTURE(bytes);
        std::string text;
        for (std::size_t i = 0; i < 2 * bytes; ++i)
            text += pattern[(i * 7 + bytes) % pattern.size()];
        std::vector<std::uint8_t> decoded(bytes + 1, 0xee);
        REQUIRE(decode_hex(text, decoded.data()));
        CHECK(decoded[bytes] == 0xee);
        for (std::size_t i = 0; i < bytes; ++i)
            REQUIRE(decoded[i] == std::stoul(text.substr(2 * i, 2), nullptr, 16));
        for (std::size_t at = 0; at < text.size(); ++at) {
            for (const char foreign :
                 {'g', 'G', '/', ':', '@', '`', '"', '\0', '\x7f', '\x80', '\xb0', '\xe1'}) {
                std::string damaged = text;
                damaged[at] = foreign;
                REQUIRE_FALSE(decode_hex(damaged, decoded.data()));
            }
        }
    }
}

TEST_CASE("every byte survives encoding and decoding, in lower case") {
    std::vector<std::uint8_t> bytes(256);
    for (std::size_t i = 0; i < 256; ++i)
        bytes[i] = static_cast<std::uint8_t>(i);
    const std::string text = encode_hex(bytes);
    CHECK(text.substr(0, 6) == "000102");
    CHECK(text.substr(510 - 4) == "fdfeff");
    std::vector<std::uint8_t> decoded(256);
    CHECK(decode_hex(text, decoded.data()));
    CHECK(decoded == bytes);
}

TEST_CASE("words and 64-bit values are read from as many digits as they have") {
    CHECK(decode_hex_word("1") == Word{1});
    CHECK(decode_hex_word("10000000000000000") == Word{0, 0, 1, 0});
    CHECK(decode_hex_word(std::string(64, 'f')) == Word::max());
    CHECK_FALSE(decode_hex_word(std::string(65, 'f')));
    CHECK_FALSE(decode_hex_word(""));
    CHECK_FALSE(decode_hex_word("0x1"));
    CHECK(decode_hex_u64("ffffffffffffffff") == ~0ULL);
    CHECK(decode_hex_u64("0000000000000000001") == 1);
    CHECK_FALSE(decode_hex_u64("10000000000000000"));
    CHECK_FALSE(decode_hex_u64(""));
    CHECK_FALSE(decode_hex_u64("g"));
}

TEST_CASE("a quantity has no leading zeros, and zero one digit") {
    CHECK(encode_hex_quantity(Word{}) == "0x0");
    CHECK(encode_hex_quantity(Word{0x10}) == "0x10");
    CHECK(encode_hex_quantity(Word::max()) == "0x" + std::string(64, 'f'));
}

}  // namespace evmmem
