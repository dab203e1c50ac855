# SPDX-License-Identifier: MIT
"""The npm package @ethereumjs/evm, with the recorder of scripts/record_trace."""

import contextlib
import hashlib
import json
import shutil

import cache
import sources
from conversation import Broken, Conversation
from forks import FORKS

NAME = "ethereumjs"
PRINTED_MAX = 24 << 20
SECONDS_MAX = 60
BATCH = 20
KNOWN = FORKS
RECORDER = cache.HERE.parent / "record_trace.d"
FILES = (RECORDER / "package.json", RECORDER / "package-lock.json", RECORDER / "recorder.js", cache.HERE / "ethereumjs.js",
         cache.HERE / "solidity.js")


def version():
    return json.loads((RECORDER / "package.json").read_text())["dependencies"]["@ethereumjs/evm"]


def obtain():
    """The packages and the programs around them, in a folder for each state of the latter."""
    digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in FILES)).hexdigest()[:8]

    def build(done):
        for path in FILES:
            shutil.copyfile(path, done / path.name)
        cache.command(NAME, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", cwd=done)
    return cache.obtain(NAME, f"{version()}-{digest}", "npm", build)


def settings_of(rng, forks):
    return {"memory": rng.random() < 0.7, "stack": rng.random() < 0.93, "returnData": rng.random() < 0.7}


def make(seed, index, forks):
    return sources.state_test_case(NAME, seed, index, sources.common(forks, KNOWN), settings_of)


@contextlib.contextmanager
def session(folder_of_packages, folder):
    node = Conversation(["node", folder_of_packages / "ethereumjs.js"], folder / "ethereumjs.err")

    def ask(case):
        case.trace = folder / "trace.jsonl"
        try:
            answer, case.cpu = node.ask({"test": case.test, "forks": case.forks, "trace": str(case.trace), "limit": PRINTED_MAX,
                                         **case.settings}, SECONDS_MAX, case.trace, 2 * PRINTED_MAX)
        except Broken as broken:
            case.skipped = str(broken)
            return
        if (error := answer.get("error")):
            case.skipped = "too large a trace" if error == "too large" else f"the client failed: {error.splitlines()[0][:80]}"

    try:
        yield ask
    finally:
        node.close()
