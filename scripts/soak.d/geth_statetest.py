# SPDX-License-Identifier: MIT
"""geth's `evm statetest`: one stream of lines, a transaction for each fork of the test."""

import contextlib
import json
import random

import cache
import processes
from case import Case
from forks import OF_STATE_TEST
from state_tests import state_test

NAME = "geth"
PRINTED_MAX = 48 << 20  # bytes of one trace
SECONDS_MAX = 60
BATCH = 20


def version():
    return cache.PINNED["go"]["geth"]


def obtain():
    return cache.go_install("evm", "github.com/ethereum/go-ethereum/cmd/evm", version())


def settings_of(rng):
    """What is printed of each step."""
    kind = rng.random()
    return {"memory": kind < 0.7, "return_data": kind < 0.5 or rng.random() < 0.5, "stack": rng.random() < 0.93}


@contextlib.contextmanager
def session(evm, folder):
    def run(seed, index, forks):
        name = f"{seed}/{NAME}/{index}"
        test, truth = state_test(name, **({"known_forks": forks, "several": len(forks) > 1} if forks else {}))
        return again(test, settings_of(random.Random(name + "/settings")), Case(NAME, index, name, {}))

    def again(test, settings, case=None):
        """Runs a test as before: for `reduce`, too."""
        case = case or Case(NAME, 0, "", {})
        case.test, case.settings = test, settings
        path, trace, results = folder / "test.json", folder / "trace.jsonl", folder / "results.json"
        path.write_text(json.dumps({"t": test}))
        flags = [f"--trace.nomemory={str(not settings['memory']).lower()}",
                 f"--trace.noreturndata={str(not settings['return_data']).lower()}",
                 f"--trace.nostack={str(not settings['stack']).lower()}"]
        ended = processes.run([evm, "statetest", "--trace", *flags, path], results, trace, size_max=PRINTED_MAX,
                              seconds_max=SECONDS_MAX)
        case.cpu, case.trace = ended.cpu, trace
        if ended.cut:
            case.skipped = f"too {'large' if ended.cut == 'size' else 'long'} a trace"
            return case
        try:
            told = json.loads(results.read_text())
        except ValueError:
            case.skipped = "the client refused the test"
            return case
        refused = [each for each in told if "unexpected error" in each.get("error", "")]
        if refused and len(refused) == len(told):
            case.skipped = "the client refused the transaction"
        case.forks = [OF_STATE_TEST[each["fork"]] for each in told]
        return case

    run.again = again
    yield run
