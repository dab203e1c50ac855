#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Correct traces of every fork, and the samples: nothing is found in them, and the fork is one of those said.

    forks_test.py EVMMEM
"""

import pathlib
import sys

from replay_json import replay

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def main():
    recorded = sorted((ROOT / "tests/data/forks").glob("*.jsonl.gz"))
    samples = sorted((ROOT / "traces/samples").glob("*.jsonl"))
    assert len(recorded) >= 28 and len(samples) >= 5
    complaints = []
    for path, report in zip(recorded + samples, replay(sys.argv[1], recorded + samples)):
        fork = path.name.split(".")[1] if path in recorded else "cancun"
        if report["exit_code"] != 0 or report["findings"] or report["warnings"] or fork not in report["forks"]:
            complaints.append(f"{path.name}: {report['verdict']}, forks {report['forks']}, {report['findings']}, "
                              f"{report['warnings']}")
    print(*complaints, f"{len(recorded) + len(samples)} traces, {len(complaints)} complaints", sep="\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
