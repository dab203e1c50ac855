# SPDX-License-Identifier: MIT
"""geth's `evm statetest`: one stream of lines, a transaction for each fork of the test."""

import contextlib
import json

import cache
import processes
import sources
from forks import FORKS, OF_STATE_TEST

NAME = "geth"
PRINTED_MAX = 48 << 20  # bytes of one trace
SECONDS_MAX = 60
BATCH = 20
KNOWN = FORKS


def version():
    return cache.PINNED["go"]["geth"]


def obtain():
    return cache.go_install("evm", "github.com/ethereum/go-ethereum/cmd/evm", version())


def settings_of(rng, forks):
    """What is printed of each step."""
    return {"memory": rng.random() < 0.7, "returndata": rng.random() < 0.7, "stack": rng.random() < 0.93}

def make(seed, index, forks):
    return sources.state_test_case(NAME, seed, index, sources.common(forks, KNOWN), settings_of)


@contextlib.contextmanager
def session(evm, folder):
    """Yields what runs a case in the client and fills in its trace."""
    def ask(case):
        path, results = folder / "test.json", folder / "results.json"
        case.trace = folder / "trace.jsonl"
        path.write_text(json.dumps({"t": case.test}))
        flags = [f"--trace.no{what}={str(not case.settings[what]).lower()}" for what in ("memory", "returndata", "stack")]
        ended = processes.run([evm, "statetest", "--trace", *flags, path], results, case.trace, size_max=PRINTED_MAX,
                              seconds_max=SECONDS_MAX)
        case.cpu = ended.cpu
        if ended.cut:
            case.skipped = ended.cut
            return
        try:
            answers = json.loads(results.read_text())
        except ValueError:
            case.skipped = "the client refused the test"
            return
        if all("unexpected error" in each.get("error", "") for each in answers):
            case.skipped = "the client refused the transaction"
        # It runs them in an order of its own.
        case.forks = [OF_STATE_TEST[each["fork"]] for each in answers]

    yield ask
