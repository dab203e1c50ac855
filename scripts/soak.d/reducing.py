# SPDX-License-Identifier: MIT
"""Makes a refused trace small: first its test, asking the client again each time; then its lines, asking evmmem only."""

import argparse
import copy
import json
import pathlib
import shutil
import sys
import tempfile
import time

import cache
import clients
import judge as judging
from assembly import instructions
from case import Case
from forks import OF_STATE_TEST, STATE_TEST
from trace_model import step_lists

JUMPDEST = 0x5B
HELP = """Makes a refused trace small.

FILE is a kept case (its folder, or case.json in it), or any trace. Where the test and its client are at hand, forks,
accounts, code, calldata and the rest are left out one after the other, as long as the client's trace is refused for
the same cause; then lines are left out as long as evmmem says the same. The outcome lies in the folder `reduced`
beside the case, or in --out:

  case.json, trace.*   the small test, and what the client prints of it
  lines.*              the fewest lines: no client printed them so
"""


class Budget:
    def __init__(self, seconds):
        self.end = time.monotonic() + seconds
        self.asked = 0

    def left(self):
        return time.monotonic() < self.end


def fewest(items, works, budget):
    """The items without those that `works` does not need: chunks are left out, large ones first, until none can be."""
    size = max(1, len(items) // 2)
    while budget.left():
        at, shrunk = 0, False
        while at < len(items) and budget.left():
            rest = items[:at] + items[at + size:]
            if works(rest):
                items, shrunk = rest, True
            else:
                at += size
        if size == 1 and not shrunk:
            break
        size = max(1, size // 2) if not shrunk or size > 1 else 1
    return items


def same(first, second):
    """Whether two findings are the same wrong word, wherever it stands."""
    return first is not None and second is not None and all(first[key] == second[key] for key in ("check", "op"))


def first_finding(report):
    return report["findings"][0] if report and report["findings"] else None


class TestReducer:
    """Leaves out parts of a case's test. `ask` runs a case in the client, as its session gave it."""

    def __init__(self, case, ask, evmmem, folder, budget):
        self.case, self.ask, self.evmmem, self.folder, self.budget = case, ask, evmmem, folder, budget
        judged = self._run(case)
        if judged is None or not judged.cause:
            raise LookupError("the client's trace is not refused any more" if judged else f"the client: {case.skipped}")
        self.cause, self.finding = judged.cause.removesuffix(judging.SEVERAL), first_finding(judged.report)

    def _run(self, case):
        case.skipped, case.partial = "", False
        self.budget.asked += 1
        self.ask(case)
        return None if case.skipped else judging.judge(self.evmmem, case, self.folder)

    def holds(self, change):
        """Applies `change` to a copy of the case; keeps it if the cause is still the same. Says whether it did."""
        if not self.budget.left():
            return False
        case = copy.deepcopy(self.case)
        if change(case) is False:
            return False
        judged = self._run(case)
        if judged is None or judged.cause.removesuffix(judging.SEVERAL) != self.cause:
            return False
        if self.finding is not None and not same(self.finding, first_finding(judged.report)):
            return False
        self.case = case
        return True

    def reduce(self):
        self._forks()
        for _ in range(3):
            before = json.dumps(self.case.test)
            self._accounts()
            for address in list(self._state(self.case)["pre"]):
                self._code(address)
            self._rest()
            if json.dumps(self.case.test) == before or not self.budget.left():
                break
        return self.case

    @staticmethod
    def _state(case):
        return case.test.get("state", case.test)

    def _forks(self):
        names = list(self._state(self.case)["post"])

        def only(case, kept):
            state = self._state(case)
            state["post"] = {name: each for name, each in state["post"].items() if name in kept}
            case.forks = [fork for fork in case.forks if fork is None or STATE_TEST.get(fork) in kept] or \
                [OF_STATE_TEST[name] for name in kept]

        for name in names if len(names) > 1 else []:
            if self.holds(lambda case, name=name: only(case, [name])):
                return
        for name in names:
            kept = [each for each in self._state(self.case)["post"] if each != name]
            if kept:
                self.holds(lambda case, kept=kept: only(case, kept))

    def _accounts(self):
        sender = self._state(self.case)["transaction"]["sender"]
        for address in list(self._state(self.case)["pre"]):
            if address != sender:
                self.holds(lambda case, address=address: self._state(case)["pre"].pop(address) and None)

    def _code(self, address):
        """Instructions become JUMPDESTs, which keep the others where they are; then these are taken out, if they can be."""
        account = self._state(self.case)["pre"].get(address)
        code = bytes.fromhex(account["code"][2:]) if account else b""
        if not code or code[0] == 0xEF:
            return

        def put(case, new):
            held = self._state(case)["pre"][address]
            if held["code"] == "0x" + new.hex():
                return False
            held["code"] = "0x" + new.hex()
            return None

        def with_only(kept):
            new = bytearray([JUMPDEST]) * len(code)
            for at, size in kept:
                new[at:at + size] = code[at:at + size]
            return bytes(new)

        self.holds(lambda case: put(case, b""))
        if self._state(self.case)["pre"][address]["code"] == "0x":
            return
        kept = list(instructions(code))
        kept = fewest(kept, lambda rest: self.holds(lambda case: put(case, with_only(rest))), self.budget)
        end = max((at + size for at, size in kept), default=0)
        short = with_only(kept)[:end]
        self.holds(lambda case: put(case, short))
        self._without_jumpdests(address, put)

    def _without_jumpdests(self, address, put):
        code = bytes.fromhex(self._state(self.case)["pre"][address]["code"][2:])
        parts = [(code[at:at + size]) for at, size in instructions(code)]
        if self.holds(lambda case: put(case, b"".join(part for part in parts if part[0] != JUMPDEST))):
            return

        def works(rest):
            return len(rest) < len(parts) and all(part[0] == JUMPDEST for part in set(parts) - set(rest)) and \
                self.holds(lambda case: put(case, b"".join(rest)))

        fewest(parts, works, self.budget)

    def _rest(self):
        def change(where, key, value):
            def apply(case):
                held = where(self._state(case))
                if held.get(key) == value or (value is None and key not in held):
                    return False
                if value is None:
                    del held[key]
                else:
                    held[key] = value
                return None
            self.holds(apply)

        def transaction(state):
            return state["transaction"]

        for key, value in (("accessLists", None), ("authorizationList", None), ("value", ["0x0"]), ("data", ["0x"])):
            change(transaction, key, value)
        data = bytes.fromhex(transaction(self._state(self.case))["data"][0][2:])
        for size in (4, 32, len(data) // 2):
            if size < len(data):
                change(transaction, "data", ["0x" + data[:size].hex()])
        for address in list(self._state(self.case)["pre"]):
            change(lambda state, address=address: state["pre"][address], "storage", {})
        if "again" in self.case.test:
            self.holds(lambda case: case.test.update(again=0) if case.test["again"] else False)
        for key in ("memory", "return_data", "returndata", "returnData"):
            if self.case.settings.get(key):
                self.holds(lambda case, key=key: case.settings.update({key: False}))


def reduce_lines(trace, evmmem, out, folder, budget):
    """Writes the fewest lines, or steps of a document, of which evmmem still says the same first; how many they are, or
    None where there is no finding."""
    report, _, _ = judging.ask(evmmem, trace, folder)
    wanted = first_finding(report)
    if wanted is None:
        return None
    text = trace.read_text()
    items, render = parts_of(text)
    if items is None:
        return None
    path = folder / f"lines{trace.suffix}"

    def works(rest):
        budget.asked += 1
        path.write_text(render(rest))
        said, _, broken = judging.ask(evmmem, path, folder)
        found = None if broken else first_finding(said)
        return same(wanted, found) and all(wanted[key] == found[key] for key in ("claimed", "computed"))

    items = fewest(items, works, budget)
    out.write_text(render(items))
    return len(items)


def parts_of(text):
    """What can be left out of a trace, and how it is written again."""
    lines = text.splitlines(keepends=True)
    if len(lines) > 1 and lines[0].startswith("{") and lines[0].rstrip().endswith("}"):
        return lines, "".join
    document = json.loads(text)
    lists = list(step_lists(document))
    if len(lists) != 1:
        return None, None
    steps = list(lists[0])

    def render(rest):
        lists[0][:] = rest
        return json.dumps(document)

    return steps, render


def load(path):
    """The case that `path` is, or None where it is a trace only."""
    if path.is_dir():
        path = path / "case.json"
    if path.name != "case.json":
        return None, path
    about = json.loads(path.read_text())
    case = Case(about["client"], about["index"], about["seed"], about["settings"], about["test"], about["forks"])
    return case, path.parent / about["trace"]


def main(arguments):
    parser = argparse.ArgumentParser(prog="soak reduce", description=HELP, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--evmmem", type=pathlib.Path, default=cache.HERE.parents[1] / "build/app/evmmem", metavar="PATH")
    parser.add_argument("--out", type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("--seconds", type=float, default=300, help="how long to try for (300)")
    options = parser.parse_args(arguments)
    evmmem = options.evmmem.resolve()
    case, trace = load(options.file)
    out = options.out or (trace.parent / "reduced")
    out.mkdir(parents=True, exist_ok=True)
    budget = Budget(options.seconds)
    with tempfile.TemporaryDirectory(prefix="soak-reduce-") as name:
        folder = pathlib.Path(name)
        if case is not None and case.test is not None:
            trace = with_client(case, trace, evmmem, out, folder, budget)
        lines = out / f"lines{trace.suffix}"
        count = reduce_lines(trace, evmmem, lines, folder, budget)
    if count is None:
        print("no line was left out: there is no finding in it")
    else:
        print(f"{lines}: {count} lines")
    print(f"asked {budget.asked} times")
    return 0


def with_client(case, trace, evmmem, out, folder, budget):
    """Makes the test small, if its client can be had; the trace to go on with."""
    client = clients.ALL[case.client]
    try:
        obtained = client.obtain()
    except cache.Missing as missing:
        print(f"soak: {case.client}: {missing}; its trace is made small without it", file=sys.stderr)
        return trace
    before = trace.stat().st_size
    with client.session(obtained, folder) as ask:
        try:
            reducer = TestReducer(case, ask, evmmem, folder, budget)
        except LookupError as error:
            print(f"soak: {error}; its trace is made small without it", file=sys.stderr)
            return trace
        case = reducer.reduce()
        ask(case)
        judged = judging.judge(evmmem, case, folder)
        small = out / case.trace.name
        shutil.copyfile(case.trace, small)
    about = {"client": case.client, "index": case.index, "seed": case.seed, "settings": case.settings, "forks": case.forks,
             "partial": case.partial, "trace": small.name, "cause": judged.cause, "detail": judged.detail, "test": case.test}
    (out / "case.json").write_text(json.dumps(about, indent=1) + "\n")
    with open(small, "rb") as file:
        lines = sum(1 for _ in file)
    print(f"{out / 'case.json'}: {judged.cause}: {judged.detail[:300]}")
    print(f"{small}: {before} bytes to {small.stat().st_size}, {lines} lines")
    return small
