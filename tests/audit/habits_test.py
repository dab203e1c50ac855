#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A right trace is right however a client writes it down, and whatever fields it leaves out: nothing is found, and no
trace that is cut agrees. And one alteration of a right trace makes one finding, whose claim is not what was computed.

    habits_test.py EVMMEM OUT
"""

import copy
import json
import pathlib
import random
import subprocess
import sys

from replay_json import replay

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests/support")]
from client_styles import document, nethermind, nimbus  # noqa: E402
from halting_evm import HaltingEvm  # noqa: E402
from mutations import KINDS, Facts  # noqa: E402
from small_evm import TARGET, assemble  # noqa: E402
from trace_model import Trace, number  # noqa: E402

FIELDS = ("stack", "memory", "memSize", "gasCost", "opName", "refund", "returnData")
NUMBERS = ("pc", "gas", "gasCost", "memSize", "depth")
# What a single alteration contradicts once: the rest may be read as several steps that are missing.
SINGLE = ("memory byte", "memSize", "gasCost", "loaded word", "hash", "return data", "operand")


# Recorded after other calls of the same transaction, whose stores no line shows: in the habits of a client that prints
# whole transactions, its stores cost too little.
BEGUN_BEFORE = ("token_transfer.jsonl",)


def traces():
    names = [*(ROOT / "tests/data/forks").glob("*.cancun.jsonl.gz"), *(ROOT / "tests/data/forks").glob("*.byzantium.jsonl.gz"),
             *(ROOT / "traces/samples").glob("*.jsonl")]
    return [Trace(path) for path in sorted(names) if path.name not in BEGUN_BEFORE]


def without(*left_out):
    return lambda step: {key: value for key, value in step.items() if key not in left_out}


def spelled(form):
    return lambda step: {key: form(number(value)) if key in NUMBERS and value is not None else value
                         for key, value in step.items()}


def with_error(error):
    """On every step that has none: what a client prints for "none"."""
    return lambda step: step if step.get("error") else {**step, "error": error}


def from_zero(step):
    depth = number(step["depth"]) - 1
    return {**step, "depth": hex(depth) if isinstance(step["depth"], str) else depth}


def padded(step):
    if not isinstance(step.get("stack"), list):
        return step
    return {**step, "stack": ["0x" + item.removeprefix("0x").rjust(64, "0") for item in step["stack"]]}


HABITS = {
    **{f"without {a}": without(a) for a in FIELDS},
    **{f"without {a} and {b}": without(a, b) for a in FIELDS[:4] for b in FIELDS[:4] if a < b},
    "numbers": spelled(lambda value: value), "decimal text": spelled(str),
    **{f"error {error!r}": with_error(error) for error in (None, "", {}, [], False, "0x", "null")},
    "depths from 0": from_zero, "padded stack": padded,
    "sorted fields": lambda step: dict(sorted(step.items())),
    "fields the other way round": lambda step: dict(reversed(step.items())),
}


def rewritten(trace, habit):
    lines = list(trace.lines)
    for step in trace.steps:
        lines[step.line - 1] = json.dumps(habit(copy.deepcopy(step.fields)), separators=(",", ":"))
    return "\n".join(lines)


def words_off(trace, words):
    """Memory that is printed so many words too large, or too small, from the first growth on."""
    def habit(step):
        size = number(step.get("memSize") or 0)
        if size == 0 or size + 32 * words < 0:
            return step
        altered = {**step, "memSize": size + 32 * words}
        if isinstance(step.get("memory"), str):
            memory = step["memory"] + "00" * 32 * max(words, 0)
            altered["memory"] = memory[:len(memory) + 64 * min(words, 0)]
        return altered
    return rewritten(trace, habit)


def not_right(report):
    return report["verdict"] != "agrees" and f"{report['verdict']}, {[each['detail'] for each in report['findings'][:1]]}"


def made(trace):
    """(name, text, what is wrong with a report, or None)"""
    def nothing_found(report):
        return report["findings"] and f"finds {report['findings'][0]['detail']}"

    def one_found(report):
        if any(each["claimed"] == each["computed"] for each in report["findings"] + report["warnings"]):
            return "claims what was computed"
        return len(report["findings"]) > 1 and f"makes {len(report['findings'])} findings"

    def exactly_one(report):
        return len(report["findings"]) != 1 and f"makes {len(report['findings'])} findings"

    def not_whole(report):
        return report["verdict"] == "agrees" and "agrees"

    for name, habit in HABITS.items():
        yield name, rewritten(trace, habit), nothing_found
    rng = random.Random(trace.path.name)
    inner = [step for step in trace.steps[:-1] if trace.parsed[step.line] is not None and "pc" in trace.parsed[step.line]]
    for step in rng.sample(inner, min(5, len(inner))):
        yield f"cut after line {step.line}", "\n".join(trace.lines[:step.line]) + "\n", not_whole
    if trace.has_size:
        for words in (1, 3):
            yield f"{words} words too many", words_off(trace, words), exactly_one
    facts = Facts(trace)
    for kind in SINGLE:
        mutate, applies = KINDS[kind]
        steps = [step for step in trace.steps if applies(step)]
        for _ in range(3 if steps else 0):
            mutation = mutate(rng, facts, rng.choice(steps))
            if mutation is not None:
                yield f"{kind} at line {mutation.step.line}: {mutation.change}", mutation.text, one_found


CALLEE = 0xBB
PROGRAM = f"7 0 MSTORE 32 0 32 0 0 {CALLEE} GAS CALL POP 64 MLOAD POP 9 128 MSTORE 32 0 RETURN"


def run():
    machine = HaltingEvm({TARGET: assemble(PROGRAM), CALLEE: assemble("5 0 MSTORE 32 0 RETURN")}, 100_000)
    machine.run()
    return machine


def besus_document():
    """A test specification of besu's evmtool, which keeps its lines; they ran without a transaction."""
    lines = [{key: value for key, value in line.items() if value != "0x"} for line in run().lines]
    lines[-1] = {"stateRoot": "0x" + "00" * 32, **lines[-1], "pass": True, "fork": "Cancun"}
    for name, respelled in (("hex", lambda line: line), ("numbers", spelled(lambda value: value)),
                            ("EIP-7756", lambda line: {**spelled(lambda value: value)(line), "op": hex(line["op"])})):
        steps = [respelled(line) for line in lines[:-1]]
        yield f"besu's specification, {name}", json.dumps({"cli": ["--json"], "stdin": "", "stdout": [*steps, lines[-1]]})


def half_words(step):
    """Remix' memory: pieces of 16 bytes."""
    memory = "".join(each.removeprefix("0x") for each in step.get("memory", []))
    pieces = [memory[i:i + 32] for i in range(0, len(memory), 32)]
    return without("refund")({**step, "memory": pieces})


def old_geths_lines():
    """Geth until 1.7: a call's line has what it hands on in place of what it asks for, and no line a refund. Its memory,
    which is as large as the instruction makes it, was left out."""
    machine = run()
    lines = []
    for line in machine.lines[:-1]:
        fields = {**without("memory", "memSize", "returnData", "refund")(line), "error": None}
        if line["opName"] == "CALL":
            entered = machine.lines[machine.lines.index(line) + 1]
            fields["stack"] = [*line["stack"][:-1], entered["gas"]]
        lines.append(fields)
    for name, habit in (("", lambda line: line), (" without errors", without("error"))):
        text = [json.dumps(habit(line)) for line in lines]
        yield f"old geth's lines{name}", "\n".join([*text, json.dumps(machine.lines[-1])]) + "\n"


def last_calls():
    """Transactions whose last line is a call: its callee has no code, and the STOP after it is not printed."""
    for client in (nimbus, nethermind):
        machine = HaltingEvm({TARGET: assemble(f"0 0 0 0 9 {CALLEE} GAS CALL")}, 100_000)
        machine.run()
        yield f"two last calls of {client.__name__}", client(machine) * 2


def clients():
    """(name, text) of right traces in habits that go together."""
    yield from besus_document()
    for name, respelled in (("", spelled(str)), (" in numbers", lambda step: step), (" without gasCost", without("gasCost"))):
        answer = json.loads(document(run()))
        answer["result"]["structLogs"] = [half_words(respelled(step)) for step in answer["result"]["structLogs"]]
        yield f"remix{name}", json.dumps(answer)
    yield from old_geths_lines()
    yield from last_calls()


def late_client():
    """Lines that could be anyone's; the summary at the end is evmone's, whose gasCost is the base cost."""
    lines, gas, pc = [], 1_000_000, 0

    def step(op, cost, stack, paid, size=0):
        nonlocal gas, pc
        lines.append(json.dumps({"pc": pc, "op": op, "gas": hex(gas), "gasCost": hex(cost), "memSize": size, "stack": stack,
                                 "depth": 1, "refund": 0}))
        gas -= paid
        pc += 2 if op == 0x60 else 1

    for _ in range(600):
        step(0x60, 3, [], 3)
        step(0x50, 2, ["0x1"], 2)
    for offset in (0, 32):
        step(0x60, 3, [], 3, offset)
        step(0x60, 3, ["0x1"], 3, offset)
        step(0x52, 3, ["0x1", hex(offset)], 6, offset)  # of which 3 for growth
    step(0, 0, [], 0, 64)
    lines.append(json.dumps({"pass": True, "gasUsed": hex(1_021_000 - gas), "stateRoot": "0x" + "00" * 32}))
    return "\n".join(lines) + "\n"


def late_complaints(evmmem):
    """What was found before the client was known is judged again; from a pipe, too, or it is taken back."""
    for options, wanted in (([], "agrees"), (["--no-blame"], "incomplete")):
        run = subprocess.run([evmmem, "replay", "--format", "json", *options, "-"], input=late_client(), capture_output=True,
                             text=True, check=False)
        report = json.loads(run.stdout)
        if (report["verdict"], report["findings"]) != (wanted, []):
            yield f"late client, {options}: {report['verdict']}, {report['findings']}"


def main():
    evmmem, out = sys.argv[1], pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    cases, files = [], []
    for source, name, text, wrong in [*((trace.path.name, *each) for trace in traces() for each in made(trace)),
                                      *(("clients", *each, not_right) for each in clients())]:
        files.append(out / f"{len(files)}.jsonl")
        files[-1].write_text(text)
        cases.append((source, name, wrong))
    assert len(cases) > 300, len(cases)
    complaints = [f"{file.name}: {trace}, {name}: {told}"
                  for file, (trace, name, wrong), report in zip(files, cases, replay(evmmem, files), strict=True)
                  if (told := wrong(report))]
    complaints += late_complaints(evmmem)
    print(*complaints, f"{len(cases)} traces, {len(complaints)} complaints", sep="\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
