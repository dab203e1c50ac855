# SPDX-License-Identifier: MIT
"""Random state tests: accounts, one transaction and the forks under which it runs. The same seed makes the same test."""

import random

from curves import address_of, authorization
from forks import FORKS, STATE_TEST, order
from programs import Generator, Surroundings, init_code, recursive

SENDER_KEY = 0xCA11
SENDER = address_of(SENDER_KEY)
TARGET = 0xC0DE000000000000000000000000000000000001
COINBASE = 0x2ADC25665018AA1FE0E6BC666DAC8FC2697FF9BA
AUTHORITY_KEYS = (0x1001, 0x1002)
PRECOMPILES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 17, 0x12, 0x100)


def chosen_forks(rng, known, several):
    """One fork, or several; newer ones more often."""
    weights = [1 + 2 * (order(fork) >= order("istanbul")) + 2 * (order(fork) >= order("cancun")) for fork in known]
    first = rng.choices(known, weights)[0]
    if not several or rng.random() < 0.6:
        return [first]
    rest = [fork for fork in known if fork != first]
    return sorted([first, *rng.sample(rest, min(len(rest), rng.randrange(1, 5)))], key=order)


def hexed(value):
    return hex(value)


def word_hex(value):
    return f"0x{value:064x}"


def bytes_hex(data):
    return "0x" + data.hex()


def account(balance=0, code=b"", nonce=0, storage=None):
    return {"balance": hexed(balance), "code": bytes_hex(code), "nonce": hexed(nonce),
            "storage": {word_hex(slot): word_hex(value) for slot, value in (storage or {}).items() if value}}


def random_storage(rng):
    return {slot: rng.choice((0, 1, 2, rng.getrandbits(256))) for slot in (0, 1, 2, (1 << 256) - 1) if rng.random() < 0.5}


def sub_account(rng, around, address, fork):
    """Code of an account that others call."""
    kind = rng.random()
    if kind < 0.08:
        return recursive(around, address)
    if kind < 0.16 and order(fork) >= order("prague"):
        # Delegated (EIP-7702): to a contract, a precompile, an empty account, another delegated one, or itself.
        target = rng.choice((*around.addresses, 4, address))
        return bytes([0xEF, 0x01, 0x00]) + target.to_bytes(20, "big")
    if kind < 0.2:
        return rng.choice((b"\0", b"\x5b", b"\xfe", b"\x60", b"\xef", bytes([0x7F, 1, 2]), rng.randbytes(40)))
    return Generator(around, rng.choice((0.2, 0.5, 1)), address).program(rng.randrange(1, 20))


def intrinsic_gas(transaction, data, forks):
    """What the transaction costs before its first step, under the costliest of the forks (EIP-2028, 3860, 7623, 2930,
    7702)."""
    zeros, newest = data.count(0), order(forks[-1])
    others = len(data) - zeros
    gas = 21000 + 4 * zeros + (16 if order(forks[0]) >= order("istanbul") else 68) * others
    if transaction["to"] == "":
        gas += 32000 + 2 * ((len(data) + 31) // 32)
    for entry in transaction.get("accessLists", [[]])[0]:
        gas += 2400 + 1900 * len(entry["storageKeys"])
    gas += 25000 * len(transaction.get("authorizationList", []))
    return max(gas, 21000 + 10 * zeros + 40 * others) if newest >= order("prague") else gas


def gas_limit(rng, fork, recursing):
    """Gas for the steps, most often enough."""
    kind = rng.random()
    if kind < 0.65:
        return rng.choice((1_000_000, 3_000_000, 8_000_000, 16_000_000))
    if kind < 0.9:
        return int(10 ** rng.uniform(0, 6))  # runs out anywhere
    if kind < 0.93 and recursing and order(fork) < order("osaka"):
        return 1 << 36  # a depth of 1024, at 63/64 a frame
    return 500_000


def state_test(seed, known_forks=FORKS, several=True, forks=None):
    """The test and its forks; `known_forks` are those that the client has, `forks` the ones to use, if not any."""
    rng = random.Random(seed)
    forks = list(forks) if forks else chosen_forks(rng, list(known_forks), several)
    fork = forks[0] if rng.random() < 0.3 else forks[-1]  # whose instructions the programs are made of
    subs = [0xAA00000000000000000000000000000000000000 + n for n in range(1, rng.randrange(2, 7))]
    outside = [0xB0B0000000000000000000000000000000000001, 0xDEAD00000000000000000000000000000000BEEF]
    authorities = [address_of(key) for key in AUTHORITY_KEYS] if order(fork) >= order("prague") else []
    addresses = [*subs * 3, *outside, *authorities, TARGET, SENDER, COINBASE, rng.choice(PRECOMPILES), 0]
    around = Surroundings(rng, fork, addresses)
    around.init_codes = [init_code(around, TARGET) for _ in range(rng.randrange(1, 4))]

    pre = {}
    for address in subs:
        code = sub_account(rng, around, address, fork)
        pre[address] = account(rng.choice((0, 1, 10**18)), code, 1, random_storage(rng))
    main = Generator(around, rng.choice((0, 0.05, 0.3)), TARGET).program(rng.choice((3, 8, 15, 25, 50)))
    pre[TARGET] = account(rng.choice((0, 5, 10**18)), main, rng.choice((0, 1, 1, (1 << 64) - 2)), random_storage(rng))
    if rng.random() < 0.5:
        pre[outside[0]] = account(1)

    recursing = any(test["code"].count(f"73{address:040x}") for address, test in pre.items())
    data = bytes(rng.choice((0, 0, 1, 0xFF, rng.randrange(256))) for _ in range(rng.choice((0, 0, 4, 32, 36, 68, 100, 300))))
    to = f"0x{TARGET:040x}"
    if rng.random() < 0.06:
        to, data = "", init_code(around, TARGET)
    transaction = {
        "data": [bytes_hex(data)], "value": [hexed(rng.choice((0, 0, 1, 12345)))], "to": to,
        "gasPrice": "0xa",
    }
    oldest = order(forks[0])
    if oldest >= order("berlin") and rng.random() < 0.3:
        entries = rng.sample(addresses, 2)
        transaction["accessLists"] = [[{"address": f"0x{address:040x}",
                                        "storageKeys": [f"0x{slot:064x}" for slot in range(rng.randrange(3))]}
                                       for address in entries]]
    if oldest >= order("prague") and to and rng.random() < 0.3:
        del transaction["gasPrice"]
        transaction |= {"maxFeePerGas": "0xa", "maxPriorityFeePerGas": "0x0", "authorizationList": [
            authorization(rng.choice(AUTHORITY_KEYS), rng.choice((0, 1, 1, 5)),
                          rng.choice((*subs, *outside, 0, 4, TARGET)), rng.choice((0, 0, 1)))
            for _ in range(rng.randrange(1, 4))]}
    return around_transaction(pre, transaction, data, gas_limit(rng, fork, recursing), forks), forks


def around_transaction(pre, transaction, data, gas, forks):
    """The test of a transaction that has `gas` left for its steps; adds the sender."""
    transaction = {**transaction, "nonce": "0x0", "sender": f"0x{SENDER:040x}",
                   "secretKey": word_hex(SENDER_KEY)}
    transaction["gasLimit"] = [hexed(intrinsic_gas(transaction, data, forks) + gas)]
    pre = {SENDER: account(balance=1 << 100), **pre}
    environment = {
        "currentCoinbase": f"0x{COINBASE:040x}", "currentDifficulty": "0x20000",
        "currentGasLimit": hexed(1 << 62), "currentNumber": "0x1", "currentTimestamp": "0x3e8",
        "currentRandom": "0x" + "00" * 30 + "beef", "currentBaseFee": "0xa", "currentExcessBlobGas": "0x0",
    }
    return {
        "env": environment,
        "pre": {f"0x{address:040x}": each for address, each in pre.items()},
        "transaction": transaction,
        "post": post(forks),
    }


def post(forks):
    """The section that says under which forks a test runs; nothing is expected of the end."""
    return {STATE_TEST[each]: [{"hash": "0x" + "00" * 32, "logs": "0x" + "00" * 32,
                                "indexes": {"data": 0, "gas": 0, "value": 0}}] for each in forks}
