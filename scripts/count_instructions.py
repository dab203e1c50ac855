#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Counts, under callgrind, the instructions that a replay takes for each step of a fixed generated trace.

The count does not depend on how busy the machine is, so it shows changes that a clock does not. It is the
difference between two traces of one seed, so that starting the program does not count. Exit code 1: it is
more than what is recorded below, by more than a twentieth; when that is meant, or when it is less, record
the new one here and in traces/replay/README.md.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

# trace: (options of `evmmem generate`, of `evmmem replay`, steps of the shorter trace, instructions a step)
WITHOUT_MEMORY = ["--pattern", "solidity", "--size", "4K", "--calls"]
RECORDED = {
    "without memory": (WITHOUT_MEMORY, [], 4000, 3670),
    "without memory, --checks memory,gas": (WITHOUT_MEMORY, ["--checks", "memory,gas"], 4000, 2760),
    "with 4 KiB of memory a line": (["--pattern", "random", "--size", "4K", "--memory"], [], 1000, 8220),
}
TOLERANCE = 1.05


def instructions(evmmem: str, options: list[str], how: list[str], steps: int, folder: pathlib.Path) -> int:
    trace = folder / "trace.jsonl"
    subprocess.run([evmmem, "generate", *options, "--steps", str(steps), "-o", str(trace)], check=True)
    run = subprocess.run(
        ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder / 'out'}",
         evmmem, "replay", "--no-speed", "--jobs", "1", *how, str(trace)],
        capture_output=True, text=True, check=False)
    counted = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode != 0 or not counted:
        sys.exit(f"the replay failed: {run.stdout}{run.stderr}")
    return int(counted[1])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("evmmem", help="the program, built with optimisation")
    evmmem = parser.parse_args().evmmem
    worse = False
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for trace, (options, how, steps, recorded) in RECORDED.items():
            more = instructions(evmmem, options, how, 2 * steps, folder)
            a_step = (more - instructions(evmmem, options, how, steps, folder)) / steps
            print(f"{trace}: {a_step:.0f} instructions a step, recorded are {recorded}")
            worse |= a_step > recorded * TOLERANCE
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
