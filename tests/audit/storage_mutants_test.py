#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Storage: stores of every kind in every fork, whose price or refund is right or wrong; clients that get a rule of
storage wrong; and random programs of a client that gets none wrong, of which nothing may be found.

    storage_mutants_test.py EVMMEM OUT [PROGRAMS]
"""

import itertools
import pathlib
import random
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/support"))

from replay_json import replay  # noqa: E402
from small_evm import TARGET, assemble, text  # noqa: E402
from storage_evm import FORKS, StorageEvm  # noqa: E402

A, B, C = 0xA1, 0xB2, 0xC3
GAS = 10_000_000


def run(program, evm=StorageEvm, accounts=None, **keywords):
    codes = {TARGET: assemble(program), **{at: assemble(code) for at, code in (accounts or {}).items()}}
    return evm(codes, GAS, **keywords).run()


# ---- one store, in every fork ------------------------------------------------------------------------------------------


def store_program(original, current, value, is_loaded):
    load = "1 SLOAD POP " if is_loaded else ""
    change = f"{current} 1 SSTORE " if current != original else ""
    return f"{load}{change}{value} 1 SSTORE 0 POP STOP"


def with_price(lines, change):
    """The last store costs so much more."""
    lines = [dict(line) for line in lines]
    store = max(i for i, line in enumerate(lines) if line.get("opName") == "SSTORE")
    lines[store]["gasCost"] = hex(int(lines[store]["gasCost"], 16) + change)
    for line in lines[store + 1:-1]:
        line["gas"] = hex(int(line["gas"], 16) - change)
    lines[-1]["gasUsed"] = hex(int(lines[-1]["gasUsed"], 16) + change)
    return lines


def with_refund(lines, change, style):
    lines = [dict(line) for line in lines]
    store = max(i for i, line in enumerate(lines) if line.get("opName") == "SSTORE")
    for line in lines[store + (0 if style == "early" else 1):-1]:
        line["refund"] += change
    return lines


def prices(fork):
    """All that a store into a warm slot may cost, and all that it may refund."""
    evm = StorageEvm({}, 0, fork)
    made = [evm.store_price(*triple) for triple in itertools.product([0, 1, 2, 3], repeat=3)]
    return {price for price, _ in made}, {refund for _, refund in made}


def stores():
    """(name, fork, lines, the check that must fail, or nothing)"""
    for fork, style in itertools.product(FORKS, ["early", "late"]):
        may_cost, may_refund = prices(fork)
        for original, current, value in itertools.product([0, 1, 2], [0, 1, 2, 3], [0, 1, 2, 3]):
            keywords = {"fork": fork, "stored": {TARGET: {1: original}}, "refund_style": style, "refund": 1_000_000}
            name = f"{fork}_{style}_{original}{current}{value}"
            known = run(store_program(original, current, value, True), **keywords)
            yield f"{name}_loaded", fork, known, None
            yield f"{name}_unseen", fork, run(store_program(original, current, value, False), **keywords), None
            price, refund = StorageEvm({}, 0, fork).store_price(original, current, value)
            for other in sorted(may_cost - {price}) if style == "early" else []:
                yield f"{name}_costs_{other}", fork, with_price(known, other - price), "gas.continuity"
            for other in sorted(may_refund - {refund}):
                yield f"{name}_refunds_{other}", fork, with_refund(known, other - refund, style), "gas.refund"


# ---- clients with a bug -----------------------------------------------------------------------------------------------


class WrongLoad(StorageEvm):
    def held(self, frame, key):
        return super().held(frame, key) ^ int(frame.pc > 6)


class WrongTransientLoad(StorageEvm):
    def held_transiently(self, frame, key):
        return super().held_transiently(frame, key) ^ 1


class KeepsAfterRevert(StorageEvm):
    kept = "storage"

    def taken_back(self, before):
        return {**before, self.kept: self.state[self.kept]}


class KeepsTransientAfterRevert(KeepsAfterRevert):
    kept = "transient"


class KeepsRefundAfterRevert(KeepsAfterRevert):
    kept = "refund"


class KeepsWarmAfterRevert(KeepsAfterRevert):
    kept = "slots"


class DelegatesToCallee(StorageEvm):
    def owner(self, frame):
        return B if frame.depth == 2 else super().owner(frame)

    def is_cold(self, frame, key):
        entry = (frame.address, key)
        was_cold = entry not in self.state["slots"]
        self.state["slots"].add(entry)
        return was_cold


class LosesDelegatedWrites(StorageEvm):
    def keep(self, frame, where, key, value):
        if frame.depth == 1:
            super().keep(frame, where, key, value)


class AlwaysCold(StorageEvm):
    def is_cold(self, frame, key):
        super().is_cold(frame, key)
        return True


class NoSentry(StorageEvm):
    def sentry(self, frame):
        return False


class RefundsTooMuch(StorageEvm):
    def refunded(self, refund):
        super().refunded(refund + (100 if refund else 0))


class RefundsAsBerlin(StorageEvm):
    def refunded(self, refund):
        super().refunded(15000 if refund == 4800 else refund)


class OldStorageInNewAccount(StorageEvm):
    def held(self, frame, key):
        return 9 if frame.depth == 2 else super().held(frame, key)


class DirtyAfterRevert(StorageEvm):
    """A slot that a reverted frame changed counts as changed."""

    def store_price(self, original, current, value):
        if any(line.get("error") for line in self.lines) and original == current != value:
            return 100, 0
        return super().store_price(original, current, value)


def call(to, op="CALL", gas="GAS", size=0):
    value = "0 " if op == "CALL" else ""
    return f"0 0 {size} 0 {value}{to} {gas} {op} POP "


# The bug, its client, the program, what it calls, the check that finds it.
REVERTING = "1 SLOAD POP 7 1 SSTORE 0 0 REVERT"
CALL_CREATED = "0 0 0 0 0 DUP6 GAS CALL POP POP"


def deploying(init, code):
    """A create of what returns `code`; its address is on the stack then."""
    head = assemble(init)
    tail = assemble(code)
    copy = b"\x60" + bytes([len(tail)]) + b"\x60" + bytes([len(head) + 12]) + b"\x60\x00\x39" + b"\x60" + bytes(
        [len(tail)]) + b"\x60\x00\xf3"
    whole = head + copy + tail
    words = [whole[i:i + 32].ljust(32, b"\0") for i in range(0, len(whole), 32)]
    stores = " ".join(f"PUSH32 {int.from_bytes(word, 'big')} {32 * i} MSTORE" for i, word in enumerate(words))
    return f"{stores} {len(whole)} 0 0 CREATE "


BUGS = [
    ("wrong load", WrongLoad, "5 1 SSTORE 1 SLOAD POP", {}, "storage.value"),
    ("two loads differ", WrongLoad, "1 SLOAD POP 0 POP 1 SLOAD POP", {}, "storage.value"),
    ("wrong transient load", WrongTransientLoad, "5 1 TSTORE 1 TLOAD POP", {}, "storage.value"),
    ("transient load of nothing", WrongTransientLoad, "1 TLOAD POP", {}, "storage.value"),
    ("storage kept after a revert", KeepsAfterRevert, call(A) * 2, {A: REVERTING}, "storage.value"),
    ("delegated storage kept after a revert", KeepsAfterRevert, f"1 SLOAD POP {call(A, 'DELEGATECALL')} 1 SLOAD POP",
     {A: "7 1 SSTORE 0 0 REVERT"}, "storage.value"),
    ("storage kept after a failure", KeepsAfterRevert, f"1 SLOAD POP {call(A, 'DELEGATECALL', 30000)} 1 SLOAD POP",
     {A: "7 1 SSTORE 0 10000000 MSTORE"}, "storage.value"),
    ("zero by the price", KeepsAfterRevert, f"{call(A, 'DELEGATECALL')} 1 SLOAD POP", {A: "7 1 SSTORE 0 0 REVERT"},
     "storage.value"),
    ("transient kept after a revert", KeepsTransientAfterRevert, call(A, "DELEGATECALL") + "1 TLOAD POP",
     {A: "7 1 TSTORE 0 0 REVERT"}, "storage.value"),
    ("refund kept after a revert", KeepsRefundAfterRevert, call(A), {A: "7 1 SSTORE 0 1 SSTORE 0 0 REVERT"},
     "gas.refund"),
    ("warm after a revert", KeepsWarmAfterRevert, call(A) + call(A), {A: REVERTING.replace("7 1 SSTORE", "")},
     "gas.continuity"),
    ("delegate uses its own storage", DelegatesToCallee, "5 1 SSTORE " + call(B, "DELEGATECALL"),
     {B: "1 SLOAD POP STOP"}, "storage.value"),
    ("delegate uses its own transient storage", DelegatesToCallee, "5 1 TSTORE " + call(B, "DELEGATECALL"),
     {B: "1 TLOAD POP STOP"}, "storage.value"),
    ("delegate's store is lost", LosesDelegatedWrites, "5 1 SSTORE " + call(B, "DELEGATECALL") + "1 SLOAD POP",
     {B: "6 1 SSTORE STOP"}, "storage.value"),
    ("always cold", AlwaysCold, "1 SLOAD POP 1 SLOAD POP", {}, "gas.continuity"),
    ("no sentry", NoSentry, call(A) + call(A, gas=2200), {A: "1 1 SSTORE STOP"}, "gas.out_of_gas"),
    ("no sentry, but out of gas", NoSentry, call(A, gas=2200), {A: "1 1 SSTORE STOP"}, "gas.cost"),
    ("refunds as Berlin", RefundsAsBerlin, "PUSH0 POP 1 SLOAD POP 0 1 SSTORE PUSH0 POP", {}, "gas.refund"),
    ("a new account has storage", OldStorageInNewAccount, deploying("1 SLOAD POP", "STOP"), {}, "storage.value"),
    ("what the constructor stores is lost", LosesDelegatedWrites,
     deploying("5 1 SSTORE", "1 SLOAD POP STOP") + CALL_CREATED, {}, "storage.value"),
    ("dirty after a revert", DirtyAfterRevert, f"1 SLOAD POP {call(A, 'DELEGATECALL')} 6 1 SSTORE",
     {A: "7 1 SSTORE 0 0 REVERT"}, "gas.continuity"),
]
STORED = {TARGET: {1: 4}, A: {1: 8}}
FRESH = {"zero by the price", "no sentry, but out of gas", "refund kept after a revert"}


def bugs():
    for name, evm, program, accounts, check in BUGS:
        keywords = {"accounts": accounts, "stored": {} if name in FRESH else STORED}
        yield name, run(program, **keywords), run(program, evm, **keywords), check
    for style, end in itertools.product(["late", "frame"], ["STOP", "0 0 REVERT"]):
        accounts = {A: f"1 SLOAD POP 7 1 SSTORE 0 1 SSTORE {end}"}
        keywords = {"accounts": accounts, "stored": {}, "refund_style": style}
        evm = KeepsRefundAfterRevert if "REVERT" in end else RefundsTooMuch
        yield (f"refund {style} {end[-4:]}", run(call(A) + "0 POP", **keywords), run(call(A) + "0 POP", evm, **keywords),
               "gas.refund")
    # Transient storage lasts as long as the transaction.
    one = run("1 TLOAD POP 5 1 TSTORE")
    yield "transient kept for the next transaction", one + one, one + run("1 TLOAD POP 5 1 TSTORE", WrongTransientLoad), \
        "storage.value"


# ---- random programs ---------------------------------------------------------------------------------------------------


def random_code(rng, callees):
    """Loads, stores and calls; callees: what may be called, by what."""
    parts = []
    for _ in range(rng.randrange(2, 9)):
        key, value = rng.randrange(3), rng.choice([0, 0, 1, 2, 7])
        what = rng.randrange(12)
        if what < 4:
            parts.append(f"{value} {key} SSTORE")
        elif what < 6:
            parts.append(f"{key} SLOAD POP")
        elif what == 6:
            parts.append(f"{value} {key} TSTORE")
        elif what == 7:
            parts.append(f"{key} TLOAD POP")
        elif what == 8 and rng.random() < 0.3:
            parts.append(rng.choice(["ADDRESS POP", "CALLER POP"]))
        elif callees:
            to, op = rng.choice(callees)
            parts.append(call(to, op, rng.choice(["GAS", "GAS", 100_000, 30_000, 9_000]), 1 if to == TARGET else 0))
        elif rng.random() < 0.3:
            parts.append(deploying("5 1 SSTORE 1 SLOAD POP", "1 SLOAD POP 2 1 SSTORE STOP") + CALL_CREATED)
    return " ".join(parts + [rng.choice(["STOP", "STOP", "STOP", "0 0 REVERT"])])


def random_programs(count):
    for seed in range(count):
        rng = random.Random(seed)
        inner = random_code(rng, [])
        self_calls = [(TARGET, "CALL")]
        accounts = {
            C: random_code(rng, []),
            B: random_code(rng, [(C, "CALL"), (C, "DELEGATECALL"), *self_calls]),
            A: random_code(rng, [(B, "CALL"), (B, "DELEGATECALL"), (C, "CALL"), *self_calls]),
        }
        outer = random_code(rng, [(A, "CALL"), (A, "DELEGATECALL"), (B, "CALL"), (B, "DELEGATECALL"), *self_calls])
        program = f"CALLDATASIZE @inner JUMPI {outer} inner: {inner}"
        stored = {at: {key: rng.choice([0, 1, 2]) for key in range(3)} for at in (TARGET, A, B, C)}
        yield f"random {seed}", run(program, accounts=accounts, stored=stored,
                                    refund_style=rng.choice(["early", "late"]))


# ---- all of it ---------------------------------------------------------------------------------------------------------


def written(out, name, lines):
    path = out / f"{name.replace(' ', '_')}.jsonl"
    path.write_text(text(lines))
    return path


def complaints_of(evmmem, traces, options=()):
    """traces: (name, path, the check that must fail, or nothing)"""
    reports = replay(evmmem, [path for _, path, _ in traces], options=options)
    for (name, _, check), report in zip(traces, reports):
        found = [each["check"] for each in report["findings"]]
        if check is None and (report["exit_code"] != 0 or found or report["warnings"]):
            yield f"{name} is correct, but: {report['findings'][:1]} {report['warnings'][:1]}"
        elif check is not None and check not in found:
            yield f"{name}: found {found}, wanted {check}"


def main():
    evmmem, out = sys.argv[1], pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    complaints, count = [], 0
    of_fork = {fork: [] for fork in FORKS}
    for name, fork, lines, check in stores():
        of_fork[fork].append((name, written(out, name, lines), check))
    for fork, traces in of_fork.items():
        complaints += complaints_of(evmmem, traces, ("--fork", fork))
        complaints += complaints_of(evmmem, [each for each in traces if each[2] is None])
        count += len(traces)
    traces = []
    for name, correct, faulty, check in bugs():
        traces += [(f"{name}, correct", written(out, f"{name} correct", correct), None),
                   (name, written(out, name, faulty), check)]
    for name, lines in random_programs(int(sys.argv[3]) if len(sys.argv) > 3 else 200):
        traces.append((name, written(out, name, lines), None))
    complaints += complaints_of(evmmem, traces)
    print(*complaints, sep="\n")
    print(f"{count + len(traces)} traces, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
