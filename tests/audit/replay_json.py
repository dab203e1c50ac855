# SPDX-License-Identifier: MIT
"""Runs `evmmem replay --format json` on many files at a time and hands back its report of each."""

import json
import subprocess

REPORTS = (0, 1, 3, 10, 12)  # exit codes with which the program has something to say of a file


def replay(evmmem, files, findings=8):
    """The report of each file, in their order. An error if the program fails to report them all."""
    command = [str(evmmem), "replay", "--format", "json", "--max-findings", str(findings), *map(str, files)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    reports = [json.loads(line) for line in result.stdout.splitlines() if line]
    if result.returncode not in REPORTS or len(reports) != len(files):
        raise RuntimeError(f"exit code {result.returncode}, {len(reports)} reports of {len(files)} files\n"
                           f"{' '.join(command)[:2000]}\n{result.stderr[-2000:]}")
    return reports
