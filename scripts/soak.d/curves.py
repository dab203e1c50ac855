# SPDX-License-Identifier: MIT
"""ECDSA signatures on secp256k1 and P-256, for ecrecover, P256VERIFY and authorizations (EIP-7702). Slow, and no
secret is safe with it: keys here are made up.
"""

import functools

import assembly  # noqa: F401  sets the path to small_evm
from small_evm import keccak256


class Curve:
    def __init__(self, p, a, n, x, y):
        self.p, self.a, self.n, self.g = p, a, n, (x, y)

    def add(self, one, two):
        if one is None or two is None:
            return one or two
        (x1, y1), (x2, y2) = one, two
        if x1 == x2:
            if (y1 + y2) % self.p == 0:
                return None
            slope = (3 * x1 * x1 + self.a) * pow(2 * y1, -1, self.p)
        else:
            slope = (y2 - y1) * pow(x2 - x1, -1, self.p)
        x = (slope * slope - x1 - x2) % self.p
        return x, (slope * (x1 - x) - y1) % self.p

    def multiply(self, scalar, point=None):
        result, point = None, point or self.g
        while scalar:
            if scalar & 1:
                result = self.add(result, point)
            point = self.add(point, point)
            scalar >>= 1
        return result

    def sign(self, key, digest, nonce):
        """(r, s, whether the point's y was odd), with s in the lower half."""
        x, y = self.multiply(nonce)
        r = x % self.n
        s = pow(nonce, -1, self.n) * (int.from_bytes(digest, "big") + r * key) % self.n
        if s > self.n // 2:
            return r, self.n - s, (y & 1) ^ 1
        return r, s, y & 1


# Source: SEC 2, sections 2.4.1 and 2.4.2.
K1 = Curve((1 << 256) - (1 << 32) - 977, 0,
           0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
           0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
           0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8)
P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
P256 = Curve(P, P - 3,
             0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
             0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
             0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)


@functools.cache
def address_of(key):
    x, y = K1.multiply(key)
    return int.from_bytes(keccak256(x.to_bytes(32, "big") + y.to_bytes(32, "big"))[12:], "big")


@functools.cache
def _ecrecover_vector(seed):
    digest = keccak256(bytes([seed]))
    r, s, odd = K1.sign(seed + 77, digest, seed + 1234567)
    return digest, r, s, odd


def ecrecover_input(rng):
    """128 bytes, mostly a signature that recovers."""
    digest, r, s, odd = _ecrecover_vector(rng.randrange(4))
    v = 27 + odd
    kind = rng.random()
    if kind < 0.1:
        v = rng.choice((0, 1, 26, 29, 1 << 200))
    elif kind < 0.2:
        r = rng.choice((0, K1.n, 5))
    elif kind < 0.3:
        s = rng.choice((0, K1.n, K1.n - s))
    return digest + b"".join(each.to_bytes(32, "big") for each in (v, r, s))


@functools.cache
def _p256_vector(seed):
    digest = keccak256(bytes([seed, seed]))
    key = seed + 99
    r, s, _ = P256.sign(key, digest, seed + 7654321)
    return digest, r, s, *P256.multiply(key)


def p256_input(rng):
    """160 bytes, mostly a signature that verifies."""
    digest, r, s, x, y = _p256_vector(rng.randrange(4))
    if rng.random() < 0.3:
        y = rng.choice((0, 1, P256.p - y))
    return digest + b"".join(each.to_bytes(32, "big") for each in (r, s, x, y))


def rlp(value):
    """Recursive length prefix of integers, bytes and lists."""
    if isinstance(value, int):
        value = value.to_bytes((value.bit_length() + 7) // 8, "big")
    if isinstance(value, bytes):
        if len(value) == 1 and value[0] < 0x80:
            return value
        return _prefix(0x80, value)
    return _prefix(0xC0, b"".join(map(rlp, value)))


def _prefix(base, body):
    if len(body) < 56:
        return bytes([base + len(body)]) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([base + 55 + len(length)]) + length + body


def authorization(key, chain, address, nonce):
    """A signed tuple of EIP-7702, as state tests spell it."""
    digest = keccak256(b"\5" + rlp([chain, address.to_bytes(20, "big"), nonce]))
    r, s, odd = K1.sign(key, digest, key * 7919 + 13 + nonce)
    return {"chainId": hex(chain), "address": f"0x{address:040x}", "nonce": hex(nonce), "v": hex(odd), "r": hex(r),
            "s": hex(s), "signer": f"0x{address_of(key):040x}", "yParity": hex(odd)}
