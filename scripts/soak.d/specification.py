# SPDX-License-Identifier: MIT
"""The Python specification, PyPI's ethereum-execution, by its own `statetest`."""

import contextlib
import json
import sys

import cache
import sources
from conversation import Broken, Conversation
from forks import FORKS, OF_STATE_TEST

NAME = "specification"
PRINTED_MAX = 16 << 20
SECONDS_MAX = 90
BATCH = 20
GAS_MAX = 500_000
# It has Constantinople with its correction only, and no Amsterdam yet.
KNOWN = tuple(fork for fork in FORKS if fork not in ("constantinople", "amsterdam"))
REQUIREMENTS = cache.HERE / "specification.txt"


def version():
    return next(line.split("==")[1] for line in REQUIREMENTS.read_text().splitlines() if line.startswith("ethereum-execution=="))


def obtain():
    def build(done):
        cache.command(NAME, sys.executable, "-m", "venv", done / "python")
        cache.command(NAME, done / "python/bin/pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", REQUIREMENTS)
    return cache.obtain(NAME, version(), "python3", build) / "python/bin/python"


def settings_of(rng, forks):
    return {"memory": rng.random() < 0.7, "stack": rng.random() < 0.93, "return_data": rng.random() < 0.7}


def make(seed, index, forks):
    case = sources.state_test_case(NAME, seed, index, sources.common(forks, KNOWN), settings_of)
    if case.test:
        # Python is slow: a test that spends millions of gas would take its minutes.
        limit = case.test["transaction"]["gasLimit"]
        limit[0] = hex(min(int(limit[0], 16), GAS_MAX))
    return case


@contextlib.contextmanager
def session(python, folder):
    specification = Conversation([python, cache.HERE / "specification_driver.py"], folder / "specification.err")

    def ask(case):
        case.trace = folder / "trace.jsonl"
        path = folder / "test.json"
        path.write_text(json.dumps({"t": case.test}))
        try:
            answer, case.cpu = specification.ask({"test": str(path), "trace": str(case.trace), **case.settings}, SECONDS_MAX,
                                                 case.trace, PRINTED_MAX)
        except Broken as broken:
            case.skipped = str(broken)
            return
        if "error" in answer:
            case.skipped = f"the client failed: {answer['error'][:80]}"
            return
        case.forks = [OF_STATE_TEST[fork] for fork in answer["forks"]]
        if not case.forks:
            case.skipped = "the client refused the transaction"

    try:
        yield ask
    finally:
        specification.close()
