#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Two traces of one program are the same in the words of any two clients, whatever they leave out. A faulty one parts from the
right one at the step of the fault, in one difference, and the right one is named; whichever of the two comes first.

    diff_test.py EVMMEM OUT [PROGRAMS [SEED]]
"""

import itertools
import json
import pathlib
import random
import subprocess
import sys

from clients_test import STYLES
from habits_test import HABITS, late_client, rewritten, traces

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests/support"), str(ROOT / "scripts")]
from client_styles import REFUND_STYLES  # noqa: E402
from halting_evm import HaltingEvm  # noqa: E402
from make_bug_traces import make_all  # noqa: E402
from random_programs import world  # noqa: E402

SAMPLES = ROOT / "traces/samples"

# How many lines after the fault's own it shows, or None where it shows at the end of the transaction.
LATE = {
    # What the callee gave back too much shows in the caller.
    "b03b_gas_leak": 3,
    # A call to a precompile has no lines, and the output of the outermost frame is the first to show it.
    "b01b_identity_overlap_mainnet.bare": None,
    # All gas is gone where the step fails, and only the summary of this client says that it did not.
    "b12_return_everything.full": None,
    "b12_return_everything.mem": None,
}
# Only the gasCost of a failing step is off, which each client prints in its own way.
UNSEEN = ("b24_negative_cost.mem",)


def diff(evmmem, a, b, *options):
    run = subprocess.run([evmmem, "diff", "--format", "json", *options, str(a), str(b)], capture_output=True, text=True,
                         check=False)
    if run.returncode not in (0, 1, 3) or not run.stdout:
        return {"verdict": f"exit code {run.returncode}: {run.stderr[-400:]}", "differences": []}
    report = json.loads(run.stdout)
    assert report["exit_code"] == run.returncode == {"same": 0, "different": 1, "incomplete": 3}[report["verdict"]], report
    return report


def first(report):
    if not report["differences"]:
        return report["verdict"]
    one = report["differences"][0]
    return f"{one['kind']} {one['steps']}, {one['fields']}, {one['verdict']}"


def programs(out, count, seed):
    """Files of one program each, by client."""
    for number in range(count):
        rng = random.Random(f"{seed}/{number}")
        accounts, balances = world(rng)
        data = bytes(rng.choice([0, 1, 255]) for _ in range(rng.choice([0, 0, 4, 36])))
        gas = rng.choice([3_000_000, 500_000, 60_000])
        files = []
        for client in rng.sample(list(STYLES), 4):
            machine = HaltingEvm(accounts, gas, REFUND_STYLES.get(client, "early"), data=data, balances=dict(balances))
            machine.run()
            files.append(out / f"{number}.{client}")
            files[-1].write_text(STYLES[client](machine))
        yield files


def same_complaints(evmmem, out, count, seed):
    cases = 0
    for files in programs(out, count, seed):
        for a, b in itertools.combinations(files, 2):
            cases += 1
            report = diff(evmmem, a, b)
            if report["verdict"] != "same" or report["compared"]["gas"] == 0:
                yield f"{a.name}, {b.name}: {first(report)}"
    for trace in traces():
        for name, habit in HABITS.items():
            cases += 1
            file = out / f"{trace.path.name}.habit"
            file.write_text(rewritten(trace, habit))
            report = diff(evmmem, trace.path, file)
            if report["verdict"] not in ("same", "incomplete"):
                yield f"{trace.path.name}, {name}: {first(report)}"
    assert cases > 300, cases


def late(name):
    found = [lines for begin, lines in LATE.items() if name.startswith(begin)]
    return found[0] if found else 1


def bug_complaints(evmmem, folder):
    expected = make_all(folder)
    assert len(expected) >= 30, len(expected)
    for name, wanted in expected.items():
        for faulty in ("a", "b"):
            pair = (folder / name, folder / "clean" / name)
            report = diff(evmmem, *(pair if faulty == "a" else reversed(pair)))
            if name.startswith(UNSEEN):
                if report["verdict"] != "same":
                    yield f"{name}: {first(report)}"
                continue
            if report["verdict"] != "different" or report["difference_counts"]["all"] != 1:
                yield f"{name}: {report['verdict']}, {report.get('difference_counts')}"
                continue
            one = report["differences"][0]
            right = "b_is_right" if faulty == "a" else "a_is_right"
            step = one["steps"][faulty]
            allowed = late(name)
            at_place = step is None if allowed is None else step and 0 <= step["line"] - wanted["line"] <= allowed
            if one["verdict"] != right or not at_place or not one["findings"][faulty]:
                yield f"{name}, faulty {faulty}: {first(report)}; wanted line {wanted['line']}"


def altered_complaints(evmmem, out):
    """Lines of one side that are too many or too few, and findings that are not about what differs."""
    lines = (SAMPLES / "nested_calls.jsonl").read_text().splitlines(keepends=True)
    whole = SAMPLES / "nested_calls.jsonl"

    def case(name, text, kind, verdict, is_right, of=whole):
        file = out / f"{name}.jsonl"
        file.write_text("".join(text))
        for pair, right in (((file, of), "b_is_right"), ((of, file), "a_is_right")):
            report = diff(evmmem, *pair)
            one = report["differences"][0] if report["differences"] else {"kind": None, "verdict": None}
            wanted = (verdict, kind, right if is_right else "cannot_be_told")
            if (report["verdict"], one["kind"], one["verdict"]) != wanted or report["difference_counts"]["all"] != 1:
                yield f"{name}: {first(report)}; wanted {wanted}"

    # A line twice is a step too many, wherever it stands.
    for at in (0, 7, len(lines) // 2, len(lines) - 3):
        yield from case(f"doubled {at}", lines[:at + 1] + lines[at:], "flow", "different", True)
    # The beginning of a side is missing: what it does not show is no contradiction.
    yield from case("late", lines[1:], "gap", "incomplete", False)

    # What both do wrong in the same way says nothing of who is right: here both pay too much for a step.
    transfer = (SAMPLES / "token_transfer.jsonl").read_text().splitlines()
    dear = [json.loads(line) for line in transfer]
    at = next(i for i, step in enumerate(dear) if step.get("op") == 0x54)  # SLOAD, whose value no trace shows
    for step in dear[at + 1:]:
        if "gas" in step:
            step["gas"] = hex(int(step["gas"], 16) - 7)
    base = out / "dear.jsonl"
    base.write_text("".join(json.dumps(step) + "\n" for step in dear))
    dear[at + 1]["stack"][-1] = "0x77"
    report = diff(evmmem, base, out_of(out, "dear_too", dear))
    one = report["differences"][0] if report["differences"] else {"verdict": None, "findings": {"a": [], "b": []}}
    if not one["findings"]["a"] or one["verdict"] == "neither_is_right":
        yield f"wrong in one way on both sides: {first(report)}"
    # A wrong price on one side says nothing of the value that the other reads.
    honest = [json.loads(line) for line in transfer]
    honest[at + 1]["stack"][-1] = "0x77"
    report = diff(evmmem, base, out_of(out, "honest", honest), "--ignore", "gas,gasCost,refund,gasUsed")
    one = report["differences"][0] if report["differences"] else {"verdict": None}
    if one["verdict"] == "b_is_right":
        yield f"a wrong price decides about a value: {first(report)}"


def out_of(out, name, steps):
    file = out / f"{name}.jsonl"
    file.write_text("".join(json.dumps(step) + "\n" for step in steps))
    return file


def block(trace, numbers):
    """The transactions of a block, each of the same trace; their hashes are made of their numbers."""
    return json.dumps([{"txHash": "0x" + f"{number:02x}" * 32, "result": trace} for number in numbers])


def pipe_complaints(evmmem, out):
    """What has to be read twice, since whose lines they are or which transactions they have shows late, may be a pipe."""
    late = out / "late_client.jsonl"
    late.write_text(late_client())
    tiny = json.loads(subprocess.run([evmmem, "convert", "-q", SAMPLES / "out_of_gas.jsonl", "--to", "structlogs"],
                                     capture_output=True, check=False).stdout)
    (out / "all").write_text(block(tiny, range(0xa0, 0xa6)))
    (out / "less").write_text(block(tiny, [0xa0, *range(0xa2, 0xa6)]).replace("a3a3", "A3A3"))
    (out / "moved").write_text(block(tiny, [*range(0xa1, 0xa6), 0xa0]))
    file = str(out)
    for command, verdict, count in (
            (f"cat {late} | {evmmem} diff --format json - {late}", "same", 0),
            (f"{evmmem} diff --format json <(cat {late}) <(cat {late})", "same", 0),
            (f"cat {file}/all | {evmmem} diff --format json - {file}/less", "different", 1),
            (f"{evmmem} diff --format json <(cat {file}/less) <(gzip -c {file}/all)", "different", 1),
            (f"cat {file}/less | {evmmem} diff --format json --transaction 0x{'A3' * 32} {file}/all -", "same", 0),
            (f"{evmmem} diff --format json --transaction 1 --with 7 {file}/all {file}/all", "incomplete", 0)):
        run = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, timeout=120)
        report = json.loads(run.stdout) if run.stdout else {"verdict": run.stderr, "difference_counts": {"all": 0}}
        if (report["verdict"], report["difference_counts"]["all"]) != (verdict, count):
            yield f"{command}: {report['verdict']}, {report['difference_counts']}"
    moved = diff(evmmem, out / "all", out / "moved")
    if not all("in another place" in each["reason"] for each in moved["differences"]):
        yield f"a block in another order: {first(moved)}"


def geth_complaints(evmmem):
    """One signed transaction as geth 1.17.10 prints it: `evm t8n --trace` and, of a node of its own with the same genesis,
    debug_traceTransaction with memory and return data, and without."""
    lines, *documents = (ROOT / "tests/data/geth" / f"transaction.{name}.gz" for name in ("jsonl", "full.json", "plain.json"))
    for document in documents:
        for pair in ((lines, document), (document, lines)):
            report = diff(evmmem, *pair)
            if report["verdict"] != "same" or report["compared"]["gas"] != 66:
                yield f"geth's {document.name}: {first(report)}"


def main():
    evmmem, out = sys.argv[1], pathlib.Path(sys.argv[2])
    count, seed = int(sys.argv[3]) if len(sys.argv) > 3 else 20, sys.argv[4] if len(sys.argv) > 4 else "1"
    (out / "bugs").mkdir(parents=True, exist_ok=True)
    complaints = [*same_complaints(evmmem, out, count, seed), *bug_complaints(evmmem, out / "bugs"),
                  *altered_complaints(evmmem, out), *pipe_complaints(evmmem, out),
                  *geth_complaints(evmmem)]
    print(*complaints, f"{len(complaints)} complaints", sep="\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
