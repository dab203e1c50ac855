# SPDX-License-Identifier: MIT
"""The Python specification, PyPI's ethereum-execution, by its own `statetest`."""

import sys

import cache
import sources
from conversation import Conversation, state_tests
from forks import FORKS

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


def session(python, folder):
    return state_tests(Conversation([python, cache.HERE / "specification_driver.py"], folder / "specification.err"), folder, SECONDS_MAX, PRINTED_MAX)
