#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Converts traces to each form and back, and says where something changes.

Of every TRACE given, or of each below a folder given: what `convert` writes as EIP-3155 lines and as structLogs must
come to the verdict that the trace comes to; and once in one of these forms, there and back must give the same bytes.
With --programs also random programs, in the words of every client: what is written of them as goevmlab's lines must show
no finding, and a line that one of them prints twice must be found in what is written, too.
"""
import argparse
import collections
import json
import pathlib
import random
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/audit"))
from clients_test import STYLES, traced  # noqa: E402

FORMS = {"eip-3155": ".jsonl", "structlogs": ".json"}
SUFFIXES = {**FORMS, "canonical": ".jsonl"}
# A trace whose stacks are cut to their top loses them on the way: its replay cannot say as much.
CUT = ("goevmlab", "goevmlab-2020")


def run(*command: str) -> subprocess.CompletedProcess:
    return subprocess.run(command, capture_output=True, check=False, timeout=600)


class Conversion:
    def __init__(self, evmmem: str, folder: pathlib.Path):
        self.evmmem = evmmem
        self.folder = folder
        self.totals = collections.Counter()

    def convert(self, trace: pathlib.Path, form: str, name: str) -> pathlib.Path:
        path = self.folder / (name + SUFFIXES[form])
        done = run(self.evmmem, "convert", str(trace), "--to", form, "-o", str(path))
        if done.returncode not in (0, 1, 3):
            raise ValueError(f"convert --to {form} exits with {done.returncode}: {done.stderr.decode().strip()}")
        return path

    def wrong_program(self, trace: pathlib.Path) -> list[str]:
        """What is wrong with what is made of a correct trace that has no habits but its client's."""
        complaints = []
        canonical = self.replay(self.convert(trace, "canonical", "canonical"))
        if canonical["findings"]:
            first = canonical["findings"][0]
            complaints.append(f"canonical: {first['check']} at line {first['line']} {first['op']}: {first['detail']}")
        lines = trace.read_text().splitlines(keepends=True)
        doubled = self.folder / "doubled.jsonl"
        doubled.write_text("".join(lines[:2] + lines[1:]))
        before, after = self.replay(doubled), self.replay(self.convert(doubled, "eip-3155", "doubled_first"))
        if before["findings"] and not after["findings"]:
            complaints.append("a line that is printed twice is written once")
        return complaints

    def replay(self, trace: pathlib.Path) -> dict:
        done = run(self.evmmem, "replay", "--no-speed", "--format", "json", str(trace))
        return json.loads(done.stdout)

    def wrong(self, trace: pathlib.Path) -> list[str]:
        """What is wrong with what is made of the trace."""
        before = self.replay(trace)
        self.totals["traces"] += 1
        self.totals["steps"] += before["steps"]
        complaints = []
        first = {form: self.convert(trace, form, "first") for form in FORMS}
        for form, path in first.items():
            after = self.replay(path)
            if before["dialect"] not in CUT and before["verdict"] != after["verdict"]:
                findings = [f"{f['check']} at line {f['line']} {f['op']}: {f['detail']}" for f in after["findings"][:2]]
                complaints.append(f"{form}: {before['verdict']} becomes {after['verdict']} ({after['dialect']}): "
                                  f"{findings or after.get('incomplete_because')}")
            other = next(each for each in FORMS if each != form)
            there = self.convert(path, other, "there")
            back = self.convert(there, form, "back")
            if back.read_bytes() != path.read_bytes():
                complaints.append(f"{form}: there and back changes it: " + difference(path, back))
        return complaints


def difference(one: pathlib.Path, two: pathlib.Path) -> str:
    a, b = one.read_bytes(), two.read_bytes()
    at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
    line = a.count(b"\n", 0, at) + 1
    return f"line {line}: {a[max(0, at - 60):at + 40]!r} becomes {b[max(0, at - 60):at + 40]!r}"


def traces(paths: list[pathlib.Path]) -> list[pathlib.Path]:
    found = []
    for path in paths:
        found += sorted(each for each in path.rglob("*") if is_trace(each)) if path.is_dir() else [path]
    return found


def is_trace(path: pathlib.Path) -> bool:
    name = path.name.removesuffix(".zst").removesuffix(".gz")
    return path.is_file() and name.endswith((".jsonl", ".json", ".txt")) and path.name != "expected.json"


def written_programs(count: int, folder: pathlib.Path) -> list[pathlib.Path]:
    """One random program for each client, `count` times."""
    files = []
    for number in range(count):
        for client in STYLES:
            files.append(folder / f"{number}.{client}.jsonl")
            files[-1].write_text(traced(random.Random(f"{number}/{client}"), client))
    return files


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("evmmem", help="the program")
    parser.add_argument("traces", type=pathlib.Path, nargs="*", help="traces, or folders of them")
    parser.add_argument("--programs", type=int, default=0, metavar="N", help="so many random programs for each client")
    arguments = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        conversion = Conversion(arguments.evmmem, pathlib.Path(folder))
        programs = written_programs(arguments.programs, pathlib.Path(folder))
        for trace in traces(arguments.traces) + programs:
            try:
                complaints = conversion.wrong(trace)
                if trace in programs:
                    complaints += conversion.wrong_program(trace)
            except ValueError as error:
                complaints = [str(error)]
            for complaint in complaints:
                print(f"{trace}: {complaint}")
            failed += bool(complaints)
    totals = conversion.totals
    print(f"{totals['traces'] - failed} of {totals['traces']} traces, {totals['steps']} steps")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
