#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the traces that buggy clients would have printed, from tests/support/bug_table.py.

    make_bug_traces.py OUT       the faulty traces, three of each bug: NAME.full.jsonl (with memory and return data),
                                 NAME.mem.jsonl (with memory), NAME.bare.jsonl (with neither), expected.json beside
                                 them, and in OUT/clean the clean recordings, likewise
    make_bug_traces.py --record  records the clean ones anew into tests/data/bugs, by scripts/record_trace

Before a faulty trace is made, the same program is run without the bug, and must print what was recorded.
"""

import argparse
import gzip
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = ROOT / "tests/data/bugs"
sys.path.insert(0, str(ROOT / "tests/support"))

from bug_table import BUGS  # noqa: E402
from small_evm import TARGET, SmallEvm, assemble, text  # noqa: E402

VARIANTS = {"full": (), "mem": ("returnData",), "bare": ("memory", "returnData")}
LARGE = 100_000  # bytes; a recording above is kept compressed


def accounts(bug):
    return {TARGET: assemble(bug.program), **{where: assemble(code) for where, code in bug.callees.items()}}


def recording(bug):
    path = DATA / f"{bug.name}.jsonl"
    return path.read_text() if path.exists() else gzip.open(f"{path}.gz", "rt").read()


def record(bug):
    code = {where: program.hex() for where, program in accounts(bug).items()}
    command = [str(ROOT / "scripts/record_trace"), "--gas", str(bug.gas)]
    command += ["--no-memory"] if bug.huge else []
    for where, program in code.items():
        command += ["--account", f"{where:#x}={program}"] if where != TARGET else []
    lines = subprocess.run([*command, code[TARGET]], check=True, capture_output=True, text=True).stdout
    path = DATA / f"{bug.name}.jsonl"
    if len(lines) < LARGE:
        path.write_text(lines)
    else:
        pathlib.Path(f"{path}.gz").write_bytes(gzip.compress(lines.encode(), mtime=0))


def stripped(lines, fields):
    return [{key: value for key, value in line.items() if key not in fields} for line in lines]


def line_of(lines, op, which, further=0):
    """The line, from 1, of an instruction's n-th step."""
    found = [number for number, line in enumerate(lines, 1) if line.get("opName") == op]
    return found[which - 1] + further


def make(bug, out):
    """Writes a bug's traces; returns what a replay must say of each."""
    clean = SmallEvm(accounts(bug), bug.gas, not bug.huge).run()
    if text(clean) != recording(bug):
        raise SystemExit(f"{bug.name}: the small EVM does not print what was recorded")
    faulty = bug.evm(accounts(bug), bug.gas, not bug.huge).run()
    expected = {}
    for (variant, fields), step in zip(VARIANTS.items(), bug.flagged):
        name = f"{bug.name}.{variant}.jsonl"
        (out / name).write_text(text(stripped(faulty, fields)))
        (out / "clean" / name).write_text(text(stripped(clean, fields)))
        expected[name] = {"line": line_of(faulty, *step), "check": bug.checks.split(), "why": bug.why,
                          "source": bug.source}
        if bug.warning:
            expected[name]["severity"] = "warning"
    return expected


def make_all(out):
    (out / "clean").mkdir(parents=True, exist_ok=True)
    expected = {}
    for bug in BUGS:
        expected |= make(bug, out)
    (out / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    return expected


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", nargs="?", type=pathlib.Path)
    parser.add_argument("--record", action="store_true")
    arguments = parser.parse_args()
    if arguments.record:
        for bug in BUGS:
            record(bug)
    elif arguments.out is None:
        parser.error("where to?")
    else:
        print(f"{len(make_all(arguments.out))} traces in {arguments.out}")


if __name__ == "__main__":
    main()
