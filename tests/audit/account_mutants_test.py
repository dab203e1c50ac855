#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Clients that know accounts wrongly: code, balances, nonces. The replay must find each fault where it shows, and
nothing in the trace of the same program that a right client prints.

    account_mutants_test.py EVMMEM OUT
"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/support"))

from replay_json import replay  # noqa: E402
from small_evm import TARGET, SmallEvm, assemble, text  # noqa: E402
from stack_mutants_test import mutant  # noqa: E402

FACTORY, OTHER, REVERTING = 0xFAC, 0xBB, 0xEE
# Init code that deploys two bytes: it is stored at 0 of memory, and run from there.
INIT = assemble("PUSH2 0x015b PUSH0 MSTORE PUSH1 2 PUSH1 30 RETURN")
STORE = f"PUSH32 0x{INIT.ljust(32, bytes(1)).hex()} PUSH0 MSTORE"
CREATE = f"PUSH1 {len(INIT)} PUSH0 PUSH0 CREATE"
CALL = "PUSH0 PUSH0 PUSH0 PUSH0"


def call(to, value=0, gas="GAS"):
    return f"{CALL} {value} {to} {gas} CALL POP"


class StuckNonce(SmallEvm):
    """A CREATE whose nonce is the one of the create before, from the second on."""

    lines_wrong = ()

    def created_address(self, creator, code, salt):
        if self.nonces.get(creator, 0) == 1:
            self.nonces[creator] = 5
            self.lines_wrong += (len(self.lines),)
        return super().created_address(creator, code, salt)


class Keeping(SmallEvm):
    """What a reverted frame was sent does not come back."""

    lines_wrong = ()

    def restore(self, saved):
        accounts, _, nonces, warm = saved
        super().restore((accounts, self.balances, nonces, warm))

    def simple(self, frame, name):
        if name == "SELFBALANCE" and self.balances.get(frame.address) == 85:
            self.lines_wrong += (len(self.lines),)
        return super().simple(frame, name)


class Generous(SmallEvm):
    """Pays more than there is."""

    lines_wrong = ()

    def call(self, frame, name, received, paid):
        if name == "CALL" and frame.stack[-3] > self.balances.get(frame.address, 0):
            self.lines_wrong += (len(self.lines),)
            self.balances[frame.address] = frame.stack[-3]
        super().call(frame, name, received, paid)


class Miserly(SmallEvm):
    """Refuses to pay all that there is."""

    lines_wrong = ()

    def call(self, frame, name, received, paid):
        held = self.balances.get(frame.address, 0)
        if name == "CALL" and frame.stack[-3] == held != 0:
            self.lines_wrong += (len(self.lines),)
            self.balances[frame.address] = 0
        super().call(frame, name, received, paid)
        self.balances[frame.address] = held


class Padded(SmallEvm):
    """A copy of code from 2^64 on is not zeros."""

    lines_wrong = ()

    def simple(self, frame, name):
        far = name in ("EXTCODECOPY", "CODECOPY", "CALLDATACOPY") and max(frame.stack[-4:]) >= 1 << 64
        going_on = super().simple(frame, name)
        if far:
            frame.memory[0] = 0xAB
            self.lines_wrong += (len(self.lines) + 2,)  # where MLOAD shows it
        return going_on


TWO_CREATES = f"{STORE} {CREATE} POP {CREATE} POP"
VALUE = f"SELFBALANCE POP {call(OTHER, 10)} {call(REVERTING, 5)} SELFBALANCE POP {OTHER} BALANCE POP"
CASES = {
    # name: (what the factory runs, the faulty client, the check)
    "size of deployed code": (f"{STORE} {CREATE} EXTCODESIZE POP", mutant("EXTCODESIZE", 1), "account.code"),
    "hash of deployed code": (f"{STORE} {CREATE} EXTCODEHASH POP", mutant("EXTCODEHASH", 1), "account.code"),
    "size again": (f"{OTHER} EXTCODESIZE POP {OTHER} EXTCODESIZE POP", mutant("EXTCODESIZE", 2), "account.code"),
    "hash again": (f"{OTHER} EXTCODEHASH POP {OTHER} EXTCODEHASH POP", mutant("EXTCODEHASH", 2), "account.code"),
    "hash without code": ("4919 EXTCODESIZE POP 4919 EXTCODEHASH POP", mutant("EXTCODEHASH", 1), "account.code"),
    "balance again": (f"{OTHER} BALANCE POP {OTHER} BALANCE POP", mutant("BALANCE", 2), "account.balance"),
    "own balance": (f"{FACTORY} BALANCE POP SELFBALANCE POP", mutant("SELFBALANCE", 1), "account.balance"),
    "balance after a call": (VALUE, mutant("SELFBALANCE", 2), "account.balance"),
    "value of a reverted call": (VALUE, Keeping, "account.balance"),
    "second create": (TWO_CREATES, StuckNonce, "account.address"),
    "call beyond the balance": (f"SELFBALANCE POP {call(OTHER, 101)}", Generous, "call.result"),
    "call refused": (f"SELFBALANCE POP {call(OTHER, 100)}", Miserly, "gas.call"),
    "far code": (f"PUSH1 32 {1 << 64} PUSH0 {OTHER} EXTCODECOPY PUSH0 MLOAD POP", Padded, "memory.load"),
    "far own code": (f"PUSH1 32 {1 << 64} PUSH0 CODECOPY PUSH0 MLOAD POP", Padded, "memory.load"),
    "far calldata": (f"PUSH1 32 {1 << 64} PUSH0 CALLDATACOPY PUSH0 MLOAD POP", Padded, "memory.load"),
}


def run(evm, program):
    accounts = {TARGET: assemble(call(FACTORY)), FACTORY: assemble(program), OTHER: assemble("PUSH1 1 POP STOP"),
                REVERTING: assemble("PUSH0 PUSH0 REVERT")}
    machine = evm(accounts, 10_000_000, memory_printed=False, balances={FACTORY: 100, OTHER: 7})
    return machine.run(), machine


def main():
    evmmem, out = sys.argv[1], pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    paths = {"clean": [], "faulty": []}
    wanted = []
    for name, (program, evm, check) in CASES.items():
        right, (wrong, machine) = run(SmallEvm, program)[0], run(evm, program)
        wanted.append([(check, line) for line in machine.lines_wrong])
        for kind, lines in [("clean", right), ("faulty", wrong)]:
            paths[kind].append(out / f"{name.replace(' ', '_')}.{kind}.jsonl")
            paths[kind][-1].write_text(text(lines))
    complaints = []
    for path, report in zip(paths["clean"], replay(evmmem, paths["clean"])):
        if report["exit_code"] != 0 or report["findings"] or report["warnings"]:
            complaints.append(f"{path.name} is correct, but: {report['findings'][:1]} {report['warnings'][:1]}")
    for name, lines, report in zip(CASES, wanted, replay(evmmem, paths["faulty"])):
        found = [(each["check"], each["line"]) for each in report["findings"]]
        if not lines or found != lines:
            complaints.append(f"{name}: found {found[:4]}, wanted {lines[:4]}")
    print(*complaints, sep="\n")
    print(f"{len(CASES)} faulty traces and as many correct ones, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
