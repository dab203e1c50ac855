// SPDX-License-Identifier: MIT
// What a call to a precompile returns: computed where the input and the limits let it be, its size
// where that is all, and else nothing. Of what is computed, one example each; the arithmetic has
// tests of its own.
#include "traces/replay/precompile_output.hpp"

#include <doctest/doctest.h>

#include "core/hex.hpp"
#include "tests/support/known_inputs.hpp"
#include "tests/support/trace_line.hpp"
#include "traces/hashes.hpp"

using namespace evmmem;
using namespace evmmem::test;
using namespace evmmem::traces;

namespace {

/// All but the byte at `offset`.
KnownData unknown_at(const Bytes& bytes, std::uint64_t offset) {
    KnownData data = unknown_of(bytes.size());
    data.learn(0, std::span{bytes}.first(offset));
    data.learn(offset + 1, std::span{bytes}.subspan(offset + 1));
    return data;
}

/// Work that is allowed to take `most`, and is counted.
struct Allowance {
    std::uint64_t most = ~std::uint64_t{0};
    std::uint64_t taken = 0;
};

KnownData output_of(Callee callee, const KnownData& input, Allowance& allowance) {
    const CallWork work{
        .hash = [&](HashFunction function) -> std::optional<Bytes32> {
            if (!input.is_whole()) return std::nullopt;
            return hash(function, input.bytes(), nullptr);
        },
        .may_take =
            [&](std::uint64_t bytes) {
                if (bytes > allowance.most) return false;
                allowance.taken += bytes;
                return true;
            },
    };
    KnownData output;
    output.assign(Bytes(7, 7));  // what was there before
    call_output(callee, input, work, output);
    return output;
}
KnownData output_of(Callee callee, const KnownData& input) {
    Allowance allowance;
    return output_of(callee, input, allowance);
}

/// The bytes of an output that is known, "0x64?" of one whose size is, "?" of any other.
std::string in_words(const KnownData& output) {
    if (output.is_whole()) return encode_hex(output.bytes());
    return output.size() ? "0x" + encode_hex_quantity(Word{*output.size()}).substr(2) + "?" : "?";
}

Bytes words(std::initializer_list<Word> list) {
    Bytes bytes;
    for (const Word& word : list) {
        const auto each = word.to_big_endian();
        bytes.insert(bytes.end(), each.begin(), each.end());
    }
    return bytes;
}
Bytes operator+(Bytes a, const Bytes& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

Bytes blake2f_input(std::uint32_t rounds) {
    Bytes input(213);
    for (unsigned i = 0; i < 4; ++i)
        input[i] = static_cast<std::uint8_t>(rounds >> (24 - 8 * i));
    return input;
}

// A signature on secp256k1.
const Word signed_hash =
    decode_hex_word("456e9aea5e197a1f1af7a3e85a3212fa4049a3ba34c2289b4c860fc0b0c64ef3").value();
const Word signed_r =
    decode_hex_word("9242685bf161793cc25603c231bc2f568eb630ea16aa137d2664ac8038825608").value();
const Word signed_s =
    decode_hex_word("4f8ae3bd7535248d0bd448298cc2e2071e56992d0774dc340c368ae950852ada").value();

}  // namespace

TEST_CASE("hashes and copies are computed, of hidden input only their size is known") {
    const Bytes input{1, 2, 3};
    CHECK(in_words(output_of(Callee::identity, data_of(input))) == "010203");
    CHECK(output_of(Callee::sha256, data_of(input)).word_at(0) == sha256(input));
    CHECK(output_of(Callee::ripemd160, data_of(input)).word_at(0) == ripemd160(input));
    CHECK(in_words(output_of(Callee::sha256, unknown_of(3))) == "0x20?");
    CHECK(in_words(output_of(Callee::account, data_of(input))) == "");
}

TEST_CASE("of pairings, KZG and BLS12-381 the size is known") {
    CHECK(in_words(output_of(Callee::bn254_pairing, data_of(Bytes(192)))) == "0x20?");
    CHECK(in_words(output_of(Callee::point_evaluation, data_of(Bytes(192)))) == "0x40?");
    CHECK(in_words(output_of(Callee::bls_g1_add, data_of(Bytes(256)))) == "0x80?");
    CHECK(in_words(output_of(Callee::bls_g1_msm, data_of(Bytes(160)))) == "0x80?");
    CHECK(in_words(output_of(Callee::bls_map_fp_to_g1, data_of(Bytes(64)))) == "0x80?");
    CHECK(in_words(output_of(Callee::bls_g2_add, data_of(Bytes(512)))) == "0x100?");
    CHECK(in_words(output_of(Callee::bls_g2_msm, data_of(Bytes(288)))) == "0x100?");
    CHECK(in_words(output_of(Callee::bls_map_fp2_to_g2, data_of(Bytes(128)))) == "0x100?");
    CHECK(in_words(output_of(Callee::bls_pairing, data_of(Bytes(384)))) == "0x20?");
}

TEST_CASE("ecrecover gives an address, or nothing where no key signs so") {
    const Bytes input = words({signed_hash, 28, signed_r, signed_s});
    const std::string address = "0000000000000000000000007156526fbd7a3c72969b54f64e42c10fbb768c8a";
    CHECK(in_words(output_of(Callee::ecrecover, data_of(input))) == address);
    CHECK(in_words(output_of(Callee::ecrecover, data_of(input + Bytes{1}))) == address);
    CHECK(in_words(output_of(Callee::ecrecover, unknown_at(input + Bytes{1, 2}, 128))) == address);
    CHECK(in_words(output_of(Callee::ecrecover, unknown_at(input, 127))) == "?");
    CHECK(in_words(output_of(Callee::ecrecover, data_of(words({signed_hash, 27, 5, 1})))) == "");
}

TEST_CASE("ecrecover gives nothing where v is neither 27 nor 28, or r or s is out of range") {
    const auto recovers = [](const Word& v, const Word& r, const Word& s) {
        // The hash is not known.
        return in_words(output_of(Callee::ecrecover, unknown_at(words({0, v, r, s}), 0)));
    };
    CHECK(recovers(27, 1, 1) == "?");
    CHECK(recovers(28, 1, 1) == "?");
    CHECK(recovers(5, 1, 1) == "");
    CHECK(recovers({1, 0, 0, 27}, 1, 1) == "");
    CHECK(recovers(27, 0, 1) == "");
    CHECK(recovers(27, 1, 0) == "");
    CHECK(recovers(27, Word::max(), 1) == "");
    CHECK(recovers(27, 1, Word::max()) == "");
    CHECK(in_words(output_of(Callee::ecrecover, data_of({}))) == "");
    CHECK(in_words(output_of(Callee::ecrecover, unknown_of(128))) == "?");
}

TEST_CASE("modexp gives a power as long as its modulus; beyond the limit its size is known") {
    const auto power = [](const Word& base, const Word& exponent, const Word& modulus,
                          const Bytes& numbers) {
        return in_words(
            output_of(Callee::modexp, data_of(words({base, exponent, modulus}) + numbers)));
    };
    CHECK(power(1, 1, 2, {3, 5, 0, 100}) == "002b");
    CHECK(power(1, 1, 2, {3, 5, 0, 100, 9}) == "002b");
    CHECK(power(1, 1, 2, {3, 5, 1}) == "00f3");  // zeros follow the input
    CHECK(power(1, 2, 2, {3, 5}) == "0000");
    CHECK(power(0, 0, 1, {7}) == "01");
    CHECK(power(1, 1, 0, {3, 5}) == "");
    CHECK(power(0, 0, 1024, Bytes(1024, 1)).size() == 2048);
    CHECK(power(0, 0, 1025, Bytes(1025, 1)) == "0x401?");
    CHECK(power(1025, 1, 1, {}) == "0x1?");
    CHECK(power(1, 1025, 1, {}) == "0x1?");
    CHECK(power(Word::max(), Word::max(), Word::max(), {}) == "0xffffffffffffffff?");
    const Bytes input = words({1, 1, 1}) + Bytes{3, 5, 100, 1};
    CHECK(in_words(output_of(Callee::modexp, unknown_at(input, 99))) == "2b");
    CHECK(in_words(output_of(Callee::modexp, unknown_at(input, 98))) == "0x1?");
    CHECK(in_words(output_of(Callee::modexp, unknown_at(input, 95))) == "?");
}

TEST_CASE("BLAKE2b's compression is computed up to a limit of rounds") {
    const std::string none = "0x40?";
    CHECK(in_words(output_of(Callee::blake2f, data_of(blake2f_input(0)))) ==
          "08c9bcf367e6096a3ba7ca8485ae67bb2bf894fe72f36e3cf1361d5f3af54fa5"
          "d182e6ad7f520e511f6c3e2b8c68059b6bbd41fbabd9831f79217e1319cde05b");
    CHECK(in_words(output_of(Callee::blake2f, data_of(blake2f_input(blake2f_rounds_max)))) != none);
    CHECK(in_words(output_of(Callee::blake2f, data_of(blake2f_input(blake2f_rounds_max + 1)))) ==
          none);
    CHECK(in_words(output_of(Callee::blake2f, data_of(blake2f_input(~std::uint32_t{0})))) == none);
    CHECK(in_words(output_of(Callee::blake2f, unknown_at(blake2f_input(1), 100))) == none);
    CHECK(in_words(output_of(Callee::blake2f, data_of(Bytes(212)))) == none);
    Bytes neither = blake2f_input(1);
    neither.back() = 2;
    CHECK(in_words(output_of(Callee::blake2f, data_of(neither))) == none);
}

TEST_CASE("points are added and multiplied where they are valid") {
    const std::string twice =
        "030644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd3"
        "15ed738c0e0a7c92e7845f96b2ae9c0a68a6a449e3538fc7ff3ebf7a5a18a2c4";
    CHECK(in_words(output_of(Callee::bn254_add, data_of(words({1, 2, 1, 2, 9})))) == twice);
    CHECK(in_words(output_of(Callee::bn254_mul, data_of(words({1, 2, 2, 9})))) == twice);
    CHECK(in_words(output_of(Callee::bn254_add, data_of({}))) == encode_hex(Bytes(64)));
    CHECK(in_words(output_of(Callee::bn254_mul, data_of({}))) == encode_hex(Bytes(64)));
    CHECK(in_words(output_of(Callee::bn254_add, data_of(words({1, 2, 1, 3})))) == "0x40?");
    CHECK(in_words(output_of(Callee::bn254_add, data_of(words({1, 1})))) == "0x40?");
    CHECK(in_words(output_of(Callee::bn254_mul, data_of(words({1, 1, 1})))) == "0x40?");
    CHECK(in_words(output_of(Callee::bn254_add, unknown_at(words({1, 2, 1, 2}), 127))) == "0x40?");
    CHECK(in_words(output_of(Callee::bn254_mul, unknown_at(words({1, 2, 2}), 95))) == "0x40?");
}

TEST_CASE("P-256 gives 1 or nothing") {
    const auto number = [](const char* digits) { return decode_hex_word(digits).value(); };
    // RFC 6979, A.2.5: SHA-256 of "sample".
    const Bytes32 hash = sha256(Bytes{'s', 'a', 'm', 'p', 'l', 'e'});
    const Bytes input =
        words({Word::from_big_endian(hash),
               number("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"),
               number("f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"),
               number("60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"),
               number("7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299")});
    CHECK(in_words(output_of(Callee::p256_verify, data_of(input))) ==
          encode_hex(Word{1}.to_big_endian()));
    CHECK(in_words(output_of(Callee::p256_verify, data_of(input + Bytes{0}))) == "");
    CHECK(in_words(output_of(Callee::p256_verify, data_of({}))) == "");
    CHECK(in_words(output_of(Callee::p256_verify, unknown_at(input, 3))) == "?");
    Bytes other = input;
    other[31] ^= 1;
    CHECK(in_words(output_of(Callee::p256_verify, data_of(other))) == "");
}

TEST_CASE("what would take more than is left is not computed, and takes nothing") {
    const Bytes large_power = words({1024, 1024, 1024}) + Bytes(3 * 1024, 0xff);
    const std::pair<Callee, Bytes> calls[] = {
        {Callee::ecrecover, words({signed_hash, 28, signed_r, signed_s})},
        {Callee::modexp, words({1, 1, 1}) + Bytes{3, 5, 100}},
        {Callee::bn254_add, words({1, 2})},
        {Callee::bn254_mul, words({1, 2})},
        {Callee::blake2f, blake2f_input(1)},
        {Callee::p256_verify, Bytes(160)},
        {Callee::modexp, large_power},
        {Callee::blake2f, blake2f_input(1 << 20)},
    };
    for (const auto& [callee, input] : calls) {
        CAPTURE(static_cast<int>(callee));
        Allowance enough;
        CHECK(output_of(callee, data_of(input), enough).is_whole());
        CHECK(enough.taken > 0);
        Allowance less{.most = enough.taken - 1};
        CHECK_FALSE(output_of(callee, data_of(input), less).is_whole());
        CHECK(less.taken == 0);
    }
    Allowance power;
    output_of(Callee::modexp, data_of(large_power), power);
    CHECK(power.taken > std::uint64_t{32} << 20);
    Allowance rounds;
    output_of(Callee::blake2f, data_of(blake2f_input(1 << 20)), rounds);
    CHECK(rounds.taken == std::uint64_t{16} << 20);
}
