#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes seeds for the fuzz targets in FOLDER, out of the traces that the repository has: pieces of them that are short
enough, as JSON lines and as structLogs documents, and pieces that begin at a call. Further arguments are more traces."""

import gzip
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).parent.parent
BYTES_MAX = 6000


def lines_of(path):
    opened = gzip.open(path, "rt") if path.suffix == ".gz" else open(path, encoding="utf-8")
    with opened as file:
        return file.read().splitlines()


def pieces(lines):
    """The beginning, the places around calls and their returns, and the end."""
    starts = {0}
    for index, line in enumerate(lines):
        if any(f'"{name}"' in line for name in ("CALL", "DELEGATECALL", "CREATE", "CREATE2", "RETURN", "REVERT", "MCOPY")):
            starts.add(max(0, index - 3))
    last_end = 0
    for start in sorted(starts):
        if start < last_end:
            continue
        end, size = start, 0
        while end < len(lines) and size + len(lines[end]) + 1 <= BYTES_MAX:
            size += len(lines[end]) + 1
            end += 1
        if end > start:
            yield lines[start:end]
            last_end = end


def structlogs(lines):
    """The same steps as debug_traceTransaction prints them; nothing where a line is none."""
    logs = []
    for line in lines:
        try:
            step = json.loads(line)
            number = lambda key: int(str(step.get(key, 0)), 0)
            log = {"pc": number("pc"), "op": step["opName"], "gas": number("gas"), "gasCost": number("gasCost"),
                   "depth": number("depth"), "stack": step.get("stack", [])}
            memory = step.get("memory", "0x")[2:]
            if memory:
                log["memory"] = ["0x" + memory[i:i + 64] for i in range(0, len(memory), 64)]
            logs.append(log)
        except (ValueError, KeyError, TypeError):
            continue
    if not logs:
        return None
    return json.dumps({"gas": 21000, "failed": False, "returnValue": "", "structLogs": logs}, separators=(",", ":"))


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    traces = sorted([*ROOT.glob("traces/samples/*.jsonl"), *ROOT.glob("tests/data/bugs/*.jsonl"),
                     *ROOT.glob("tests/data/forks/*.amsterdam.jsonl.gz"), *ROOT.glob("tests/golden/input/*.jsonl"),
                     *map(pathlib.Path, sys.argv[2:])])
    for seed in (ROOT / "tests/fuzz/seeds").iterdir():
        (folder / seed.name).write_bytes(seed.read_bytes())
    for trace in traces:
        name = trace.name.removesuffix(".gz").removesuffix(".jsonl")
        for index, piece in enumerate(pieces(lines_of(trace))):
            (folder / f"{name}-{index}.jsonl").write_text("\n".join(piece) + "\n", encoding="utf-8")
            if index == 0 and (document := structlogs(piece)) is not None:
                (folder / f"{name}-{index}.json").write_text(document[:8000], encoding="utf-8")


main()
