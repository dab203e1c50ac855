// SPDX-License-Identifier: MIT
#include "precompile_contents.hpp"

#include <gmp.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <new>

#include "core/word_arithmetic.hpp"
#include "traces/hashes.hpp"

namespace evmmem::traces {
namespace {

// ---- OpenSSL ------------------------------------------------------------------------------------

template <auto release>
struct Releasing {
    template <typename T>
    void operator()(T* held) const {
        release(held);
    }
};
using BigNumber = std::unique_ptr<BIGNUM, Releasing<BN_free>>;
using Workspace = std::unique_ptr<BN_CTX, Releasing<BN_CTX_free>>;
using Group = std::unique_ptr<EC_GROUP, Releasing<EC_GROUP_free>>;
using Point = std::unique_ptr<EC_POINT, Releasing<EC_POINT_free>>;

/// Its callers have seen to it that there is no other reason to fail than a lack of memory.
void must(bool has_succeeded) {
    if (!has_succeeded) throw std::bad_alloc{};
}

BigNumber number_of(const Bytes32& bytes) {
    BigNumber number{BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr)};
    must(number != nullptr);
    return number;
}
BigNumber number_of(const Word& word) {
    return number_of(word.to_big_endian());
}

Word word_of(const BigNumber& number) {
    Bytes32 bytes{};
    must(BN_bn2binpad(number.get(), bytes.data(), static_cast<int>(bytes.size())) >= 0);
    return Word::from_big_endian(bytes);
}

Point new_point(const Group& group) {
    Point point{EC_POINT_new(group.get())};
    must(point != nullptr);
    return point;
}

/// The affine x and y of a point that is not infinity.
struct Coordinates {
    BigNumber x{BN_new()};
    BigNumber y{BN_new()};
};
Coordinates coordinates_of(const Group& group, const Point& point, const Workspace& work) {
    Coordinates result;
    must(result.x != nullptr && result.y != nullptr);
    must(EC_POINT_get_affine_coordinates(group.get(), point.get(), result.x.get(), result.y.get(),
                                         work.get()) == 1);
    return result;
}

// ---- curves of the form y^2 = x^3 + ax + b over a prime -----------------------------------------

bool is_on_curve(const Word& x, const Word& y, const Word& a, const Word& b, const Word& prime) {
    if (x >= prime || y >= prime) return false;
    const Word factor = op_addmod(op_mulmod(x, x, prime), a, prime);
    return op_mulmod(y, y, prime) == op_addmod(op_mulmod(factor, x, prime), b, prime);
}

constexpr Word bn254_prime{0x30644e72e131a029, 0xb85045b68181585d, 0x97816a916871ca8d,
                           0x3c208c16d87cfd47};
constexpr Word bn254_order{0x30644e72e131a029, 0xb85045b68181585d, 0x2833e84879b97091,
                           0x43e1f593f0000001};
constexpr Word p256_prime{0xffffffff00000001, 0, 0x00000000ffffffff, 0xffffffffffffffff};
constexpr Word p256_a{0xffffffff00000001, 0, 0x00000000ffffffff, 0xfffffffffffffffc};
constexpr Word p256_b{0x5ac635d8aa3a93e7, 0xb3ebbd55769886bc, 0x651d06b0cc53b0f6,
                      0x3bce3c3e27d2604b};
constexpr Word p256_order{0xffffffff00000000, 0xffffffffffffffff, 0xbce6faada7179e84,
                          0xf3b9cac2fc632551};

Workspace new_workspace() {
    Workspace work{BN_CTX_new()};
    must(work != nullptr);
    return work;
}

Point point_at(const Group& group, const BigNumber& x, const BigNumber& y, const Workspace& work) {
    Point point = new_point(group);
    must(EC_POINT_set_affine_coordinates(group.get(), point.get(), x.get(), y.get(), work.get()) ==
         1);
    return point;
}

Group bn254_group() {
    const Workspace work = new_workspace();
    const BigNumber prime = number_of(bn254_prime);
    const BigNumber a = number_of(Word{0});
    const BigNumber b = number_of(Word{3});
    Group group{EC_GROUP_new_curve_GFp(prime.get(), a.get(), b.get(), work.get())};
    must(group != nullptr);
    const Point generator = point_at(group, number_of(Word{1}), number_of(Word{2}), work);
    must(EC_GROUP_set_generator(group.get(), generator.get(), number_of(bn254_order).get(),
                                BN_value_one()) == 1);
    return group;
}
const Group& bn254() {
    static const Group group = bn254_group();
    return group;
}

Point point_at(const Bn254Point& point, const Workspace& work) {
    if (point.x.is_zero() && point.y.is_zero()) return new_point(bn254());  // infinity
    return point_at(bn254(), number_of(point.x), number_of(point.y), work);
}

Bn254Point bn254_point(const Point& point, const Workspace& work) {
    if (EC_POINT_is_at_infinity(bn254().get(), point.get()) == 1) return {};
    const Coordinates affine = coordinates_of(bn254(), point, work);
    return {word_of(affine.x), word_of(affine.y)};
}

Group p256_group() {
    Group group{EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)};
    must(group != nullptr);
    return group;
}

// ---- GMP ----------------------------------------------------------------------------------------

class Integer {
public:
    Integer() { mpz_init(value_); }
    explicit Integer(std::span<const std::uint8_t> big_endian) : Integer{} {
        mpz_import(value_, big_endian.size(), 1, 1, 1, 0, big_endian.data());
    }
    Integer(const Integer&) = delete;
    Integer& operator=(const Integer&) = delete;
    ~Integer() { mpz_clear(value_); }
    mpz_ptr get() { return value_; }

private:
    mpz_t value_;
};

// ---- BLAKE2b ------------------------------------------------------------------------------------

// Which words of the message a round mixes in; round 10 is as round 0. Source: RFC 7693, 2.7.
constexpr std::uint8_t blake2_schedule[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
};

// SHA-512's initial state.
constexpr std::array<std::uint64_t, 8> blake2_initial = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};

void blake2_mix(std::uint64_t& a, std::uint64_t& b, std::uint64_t& c, std::uint64_t& d,
                std::uint64_t x, std::uint64_t y) {
    a += b + x;
    d = std::rotr(d ^ a, 32);
    c += d;
    b = std::rotr(b ^ c, 24);
    a += b + y;
    d = std::rotr(d ^ a, 16);
    c += d;
    b = std::rotr(b ^ c, 63);
}

void blake2_round(std::array<std::uint64_t, 16>& v, const std::array<std::uint64_t, 16>& message,
                  const std::uint8_t (&order)[16]) {
    for (std::size_t i = 0; i < 4; ++i)  // the columns
        blake2_mix(v[i], v[4 + i], v[8 + i], v[12 + i], message[order[2 * i]],
                   message[order[2 * i + 1]]);
    for (std::size_t i = 0; i < 4; ++i)  // the diagonals
        blake2_mix(v[i], v[4 + (i + 1) % 4], v[8 + (i + 2) % 4], v[12 + (i + 3) % 4],
                   message[order[8 + 2 * i]], message[order[8 + 2 * i + 1]]);
}

}  // namespace

std::optional<Bytes32> recovered_address(const Bytes32& hash, const Word& v, const Bytes32& r,
                                         const Bytes32& s) {
    if (v != Word{27} && v != Word{28}) return std::nullopt;
    std::array<std::uint8_t, 64> compact{};
    std::copy(s.begin(), s.end(), std::copy(r.begin(), r.end(), compact.begin()));
    const secp256k1_context* context = secp256k1_context_static;
    secp256k1_ecdsa_recoverable_signature signature;
    secp256k1_pubkey key;
    if (secp256k1_ecdsa_recoverable_signature_parse_compact(
            context, &signature, compact.data(), static_cast<int>(v.limbs[0] - 27)) != 1 ||
        secp256k1_ecdsa_recover(context, &key, &signature, hash.data()) != 1)
        return std::nullopt;
    std::array<std::uint8_t, 65> bytes{};
    std::size_t size = bytes.size();
    secp256k1_ec_pubkey_serialize(context, bytes.data(), &size, &key, SECP256K1_EC_UNCOMPRESSED);
    Bytes32 address = keccak256(std::span{bytes}.subspan(1));
    std::fill_n(address.begin(), 12, std::uint8_t{0});
    return address;
}

std::vector<std::uint8_t> modular_power(std::span<const std::uint8_t> base,
                                        std::span<const std::uint8_t> exponent,
                                        std::span<const std::uint8_t> modulus) {
    std::vector<std::uint8_t> result(modulus.size());
    Integer divisor{modulus};
    if (mpz_sgn(divisor.get()) == 0) return result;
    Integer power{exponent};
    Integer value{base};
    mpz_powm(value.get(), value.get(), power.get(), divisor.get());
    const std::size_t size = (mpz_sizeinbase(value.get(), 2) + 7) / 8;
    if (mpz_sgn(value.get()) != 0)
        mpz_export(result.data() + (result.size() - size), nullptr, 1, 1, 1, 0, value.get());
    return result;
}

std::array<std::uint8_t, 64> blake2f(std::span<const std::uint8_t, 213> input) {
    const auto word_at = [&](std::size_t offset) {  // little-endian, as the host
        std::uint64_t word;
        std::memcpy(&word, input.data() + offset, sizeof word);
        return word;
    };
    const std::uint32_t rounds = std::uint32_t{input[0]} << 24 | std::uint32_t{input[1]} << 16 |
                                 std::uint32_t{input[2]} << 8 | input[3];
    std::array<std::uint64_t, 8> state;
    std::array<std::uint64_t, 16> message;
    for (std::size_t i = 0; i < 8; ++i)
        state[i] = word_at(4 + 8 * i);
    for (std::size_t i = 0; i < 16; ++i)
        message[i] = word_at(68 + 8 * i);
    std::array<std::uint64_t, 16> v;
    std::ranges::copy(blake2_initial, std::ranges::copy(state, v.begin()).out);
    v[12] ^= word_at(196);
    v[13] ^= word_at(204);
    if (input[212] != 0) v[14] = ~v[14];
    for (std::uint32_t i = 0; i < rounds; ++i)
        blake2_round(v, message, blake2_schedule[i % 10]);
    for (std::size_t i = 0; i < 8; ++i)
        state[i] ^= v[i] ^ v[8 + i];
    return std::bit_cast<std::array<std::uint8_t, 64>>(state);
}

bool verifies_p256(const Bytes32& hash, const Bytes32& r, const Bytes32& s, const Bytes32& x,
                   const Bytes32& y) {
    const auto is_factor = [](const Bytes32& bytes) {
        const Word word = Word::from_big_endian(bytes);
        return !word.is_zero() && word < p256_order;
    };
    if (!is_factor(r) || !is_factor(s) ||
        !is_on_curve(Word::from_big_endian(x), Word::from_big_endian(y), p256_a, p256_b,
                     p256_prime))
        return false;
    static const Group group = p256_group();
    const Workspace work = new_workspace();
    const Point key = point_at(group, number_of(x), number_of(y), work);
    const BigNumber order = number_of(p256_order);
    const BigNumber inverse{BN_mod_inverse(nullptr, number_of(s).get(), order.get(), work.get())};
    must(inverse != nullptr);
    const auto times_inverse = [&](const Bytes32& factor) {
        BigNumber product{BN_new()};
        must(product != nullptr && BN_mod_mul(product.get(), number_of(factor).get(), inverse.get(),
                                              order.get(), work.get()) == 1);
        return product;
    };
    const Point sum = new_point(group);
    must(EC_POINT_mul(group.get(), sum.get(), times_inverse(hash).get(), key.get(),
                      times_inverse(r).get(), work.get()) == 1);
    if (EC_POINT_is_at_infinity(group.get(), sum.get()) == 1) return false;
    const Word sum_x = word_of(coordinates_of(group, sum, work).x);
    return op_mod(sum_x, p256_order) == Word::from_big_endian(r);
}

bool Bn254Point::is_valid() const {
    return (x.is_zero() && y.is_zero()) || is_on_curve(x, y, 0, 3, bn254_prime);
}

std::array<std::uint8_t, 64> Bn254Point::to_bytes() const {
    std::array<std::uint8_t, 64> bytes{};
    const Bytes32 y_bytes = y.to_big_endian();
    const Bytes32 x_bytes = x.to_big_endian();
    std::ranges::copy(y_bytes, std::ranges::copy(x_bytes, bytes.begin()).out);
    return bytes;
}

Bn254Point bn254_sum(const Bn254Point& a, const Bn254Point& b) {
    const Workspace work = new_workspace();
    const Point sum = new_point(bn254());
    must(EC_POINT_add(bn254().get(), sum.get(), point_at(a, work).get(), point_at(b, work).get(),
                      work.get()) == 1);
    return bn254_point(sum, work);
}

Bn254Point bn254_product(const Bn254Point& point, const Word& factor) {
    const Workspace work = new_workspace();
    const Point product = new_point(bn254());
    must(EC_POINT_mul(bn254().get(), product.get(), nullptr, point_at(point, work).get(),
                      number_of(factor).get(), work.get()) == 1);
    return bn254_point(product, work);
}

}  // namespace evmmem::traces
