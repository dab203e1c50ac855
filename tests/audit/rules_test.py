#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Traces of small EVMs whose rules are not Ethereum's: under those rules `evmmem replay` finds nothing in them, and
without it does.

    rules_test.py EVMMEM OUT
"""

import collections
import json
import pathlib
import random
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/support"))

from halting_evm import HaltingEvm  # noqa: E402
from price_test import BoundedByGas, Dear, Monad, Paged, SmallPages  # noqa: E402
from random_programs import world  # noqa: E402
from small_evm import TARGET, Halt, assemble, text  # noqa: E402

WORLDS = 60


class OtherPrices(HaltingEvm):
    """Prices of instructions, and what operands scale."""
    bases = {"ADD": 1, "MSTORE": 7, "MLOAD": 2, "JUMPDEST": 0, "KECCAK256": 60, "RETURN": 4, "STOP": 2, "REVERT": 3, "POP": 9,
             "CREATE": 20000, "CREATE2": 20001}
    copy_word, hash_word, init_code_word, exp_byte, log_byte = 5, 9, 7, 60, 11
    precompiles = {2: (100, 1), 4: (3, 40)}

    def base(self, name):
        return self.bases.get(name, super().base(name))


class OtherAccess(HaltingEvm):
    """What reading state costs, what calls carry, and what code costs that is deployed."""
    cold_account, value_gas, new_account_gas, call_stipend, deposit_byte = 10100, 9100, 40000, 1000, 3

    def load_price(self, frame, key):
        return 8100 if super().load_price(frame, key) > 100 else 100

    def forwarded(self, available, asked):
        passed = min(asked, available - available // 16)
        return passed, passed

    def handed_to_create(self, available):
        return available - available // 16


class LargeCode(HaltingEvm):
    code_max = 32768


class WithoutBaseFee(HaltingEvm):
    def step(self, frame, name, line):
        if name == "BASEFEE":
            raise Halt("invalid opcode: BASEFEE")
        return super().step(frame, name, line)


class SmallMemory(HaltingEvm):
    """A call has no more than 256 bytes of memory."""

    def expansion(self, frame, name):
        if self.grown(frame, name) > 256:
            raise Halt("memory limit")
        return super().expansion(frame, name)


OTHER_PRICES = """
fork = "cancun"
[instructions]
ADD = 1
MSTORE = 7
MLOAD = 2
JUMPDEST = 0
KECCAK256 = 60
RETURN = 4
STOP = 2
REVERT = 3
POP = 9
CREATE = 20000
CREATE2 = 20001
[copy]
word_gas = 5
[hash]
word_gas = 9
[exp]
byte_gas = 60
[log]
byte_gas = 11
[create]
init_code_word_gas = 7
[sha256]
gas = 100
word_gas = 1
[identity]
gas = 3
word_gas = 40
"""
OTHER_ACCESS = """
fork = "cancun"
[access]
cold_account_gas = 10100
cold_slot_gas = 8100
[call]
value_gas = 9100
new_account_gas = 40000
stipend = 1000
kept_part = 16
[create]
code_byte_gas = 3
"""
SMALL_PAGES = """
fork = "cancun"
preset = "eip-7923"
[memory]
page_bytes = 64
pages_recent = 3
transaction_bytes_max = 3840
"""
# A client, its rules, and the share of worlds that must show that they are not Ethereum's.
CLIENTS = {
    "dear memory": (Dear, 'fork = "cancun"\nmemory.model = "linear"\nmemory.word_gas = 40', 0.5),
    "MIP-3": (Monad, 'fork = "cancun"\npreset = "mip-3"', 0.5),
    "EIP-7686": (BoundedByGas, 'fork = "cancun"\npreset = "eip-7686"', 0.1),
    "EIP-7923": (Paged, 'fork = "cancun"\npreset = "eip-7923"', 0.5),
    "small pages": (SmallPages, SMALL_PAGES, 0.5),
    "small memory": (SmallMemory, 'fork = "cancun"\nmemory.frame_bytes_max = 256', 0.1),
    "other prices": (OtherPrices, OTHER_PRICES, 0.5),
    "other access": (OtherAccess, OTHER_ACCESS, 0.1),
}

# Init code that deploys 30,000 zeros, and an instruction that Ethereum Classic does not have.
PROGRAMS = {
    "large code": (LargeCode, assemble(
        "0x6175305ff3 PUSH0 MSTORE  5 27 PUSH0 CREATE POP STOP"), 'fork = "cancun"\ncreate.code_max = 32768'),
    "without BASEFEE": (WithoutBaseFee, assemble("BASEFEE POP STOP"), "etc-spiral"),
}


def replay(evmmem, files, rules):
    result = subprocess.run([evmmem, "replay", "--format", "json", "--no-speed", *rules, *map(str, files)], capture_output=True,
                            text=True, check=False)
    reports = [json.loads(line) for line in result.stdout.splitlines()]
    reports = reports[0]["files"] if len(reports) == 1 and "files" in reports[0] else reports
    if len(reports) < len(files):
        sys.exit(f"exit code {result.returncode}, {len(reports)} of {len(files)}\n{result.stderr[-1000:]}")
    return reports[:len(files)]


def judge(evmmem, name, files, rules, least):
    """How many of these are wrong: findings under the rules, or too few without."""
    wrong = 0
    ours = replay(evmmem, files, ["--rules", rules])
    for file, report in zip(files, ours):
        if report["verdict"] != "agrees" or report["rules"] != rules:
            wrong += 1
            print(f"{name}, {file}: {report['verdict']}, {[each['detail'] for each in report['findings']][:2]}"
                  f"{report['incomplete_because']}")
    others = replay(evmmem, files, ["--fork", "cancun"])
    shown = sum(report["verdict"] == "findings" for report in others)
    checks = collections.Counter(each["check"] for report in others for each in report["findings"])
    print(f"{name}: {len(files)} agree by its rules but {wrong}, and {shown} do not by Cancun's: {dict(checks)}")
    if shown < least * len(files):
        wrong += 1
        print(f"{name}: fewer than {least:.0%} show other rules")
    return wrong


def main():
    evmmem, out = sys.argv[1], pathlib.Path(sys.argv[2])
    wrong = 0
    for name, (client, rules, least) in CLIENTS.items():
        folder = out / name.replace(" ", "_")
        folder.mkdir(parents=True, exist_ok=True)
        files = []
        for seed in range(WORLDS):
            rng = random.Random(seed)
            accounts, balances = world(rng)
            gas = rng.choice([10**7, 10**6, 200_000, rng.randrange(500, 60_000)])
            file = folder / f"{seed}.jsonl"
            file.write_text(text(client(accounts, gas, balances=balances).run()))
            files.append(file)
        written = folder / "rules.toml"
        written.write_text(rules)
        wrong += judge(evmmem, name, files, str(written), least)
    for name, (client, code, rules) in PROGRAMS.items():
        file = out / f"{name.replace(' ', '_')}.jsonl"
        file.write_text(text(client({TARGET: code}, 10**8).run()))
        if "=" in rules:
            written = out / f"{name.replace(' ', '_')}.toml"
            written.write_text(rules)
            rules = str(written)
        wrong += judge(evmmem, name, [file], rules, 1)
    print(f"{wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
