#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""evmmem with a fault: the real one, $REAL_EVMMEM, runs, and what it says is changed as $FAULT says.

    alarm   each trace with an MSTORE8 is refused, at that step
    warn    each trace with an MSTORE8 is warned of, at that step
    blind   nothing is ever found
    stuck   the first four traces are as they should be, and with any other it never ends; $FOLDER is where it counts
    broken  it ends without a word
"""

import json
import os
import pathlib
import subprocess
import sys
import time

fault = os.environ["FAULT"]
if fault == "broken":
    sys.exit(139)
if fault == "stuck":
    for n in range(4):
        try:
            os.close(os.open(pathlib.Path(os.environ["FOLDER"]) / f"report-{n}", os.O_CREAT | os.O_EXCL))
            break
        except FileExistsError:
            continue
    else:
        (pathlib.Path(os.environ["FOLDER"]) / "stuck").touch()
        while True:
            time.sleep(60)
run = subprocess.run([os.environ["REAL_EVMMEM"], *sys.argv[1:]], capture_output=True, text=True, check=False)
report = json.loads(run.stdout)
lines = [json.loads(line) for line in pathlib.Path(sys.argv[-1]).read_text().splitlines()]
code = run.returncode
struck = [n for n, line in enumerate(lines) if line.get("op") == 0x53]
if fault in ("alarm", "warn") and struck:
    planted = {"check": "memory.size", "step": struck[0], "line": struck[0] + 1, "op": "MSTORE8",
               "claimed": "1", "computed": "2", "detail": "planted"}
    report["findings" if fault == "alarm" else "warnings"] = [planted]
    if fault == "alarm":
        report["verdict"], code = "findings", 1
if fault == "blind":
    report["verdict"], report["findings"], report["warnings"], code = "agrees", [], [], 0
print(json.dumps(report))
sys.exit(code)
