#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A trace of 360 frames within each other is replayed to its end, and a fault at its bottom is found there.

    deep_calls_test.py EVMMEM OUT    (scripts/long_trace is the long form)
"""

import json
import pathlib
import sys

from replay_json import replay

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/support"))
from small_evm import TARGET, SmallEvm, assemble, text  # noqa: E402

DEPTH, ROUNDS = 360, 1


def main():
    evmmem, out = sys.argv[1], pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    sys.setrecursionlimit(20 * DEPTH + 1000)
    code = assemble((ROOT / "tests/data/deep_calls.asm").read_text())
    data = DEPTH.to_bytes(32, "big") + ROUNDS.to_bytes(32, "big")
    lines = SmallEvm({TARGET: code}, 10**12, data=data).run()
    (out / "deep.jsonl").write_text(text(lines))

    # At the bottom, the word that MLOAD loads is another one.
    loads = [i for i, line in enumerate(lines) if line.get("opName") == "MLOAD" and line["depth"] == DEPTH + 1]
    lines[loads[0] + 1]["stack"][-1] = "0xbad"
    (out / "fault.jsonl").write_text(text(lines))

    deep, fault = replay(evmmem, [out / "deep.jsonl", out / "fault.jsonl"])
    assert deep["exit_code"] == 0 and not deep["findings"] and not deep["warnings"], deep
    assert deep["steps"] == len(lines) - 1 and deep["frames"] == DEPTH + 1, deep
    assert fault["exit_code"] == 1 and len(fault["findings"]) == 1, fault["findings"]
    found = fault["findings"][0]
    assert (found["check"], found["line"], found["depth"]) == ("memory.load", loads[0] + 1, DEPTH + 1), found
    print(json.dumps({"steps": deep["steps"], "frames": deep["frames"]}))


if __name__ == "__main__":
    main()
