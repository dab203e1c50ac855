// SPDX-License-Identifier: MIT
// What precompiled contracts compute, beyond hashes. Curves and big numbers are the work of
// libsecp256k1, OpenSSL and GMP; only BLAKE2b's compression function is written out here, which no
// library gives away by itself. All of it takes time that its arguments bound, and no input makes
// it fail. Sources: Yellow Paper appendix E; EIP-152, EIP-196, EIP-198, EIP-7951.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/word.hpp"

namespace evmmem::traces {

/// The address that signed `hash`, in the last 20 of 32 bytes; nothing where v is neither 27 nor
/// 28, r or s is 0 or not below the curve's order, or no key fits. A high s is fine.
std::optional<Bytes32> recovered_address(const Bytes32& hash, const Word& v, const Bytes32& r,
                                         const Bytes32& s);

/// base ** exponent % modulus, as long as the modulus; zeros where that is 0. All three are
/// big-endian and of any length; the time is in proportion to the exponent's length, and to the
/// square of the longer of the others'.
std::vector<std::uint8_t> modular_power(std::span<const std::uint8_t> base,
                                        std::span<const std::uint8_t> exponent,
                                        std::span<const std::uint8_t> modulus);

/// BLAKE2b's compression function over EIP-152's input: 4 bytes of rounds, 64 of state, 128 of
/// message, 16 of offset, and 1 that says, if it is not 0, that the block is the last.
std::array<std::uint8_t, 64> blake2f(std::span<const std::uint8_t, 213> input);

/// Whether (r, s) signs `hash` with the key (x, y) on the curve P-256.
bool verifies_p256(const Bytes32& hash, const Bytes32& r, const Bytes32& s, const Bytes32& x,
                   const Bytes32& y);

/// A point of the curve y^2 = x^3 + 3 of EIP-196, of which (0, 0) stands for infinity.
struct Bn254Point {
    Word x;
    Word y;
    /// Whether both are below the field's prime, and on the curve.
    bool is_valid() const;
    /// Both, one after the other.
    std::array<std::uint8_t, 64> to_bytes() const;
};
/// Both points are valid, and so is the sum.
Bn254Point bn254_sum(const Bn254Point& a, const Bn254Point& b);
/// The point is valid, the factor any number.
Bn254Point bn254_product(const Bn254Point& point, const Word& factor);

}  // namespace evmmem::traces
