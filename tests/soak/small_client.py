# SPDX-License-Identifier: MIT
"""A client for the tests of the soak: the small EVM of tests/support, on random programs around memory."""

import contextlib
import json
import pathlib
import random
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts/soak.d"), str(ROOT / "tests/support")]

import cache  # noqa: E402
from assembly import Code  # noqa: E402
from case import Case  # noqa: E402
from small_evm import TARGET, SmallEvm  # noqa: E402
from state_tests import account, around_transaction  # noqa: E402

NAME = "small"
BATCH = 3
KNOWN = ("cancun",)
missing = ""  # a reason not to be had


def version():
    return "0"


def obtain():
    if missing:
        raise cache.Missing(missing)
    return None


def make(seed, index, forks):
    name = f"{seed}/{NAME}/{index}"
    rng = random.Random(name)
    code = Code()
    for _ in range(rng.randrange(3, 12)):
        match rng.choice(("MSTORE", "MSTORE8", "MLOAD", "KECCAK256")):
            case "MSTORE" | "MSTORE8" as store:
                code.push(rng.getrandbits(64)).push(rng.randrange(100)).op(store)
            case "MLOAD":
                code.push(rng.randrange(100)).op("MLOAD", "POP")
            case "KECCAK256":
                code.push(rng.randrange(50)).push(rng.randrange(50)).op("KECCAK256", "POP")
    pre = {TARGET: account(0, code.op("STOP").bytes()), 0xAA: account(1, b"\x5b\x00"), 0xBB: account(2)}
    transaction = {"data": ["0x"], "value": ["0x0"], "to": f"0x{TARGET:040x}", "gasPrice": "0xa"}
    test = around_transaction(pre, transaction, b"", 100_000, ["cancun"])
    return Case(NAME, index, name, {"memory": rng.random() < 0.7}, test, ["cancun"])


@contextlib.contextmanager
def session(obtained, folder):
    def ask(case):
        accounts = {int(address, 16): bytes.fromhex(each["code"][2:]) for address, each in case.test["pre"].items()}
        if TARGET not in accounts:
            case.skipped = "there is no program"
            return
        machine = SmallEvm(accounts, 100_000, memory_printed=case.settings["memory"])
        case.trace = folder / "trace.jsonl"
        try:
            lines = machine.run()
        except IndexError:
            case.skipped = "the stack is too short"  # which this machine does not know
            return
        case.trace.write_text("".join(json.dumps(line) + "\n" for line in lines))

    yield ask
