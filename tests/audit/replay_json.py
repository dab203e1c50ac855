# SPDX-License-Identifier: MIT
"""Runs `evmmem replay --format json` on many files at a time and hands back its report of each."""

import json
import subprocess

REPORTS = (0, 1, 3, 10, 12)  # exit codes with which the program has something to say of a file


CRASH = {"exit_code": None, "findings": [], "warnings": []}


def replay_through_crashes(evmmem, files):
    """As replay(), but a file that the program breaks down on has the report CRASH."""
    reports = []
    while len(reports) < len(files):
        try:
            reports += replay(evmmem, files[len(reports):])
        except Breakdown as breakdown:
            reports += [*breakdown.reports, CRASH]
    return reports


class Breakdown(RuntimeError):
    def __init__(self, message, reports):
        super().__init__(message)
        self.reports = reports


def replay(evmmem, files, findings=8, options=()):
    """The report of each file, in their order. Breakdown if the program fails to report them all."""
    command = [str(evmmem), "replay", "--format", "json", "--max-findings", str(findings), *options,
               *map(str, files)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    reports = [json.loads(line) for line in result.stdout.splitlines() if line]
    if result.returncode not in REPORTS or len(reports) != len(files):
        raise Breakdown(f"exit code {result.returncode}, {len(reports)} reports of {len(files)} files, none of "
                        f"{files[min(len(reports), len(files) - 1)]}\n{result.stderr[-2000:]}", reports)
    return reports
