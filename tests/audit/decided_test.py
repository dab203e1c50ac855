#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What no line decides by itself, and the rest of the trace does: each fault is found at its step, and nothing in the trace
of the same program that a right client prints.

    decided_test.py EVMMEM OUT
"""

import json
import pathlib
import sys

from replay_json import replay

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/support"))
from client_styles import DOCUMENTS, LINES  # noqa: E402
from halting_evm import HaltingEvm  # noqa: E402
from small_evm import TARGET, Halt, assemble  # noqa: E402

OTHER = 0xBB
STYLES = {**LINES, **DOCUMENTS}
LISTED_SLOT = 2400 + 1900  # gas that an access list with a slot adds (EIP-2930)


class Faulty(HaltingEvm):
    """`step_wrong` is the step, from 0, at which it does wrong."""

    step_wrong = None

    def here(self):
        self.step_wrong = len(self.lines) - 1


class AlwaysNew(Faulty):
    """Asks for a new account's price where there is one."""

    def value_cost(self, to):
        self.here()
        return self.value_gas + self.new_account_gas


class DearPop(Faulty):
    def cost(self, frame, name):
        if name == "POP":
            self.here()
        return super().cost(frame, name) + (100 if name == "POP" else 0)


class LandsAtTheEnd(Faulty):
    """A jump beyond the code is no failure, but a STOP."""

    def reason_to_halt(self, frame, name):
        if name == "JUMP":
            self.here()
            return None
        return super().reason_to_halt(frame, name)


class FailingStop(Faulty):
    def simple(self, frame, name):
        if name == "STOP" and frame.depth == 1:
            self.here()
            raise Halt("return data out of bounds")  # of which documents say only that the transaction failed
        return super().simple(frame, name)


class Misnaming(Faulty):
    """Fails without a reason, of an instruction that not every fork has."""

    def reason_to_halt(self, frame, name):
        if name == "TLOAD":
            self.here()
            return "stack underflow (0 <=> 1)"
        return super().reason_to_halt(frame, name)


class Mute(Faulty):
    """Returns nothing."""

    def simple(self, frame, name):
        if name == "RETURN":
            self.here()
            frame.stack[-2] = 0
        return super().simple(frame, name)


class WarmSlots(Faulty):
    def is_cold(self, frame, key):
        self.here()
        return False


def call(value=0):
    return f"0 0 0 0 {value} {OTHER} GAS CALL POP"


# name: (the faulty client, in whose words, gas, the program, options of replay, the check, whether it is a warning)
CASES = {
    "a new account that has run": (AlwaysNew, "geth", 200_000, f"{call()} {call(5)} 0 POP", (), "gas.call", False),
    "a new account that has a balance": (AlwaysNew, "erigon", 200_000, f"{OTHER} BALANCE POP {call(5)} 0 POP", (), "gas.call",
                                         False),
    "a new account that has code": (AlwaysNew, "eels", 200_000, f"{OTHER} EXTCODEHASH POP {call(5)} 0 POP", (), "gas.call",
                                    False),
    "a new account's size of code": (AlwaysNew, "eels", 200_000, f"{OTHER} EXTCODESIZE POP {call(5)} 0 POP", (), "gas.call",
                                     False),
    "no gas for a new account": (AlwaysNew, "geth", 30_000, f"{call()} {call(5)}", (), "gas.out_of_gas", False),
    "the last step that is printed": (DearPop, "besu", 100_000, "1 POP", (), "gas.cost", False),
    "a jump to the end": (LandsAtTheEnd, "evmone", 200_000, f"{call()} 0 POP", (), "pc.continuity", False),
    "a STOP that fails": (FailingStop, "document", 100_000, "1 POP STOP", (), "failure.reason", False),
    "no reason to fail": (Misnaming, "geth", 100_000, "3 TLOAD POP", (), "failure.reason", False),
    "output that is not there": (Mute, "erigon", 100_000, "7 0 MSTORE 32 0 RETURN", (), "summary.output", False),
    "a slot of no access list": (WarmSlots, "document", 100_000, "3 SLOAD POP", ("--fork", "cancun"), "gas.continuity", False),
    "a store of no access list": (WarmSlots, "anvil", 100_000, "5 3 SSTORE", ("--fork", "cancun"), "gas.continuity", False),
    "a slot, unless in Amsterdam": (WarmSlots, "document", 100_000, "3 SLOAD POP", (), "gas.continuity", True),
}
CALLEES = {"a jump to the end": "4 JUMP"}
# The callee is not entered where the value is too much, so that its own steps do not show that it has code.
POOR = {"a new account that has run", "a new account that has a balance", "a new account that has code", "a new account's size of code"}


def traced(machine_of, name):
    _, client, gas, program, _, _, _ = CASES[name]
    machine = machine_of({TARGET: assemble(program), OTHER: assemble(CALLEES.get(name, "1 POP STOP"))}, gas,
                         balances={OTHER: 7, TARGET: 0 if name in POOR else 100})
    machine.run()
    return STYLES[client](machine), machine


def with_access_list(text):
    """The transaction has paid for one: then the slot may be warm."""
    answer = json.loads(text)
    answer["result"]["gas"] += LISTED_SLOT
    return json.dumps(answer)


def main():
    evmmem, out = sys.argv[1], pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)

    def report_of(name, text, options):
        path = out / f"{name.replace(' ', '_')}.jsonl"
        path.write_text(text)
        return replay(evmmem, [path], options=options)[0]

    complaints = []
    for name, (faulty, _, _, _, options, check, is_warned_of) in CASES.items():
        right, _ = traced(HaltingEvm, name)
        wrong, machine = traced(faulty, name)
        clean = [("right", right)]
        if faulty is WarmSlots:
            clean.append(("paid for", with_access_list(wrong)))
        for kind, text in clean:
            report = report_of(f"{name} {kind}", text, options)
            if report["verdict"] != "agrees" or report["warnings"]:
                complaints.append(f"{name}, {kind}: {report['findings'][:1]} {report['warnings'][:1]}")
        report = report_of(name, wrong, options)
        found, others = (report["warnings"], report["findings"])[::1 if is_warned_of else -1]
        told = [(each["check"], each["step"]) for each in found]
        if told != [(check, machine.step_wrong)] or others:
            complaints.append(f"{name}: found {told}, wanted {check} of step {machine.step_wrong}; and {others[:1]}")
    print(*complaints, sep="\n")
    print(f"{len(CASES)} faults, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
