#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What `evmmem price` says of the small EVM's traces, against the small EVM with other rules: the same programs run on
it. Where price says that a transaction does the same, it must do the same for just that gas; where it fails, it must fail
there; and where it may change, or its price is not known, it must do the same until there. What it says of instructions is
compared with the prices that the lines show; of several rules at once, with what it says of each alone.

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
from opcode_names import CALLS  # noqa: E402
from random_programs import world  # noqa: E402
from small_evm import Halt, text  # noqa: E402

WORLDS = 150
APART = (*CALLS, "CREATE", "CREATE2")  # instructions whose lines show more than their own price


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


def words(size):
    return -(-size // 32)


class OtherState(HaltingEvm):
    """What is cold, warm, stored anew."""

    def base(self, name):
        return 150 if name in (*CALLS, "EXTCODESIZE", "EXTCODECOPY", "EXTCODEHASH", "BALANCE") else super().base(name)

    def cold(self, address):
        return 3100 - 150 if super().cold(address) else 0

    def load_price(self, frame, key):
        return 2500 if self.is_cold(frame, key) else 150

    def store_price(self, original, current, value):
        _, refund = super().store_price(original, current, value)
        if current == value:
            return 110, refund
        if original == current:
            return (3000 if original else 22000), refund
        return (90 if current else 95), refund

    def sentry(self, frame):
        return frame.gas <= 1000

    def is_cold(self, frame, key):
        self.was_cold = super().is_cold(frame, key)
        return self.was_cold

    def cost(self, frame, name):
        cost = super().cost(frame, name)
        return cost - 100 if name == "SSTORE" and self.was_cold else cost  # 2000 for a cold slot


class OtherInstructions(HaltingEvm):
    prices = {"ADD": 5, "MLOAD": 4, "JUMPDEST": 2, "MUL": 3, "KECCAK256": 50, "EXP": 20, "GAS": 3, "PUSH1": 2, "STOP": 1, "RETURN": 7,
              **{f"LOG{n}": 300 + 200 * n for n in range(5)}}

    def base(self, name):
        return self.prices.get(name, super().base(name))

    def cost(self, frame, name):
        at = lambda n: frame.stack[-1 - n]
        cost = super().cost(frame, name)
        match name:
            case "KECCAK256":
                return cost + 2 * words(at(1))
            case "EXP":
                return cost + 10 * ((at(1).bit_length() + 7) // 8)
            case "CALLDATACOPY" | "CODECOPY" | "RETURNDATACOPY" | "MCOPY":
                return cost + words(at(2))
            case "EXTCODECOPY":
                return cost + words(at(3))
            case "CREATE2":
                return cost + 2 * words(at(2))
        return cost - 3 * at(1) if name.startswith("LOG") else cost


class OtherCalls(HaltingEvm):
    """What calls and creates pay and hand on."""

    def base(self, name):
        return 20000 if name in ("CREATE", "CREATE2") else super().base(name)

    def cost(self, frame, name):
        more = words(frame.stack[-3]) if name in ("CREATE", "CREATE2") else 0
        return super().cost(frame, name) + more

    def stipend(self):
        return 1000

    def value_cost(self, to):
        return 6000 if self.exists(to) else 16000

    def deposit(self, size):
        return 150 * size

    def precompile_price(self, to, words):
        return {2: 100 + 20 * words, 4: 10 + 5 * words}[to]

    def forwarded(self, available, asked):
        passed = min(asked, available - available // 10)
        return passed, passed

    def handed_to_create(self, available):
        return available - available // 10


class SmallPages(Paged):
    page, recent, pages = 64, 3, 60


def settings(**groups):
    return [part for group, numbers in groups.items() for key, number in numbers.items()
            for part in ("--set", f"{group}.{key}={number}")]


RULES = {
    "mainnet": (HaltingEvm, ["--rules", "mainnet"]),
    "linear": (Linear, ["--set", "memory.model=linear"]),
    "dear": (Dear, ["--set", "memory.model=linear", "--set", "memory.word_gas=40"]),
    "monad": (Monad, ["--rules", "mip-3"]),
    "EIP-7686": (BoundedByGas, ["--rules", "eip-7686"]),
    "EIP-7923": (Paged, ["--rules", "eip-7923"]),
    "small pages": (SmallPages, ["--rules", "eip-7923", "--set", "memory.page_bytes=64", "--set", "memory.pages_recent=3",
                                 "--set", f"memory.transaction_bytes_max={60 * 64}"]),
    "state": (OtherState, settings(
        access={"warm_gas": 150, "cold_account_gas": 3100, "cold_slot_gas": 2500},
        storage={"unchanged_gas": 110, "set_gas": 22000, "change_gas": 3000, "change_again_gas": 90,
                 "change_again_from_zero_gas": 95, "cold_gas": 2000, "gas_kept": 1000})),
    "instructions": (OtherInstructions, settings(
        instructions={name: 300 if name.startswith("LOG") else gas for name, gas in OtherInstructions.prices.items()},
        copy={"word_gas": 4}, hash={"word_gas": 8}, exp={"byte_gas": 60}, log={"topic_gas": 200, "byte_gas": 5})),
    "calls": (OtherCalls, settings(
        call={"stipend": 1000, "kept_part": 10, "value_gas": 6000, "new_account_gas": 10000},
        create={"init_code_word_gas": 3, "code_byte_gas": 150}, instructions={"CREATE": 20000, "CREATE2": 20000},
        sha256={"gas": 100, "word_gas": 20}, identity={"gas": 10, "word_gas": 5})),
}
# Of so many worlds at least what is done must be certain.
LEAST_CERTAIN = {"mainnet": WORLDS, "calls": WORLDS // 5}


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


def price(evmmem, options, files):
    """What it says of each file, and of all of them."""
    result = subprocess.run([evmmem, "price", "--format", "json", *options, *map(str, files)], capture_output=True,
                            text=True, check=False)
    documents = [json.loads(line) for line in result.stdout.splitlines()]
    if result.returncode not in (0, 3) or len(documents) not in (1, len(files) + 1):
        sys.exit(f"{options}: exit code {result.returncode}, {len(documents)} documents\n{result.stderr[-1000:]}")
    return documents[:-1], documents[-1]


def prices(runs):
    """What instructions cost by their lines, but for calls and creates."""
    sums = {}
    for lines in runs:
        for line in lines[:-1]:
            if line.get("error", "execution reverted") == "execution reverted" and line["opName"] not in APART:
                sums[line["opName"]] = sums.get(line["opName"], 0) + int(line["gasCost"], 16)
    return sums


def faults_by_instruction(evmmem, options, files, runs):
    """What price says of instructions, against what their lines show."""
    _, total = price(evmmem, [*options, "--by", "instruction"], files)
    rows = {row["op"]: row for row in total["totals"]["by_instruction"]}
    for when, lines in (("gas_before", [plain for plain, _ in runs]), ("gas_after", [changed for _, changed in runs])):
        for name, gas in prices(lines).items():
            if rows[name][when] != gas:
                yield f"{name}: {when} is {rows[name][when]}, and its lines cost {gas}"


def faults_of_sweep(evmmem, files):
    """A grid, against each of its points alone."""
    grid = [(page, recent) for page in (50, 100, 150) for recent in (3, 512)]
    _, swept = price(evmmem, ["--rules", "eip-7923", "--sweep", "memory.page_gas=50..150:50", "--sweep",
                              "memory.pages_recent=3,512"], files)
    if [tuple(each["number"] for each in point["set"]) for point in swept["sweep"]] != grid:
        yield "the grid is another"
    for point in swept["sweep"]:
        _, alone = price(evmmem, ["--rules", "eip-7923", "--top", "0", *settings(
            memory={each["rule"].split(".")[1]: each["number"] for each in point["set"]})], files)
        if point["totals"] != {key: value for key, value in alone["totals"].items() if key != "most_changed"}:
            yield f"{point['set']}: {point['totals']}, and alone {alone['totals']}"


def faults_against(evmmem, files, worlds):
    """One set of rules against another."""
    traces, _ = price(evmmem, ["--against", "eip-7923", "--rules", "eip-7686"], files)
    certain = 0
    for trace, (accounts, balances, gas) in zip(traces, worlds):
        row = trace["transactions"][0]
        if row["outcome"] != "same_path":
            continue
        certain += 1
        for client, when in ((Paged, "gas_before"), (BoundedByGas, "gas_after")):
            if row[when] != used(client(accounts, gas, balances=balances).run()):
                yield f"{trace['file']}: {when} is {row[when]}"
    if certain < WORLDS // 3:
        yield f"only {certain} do the same"


def faults_of_own(evmmem, out, files):
    """Under the rules that they were made under, traces cost what they cost: each under its forks' own rules, whichever those
    are, and under each fork that it may be of."""
    subprocess.run([sys.executable, ROOT / "scripts/make_bug_traces.py", out / "bugs"], check=True, capture_output=True)
    for seed in range(3):
        subprocess.run([evmmem, "generate", "--seed", str(seed), "--steps", "3000", "-o", out / f"generated{seed}.jsonl"], check=True)
    files = [*files, *sorted(out.glob("bugs/clean/*")), *sorted(out.glob("generated*")),
             *sorted((ROOT / "traces/samples").glob("*.jsonl"))]
    replayed = subprocess.run([evmmem, "replay", "--format", "jsonl", "--no-blame", *map(str, files)], capture_output=True,
                              text=True, check=False)
    forks = {row["file"]: row["forks"] for row in map(json.loads, replayed.stdout.splitlines()) if row.get("forks")}
    exact, certain = 0, 0
    for rules in ("mainnet", *sorted({fork for each in forks.values() for fork in each})):
        mine = [file for file in files if rules == "mainnet" or rules in forks.get(str(file), ())]
        for trace in price(evmmem, ["--rules", rules], mine)[0]:
            for row in trace["transactions"]:
                # What reverts may still be thought to be older than REVERT.
                if row["gas_before"] is None or row["reason"] == "there is no such instruction":
                    continue
                exact += 1
                certain += row["outcome"] == "same_path"
                if row["gas_before"] != row["gas_after"] and row["outcome"] not in ("not_priced", "unknown"):
                    yield f"{trace['file']} under {rules}: {row['outcome']}, {row['gas_before']} and then {row['gas_after']}"
                if rules == "mainnet" and row["outcome"] != "same_path":
                    yield f"{trace['file']} under its own rules: {row['outcome']}"
    print(f"own rules: {exact} transactions of {len(files)} traces, {certain} certain")
    if certain < 0.8 * exact:
        yield f"only {certain} of {exact} are certain"


def main():
    evmmem, out = sys.argv[1], pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    worlds, files, plains = [], [], []
    for seed in range(WORLDS):
        rng = random.Random(seed)
        accounts, balances = world(rng)
        gas = rng.choice([10**7, 10**6, 200_000, rng.randrange(500, 60_000)])
        worlds.append((accounts, balances, gas))
        plains.append(HaltingEvm(accounts, gas, balances=balances).run())
        files.append(out / f"{seed}.jsonl")
        files[-1].write_text(text(plains[-1]))
    wrong, failures = [], 0
    for name, (client, options) in RULES.items():
        runs = [(plain, client(accounts, gas, balances=balances).run())
                for plain, (accounts, balances, gas) in zip(plains, worlds)]
        outcomes, certain = {}, []
        priced, _ = price(evmmem, options, files)
        for file, trace, (plain, changed) in zip(files, priced, runs):
            row = trace["transactions"][0]
            outcomes[row["outcome"]] = outcomes.get(row["outcome"], 0) + 1
            if row["outcome"] == "same_path":
                certain.append((plain, changed))
            if fault := judge(row, plain, changed):
                wrong.append(f"{name}, {file}: {row['outcome']}: {fault}")
        print(f"{name}: {outcomes}")
        failures += outcomes.get("fails", 0)
        if outcomes.get("same_path", 0) < LEAST_CERTAIN.get(name, WORLDS // 3):
            wrong.append(f"{name}: only {outcomes.get('same_path', 0)} do the same for certain")
        wrong += [f"{name}: {fault}" for fault in faults_by_instruction(evmmem, options, files, certain)]
    wrong += [f"own rules: {fault}" for fault in faults_of_own(evmmem, out, files)]
    wrong += [f"sweep: {fault}" for fault in faults_of_sweep(evmmem, files)]
    wrong += [f"against: {fault}" for fault in faults_against(evmmem, files, worlds)]
    if not failures:
        wrong.append("none fails")
    print(*wrong, sep="\n")
    print(f"{len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
