// SPDX-License-Identifier: MIT
// What precompiles cost, and which inputs they refuse, against numbers written out from the EIPs.
#include "traces/replay/precompiles.hpp"

#include <doctest/doctest.h>

#include "tests/support/known_inputs.hpp"
#include "tests/support/trace_line.hpp"

using namespace evmmem;
using namespace evmmem::test;
using namespace evmmem::traces;

namespace {

std::uint64_t cost(Callee callee, std::uint64_t size, Fork fork) {
    return terms_of(callee, unknown_of(size), fork).cost.value();
}

bool fits(Callee callee, std::uint64_t size) {
    return terms_of(callee, unknown_of(size), Fork::osaka).may_succeed;
}

/// The input of a modexp: three lengths, and the exponent after a base of zeros.
Bytes modexp_input(const Word& base, const Word& exponent, const Word& modulus,
                   const Bytes& power) {
    Bytes input;
    for (const Word& length : {base, exponent, modulus}) {
        const auto bytes = length.to_big_endian();
        input.insert(input.end(), bytes.begin(), bytes.end());
    }
    if (base.fits_u64() && base.limbs[0] < 10'000) input.resize(96 + base.limbs[0]);
    input.insert(input.end(), power.begin(), power.end());
    return input;
}

std::uint64_t modexp(const Bytes& input, Fork fork) {
    return terms_of(Callee::modexp, data_of(input), fork).cost.value();
}

}  // namespace

TEST_CASE("a precompile is recognised by the low 160 bits of the address and the fork") {
    CHECK(callee_at(1, Fork::frontier) == Callee::ecrecover);
    CHECK(callee_at(4, Fork::frontier) == Callee::identity);
    CHECK(callee_at(5, Fork::spurious_dragon) == Callee::account);
    CHECK(callee_at(5, Fork::byzantium) == Callee::modexp);
    CHECK(callee_at(9, Fork::petersburg) == Callee::account);
    CHECK(callee_at(9, Fork::istanbul) == Callee::blake2f);
    CHECK(callee_at(10, Fork::shanghai) == Callee::account);
    CHECK(callee_at(10, Fork::cancun) == Callee::point_evaluation);
    CHECK(callee_at(0x11, Fork::cancun) == Callee::account);
    CHECK(callee_at(0x11, Fork::prague) == Callee::bls_map_fp2_to_g2);
    CHECK(callee_at(0x100, Fork::prague) == Callee::account);
    CHECK(callee_at(0x100, Fork::osaka) == Callee::p256_verify);
    CHECK(callee_at(0, Fork::osaka) == Callee::account);
    CHECK(callee_at(0x12, Fork::osaka) == Callee::account);
    CHECK(callee_at({0, 1, 0, 4}, Fork::osaka) == Callee::account);
    CHECK(callee_at({1, std::uint64_t{1} << 32, 0, 4}, Fork::osaka) == Callee::identity);
    CHECK(is_precompile(9, ForkSet::from(Fork::istanbul), ReplayRules{}));
    CHECK_FALSE(is_precompile(9, ForkSet::all(), ReplayRules{}));
}

TEST_CASE("precompiles cost by the word: Yellow Paper, appendix E") {
    CHECK(cost(Callee::identity, 0, Fork::cancun) == 15);
    CHECK(cost(Callee::identity, 33, Fork::cancun) == 21);
    CHECK(cost(Callee::sha256, 32, Fork::cancun) == 72);
    CHECK(cost(Callee::ripemd160, 1, Fork::cancun) == 720);
    CHECK(cost(Callee::ecrecover, 1000, Fork::cancun) == 3000);
    CHECK(cost(Callee::account, 1000, Fork::cancun) == 0);
}

TEST_CASE("curve operations cost by EIP-196, 197, 1108, 2537, 4844 and 7951") {
    CHECK(cost(Callee::bn254_add, 1, Fork::byzantium) == 500);
    CHECK(cost(Callee::bn254_add, 1, Fork::istanbul) == 150);
    CHECK(cost(Callee::bn254_mul, 1, Fork::petersburg) == 40'000);
    CHECK(cost(Callee::bn254_mul, 1, Fork::osaka) == 6000);
    CHECK(cost(Callee::bn254_pairing, 384, Fork::byzantium) == 260'000);
    CHECK(cost(Callee::bn254_pairing, 384, Fork::cancun) == 113'000);
    CHECK(cost(Callee::bn254_pairing, 0, Fork::cancun) == 45'000);
    CHECK(cost(Callee::point_evaluation, 192, Fork::cancun) == 50'000);
    CHECK(cost(Callee::bls_g1_add, 256, Fork::prague) == 375);
    CHECK(cost(Callee::bls_g1_msm, 160, Fork::prague) == 12'000);
    CHECK(cost(Callee::bls_g1_msm, 320, Fork::prague) == 22'776);
    CHECK(cost(Callee::bls_g1_msm, 160 * 200, Fork::prague) == 1'245'600);
    CHECK(cost(Callee::bls_g2_add, 512, Fork::prague) == 600);
    CHECK(cost(Callee::bls_g2_msm, 288 * 3, Fork::prague) == 62'302);
    CHECK(cost(Callee::bls_pairing, 768, Fork::prague) == 102'900);
    CHECK(cost(Callee::bls_map_fp_to_g1, 64, Fork::prague) == 5500);
    CHECK(cost(Callee::bls_map_fp2_to_g2, 128, Fork::prague) == 23'800);
    CHECK(cost(Callee::p256_verify, 160, Fork::osaka) == 6900);
}

TEST_CASE("which lengths a precompile refuses") {
    CHECK(fits(Callee::bn254_add, 7));
    CHECK(fits(Callee::bn254_pairing, 0));
    CHECK(fits(Callee::bn254_pairing, 192));
    CHECK_FALSE(fits(Callee::bn254_pairing, 191));
    CHECK_FALSE(fits(Callee::blake2f, 212));
    CHECK(fits(Callee::blake2f, 213));
    CHECK_FALSE(fits(Callee::point_evaluation, 0));
    CHECK(fits(Callee::point_evaluation, 192));
    CHECK_FALSE(fits(Callee::bls_g1_add, 255));
    CHECK_FALSE(fits(Callee::bls_g1_msm, 0));
    CHECK(fits(Callee::bls_g1_msm, 320));
    CHECK_FALSE(fits(Callee::bls_g2_msm, 300));
    CHECK_FALSE(fits(Callee::bls_pairing, 0));
    CHECK_FALSE(fits(Callee::bls_map_fp_to_g1, 65));
    CHECK(fits(Callee::ecrecover, 0));
    CHECK_FALSE(terms_of(Callee::identity, data_of({1}), Fork::osaka).may_fail);
    CHECK_FALSE(terms_of(Callee::ecrecover, data_of({1}), Fork::osaka).may_fail);
    CHECK(terms_of(Callee::bn254_pairing, data_of({1}), Fork::osaka).may_fail);
}

TEST_CASE("BLAKE2F costs its rounds, and its last byte is 0 or 1: EIP-152") {
    Bytes input(213);
    input[2] = 1;
    input[3] = 2;
    CHECK(terms_of(Callee::blake2f, data_of(input), Fork::istanbul).cost == 258);
    CHECK_FALSE(terms_of(Callee::blake2f, data_of(input), Fork::istanbul).may_fail);
    input[212] = 2;
    CHECK_FALSE(terms_of(Callee::blake2f, data_of(input), Fork::istanbul).may_succeed);
    CHECK_FALSE(terms_of(Callee::blake2f, unknown_of(213), Fork::istanbul).cost);
    CHECK(terms_of(Callee::blake2f, unknown_of(213), Fork::istanbul).may_fail);
}

TEST_CASE("modexp costs by EIP-198, 2565 and 7883") {
    // EIP-2565's first two vectors (the inverse modulo a prime, and a base of no bytes).
    Bytes power(32, 0xff);
    power[31] = 0x2e;
    power[27] = 0xfe;
    power[30] = 0xfc;
    CHECK(modexp(modexp_input(1, 32, 32, power), Fork::byzantium) == 13'056);
    CHECK(modexp(modexp_input(1, 32, 32, power), Fork::berlin) == 1360);
    CHECK(modexp(modexp_input(1, 32, 32, power), Fork::osaka) == 4080);
    CHECK(modexp(modexp_input(0, 32, 32, power), Fork::berlin) == 1360);
    CHECK(modexp(modexp_input(64, 1, 64, {2}), Fork::byzantium) == 204);
    CHECK(modexp(modexp_input(64, 1, 64, {2}), Fork::berlin) == 200);
    CHECK(modexp(modexp_input(64, 1, 64, {2}), Fork::osaka) == 500);
    CHECK(modexp(modexp_input(128, 3, 128, {1, 0, 1}), Fork::berlin) == 1365);
    CHECK(modexp(modexp_input(128, 3, 128, {1, 0, 1}), Fork::byzantium) == 10'649);
    CHECK(modexp(modexp_input(256, 64, 256, Bytes(64, 1)), Fork::osaka) == 2048 * (16 * 32 + 248));
    CHECK(modexp(modexp_input(256, 64, 256, Bytes(64, 1)), Fork::berlin) ==
          1024 * (8 * 32 + 248) / 3);
    CHECK(modexp({}, Fork::byzantium) == 0);
    CHECK(modexp({}, Fork::berlin) == 200);
    CHECK(modexp({}, Fork::osaka) == 500);
}

TEST_CASE("modexp of endless lengths costs more gas than exists, and nothing wraps") {
    const Word huge = Word::max();
    for (const Fork fork : {Fork::byzantium, Fork::berlin, Fork::osaka}) {
        CHECK(modexp(modexp_input(huge, 1, 1, {}), fork) == ~std::uint64_t{0});
        CHECK(modexp(modexp_input(1, huge, 32, {}), fork) == ~std::uint64_t{0});
        CHECK(modexp(modexp_input(1, 1, huge, {}), fork) == ~std::uint64_t{0});
    }
    CHECK(modexp(modexp_input(0, huge, 0, {}), Fork::byzantium) == 0);
}

TEST_CASE("modexp refuses lengths beyond 1024 from Osaka on") {
    const KnownData input = data_of(modexp_input(1, 1, 1025, {1}));
    CHECK(terms_of(Callee::modexp, input, Fork::prague).may_succeed);
    CHECK_FALSE(terms_of(Callee::modexp, input, Fork::osaka).may_succeed);
    CHECK_FALSE(terms_of(Callee::modexp, unknown_of(99), Fork::cancun).cost);
}

TEST_CASE("adding and multiplying points fails off the curve, and only there") {
    const auto terms = [](Callee callee, const std::vector<Word>& numbers) {
        Bytes input;
        for (const Word& number : numbers) {
            const auto bytes = number.to_big_endian();
            input.insert(input.end(), bytes.begin(), bytes.end());
        }
        return terms_of(callee, data_of(input), Fork::cancun);
    };
    for (const Callee callee : {Callee::bn254_add, Callee::bn254_mul}) {
        CHECK(terms(callee, {}).may_succeed);
        CHECK_FALSE(terms(callee, {}).may_fail);
        CHECK(terms(callee, {1, 2}).may_succeed);
        CHECK_FALSE(terms(callee, {1, 2}).may_fail);
        CHECK_FALSE(terms(callee, {1, 3}).may_succeed);
        CHECK(terms(callee, {1, 3}).may_fail);
        CHECK(terms_of(callee, unknown_of(64), Fork::cancun).may_succeed);
        CHECK(terms_of(callee, unknown_of(64), Fork::cancun).may_fail);
    }
    CHECK_FALSE(terms(Callee::bn254_add, {1, 2, 3, 4}).may_succeed);
    CHECK(terms(Callee::bn254_mul, {1, 2, 3, 4}).may_succeed);  // a factor, and what nothing reads
    CHECK_FALSE(terms(Callee::bn254_mul, {1, 2, 3, 4}).may_fail);
}
