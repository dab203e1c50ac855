#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A client for each instruction, whose result for it is wrong: the replay must find it at that instruction, once for
each wrong result, though the program goes on with what it got. And clients that alter the stack below.

    stack_mutants_test.py EVMMEM OUT
"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/support"))

from opcode_names import NUMBERS  # noqa: E402
from replay_json import replay  # noqa: E402
from small_evm import CONSTANTS, TARGET, SmallEvm, assemble, text  # noqa: E402
from word_instructions import ARITY, WORD  # noqa: E402

CALLEE = 0x11
EDGES = [0, 1, 2, 7, 31, 255, 256, 1 << 64, 1 << 128, (1 << 255) - 1, 1 << 255, WORD - 6, WORD]
DEEP = " ".join(f"PUSH1 {n}" for n in range(1, 18))  # what lies below


def arithmetic(name):
    """The instruction with many operands; what it gives is used, and goes."""
    lines = [DEEP]
    for i, a in enumerate(EDGES):
        operands = [a, EDGES[(i * 5 + 3) % len(EDGES)], EDGES[(i * 7 + 5) % len(EDGES)]][:ARITY[name]]
        pushes = " ".join(f"PUSH32 {operand}" for operand in reversed(operands))
        lines.append(f"{pushes} {name} DUP1 PUSH1 3 MUL SWAP1 PUSH1 0 MSTORE POP")
    return "\n".join(lines)


def once(name):
    return f"{DEEP} {name} PUSH1 0 MSTORE POP"


def twice(name):
    """First in the frame itself, then in what it calls: the second time it is known."""
    return f"{name} POP PUSH0 PUSH0 PUSH0 PUSH0 {CALLEE} GAS DELEGATECALL POP {name} POP"


def called_twice(push):
    """What the code pushed the first time is known the second time."""
    call = f"PUSH0 PUSH0 PUSH0 PUSH0 PUSH0 {push} {CALLEE} GAS CALL POP"
    return f"{call} {call}"


PROGRAMS = {
    **{name: arithmetic(name) for name in ARITY},
    **{name: once(name) for name in ["PC", "GAS", "PUSH0", *[f"DUP{n}" for n in range(1, 17)]]},
    **{f"SWAP{n}": f"{DEEP} SWAP{n} PUSH1 0 MSTORE" for n in range(1, 17)},
    **{f"PUSH{n}": called_twice("PUSH2" if n == 1 else "PUSH1") for n in range(1, 33)},
    **{name: twice(name) for name in [*CONSTANTS, "ADDRESS", "CALLER", "CALLVALUE"]},
    "BLOCKHASH": "18999990 BLOCKHASH POP 18999990 BLOCKHASH POP NUMBER POP 5 BLOCKHASH POP",
}
ENVIRONMENT = {*CONSTANTS, "ADDRESS", "CALLER", "CALLVALUE", "BLOCKHASH"}
LEARNED = {*ENVIRONMENT, *[f"PUSH{n}" for n in range(1, 33)]}  # from the first time
CALLEES = {**{name: f"{name} POP STOP" for name in ENVIRONMENT},
           **{f"PUSH{n}": f"PUSH{n} {(1 << 8 * n) - 2} POP STOP" for n in range(1, 33)}}


def mutant(name, first):
    """The small EVM, wrong at this instruction from the so manieth time on; `lines_wrong` are where."""

    class Mutant(SmallEvm):
        times = 0
        lines_wrong = ()

        def simple(self, frame, op):
            number = len(self.lines)
            going_on = super().simple(frame, op)
            if op == name:
                self.times += 1
                if self.times >= first:
                    frame.stack[-1] ^= 1
                    self.lines_wrong += (number,)
            return going_on

    return Mutant


class AlteredBelow(SmallEvm):
    """The item `depth` from the top changes with every eleventh instruction."""

    depth = 5

    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, **keywords)
        self.lines_wrong = ()

    def simple(self, frame, op):
        number = len(self.lines)
        going_on = super().simple(frame, op)
        if op == "MSTORE" and len(frame.stack) > self.depth:
            frame.stack[-1 - self.depth] ^= 1 << 77
            self.lines_wrong += (number,)
        return going_on


class ForgetfulCaller(SmallEvm):
    """A call's caller finds another item in its stack."""

    lines_wrong = ()

    def call(self, frame, name, received, paid):
        number = len(self.lines)
        super().call(frame, name, received, paid)
        frame.stack[0] ^= 1
        self.lines_wrong += (number,)


def run(evm, name, program):
    accounts = {TARGET: assemble(program), CALLEE: assemble(CALLEES.get(name, "PUSH1 1 POP STOP"))}
    machine = evm(accounts, 10_000_000, memory_printed=False)
    return machine.run(), machine


def cases():
    """(name, correct lines, faulty lines, lines that must be found, the check that finds them)"""
    for name, program in PROGRAMS.items():
        check = "stack.environment" if name in ENVIRONMENT else "stack.result"
        evm = mutant(name, 2 if name in LEARNED else 1)
        lines, machine = run(evm, name, program)
        wrong = machine.lines_wrong
        if name in ENVIRONMENT and name != "BLOCKHASH":
            wrong = wrong[:1]  # then it is constant again
        yield name, run(SmallEvm, name, program)[0], lines, wrong, check
    for name, evm, program in [("altered below", AlteredBelow, arithmetic("ADD")),
                               ("altered caller", ForgetfulCaller,
                                f"{DEEP} PUSH0 PUSH0 PUSH0 PUSH0 PUSH0 {CALLEE} GAS CALL POP")]:
        lines, machine = run(evm, name, program)
        yield name, run(SmallEvm, name, program)[0], lines, machine.lines_wrong, "stack.untouched"


def main():
    evmmem, out = sys.argv[1], pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    made = list(cases())
    clean, faulty = [], []
    for name, correct, lines, _, _ in made:
        for paths, kind, each in [(clean, "clean", correct), (faulty, "faulty", lines)]:
            paths.append(out / f"{name.replace(' ', '_')}.{kind}.jsonl")
            paths[-1].write_text(text(each))
    complaints = []
    for path, report in zip(clean, replay(evmmem, clean)):
        if report["exit_code"] != 0 or report["findings"] or report["warnings"]:
            complaints.append(f"{path.name} is correct, but: {report['findings'][:1]} {report['warnings'][:1]}")
    for (name, _, _, wrong, check), report in zip(made, replay(evmmem, faulty, findings=100)):
        found = [(each["check"], each["line"]) for each in report["findings"]]
        wanted = [(check, line) for line in wrong]
        if not wanted or found != wanted:
            complaints.append(f"{name}: found {found[:4]}, wanted {wanted[:4]}")
    unnamed = [name for name in NUMBERS if name in ARITY and name not in PROGRAMS]
    complaints += [f"{name} has no mutant" for name in unnamed]
    print(*complaints, sep="\n")
    print(f"{len(made)} faulty traces and as many correct ones, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
