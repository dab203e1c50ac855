# SPDX-License-Identifier: MIT
"""geth's `evm t8n`: a block of some transactions, each with a file of its own, with call frames if wanted. The files
are judged as one stream. A case's `test` is {"state": a state test, "again": how often its transaction is repeated}.
"""

import contextlib
import json
import shutil

import cache
import geth_statetest
import processes
import sources
from forks import FORKS, STATE_TEST, order

NAME = "geth-t8n"
PRINTED_MAX = 48 << 20
SECONDS_MAX = 60
BATCH = 20
KNOWN = FORKS

version, obtain = geth_statetest.version, geth_statetest.obtain


def settings_of(rng, forks):
    return {"memory": rng.random() < 0.7, "returndata": rng.random() < 0.7, "stack": rng.random() < 0.93,
            "callframes": rng.random() < 0.7}


def make(seed, index, forks):
    case = sources.state_test_case(NAME, seed, index, sources.common(forks, KNOWN), settings_of)
    if case.test:
        # A block has one fork.
        case.forks = case.forks[-1:]
        case.test["post"] = {STATE_TEST[case.forks[0]]: case.test["post"][STATE_TEST[case.forks[0]]]}
        case.test = {"state": case.test, "again": (0, 1, 2)[index % 3]}
    return case


# What Prague (EIP-7002, EIP-7251) and Amsterdam call after each block, and refuse a chain without: it has code here
# that does nothing.
SYSTEM = ("0x00000961ef480eb55e80d19ad83579a64c007002", "0x0000bbddc7ce488642fb579f8b00f3a590007251",
          "0x0000bff46984e3725691fa540a8c7589300d8282", "0x000064d678505ad48f8ccb093bc65613800e8282")


def accounts(state):
    return {**state["pre"], **{address: {"balance": "0x0", "nonce": "0x1", "code": "0x00"} for address in SYSTEM}}


def environment(state, fork):
    env = {**state["env"], "blockHashes": {"0": "0x" + "11" * 32}}
    if order(fork) >= order("paris"):
        env["currentDifficulty"] = "0x0"
    else:
        del env["currentRandom"]
    if order(fork) >= order("shanghai"):
        env["withdrawals"] = []
    if order(fork) < order("london"):
        del env["currentBaseFee"]
    if order(fork) < order("cancun"):
        del env["currentExcessBlobGas"]
    else:
        env["parentBeaconBlockRoot"] = "0x" + "00" * 32
    return env


def transaction(state, nonce):
    """As t8n takes it: legacy, or with an access list. Delegations are left to the state tests."""
    held = state["transaction"]
    sent = {"input": held["data"][0], "gas": held["gasLimit"][0], "value": held["value"][0], "nonce": hex(nonce), "to": held["to"] or None,
            "gasPrice": "0xa", "secretKey": held["secretKey"], "v": "0x0", "r": "0x0", "s": "0x0"}
    if "accessLists" in held:
        sent |= {"type": "0x1", "chainId": "0x1", "accessList": held["accessLists"][0]}
    return sent


@contextlib.contextmanager
def session(evm, folder):
    """Yields what runs a case in the client and fills in its trace."""
    def ask(case):
        state, fork = case.test["state"], case.forks[0]
        path, results, errors, traces = folder / "block.json", folder / "results.json", folder / "evm.err", folder / "traces"
        shutil.rmtree(traces, ignore_errors=True)
        traces.mkdir()
        path.write_text(json.dumps({"alloc": accounts(state), "env": environment(state, fork),
                                    "txs": [transaction(state, n) for n in range(1 + case.test["again"])]}))
        flags = [f"--trace.{'no' if what == 'stack' else ''}{what}" for what in ("memory", "returndata", "callframes", "stack")
                 if case.settings[what] != (what == "stack")]
        with open(path, "rb") as file:
            ended = processes.run([evm, "t8n", "--input.alloc", "stdin", "--input.env", "stdin", "--input.txs", "stdin",
                                   "--output.result", "stdout", "--output.alloc", "", "--output.basedir", traces,
                                   "--state.fork", STATE_TEST[fork], "--trace", *flags], results, errors, size_max=PRINTED_MAX,
                                  seconds_max=SECONDS_MAX, stdin=file, watched=traces)
        case.cpu, case.trace = ended.cpu, folder / "trace.jsonl"
        if ended.cut:
            case.skipped = ended.cut
            return
        if ended.code != 0:
            lines = [line for line in errors.read_text().splitlines() if line.startswith(("ERROR", "panic"))]
            case.skipped = f"the client failed: {lines[0][:80] if lines else ended.code}"
            return
        files = sorted(traces.glob("trace-*.jsonl"), key=lambda path: int(path.name.split("-")[1]))
        files = [path for path in files if path.stat().st_size]
        if not files:
            case.skipped = "the client refused the transaction"
            return
        with open(case.trace, "wb") as whole:
            for each in files:
                whole.write(each.read_bytes())
        case.forks = [fork] * len(files)

    yield ask
