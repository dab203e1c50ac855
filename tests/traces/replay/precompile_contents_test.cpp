// SPDX-License-Identifier: MIT
// What precompiles compute, against the vectors of their EIPs, and against Botan, which shares no
// code with the libraries that do the work.
#include "traces/replay/precompile_contents.hpp"

#include <botan/blake2b.h>
#include <botan/ec_group.h>
#include <botan/ecdsa.h>
#include <botan/numthry.h>
#include <botan/pubkey.h>
#include <botan/system_rng.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string_view>
#include <utility>

#include "core/hex.hpp"
#include "core/word_arithmetic.hpp"
#include "tests/support/trace_line.hpp"
#include "traces/hashes.hpp"

using namespace evmmem;
using namespace evmmem::test;
using namespace evmmem::traces;

namespace {

Bytes of_hex(std::string_view digits) {
    Bytes bytes(digits.size() / 2);
    REQUIRE(decode_hex(digits, bytes.data()));
    return bytes;
}
Bytes32 word(std::string_view digits) {
    return decode_hex_word(digits).value().to_big_endian();
}
Bytes32 word(const Botan::BigInt& number) {
    Bytes32 bytes{};
    number.binary_encode(bytes.data(), bytes.size());
    return bytes;
}
Botan::BigInt botan(const Bytes& bytes) {
    return {bytes.data(), bytes.size()};
}
Botan::BigInt botan(const Bytes32& bytes) {
    return {bytes.data(), bytes.size()};
}

Bytes random_bytes(std::mt19937_64& random, std::size_t size) {
    Bytes bytes(size);
    for (std::uint8_t& byte : bytes)
        byte = static_cast<std::uint8_t>(random());
    return bytes;
}
Bytes32 random_word(std::mt19937_64& random) {
    Bytes32 bytes;
    std::ranges::copy(random_bytes(random, 32), bytes.begin());
    return bytes;
}

/// A key on a curve that Botan knows, and what it signs.
struct Signer {
    Botan::EC_Group group;
    Botan::ECDSA_PrivateKey key;

    Signer(const std::string& curve, std::mt19937_64& random)
        : group{curve},
          key{Botan::system_rng(), group, botan(random_word(random)) % group.get_order()} {}

    Bytes32 x() const { return word(key.public_point().get_affine_x()); }
    Bytes32 y() const { return word(key.public_point().get_affine_y()); }
    std::pair<Bytes32, Bytes32> sign(const Bytes32& hash) const {
        Botan::PK_Signer signer{key, Botan::system_rng(), "Raw"};
        const auto bytes = signer.sign_message(hash.data(), hash.size(), Botan::system_rng());
        std::pair<Bytes32, Bytes32> result;
        std::copy_n(bytes.begin(), 32, result.first.begin());
        std::copy_n(bytes.begin() + 32, 32, result.second.begin());
        return result;
    }
};

/// EIP-152's message "abc" with so many rounds.
Bytes blake2f_input(std::uint8_t rounds, bool is_last) {
    Bytes input = of_hex(
        "00000000"
        "48c9bdf267e6096a3ba7ca8485ae67bb2bf894fe72f36e3cf1361d5f3af54fa5"
        "d182e6ad7f520e511f6c3e2b8c68059b6bbd41fbabd9831f79217e1319cde05b616263");
    input.resize(213);
    input[3] = rounds;
    input[196] = 3;
    input[212] = is_last ? 1 : 0;
    return input;
}
std::string compressed(const Bytes& input) {
    return encode_hex(blake2f(std::span{input}.first<213>()));
}

Bn254Point point(const Botan::PointGFp& of) {
    if (of.is_zero()) return {};
    return {Word::from_big_endian(word(of.get_affine_x())),
            Word::from_big_endian(word(of.get_affine_y()))};
}

}  // namespace

TEST_CASE("BLAKE2b's compression gives what EIP-152 says, for each of its rounds") {
    CHECK(compressed(blake2f_input(0, true)) ==
          "08c9bcf367e6096a3ba7ca8485ae67bb2bf894fe72f36e3cf1361d5f3af54fa5"
          "d282e6ad7f520e511f6c3e2b8c68059b9442be0454267ce079217e1319cde05b");
    CHECK(compressed(blake2f_input(12, true)) ==
          "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
          "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
    CHECK(compressed(blake2f_input(12, false)) ==
          "75ab69d3190a562c51aef8d88f1c2775876944407270c42c9844252c26d28752"
          "98743e7f6d5ea2f2d3e8d226039cd31b4e426ac4f2d3d666a610c2116fde4735");
    CHECK(compressed(blake2f_input(1, true)) ==
          "b63a380cb2897d521994a85234ee2c181b5f844d2c624c002677e9703449d2fb"
          "a551b3a8333bcdf5f2f7e08993d53923de3d64fcc68c034e717b9293fed7a421");
}

TEST_CASE("BLAKE2b made of compressions is Botan's") {
    std::mt19937_64 random{152};
    for (const std::size_t size : {0U, 1U, 127U, 128U, 129U, 256U, 300U}) {
        CAPTURE(size);
        const Bytes message = random_bytes(random, size);
        Bytes input = blake2f_input(12, false);
        std::size_t begin = 0;
        while (true) {
            const std::size_t end = std::min(begin + 128, size);
            std::fill_n(input.begin() + 68, 128, std::uint8_t{0});
            std::copy(message.begin() + static_cast<std::ptrdiff_t>(begin),
                      message.begin() + static_cast<std::ptrdiff_t>(end), input.begin() + 68);
            input[196] = static_cast<std::uint8_t>(end);
            input[197] = static_cast<std::uint8_t>(end >> 8);
            input[212] = end == size ? 1 : 0;
            std::ranges::copy(blake2f(std::span{input}.first<213>()), input.begin() + 4);
            if (end == size) break;
            begin = end;
        }
        Botan::BLAKE2b hash{512};
        const auto expected = hash.process(message.data(), message.size());
        CHECK(encode_hex({input.data() + 4, 64}) == encode_hex({expected.data(), 64}));
    }
}

TEST_CASE("a modular power is Botan's, of all lengths, and as long as its modulus") {
    std::mt19937_64 random{198};
    for (const std::size_t size : {1U, 8U, 31U, 32U, 33U, 64U, 200U}) {
        for (int round = 0; round < 8; ++round) {
            CAPTURE(size);
            const Bytes base = random_bytes(random, random() % 100);
            const Bytes exponent = random_bytes(random, random() % 40);
            Bytes modulus = random_bytes(random, size);
            modulus.back() |= 1;  // Botan's is for odd moduli
            modulus.front() |= 2;
            const Bytes result = modular_power(base, exponent, modulus);
            REQUIRE(result.size() == size);
            CHECK(botan(result) ==
                  Botan::power_mod(botan(base) % botan(modulus), botan(exponent), botan(modulus)));
        }
    }
}

TEST_CASE("modular powers at the edges") {
    // EIP-198: 3 ** (p - 1) % p is 1, and 0 ** (p - 1) % p is 0.
    const Bytes less_one =
        of_hex("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2e");
    const Bytes prime = of_hex("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f");
    CHECK(encode_hex(modular_power(Bytes{3}, less_one, prime)) == encode_hex(word("01")));
    CHECK(encode_hex(modular_power({}, less_one, prime)) == encode_hex(word("00")));
    CHECK(modular_power(Bytes{7}, Bytes{5}, Bytes{0, 0, 8}) == Bytes{0, 0, 7});  // an even modulus
    CHECK(modular_power(Bytes{3}, Bytes{5}, Bytes{1, 0}) == Bytes{0, 243});
    CHECK(modular_power(Bytes{3}, Bytes{9}, Bytes{1, 0, 0}) == Bytes{0, 0x4c, 0xe3});
    CHECK(modular_power({}, {}, Bytes{0, 5}) == Bytes{0, 1});  // 0 ** 0 is 1
    CHECK(modular_power(Bytes{9}, {}, Bytes{1}) == Bytes{0});
    CHECK(modular_power(Bytes{9}, Bytes{9}, Bytes{0, 0}) == Bytes{0, 0});
    CHECK(modular_power(Bytes{9}, Bytes{9}, {}).empty());
}

TEST_CASE("the address that signed is recovered") {
    const Bytes32 hash = word("456e9aea5e197a1f1af7a3e85a3212fa4049a3ba34c2289b4c860fc0b0c64ef3");
    const Bytes32 r = word("9242685bf161793cc25603c231bc2f568eb630ea16aa137d2664ac8038825608");
    const Bytes32 s = word("4f8ae3bd7535248d0bd448298cc2e2071e56992d0774dc340c368ae950852ada");
    CHECK(recovered_address(hash, 28, r, s) == word("7156526fbd7a3c72969b54f64e42c10fbb768c8a"));
    CHECK(recovered_address(hash, 27, r, s) != word("7156526fbd7a3c72969b54f64e42c10fbb768c8a"));
    CHECK_FALSE(recovered_address(hash, 29, r, s));
    CHECK_FALSE(recovered_address(hash, {1, 0, 0, 27}, r, s));
    CHECK_FALSE(recovered_address(hash, 27, Bytes32{}, s));
    CHECK_FALSE(recovered_address(hash, 27, r, Bytes32{}));
    CHECK_FALSE(recovered_address(hash, 27, r, Word::max().to_big_endian()));
    CHECK_FALSE(recovered_address(hash, 27, word("05"), s));  // no point of the curve has this x
}

TEST_CASE("what Botan signs on secp256k1 is recovered, with a high s, too") {
    std::mt19937_64 random{1};
    for (int i = 0; i < 20; ++i) {
        const Signer signer{"secp256k1", random};
        const Bytes32 hash = random_word(random);
        const auto [r, s] = signer.sign(hash);
        Bytes key(64);
        const Bytes32 x = signer.x();
        const Bytes32 y = signer.y();
        std::copy(y.begin(), y.end(), std::copy(x.begin(), x.end(), key.begin()));
        Bytes32 address = keccak256(key);
        std::fill_n(address.begin(), 12, std::uint8_t{0});
        const Bytes32 other_s = word(signer.group.get_order() - botan(s));
        const bool is_27 = recovered_address(hash, 27, r, s) == address;
        CHECK(recovered_address(hash, is_27 ? 27 : 28, r, s) == address);
        CHECK(recovered_address(hash, is_27 ? 28 : 27, r, other_s) == address);
        CHECK(recovered_address(hash, is_27 ? 28 : 27, r, s) != address);
    }
}

TEST_CASE("what Botan signs on P-256 verifies, and nothing else does") {
    std::mt19937_64 random{7951};
    for (int i = 0; i < 20; ++i) {
        const Signer signer{"secp256r1", random};
        const Bytes32 hash = random_word(random);
        const auto [r, s] = signer.sign(hash);
        const Bytes32 x = signer.x();
        const Bytes32 y = signer.y();
        CHECK(verifies_p256(hash, r, s, x, y));
        const Bytes32 other_s = word(signer.group.get_order() - botan(s));
        CHECK(verifies_p256(hash, r, other_s, x, y));
        CHECK_FALSE(verifies_p256(random_word(random), r, s, x, y));
        CHECK_FALSE(verifies_p256(hash, s, r, x, y));
        CHECK_FALSE(verifies_p256(hash, r, s, y, x));  // not on the curve
        CHECK_FALSE(verifies_p256(hash, r, s, {}, {}));
        CHECK_FALSE(verifies_p256(hash, {}, s, x, y));
        CHECK_FALSE(verifies_p256(hash, r, {}, x, y));
        CHECK_FALSE(verifies_p256(hash, r, Word::max().to_big_endian(), x, y));
        CHECK_FALSE(verifies_p256(hash, r, word(signer.group.get_order()), x, y));
        CHECK_FALSE(verifies_p256(hash, r, s, Word::max().to_big_endian(), y));
    }
}

TEST_CASE("sums and products of points are Botan's") {
    const Botan::BigInt prime{"0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47"};
    const Botan::BigInt order{"0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001"};
    const Botan::EC_Group group{prime, 0, 3, 1, 2, order, 1};
    const Botan::PointGFp generator = group.get_base_point();
    CHECK(encode_hex(bn254_sum({1, 2}, {1, 2}).to_bytes()) ==
          "030644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd3"
          "15ed738c0e0a7c92e7845f96b2ae9c0a68a6a449e3538fc7ff3ebf7a5a18a2c4");
    std::mt19937_64 random{196};
    const auto same = [](const Bn254Point& a, const Bn254Point& b) {
        return a.to_bytes() == b.to_bytes();
    };
    for (int i = 0; i < 20; ++i) {
        const Botan::PointGFp a = generator * botan(random_word(random));
        const Botan::PointGFp b = generator * botan(random_word(random));
        const Bytes32 factor = random_word(random);
        REQUIRE(point(a).is_valid());
        CHECK(same(bn254_sum(point(a), point(b)), point(a + b)));
        CHECK(same(bn254_sum(point(a), point(a)), point(a + a)));
        CHECK(same(bn254_sum(point(a), point(-a)), {}));
        CHECK(same(bn254_sum(point(a), {}), point(a)));
        CHECK(same(bn254_sum({}, point(a)), point(a)));
        CHECK(
            same(bn254_product(point(a), Word::from_big_endian(factor)), point(a * botan(factor))));
        CHECK(same(bn254_product(point(a), 0), {}));
        CHECK(same(bn254_product(point(a), 1), point(a)));
        CHECK(same(bn254_product({}, Word::from_big_endian(factor)), {}));
        CHECK(same(bn254_product(point(a), Word::from_big_endian(word(order))), {}));
        CHECK(same(bn254_product(point(a), Word::max()),
                   point(a * botan(Word::max().to_big_endian()))));
    }
}

TEST_CASE("a point is below the field's prime and on the curve, or infinity") {
    const Word prime{0x30644e72e131a029, 0xb85045b68181585d, 0x97816a916871ca8d,
                     0x3c208c16d87cfd47};
    CHECK(Bn254Point{}.is_valid());
    CHECK(Bn254Point{1, 2}.is_valid());
    CHECK(Bn254Point{1, op_sub(prime, 2)}.is_valid());
    CHECK_FALSE(Bn254Point{1, 3}.is_valid());
    CHECK_FALSE(Bn254Point{2, 1}.is_valid());
    CHECK_FALSE(Bn254Point{prime, 0}.is_valid());
    CHECK_FALSE(Bn254Point{0, prime}.is_valid());
    CHECK_FALSE(Bn254Point{op_add(prime, 1), 2}.is_valid());
    CHECK_FALSE(Bn254Point{1, op_add(prime, 2)}.is_valid());
}
