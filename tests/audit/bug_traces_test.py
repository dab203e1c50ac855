#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every bug of tests/support/bug_table.py is found at the step it belongs to, with the memory field, the return
data field, and without; and in the same traces without the bug nothing is found.

    bug_traces_test.py EVMMEM OUT [FOLDER]    FOLDER: further faulty traces, with an expected.json (lines +- 1)
"""

import json
import pathlib
import sys

from replay_json import replay

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
from make_bug_traces import make_all  # noqa: E402


def first(report):
    found = report["findings"]
    return f"{found[0]['check']} at line {found[0]['line']} ({found[0]['op']})" if found else "nothing"


def clean_complaint(report):
    if report["exit_code"] != 0 or report["findings"] or report["warnings"]:
        return f"is correct, but: exit code {report['exit_code']}, {first(report)}, {report['warnings']}"
    return None


def bug_complaint(report, wanted, tolerance):
    """What is wrong with the report of a faulty trace; None if nothing."""
    warning = wanted.get("severity") == "warning"
    code, found = (0, report["warnings"]) if warning else (1, report["findings"])
    if report["exit_code"] != code:
        return f"exit code {report['exit_code']}, not {code}; {first(report)}; wanted line {wanted['line']}"
    if not found or abs(found[0]["line"] - wanted["line"]) > tolerance:
        return f"found {first(report)}; wanted line {wanted['line']}, {' or '.join(wanted.get('check', ['any']))}"
    if "bytes" in found[0] and not found[0].get("blame"):
        return f"{first(report)} does not say who wrote the bytes"
    if "check" in wanted and found[0]["check"] not in wanted["check"]:
        return f"found {first(report)}; wanted {' or '.join(wanted['check'])}"
    return None


def check(evmmem, folder, expected, tolerance):
    names = list(expected)
    complaints = []
    for name, report in zip(names, replay(evmmem, [folder / name for name in names])):
        complaint = bug_complaint(report, expected[name], tolerance)
        if complaint:
            complaints.append(f"{name}: {complaint}")
    return complaints


def main():
    evmmem, out = sys.argv[1], pathlib.Path(sys.argv[2])
    expected = make_all(out)
    clean = sorted((out / "clean").glob("*.jsonl"))
    complaints = check(evmmem, out, expected, tolerance=0)
    for path, report in zip(clean, replay(evmmem, clean)):
        complaint = clean_complaint(report)
        if complaint:
            complaints.append(f"clean/{path.name}: {complaint}")
    count = len(expected)
    for folder in map(pathlib.Path, sys.argv[3:]):
        further = json.loads((folder / "expected.json").read_text())
        count += len(further)
        complaints += check(evmmem, folder, further, tolerance=1)
    print(*complaints, sep="\n")
    print(f"{count} faulty traces and {len(clean)} correct ones, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
