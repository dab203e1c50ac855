# SPDX-License-Identifier: MIT
"""State tests around what npm's solc makes of solidity/programs.sol."""

import json
import os
import random
import subprocess
import tempfile

import cache
import ethereumjs
from forks import order
from state_tests import TARGET, account, around_transaction, bytes_hex, chosen_forks

OLDEST = "byzantium"  # the programs need return data
SELECTORS = ("coding", "badDecoding", "copying", "factory", "proxied", "catching", "keeping", "hashing", "lowLevel")
EVM_VERSIONS = {"amsterdam": "osaka"}  # solc's names, where they differ


def compiled(fork, optimize):
    """{"code", "methods"} for a fork; cache.Missing without npm."""
    folder = ethereumjs.obtain()
    version = EVM_VERSIONS.get(fork, fork)
    path = folder / f"programs-{version}-{optimize}.json"
    if not path.exists():
        run = subprocess.run(["node", folder / "solidity.js", cache.HERE / "solidity/programs.sol", version, str(optimize).lower(),
                              str(optimize).lower()], capture_output=True, text=True, check=False, cwd=folder)
        if run.returncode != 0:
            raise cache.Missing(f"solc: {run.stderr.strip()[:200]}")
        with tempfile.NamedTemporaryFile("w", dir=folder, delete=False) as file:
            file.write(run.stdout)
        os.replace(file.name, path)  # two workers may compile the same; either is right
    return json.loads(path.read_text())


def state_test(seed, known, several):
    """As state_tests.state_test()."""
    rng = random.Random(seed)
    forks = chosen_forks(rng, [fork for fork in known if order(fork) >= order(OLDEST)], several)
    programs = compiled(forks[0], rng.random() < 0.5)
    name = rng.choice(SELECTORS)
    selector = next(selector for method, selector in programs["methods"].items() if method.startswith(name + "("))
    a, b = (rng.choice((rng.randrange(30), rng.getrandbits(256))) for _ in range(2))
    data = rng.randbytes(rng.choice((0, 1, 4, 31, 32, 33, 100, 300)))
    if name == "badDecoding" and rng.random() < 0.8:
        data = b"".join(rng.choice((0, 32, 64, 96, 1, 2, 128, (1 << 64) - 1, rng.getrandbits(256))).to_bytes(32, "big")
                        for _ in range(rng.randrange(1, 8)))
    calldata = bytes.fromhex(selector) + b"".join(each.to_bytes(32, "big") for each in (a, b, 96, len(data))) + data + \
        bytes(-len(data) % 32)
    pre = {TARGET: account(10**18, bytes.fromhex(programs["code"]), 1)}
    gas = rng.choice((15_000_000, 15_000_000, 3_000_000, int(10 ** rng.uniform(2.5, 6))))
    transaction = {"data": [bytes_hex(calldata)], "value": ["0x0"], "to": f"0x{TARGET:040x}", "gasPrice": "0xa"}
    return around_transaction(pre, transaction, calldata, gas, forks), forks
