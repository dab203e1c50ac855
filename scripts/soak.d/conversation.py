# SPDX-License-Identifier: MIT
"""A client that stays: one JSON line asked, one answered. It sleeps while it is not asked."""

import contextlib
import json
import pathlib
import select
import subprocess
import time

import processes
from forks import OF_STATE_TEST


class Broken(Exception):
    """The client ended, or answered too late; the next ask() starts it again."""


class Conversation:
    def __init__(self, command, errors, cwd=None, env=None):
        self.command, self.errors, self.cwd, self.env = [str(part) for part in command], pathlib.Path(errors), cwd, env
        self.process = None
        self.rest = b""
        self.cpu_before = 0.0

    def _start(self):
        with open(self.errors, "ab") as errors:
            self.process = subprocess.Popen(processes.bounded(self.command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                                            cwd=self.cwd, env=self.env, start_new_session=True)
        self.rest, self.cpu_before = b"", 0.0

    def ask(self, request, seconds_max, watched=None, size_max=None):
        """The answer, and the CPU seconds it took. Broken where none comes in time, or the file `watched` outgrows
        `size_max` bytes. processes.Stopped when the soak is over."""
        if watched is not None:
            watched.unlink(missing_ok=True)  # an earlier answer's
        if self.process is None:
            self._start()
        try:
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            self.process.stdin.flush()
        except OSError:
            self.close()
            raise Broken("it ended") from None
        end = time.monotonic() + seconds_max
        while b"\n" not in self.rest:
            if processes.stopping.is_set():
                self.close()
                raise processes.Stopped
            if time.monotonic() > end:
                self.close()
                raise Broken("too long a trace")
            if watched is not None and watched.exists() and watched.stat().st_size > size_max:
                self.close()
                raise Broken("too large a trace")
            if not select.select([self.process.stdout], [], [], 0.1)[0]:
                continue
            if not (piece := self.process.stdout.read1(1 << 20)):
                self.close()
                raise Broken("it ended")
            self.rest += piece
        line, self.rest = self.rest.split(b"\n", 1)
        cpu = processes.cpu_of(self.process.pid)
        spent, self.cpu_before = cpu - self.cpu_before, cpu
        return json.loads(line), spent

    def close(self):
        if self.process is not None:
            processes.kill(self.process)
            self.process.wait()
            self.process.stdin.close()
            self.process.stdout.close()
            self.process = None


@contextlib.contextmanager
def state_tests(conversation, folder, seconds_max, size_max):
    """A way to have a client run a case: a question has the paths of its state test and of the trace to print, and the
    answer the forks that it ran. The conversation is over when the way is left."""
    def ask(case):
        case.trace = folder / "trace.jsonl"
        path = folder / "test.json"
        path.write_text(json.dumps({"t": case.test}))
        try:
            answer, case.cpu = conversation.ask({"test": str(path), "trace": str(case.trace), **case.settings}, seconds_max,
                                                case.trace, size_max)
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
        conversation.close()
