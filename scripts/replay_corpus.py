#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Replays a folder of traces and says which verdicts are wrong.

In CORPUS/clean every trace must agree. In CORPUS/bugs every trace must have a finding, the first one at the
line that bugs/expected.json gives for it, or next to it.
"""
import argparse
import json
import pathlib
import subprocess
import sys

ENDINGS = (".jsonl", ".json", ".txt")
COMPRESSED = (".gz", ".zst")


def is_trace(path: pathlib.Path) -> bool:
    name = path.name
    for ending in COMPRESSED:
        name = name.removesuffix(ending)
    return path.is_file() and name.endswith(ENDINGS) and path.name != "expected.json"


def replay(evmmem: str, path: pathlib.Path) -> dict:
    """The report of one file, with the program's exit code as "exit"."""
    run = subprocess.run(
        [evmmem, "replay", "--format", "json", "--no-speed", "--", str(path)],
        capture_output=True, text=True, check=False, timeout=300)
    try:
        report = json.loads(run.stdout)
    except ValueError:
        report = {"verdict": f"no report: {run.stderr.strip()}", "findings": [], "steps": 0}
    return report | {"exit": run.returncode}


def first_finding(report: dict) -> str:
    for finding in report["findings"]:
        return "; {check} at line {line}, step {step}, {op}: claimed {claimed}, computed {computed}".format(
            **{key: str(value)[:80] for key, value in finding.items()})
    return "".join(f"; {gap}" for gap in report.get("incomplete_because", []))


def wrong_about_clean(report: dict) -> str | None:
    if report["exit"] == 0 and report["verdict"] == "agrees" and report["steps"] > 0:
        return None
    return f"exit {report['exit']}, {report['verdict']}{first_finding(report)}"


def wrong_about_bug(report: dict, line: int) -> str | None:
    if report["exit"] == 1 and report["findings"] and abs(report["findings"][0]["line"] - line) <= 1:
        return None
    return f"expected a finding at line {line}: exit {report['exit']}, {report['verdict']}{first_finding(report)}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("evmmem", help="the program")
    parser.add_argument("corpus", type=pathlib.Path, help="a folder with clean/ and bugs/")
    arguments = parser.parse_args()

    wrong = []
    steps = 0
    clean = sorted(filter(is_trace, (arguments.corpus / "clean").rglob("*")))
    for path in clean:
        report = replay(arguments.evmmem, path)
        steps += report["steps"]
        if message := wrong_about_clean(report):
            wrong.append(f"{path.relative_to(arguments.corpus)}: {message}")

    expected_file = arguments.corpus / "bugs" / "expected.json"
    expected = json.loads(expected_file.read_text(encoding="utf-8")) if expected_file.exists() else {}
    for name, place in sorted(expected.items()):
        report = replay(arguments.evmmem, arguments.corpus / "bugs" / name)
        if message := wrong_about_bug(report, place["line"]):
            wrong.append(f"bugs/{name}: {message} ({place['why']})")

    for message in wrong:
        print(message)
    print(f"replayed {len(clean)} clean traces ({steps} steps) and {len(expected)} faulty ones: "
          f"{len(wrong)} wrong verdicts")
    if not clean and not expected:
        print(f"there are no traces in {arguments.corpus}", file=sys.stderr)
        return 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
