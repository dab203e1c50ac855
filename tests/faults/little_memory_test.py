#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs evmmem with little address space, as `ulimit -v` grants it, in steps from too little to begin with to enough:
the outcome is the one with all the memory of the world, or a clean error. And with little data (`ulimit -d`), where
reserving addresses still works and using them does not.

usage: little_memory_test.py EVMMEM"""

import json
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
MIB = 1 << 20
# Of the loader, before there is any program: it cannot map a library.
LOADER = 127
LEAST = 4  # MiB, of address space


def main():
    evmmem = pathlib.Path(sys.argv[1]).resolve()
    # Where there is no room for the program's own text, the kernel ends it before it begins.
    least = max(LEAST, 2 * (evmmem.stat().st_size // (2 * MIB) + 1))
    wrong = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        large = folder / "large.jsonl"
        subprocess.run([evmmem, "generate", "--steps", "2000", "--memory", "-o", large], check=True)
        packed = folder / "large.jsonl.zst"
        subprocess.run(["zstd", "-q", "-o", packed, large], check=True)
        sample = ROOT / "traces/samples/nested_calls.jsonl"
        dirty = ROOT / "tests/data/bugs/b15_dirty_frame.jsonl"
        for file in (sample, large, packed, dirty):
            command = [str(evmmem), "replay", "--format", "json", "--no-speed", str(file)]
            free = subprocess.run(command, capture_output=True, check=False)
            expected = json.loads(free.stdout)
            seen = set()
            for limit in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
                for mebibytes in (*range(least, 40, 2), *range(40, 160, 10), 200, 300, 600, 1200, 2400, 5000):
                    run = subprocess.run(command, capture_output=True, check=False, timeout=60,
                                         preexec_fn=lambda: resource.setrlimit(limit, (mebibytes * MIB,) * 2))
                    bad = judge(run, free, expected)
                    seen.add(run.returncode)
                    if bad:
                        wrong += 1
                        kind = "-v" if limit == resource.RLIMIT_AS else "-d"
                        print(f"(ulimit {kind} {mebibytes * 1024}; {' '.join(command)})\n    {bad}")
            print(f"{file.name}: exit codes {sorted(seen)}")
            if free.returncode not in seen:
                wrong += 1
                print("    5000 MiB should be enough")
    return 1 if wrong else 0


def judge(run, free, expected):
    if run.returncode == LOADER or b"error while loading shared libraries" in run.stderr:
        return None
    if (run.returncode, run.stdout) == (free.returncode, free.stdout):
        return None
    # What runs before there is any program, constructors of libraries, ends so.
    if run.returncode == -signal.SIGABRT and not run.stdout and b"evmmem" not in run.stderr:
        return None
    if run.returncode not in (3, 11, 12):
        return f"exit code {run.returncode}: {run.stderr[:300]} {run.stdout[:300]}"
    if not run.stderr.strip() and not run.stdout.strip():
        return f"exit code {run.returncode}, and nothing is said"
    for line in run.stdout.splitlines():
        report = json.loads(line)
        if report["verdict"] == "agrees":
            return "it agrees, without memory"
        planted = {(f["check"], f["line"], f["computed"]) for f in expected["findings"]}
        if any((f["check"], f["line"], f["computed"]) not in planted for f in report["findings"]):
            return f"findings that are none: {line[:500]}"
    return None


sys.exit(main())
