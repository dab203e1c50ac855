# SPDX-License-Identifier: MIT
"""Runs state tests in the Python specification's own `statetest`; started by specification.py with that package's
Python. One request a line on standard input, {"test": PATH, "trace": PATH, "memory": bool, "stack": bool,
"return_data": bool}, and one answer a line on standard output: {"forks": [..]} or {"error": text}.
"""

import argparse
import io
import json
import sys

from ethereum_spec_tools.evm_tools.statetest import ForkCache, StateTest


def answer(request, forks):
    flags = {key: request[key] for key in ("memory", "stack", "return_data")}
    results = io.StringIO()
    test = StateTest(argparse.Namespace(file=request["test"], json=True, **flags), results, io.StringIO())
    errors = sys.stderr
    with open(request["trace"], "w", encoding="utf-8") as trace:
        sys.stderr = trace
        try:
            test.run_one(request["test"], forks)
        finally:
            sys.stderr = errors
    return {"forks": [each["fork"] for each in json.loads(results.getvalue())]}


def main():
    with ForkCache() as forks:
        for line in sys.stdin:
            try:
                replied = answer(json.loads(line), forks)
            except Exception as error:  # noqa: BLE001  whatever the specification raises is its answer
                replied = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps(replied), flush=True)


main()
