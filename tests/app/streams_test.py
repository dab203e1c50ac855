#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A client that runs one test after another prints to a pipe and pauses: each transaction's verdict must come before the
next transaction does, and in the end all must be as if the stream had been a file."""
import json
import pathlib
import select
import signal
import subprocess
import sys
import tempfile

SECONDS_MAX = 60  # of waiting for what should come at once: a busy machine


def step(pc: int, op: int, gas: int, stack: list, name: str, cost: int) -> str:
    return json.dumps({"pc": pc, "op": op, "gas": hex(gas), "gasCost": hex(cost), "memSize": 0, "stack": stack,
                       "depth": 1, "refund": 0, "opName": name}, separators=(",", ":")) + "\n"


def transaction(root: int, shown: str = "0x1", pairs: int = 1) -> str:
    """So many times PUSH1 1, POP, and STOP, as go-ethereum's statetest prints it; `shown` is what was pushed."""
    gas = 0x10000
    lines = ""
    for i in range(pairs):
        lines += step(3 * i, 0x60, gas, [], "PUSH1", 3) + step(3 * i + 2, 0x50, gas - 3, [shown], "POP", 2)
        gas -= 5
    lines += step(3 * pairs, 0, gas, [], "STOP", 0)
    return lines + f'{{"output":"","gasUsed":"{5 * pairs:#x}"}}\n{{"stateRoot": "{root:#066x}"}}\n'


def results(*tests: tuple) -> str:
    return json.dumps([{"name": name, "pass": True, "stateRoot": f"{root:#066x}", "fork": fork}
                       for name, fork, root in tests], indent=2) + "\n"


class Replay:
    """A replay of its standard input, which is a pipe."""

    def __init__(self, evmmem: str, *options: str):
        # pylint: disable-next=consider-using-with
        self.process = subprocess.Popen([evmmem, "replay", "--no-speed", *options, "-"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.waiting = b""

    def write(self, text: str) -> None:
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def line(self) -> str:
        """The next line of its output, while its input is still open."""
        while b"\n" not in self.waiting:
            ready, _, _ = select.select([self.process.stdout], [], [], SECONDS_MAX)
            if not ready:
                self.process.kill()
                raise AssertionError("nothing was printed while the stream paused")
            block = self.process.stdout.read1()
            assert block, f"it ended early: {self.process.stderr.read().decode()}"
            self.waiting += block
        line, self.waiting = self.waiting.split(b"\n", 1)
        return line.decode()

    def end(self) -> list[str]:
        """What it prints after the end of its input."""
        self.process.stdin.close()
        rest = self.waiting + self.process.stdout.read()
        self.process.wait()
        return rest.decode().splitlines()


def replay_file(evmmem: str, path: pathlib.Path, *options: str) -> list[str]:
    run = subprocess.run([evmmem, "replay", "--no-speed", *options, str(path)], capture_output=True, check=False,
                         text=True)
    return run.stdout.splitlines()


def check_jsonl(evmmem: str) -> None:
    stream = Replay(evmmem, "--format", "jsonl")
    seen = []

    def told(text: str) -> dict:
        stream.write(text)
        seen.append(text)
        return json.loads(stream.line())

    first = told(transaction(1))
    assert first["kind"] == "transaction" and first["transaction"] == 0 and first["verdict"] == "agrees", first
    assert first["test"] is None and (first["first_line"], first["last_line"]) == (1, 4), first
    # The second begins where the first was named, by a list that tells nothing else.
    second = told(results(("a", "Cancun", 1)))
    assert second["transaction"] == 0 and second["test"] == "a" and second["fork"] == "Cancun", second
    third = told(transaction(2, shown="0x1ff"))
    assert third["transaction"] == 1 and third["verdict"] == "findings", third
    # A longer one than is looked ahead, and then a short one.
    fourth = told(transaction(3, pairs=400))
    assert fourth["transaction"] == 2 and fourth["steps"] == 801 and fourth["verdict"] == "agrees", fourth
    fifth = told(transaction(4))
    assert fifth["transaction"] == 3 and fifth["verdict"] == "agrees", fifth
    named = told(results(("b", "Cancun", 2), ("c", "Osaka", 3), ("d", "Osaka", 4)))
    assert (named["transaction"], named["test"], named["verdict"]) == (1, "b", "findings"), named
    rest = [json.loads(line) for line in stream.end()]
    kinds = [each["kind"] for each in rest]
    assert kinds == ["transaction", "transaction", "file", "summary"], kinds
    assert [each["test"] for each in rest[2]["by_transaction"]] == ["a", "b", "c", "d"], rest[2]["by_transaction"]

    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "stream"
        path.write_text("".join(seen), encoding="utf-8")
        whole = [json.loads(line) for line in replay_file(evmmem, path, "--format", "jsonl", "--no-transactions")]
    assert [each["kind"] for each in whole] == ["file", "summary"], whole
    assert {**whole[0], "file": "-"} == rest[2], (whole[0], rest[2])


def check_text(evmmem: str) -> None:
    stream = Replay(evmmem, "--transactions")
    stream.write(transaction(1))
    assert stream.line() == "agrees  transaction 0", "first"
    stream.write(transaction(2, shown="0x1ff"))
    assert stream.line() == "findings  transaction 1: 1 finding, lines 6 to 9", "second"
    rest = stream.end()
    assert "findings  -: 1 finding" in rest and rest[0] == "", rest

    # Unasked, they are told beside the output, as other progress is.
    run = subprocess.run([evmmem, "replay", "--no-speed", "-"], input=(transaction(1) + transaction(2)).encode(),
                         capture_output=True, check=False)
    assert run.stdout.startswith(b"agrees  -\n"), run.stdout
    assert run.stderr == b"agrees  transaction 0\nagrees  transaction 1\n", run.stderr
    run = subprocess.run([evmmem, "replay", "--quiet", "-"], input=transaction(1).encode(), capture_output=True,
                         check=False)
    assert run.stderr == b"", run.stderr


def check_without_roots(evmmem: str) -> None:
    """Clients that print no state root end a transaction with its gasUsed."""
    stream = Replay(evmmem, "--transactions")
    for n in range(2):
        stream.write(transaction(n).split('{"stateRoot"')[0])
        assert stream.line() == f"agrees  transaction {n}", n
    assert "agrees  -" in stream.end()


def check_late_dialect(evmmem: str) -> None:
    """What the first transaction does not show of its client, a later one does: in the end all is as of a file."""
    besu = step(0, 0x60, 100, [], "PUSH1", 3) + step(2, 0, 97, ["0x1"], "STOP", 0)
    # nimbus prints a root without a blank; memory as an array shows nimbus, too, but only from here on.
    text = [besu + '{"output":"","gasUsed":"0x3"}\n{"stateRoot": "0x01"}\n',
            transaction(2).replace('"memSize":0', '"memSize":0,"memory":"0x","returnData":"0x"')]
    stream = Replay(evmmem, "--format", "jsonl")
    stream.write(text[0])
    assert json.loads(stream.line())["transaction"] == 0
    stream.write(text[1])
    rest = [json.loads(line) for line in stream.end()]
    file = next(each for each in rest if each["kind"] == "file")
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "stream"
        path.write_text("".join(text), encoding="utf-8")
        whole = json.loads(replay_file(evmmem, path, "--format", "json")[0])
    file.pop("kind")
    assert {**whole, "file": "-"} == file, (whole, file)


def check_interrupt(evmmem: str) -> None:
    """What was found before an interrupt is not lost."""
    stream = Replay(evmmem, "--format", "jsonl")
    stream.write(transaction(1, shown="0x1ff"))
    assert json.loads(stream.line())["verdict"] == "findings"
    stream.process.send_signal(signal.SIGINT)
    # The stream stays open: only the signal ends it.
    file, summary = [json.loads(line) for line in (stream.waiting + stream.process.stdout.read()).splitlines()]
    stream.process.wait()
    assert (file["kind"], file["verdict"], file["exit_code"], len(file["findings"])) == ("file", "findings", 130, 1), file
    assert (summary["kind"], summary["findings"], summary["not_replayed"]) == ("summary", 1, 0), summary
    assert stream.process.returncode == 130, stream.process.returncode


def main() -> int:
    evmmem = str(pathlib.Path(sys.argv[1]).resolve())
    for check in (check_jsonl, check_text, check_without_roots, check_late_dialect, check_interrupt):
        check(evmmem)
        print(f"{check.__name__}: well")
    return 0


if __name__ == "__main__":
    sys.exit(main())
