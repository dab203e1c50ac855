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
from habits_test import HABITS, rewritten, traces

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests/support"), str(ROOT / "scripts")]
from client_styles import REFUND_STYLES  # noqa: E402
from halting_evm import HaltingEvm  # noqa: E402
from make_bug_traces import make_all  # noqa: E402
from random_programs import world  # noqa: E402

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


def main():
    evmmem, out = sys.argv[1], pathlib.Path(sys.argv[2])
    count, seed = int(sys.argv[3]) if len(sys.argv) > 3 else 20, sys.argv[4] if len(sys.argv) > 4 else "1"
    (out / "bugs").mkdir(parents=True, exist_ok=True)
    complaints = [*same_complaints(evmmem, out, count, seed), *bug_complaints(evmmem, out / "bugs")]
    print(*complaints, f"{len(complaints)} complaints", sep="\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
