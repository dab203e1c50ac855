#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Alters one value of a correct trace at a time, and counts how many of the alterations the replay finds.

    mutate_traces.py EVMMEM [--traces FOLDER]... [--per-kind N] [--seed S]

The project's own traces are always altered; every trace below FOLDER is, too. For each mutation it is decided
beforehand, from the correct trace alone, whether it contradicts the rest of the trace; where it does not, there is
a reason (tests/support/mutations.py). One that does must be found at its step or the next: exit code 0 if all
were. The same seed makes the same mutations.
"""

import argparse
import pathlib
import random
import sys
import tempfile
from collections import Counter, defaultdict

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests/support"), str(ROOT / "tests/audit")]

from mutations import KINDS, UNDECIDABLE, Facts, summary_mutations  # noqa: E402
from replay_json import CRASH, replay, replay_through_crashes  # noqa: E402
from trace_model import Trace, read  # noqa: E402

BATCH_BYTES = 60_000_000
TRIES = 20  # of a kind of mutation, at steps where it may apply
OUTCOMES = ["found", "as a gap", "as warning", "elsewhere", "missed", "crash"]


def own_traces():
    folders = [ROOT / "traces/samples", ROOT / "tests/data/bugs", ROOT / "tests/data/forks"]
    return sorted(path for folder in folders for path in folder.glob("*.jsonl*"))


def usable(path, limit):
    return path.suffix in (".json", ".jsonl", ".zst", ".gz") and len(read(path)) <= limit


def mutations_of(trace, seed, per_kind):
    facts = Facts(trace)
    for kind, (mutate, applies) in KINDS.items():
        rng = random.Random(f"{seed}/{trace.path.name}/{kind}")
        steps = [step for step in trace.steps if applies(step)]
        for _ in range(per_kind if steps else 0):
            tried = (mutate(rng, facts, rng.choice(steps)) for _ in range(TRIES))
            mutation = next((each for each in tried if each is not None), None)
            if mutation is not None:
                yield mutation
    yield from summary_mutations(random.Random(f"{seed}/{trace.path.name}"), facts)


def stands_near(mutation, finding):
    if mutation.near_lines:
        return finding["line"] in mutation.near_lines
    return finding["step"] in mutation.near


def outcome(mutation, report):
    """How the replay took it: one of OUTCOMES."""
    if report is CRASH:
        return "crash"
    warned = bool(report["warnings"]) and stands_near(mutation, report["warnings"][0])
    if mutation.amsterdam and warned:
        return "as warning"
    if report["findings"]:
        return "found" if stands_near(mutation, report["findings"][0]) else "elsewhere"
    if report["exit_code"] in (3, 10):
        return "as a gap"
    return "as warning" if warned else "missed"


class Tally:
    """The count; `keep` is where the files of survivors go, if anywhere."""

    def __init__(self, keep):
        self.keep = keep
        self.kinds = defaultdict(Counter)
        self.undecidable = defaultdict(Counter)
        self.survivors = []
        self.findings = Counter()

    def add(self, mutation, report, path):
        result = outcome(mutation, report)
        self.findings[min(len(report["findings"]), 5)] += 1
        if mutation.reason is not None and report is not CRASH:
            self.undecidable[mutation.reason][result] += 1
            return
        self.kinds[mutation.kind][result] += 1
        # Amsterdam's rules of gas are not settled: what only they contradict is a warning.
        good = (result == "found" or (result == "as a gap" and mutation.gap)
                or (result == "as warning" and mutation.amsterdam))
        if not good:
            if self.keep is not None:
                self.keep.mkdir(parents=True, exist_ok=True)
                path.replace(self.keep / f"{len(self.survivors)}-{mutation.trace}".removesuffix(".zst"))
            first = report["findings"][0] if report["findings"] else None
            said = f"; said {first['check']} at line {first['line']}, step {first['step']}" if first else ""
            where = f"line {mutation.step.line}" if mutation.step.line else f"step {mutation.step.index}"
            self.survivors.append(f"{result}: {mutation.trace}: {mutation.kind} at {where} "
                                  f"({mutation.step.op}, depth {mutation.step.depth}): {mutation.change}{said}")

    def lost(self):
        return len(self.survivors)

    def table(self):
        yield f"{'kind':16}{'decidable':>10}" + "".join(f"{each:>11}" for each in OUTCOMES) + f"{'share':>9}"
        total = Counter()
        for kind in sorted(self.kinds):
            yield self.row(kind, self.kinds[kind])
            total += self.kinds[kind]
        yield self.row("all", total)
        yield ""
        yield "not decidable, and found nevertheless / of:"
        for reason, counts in sorted(self.undecidable.items()):
            yield f"  {counts['found'] + counts['as a gap']:6} / {sum(counts.values()):6}  {UNDECIDABLE[reason]}"
        yield ""
        yield "findings per mutant: " + ", ".join(f"{n}{'+' if n == 5 else ''}: {self.findings[n]}" for n in range(6))

    @staticmethod
    def row(kind, counts):
        made = sum(counts.values())
        share = 100 * (made - counts["elsewhere"] - counts["missed"] - counts["crash"]) / made if made else 100
        return f"{kind:16}{made:10}" + "".join(f"{counts[each]:11}" for each in OUTCOMES) + f"{share:8.2f}%"


def run(evmmem, mutations, tally, folder):
    batch, size = [], 0

    def flush():
        nonlocal batch, size
        for (path, mutation), report in zip(batch, replay_through_crashes(evmmem, [path for path, _ in batch])):
            tally.add(mutation, report, path)
            path.unlink(missing_ok=True)
        batch, size = [], 0

    for mutation in mutations:
        path = folder / f"{len(batch)}.json{'l' if mutation.near_lines else ''}"
        path.write_text(mutation.text)
        size += len(mutation.text)
        mutation.text = None
        batch.append((path, mutation))
        if size > BATCH_BYTES or len(batch) == 200:
            flush()
    if batch:
        flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evmmem", type=pathlib.Path)
    parser.add_argument("--traces", action="append", default=[], type=pathlib.Path)
    parser.add_argument("--per-kind", type=int, default=4, help="mutations of each kind for each trace")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=int, default=8_000_000, help="bytes of the largest trace to alter")
    parser.add_argument("--survivors", type=int, default=50, help="how many to list")
    parser.add_argument("--keep", type=pathlib.Path, help="a folder for the altered files that survive")
    arguments = parser.parse_args()

    paths = own_traces()
    for folder in arguments.traces:
        paths += [path for path in sorted(folder.rglob("*")) if path.is_file() and usable(path, arguments.limit)]
    tally, skipped = Tally(arguments.keep), []
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        def all_mutations():
            for path in paths:
                correct = replay(arguments.evmmem, [path])[0]
                if correct["exit_code"] != 0:
                    skipped.append(path)
                    continue
                for mutation in mutations_of(Trace(path), arguments.seed, arguments.per_kind):
                    mutation.amsterdam = correct["forks"] == ["amsterdam"]
                    yield mutation

        run(arguments.evmmem, all_mutations(), tally, pathlib.Path(folder))
    print(f"{len(paths) - len(skipped)} traces, seed {arguments.seed}")
    for path in skipped:
        print(f"not altered, as the replay does not agree with it: {path}")
    print(*tally.table(), sep="\n")
    for survivor in tally.survivors[:arguments.survivors]:
        print(survivor)
    return 1 if tally.lost() else 0


if __name__ == "__main__":
    sys.exit(main())
