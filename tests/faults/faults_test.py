#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the calls of the system fail, one after the other, while evmmem replays a trace: every kind of call, at every
place of the program that makes it, once and from then on. Each time the outcome must be the one without the fault, or
a clean error: a documented exit code, words on standard error, and no verdict that was not earned.

usage: faults_test.py EVMMEM FAILING_CALLS_LIBRARY"""

import collections
import concurrent.futures
import gzip
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "traces/samples"
# 70 says that evmmem has a bug, and 2 that the command line is wrong: neither is any call's fault.
CODES = {0, 1, 3, 10, 11, 12}
ERROR_CODES = {3, 10, 11, 12}


class Case:
    """A command line, and what it does when nothing fails."""

    def __init__(self, name, arguments, evmmem, library, folder, data_max=resource.RLIM_INFINITY):
        self.name = name
        self.data_max = data_max  # bytes that the program may have (RLIMIT_DATA)
        self.command = [str(evmmem), *arguments]
        self.library = library
        self.folder = folder
        self.made = folder / "made"
        self.expected = self.run({})
        if self.expected[0] not in (0, 1):
            sys.exit(f"{name}: without any fault, exit code {self.expected[0]}: {self.expected[2]}")
        self.log = folder / f"{name}.log"
        self.run({"FAILING_LOG": str(self.log)})

    def run(self, variables):
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "LD_PRELOAD": str(self.library), **variables}
        if "MADE" not in self.command:
            return *self.run_once(self.command, environment), {}
        # A file that the command makes, for each run its own.
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            command = [part.replace("MADE", folder + "/made") for part in self.command]
            outcome = self.run_once(command, environment)
            return *outcome, {path.name: path.read_bytes() for path in pathlib.Path(folder).iterdir()}

    def run_once(self, command, environment):
        # A child that runs no Python first is begun at a third of the cost: vfork.
        limit = None if self.data_max == resource.RLIM_INFINITY else self.limit
        run = subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False,
                             stdin=subprocess.DEVNULL, preexec_fn=limit)
        return run.returncode, run.stdout, run.stderr.decode("utf-8", "replace")

    def limit(self):
        resource.setrlimit(resource.RLIMIT_DATA, (self.data_max, self.data_max))

    def places(self, seen):
        """For each kind of call, how many there are, and the number of the first at every place not seen before."""
        counts = collections.Counter()
        firsts = collections.defaultdict(list)
        with open(self.log, encoding="ascii") as file:
            for line in file:
                call, place = line.split()
                if (call, place) not in seen:
                    seen.add((call, place))
                    firsts[call].append(counts[call])
                counts[call] += 1
        return {call: (count, firsts[call]) for call, count in counts.items()}

    def judge(self, outcome):
        """What is wrong with the outcome of a run in which a call failed; nothing when all is well."""
        code, printed, said, made = outcome
        expected_code, expected_printed, _, expected_made = self.expected
        if code not in CODES:
            return f"exit code {code}: {said[:500]}"
        for name, content in made.items():
            if name != "made":
                return f"the file {name} was left behind"
            # A page may lack what could not be found out, and say so; but it is a page from beginning to end.
            whole = expected_made["made"]
            if content != whole and (content[:40], content[-40:]) != (whole[:40], whole[-40:]):
                return "half a file was left under its name"
        if (code, printed) == (expected_code, expected_printed) and (made == expected_made or code in ERROR_CODES):
            return None
        if code == expected_code == 1:  # the findings are right; who is to blame could not be found out
            if list(map(self.findings, self.reports(printed))) == list(map(self.findings, self.reports(expected_printed))):
                return None
        if code not in ERROR_CODES:
            return f"exit code {code}, not {expected_code}: {printed[:300]}"
        if not said.strip():
            return f"exit code {code}, and nothing is said"
        expected_reports = self.reports(expected_printed)
        for report in self.reports(printed):
            if report in expected_reports:
                continue  # this replay was whole; what failed came after it
            if report["verdict"] == "agrees":
                return "it agrees, though something failed"
            findings = self.findings(report)
            if findings and not any(findings <= self.findings(other) for other in expected_reports):
                return f"findings that are none: {printed[:2000]}"
        return None

    @staticmethod
    def reports(printed):
        """What is printed of each file, but the exit code, which a page that cannot be written changes."""
        result = []
        for line in printed.decode("utf-8", "replace").splitlines():
            try:
                report = json.loads(line)
            except ValueError:
                continue  # cut off: no verdict that could be read
            if isinstance(report, dict) and "verdict" in report:
                result.append(report | {"exit_code": None})
        return result

    @staticmethod
    def findings(report):
        return frozenset((f["check"], f["line"], f["claimed"], f["computed"]) for f in report["findings"])


def memory_far_out():
    """A trace that copies 68 MiB of zeros onto themselves: more than a region keeps when it is given back."""
    size = 68 << 20
    words = size // 32
    gas = 1 << 40
    cost = 3 + 3 * words + 3 * words + words * words // 512
    steps = [{"pc": 0, "op": 0x5e, "gas": gas, "gasCost": cost, "memSize": 0, "stack": [hex(size), "0x0", "0x0"]},
             {"pc": 1, "op": 0, "gas": gas - cost, "gasCost": 0, "memSize": size, "stack": []}]
    return "".join(json.dumps({**step, "gas": hex(step["gas"]), "depth": 1}) + "\n" for step in steps)


def cases(evmmem, library, folder):
    wrong = ROOT / "tests/golden/input/wrong_load.jsonl"
    calls = SAMPLES / "nested_calls.jsonl"
    compressed = folder / "trace.jsonl.gz"
    compressed.write_bytes(gzip.compress(calls.read_bytes(), mtime=0))
    replay = ["replay", "--format", "json", "--no-speed", "--jobs", "1"]
    yield Case("plain", [*replay, str(calls)], evmmem, library, folder)
    yield Case("gzip", [*replay, str(compressed)], evmmem, library, folder)
    zstandard = folder / "trace.jsonl.zst"
    subprocess.run(["zstd", "-q", "-o", str(zstandard), str(calls)], check=True)
    yield Case("zstd", [*replay, str(zstandard)], evmmem, library, folder)
    yield Case("findings", [*replay, str(wrong)], evmmem, library, folder)
    # Memory on every line, and more than one file.
    memory = folder / "memory.jsonl"
    subprocess.run([str(evmmem), "generate", "--steps", "300", "--memory", "-o", str(memory)], check=True)
    yield Case("memory", [*replay, str(memory), str(calls)], evmmem, library, folder)
    # What a second thread does: decompress what is long, and replay the second of two files.
    long = folder / "long.jsonl"
    subprocess.run([str(evmmem), "generate", "--steps", "9000", "-o", str(long)], check=True)
    packed = folder / "long.jsonl.gz"
    packed.write_bytes(gzip.compress(long.read_bytes(), mtime=0))
    yield Case("read ahead", [*replay, str(packed)], evmmem, library, folder)
    yield Case("jobs", [*replay[:-1], "2", str(calls), str(wrong)], evmmem, library, folder)
    # Where the region's bytes must be made usable step by step, and where pages are given back.
    yield Case("little data", [*replay, str(calls)], evmmem, library, folder, data_max=256 << 20)
    far = folder / "far.jsonl"
    far.write_text(memory_far_out(), encoding="ascii")
    yield Case("far", [*replay, str(far)], evmmem, library, folder)
    yield Case("page", [*replay, "--report", "MADE", str(wrong)], evmmem, library, folder)
    yield Case("generate", ["generate", "--steps", "200", "-o", "MADE"], evmmem, library, folder)


def main():
    evmmem, library = (pathlib.Path(path).resolve() for path in sys.argv[1:3])
    runs = failed = 0
    seen = set()
    with tempfile.TemporaryDirectory() as name, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for case in cases(evmmem, library, pathlib.Path(name)):
            asked = []
            for call, (count, numbers) in case.places(seen).items():
                for number in numbers:
                    asked.append({"FAILING_CALL": call, "FAILING_AT": str(number)})
                # From then on: what says that something failed has no memory, either.
                for number in {*numbers[::20], *range(max(0, count - 3), count)}:
                    asked.append({"FAILING_CALL": call, "FAILING_AT": str(number), "FAILING_LASTING": "1"})
                print(f"{case.name}: {call}: {count} calls, {len(numbers)} new places")
            for variables, outcome in zip(asked, pool.map(case.run, asked)):
                runs += 1
                wrong = case.judge(outcome)
                if wrong:
                    failed += 1
                    environment = " ".join(f"{key}={value}" for key, value in variables.items())
                    print(f"{environment} LD_PRELOAD={library} {' '.join(case.command)}\n    {wrong}")
    print(f"{runs} runs in which a call failed, {failed} of them wrong")
    return 1 if failed or runs < 500 else 0


sys.exit(main())
