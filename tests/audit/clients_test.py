#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Random programs, run right, in the words of every client: all agree, alone and put together into one file. A trace that is
cut, and keeps its summary, agrees only where no step can be missing for all that it shows, and then says that this was not
checked; a document that fails does not where its last step cannot have. What stands in a file of the other format is named.

    clients_test.py EVMMEM OUT [PROGRAMS [SEED]]
"""

import json
import pathlib
import random
import sys

from replay_json import replay

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/support"))
from client_styles import DOCUMENTS, LINES, REFUND_STYLES  # noqa: E402
from halting_evm import HaltingEvm  # noqa: E402
from random_programs import world  # noqa: E402

STYLES = {**LINES, **DOCUMENTS}
# With gas enough and room on the stack. Some came with a later fork, and halt in those before it: but then they have no price.
NEVER_HALT = {*(f"PUSH{n}" for n in range(33)), "RETURNDATASIZE", "CHAINID", "SELFBALANCE", "BASEFEE", "MSIZE", "PC"}


def traced(rng, client):
    accounts, balances = world(rng)
    data = bytes(rng.choice([0, 1, 255]) for _ in range(rng.choice([0, 0, 4, 36])))
    machine = HaltingEvm(accounts, rng.choice([3_000_000, 500_000, 60_000]), REFUND_STYLES.get(client, "early"), data=data,
                         balances=balances)
    machine.run()
    return STYLES[client](machine)


def cut(rng, text):
    """The trace without its last steps; None where it has too few, or where it fails: then all gas is gone anyway."""
    lines = text.splitlines()
    if '"failed":true' in lines[-1] or any('"error"' in line and '"pc"' not in line for line in lines[-2:]):
        return None
    places = [i for i, line in enumerate(lines) if '"pc"' in line]
    if len(places) > 2:
        return "\n".join([*lines[:places[rng.randrange(1, len(places) - 1)]], *lines[places[-1] + 1:]]) + "\n"
    answer = json.loads(lines[0]) if lines[0].startswith('{"jsonrpc"') else {"result": {"structLogs": []}}
    logs = answer["result"]["structLogs"]
    if len(logs) < 3:
        return None
    del logs[rng.randrange(1, len(logs) - 1):]
    return json.dumps(answer) + "\n"


def cut_before_it_fails(rng, text):
    """A failing document as a node's limit cuts it, after a step that cannot be the one that failed; None where it has none."""
    if not text.startswith('{"jsonrpc"') or '"failed":true' not in text:
        return None
    answer = json.loads(text)
    logs = answer["result"]["structLogs"]
    places = [i for i, log in enumerate(logs[:-1], 1) if log["op"] in NEVER_HALT and "error" not in log]
    if not places:
        return None
    del logs[rng.choice(places):]
    if rng.random() < 0.5:
        for log in logs:
            del log["stack"]
    return json.dumps(answer) + "\n"


def made(programs, seed):
    """(name, text, whether a report of it is right)"""
    def agrees(report):
        return report["verdict"] == "agrees" and not report["warnings"]

    def is_not_whole(report):
        return report["verdict"] == "incomplete"

    def is_not_vouched_for(report):
        doubt = report["checks"].get("pc.continuity", {"impossible": 0})["impossible"]
        return report["verdict"] != "agrees" or doubt > 0

    for number in range(programs):
        rng = random.Random(f"{seed}/{number}")
        client = rng.choice(list(STYLES))
        text = traced(rng, client)
        yield f"{number}.{client}", text, agrees
        shorter = cut(rng, text)
        if shorter is not None:
            yield f"{number}.{client}.cut", shorter, is_not_vouched_for
        if (begun := cut_before_it_fails(rng, text)) is not None:
            yield f"{number}.{client}.begun", begun, is_not_whole
        pool = LINES if client in LINES else DOCUMENTS
        others = [rng.choice(list(pool)) for _ in range(rng.randrange(1, 4))]
        yield f"{number}.{'+'.join([client, *others])}", text + "".join(traced(rng, each) for each in others), agrees
        alien = rng.choice(list(DOCUMENTS if client in LINES else LINES))
        both = [text, traced(rng, alien)]
        rng.shuffle(both)
        yield f"{number}.{client}.beside.{alien}", "".join(both), is_not_whole


def main():
    evmmem, out = sys.argv[1], pathlib.Path(sys.argv[2])
    programs, seed = int(sys.argv[3]) if len(sys.argv) > 3 else 60, sys.argv[4] if len(sys.argv) > 4 else "1"
    out.mkdir(parents=True, exist_ok=True)
    cases = list(made(programs, seed))
    files = [out / f"{name}.jsonl" for name, _, _ in cases]
    for file, (_, text, _) in zip(files, cases, strict=True):
        file.write_text(text)
    complaints = [f"{name}: {report['verdict']}, {[each['detail'] for each in report['findings'][:1]]}"
                  for (name, _, is_right), report in zip(cases, replay(evmmem, files), strict=True) if not is_right(report)]
    print(*complaints, f"{len(cases)} traces, {len(complaints)} complaints", sep="\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
