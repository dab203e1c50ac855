#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What `evmmem price` says of the small EVM's traces, against the small EVM with other rules for memory: the same
programs run on it. Where price says that a transaction does the same, it must do the same for just that gas; where it
fails, it must fail there; and where it may change, it must do the same until there.

    price_test.py EVMMEM OUT
"""

import json
import pathlib
import random
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/support"))

from halting_evm import HaltingEvm  # noqa: E402
from random_programs import world  # noqa: E402
from small_evm import Halt, text  # noqa: E402

WORLDS = 150


class Linear(HaltingEvm):
    """Each word costs the same."""
    gas_a_word, words = 3, 1

    def memory_cost(self, words):
        return self.gas_a_word * words // self.words


class Dear(Linear):
    gas_a_word = 40


class Monad(Linear):
    gas_a_word, words = 1, 2


class BoundedByGas(Linear):
    """EIP-7686."""

    def execute(self, frame):
        frame.begun_with = frame.gas
        return super().execute(frame)

    def expansion(self, frame, name):
        self.keeping = max(frame.size, self.grown(frame, name))
        if self.keeping > frame.size and self.keeping > frame.begun_with:
            raise Halt("memory limit")
        return super().expansion(frame, name)

    def forwarded(self, available, asked):
        passed = min(asked, available - max(available // 64, min(self.keeping, available)))
        return passed, passed

    def handed_to_create(self, available):
        return available - max(available // 64, min(self.keeping, available))


class Paged(HaltingEvm):
    """EIP-7923, with other numbers if need be."""
    page, first, again, recent, pages = 4096, 100, 6, 512, 16384

    def run(self):
        self.allocated = 0
        return super().run()

    def execute(self, frame):
        frame.touches = []
        return super().execute(frame)

    def expansion(self, frame, name):
        touches, gas = frame.touches, 0
        # Of an instruction with two ranges what is read comes first.
        ranges = self.touched(frame, name)
        if name == "MCOPY":
            ranges.reverse()
        new = set()
        for offset, length in ranges:
            if length and offset + length > 1 << 32:
                raise Halt("memory limit")
            new |= {page for page in range(offset // self.page, (offset + length - 1) // self.page + 1)
                    if length and page not in touches}
        if self.allocated + len(new) > self.pages:
            raise Halt("memory limit")
        self.allocated += len(new)
        for offset, length in ranges:
            for page in range(offset // self.page, (offset + length - 1) // self.page + 1) if length else ():
                gas += 0 if page in touches else self.first
                last = list(dict.fromkeys(reversed(touches)))[:self.recent]
                gas += 0 if page in last else self.again
                touches.append(page)
        return gas


class SmallPages(Paged):
    page, recent, pages = 64, 3, 60


RULES = {
    "mainnet": (HaltingEvm, ["--rules", "mainnet"]),
    "linear": (Linear, ["--set", "memory.model=linear"]),
    "dear": (Dear, ["--set", "memory.model=linear", "--set", "memory.word_gas=40"]),
    "monad": (Monad, ["--rules", "monad"]),
    "EIP-7686": (BoundedByGas, ["--rules", "eip-7686"]),
    "EIP-7923": (Paged, ["--rules", "eip-7923"]),
    "small pages": (SmallPages, ["--rules", "eip-7923", "--set", "memory.page_bytes=64", "--set", "memory.pages_recent=3",
                                 "--set", f"memory.transaction_bytes_max={60 * 64}"]),
}


def path(lines):
    return [(line["depth"], line["pc"], line["op"]) for line in lines if "pc" in line]


def used(lines):
    return int(lines[-1]["gasUsed"], 16)


def judge(row, plain, changed):
    """What is wrong with what price says of a transaction; None if nothing is."""
    before, after = path(plain), path(changed)
    if row["outcome"] != "unknown" and row["gas_before"] not in (used(plain), None):
        return f"gas before {row['gas_before']}, and it used {used(plain)}"
    if row["outcome"] == "same_path":
        if before != after:
            return "it does something else"
        if row["gas_after"] != used(changed):
            return f"gas after {row['gas_after']}, and it used {used(changed)}"
        return None
    if row["outcome"] == "unknown":
        return None
    step = row["at"]["step"]
    if before[:step + 1] != after[:step + 1]:
        return f"it does something else before step {step}"
    if row["outcome"] == "fails" and row["gas_after"] != changed_gas(changed):
        return f"gas after {row['gas_after']}, and it had {changed_gas(changed)}"
    if row["outcome"] == "fails" and (len(after) != step + 1 or used(changed) != changed_gas(changed)):
        return f"it does not fail at step {step}"
    return None


def changed_gas(lines):
    return int(lines[0]["gas"], 16)


def main():
    evmmem, out = sys.argv[1], pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    worlds = []
    for seed in range(WORLDS):
        rng = random.Random(seed)
        accounts, balances = world(rng)
        gas = rng.choice([10**7, 10**6, 200_000, rng.randrange(500, 60_000)])
        worlds.append((accounts, balances, gas))
    wrong, failures = 0, 0
    for name, (client, options) in RULES.items():
        files, runs = [], []
        for seed, (accounts, balances, gas) in enumerate(worlds):
            plain = HaltingEvm(accounts, gas, balances=balances).run()
            file = out / f"{seed}.jsonl"
            file.write_text(text(plain))
            files.append(file)
            runs.append((plain, client(accounts, gas, balances=balances).run()))
        result = subprocess.run([evmmem, "price", "--format", "json", *options, *map(str, files)], capture_output=True,
                                text=True, check=False)
        priced = [json.loads(line) for line in result.stdout.splitlines()]
        if result.returncode not in (0, 3) or len(priced) != len(files):
            sys.exit(f"{name}: exit code {result.returncode}, {len(priced)} of {len(files)}\n{result.stderr[-1000:]}")
        outcomes = {}
        for file, trace, (plain, changed) in zip(files, priced, runs):
            row = trace["transactions"][0]
            outcomes[row["outcome"]] = outcomes.get(row["outcome"], 0) + 1
            if fault := judge(row, plain, changed):
                wrong += 1
                print(f"{name}, {file}: {row['outcome']}: {fault}")
        print(f"{name}: {outcomes}")
        failures += outcomes.get("fails", 0)
        least = WORLDS if name == "mainnet" else WORLDS // 3
        if outcomes.get("same_path", 0) < least:
            wrong += 1
            print(f"{name}: fewer than {least} do the same for certain")
    if not failures:
        wrong += 1
        print("none fails")
    print(f"{wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
