#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Strips traces of their memory, has `fill` add it, and compares with what they were, byte by byte.

Of every TRACE given, or of each below a folder given, that shows memory: each step whose memory `fill` could know must
come back as the client printed it; a step whose memory is not all known must be left as it was stripped. Then the
share of bytes that are known is printed. With --programs also random programs, in the words of clients that print
memory.
"""
import argparse
import collections
import pathlib
import random
import re
import subprocess
import sys
import tempfile

from convert_test import traces, traced

# A member "memory" that is not the first of its object, with the comma before it. Its items have no brackets in them.
MEMBER = re.compile(rb',\s*"memory"\s*:\s*(?:"(?:0x)?[0-9a-fA-F]*"|\[[^\[\]{}]*\]|null)')
# What clients print that always have the field.
EMPTY = re.compile(rb'("memory"\s*:\s*)"0x[0-9a-fA-F]+"')
ALWAYS = ("geth-1.9", "geth-1.10", "erigon")
STEP = re.compile(rb'"pc"')


def content(path: pathlib.Path) -> bytes:
    command = {".zst": ["zstd", "-dcq"], ".gz": ["gzip", "-dc"]}.get(path.suffix)
    return subprocess.run([*command, str(path)], capture_output=True, check=True).stdout if command else path.read_bytes()


def pieces(text: bytes) -> list[bytes]:
    """Each from a step's "pc", or what stands before it in its object, to the next: one memory at most in each."""
    places = [match.start() for match in STEP.finditer(text)]
    return [text[begin:end] for begin, end in zip([0, *places], [*places, len(text)])]


def run(*command: str) -> subprocess.CompletedProcess:
    return subprocess.run(command, capture_output=True, check=False, timeout=900)


class Filling:
    def __init__(self, evmmem: str, folder: pathlib.Path):
        self.evmmem = evmmem
        self.folder = folder
        self.totals = collections.Counter()

    def dialect(self, trace: pathlib.Path) -> str:
        match = re.search(rb'"dialect":"([^"]+)"', run(self.evmmem, "replay", "--no-speed", "--format", "json", str(trace)).stdout)
        return match[1].decode() if match else ""

    def wrong(self, trace: pathlib.Path) -> str | None:
        whole = content(trace)
        members = MEMBER.findall(whole)
        digits = [re.sub(rb'0x|[^0-9a-fA-F]', b"", member.split(b":", 1)[1]) for member in members]
        if not any(digits):
            return None
        dialect = self.dialect(trace)
        stripped = EMPTY.sub(rb'\1"0x"', whole) if dialect in ALWAYS else MEMBER.sub(b"", whole)
        bare, sample = self.folder / ("stripped" + self.suffix(trace)), self.folder / ("sample" + self.suffix(trace))
        bare.write_bytes(stripped)
        sample.write_bytes(whole)
        best = None
        for moment in ("", "expanded", "after"):
            like = ["--like", str(sample)] + (["--moment", moment] if moment else [])
            done = run(self.evmmem, "fill", str(bare), *like)
            complaint, counts = self.compare(whole, stripped, done)
            if best is None or complaint is None:
                best = complaint, counts, done, moment
            if complaint is None:
                break
        complaint, counts, done, moment = best
        self.totals.update(counts)
        self.totals["traces"] += 1
        self.totals["moment had to be said"] += bool(moment) and complaint is None
        return complaint and f"{dialect}: {complaint}; {done.stderr.decode().strip().splitlines()[-1:]}"

    @staticmethod
    def suffix(trace: pathlib.Path) -> str:
        return trace.with_suffix("").suffix if trace.suffix in (".zst", ".gz") else trace.suffix

    @staticmethod
    def compare(whole: bytes, stripped: bytes, done: subprocess.CompletedProcess):
        counts = collections.Counter()
        if done.returncode not in (0, 1, 3):
            return f"fill exits with {done.returncode}", counts
        lines = [pieces(text) for text in (whole, stripped, done.stdout)]
        if len({len(each) for each in lines}) != 1:
            return "the steps are not the same", counts
        bad = None
        for number, (printed, bare, filled) in enumerate(zip(*lines)):
            shown = len(printed) - len(bare)
            if filled == printed:
                counts["steps"] += 1
                counts["bytes"] += shown
                counts["bytes known"] += shown
            elif filled == bare:
                counts["steps"] += 1
                counts["bytes"] += shown
                counts["steps unknown"] += 1
            elif bad is None:
                at = next((i for i, (a, b) in enumerate(zip(printed, filled)) if a != b), min(len(printed), len(filled)))
                bad = f"step {number}: {printed[max(0, at - 30):at + 50]!r} comes back as {filled[max(0, at - 30):at + 50]!r}"
        if bad is None and b"left as they are" not in done.stderr and counts["steps unknown"]:
            bad = f"{counts['steps unknown']} steps are not filled, and nothing says so"
        return bad, counts


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=int, default=0, metavar="N", help="so many random programs for each client")
    parser.add_argument("evmmem", help="the program")
    parser.add_argument("traces", type=pathlib.Path, nargs="*", help="traces, or folders of them")
    arguments = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        filling = Filling(arguments.evmmem, folder)
        programs = []
        for number in range(arguments.programs):
            for form in ("eip-3155", "structlogs"):
                source, path = folder / "source.jsonl", folder / f"{number}.{form}.jsonl"
                source.write_text(traced(random.Random(f"fill/{number}"), "geth"))
                run(arguments.evmmem, "convert", str(source), "--to", form, "-o", str(path))
                programs.append(path)
        for trace in traces(arguments.traces) + programs:
            complaint = filling.wrong(trace)
            if complaint:
                print(f"{trace}: {complaint}")
                failed += 1
        totals = filling.totals
    print(f"{totals['traces'] - failed} of {totals['traces']} traces with memory come back, {totals['steps']} steps, "
          f"{totals['steps unknown']} of them not all known; {100 * totals['bytes known'] / max(totals['bytes'], 1):.2f} % of "
          f"the text of memory is known; of {totals['moment had to be said']} the moment had to be said")
    return 1 if failed or not totals["traces"] else 0


if __name__ == "__main__":
    sys.exit(main())
