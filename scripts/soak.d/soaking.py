# SPDX-License-Identifier: MIT
"""The soak itself: as many workers as there are cores, each with one client at a time."""

import json
import pathlib
import shutil
import sys
import tempfile
import threading
import time
import traceback

import alterations
import judge as judging
import processes


class Soak:
    """`clients` are modules as clients.py says; `options` the command line's."""

    def __init__(self, clients, tally, options):
        self.clients, self.tally, self.options = clients, tally, options
        self.kept = options.out / "kept"
        self.obtained = {}
        self.faults = []  # of the soak itself
        self.lock = threading.Lock()
        self.end = None

    def run(self):
        """Until time or tests are used up, or the soak is stopped."""
        start, before = time.monotonic(), self.tally.seconds
        if self.options.seconds is not None:
            self.end = start + self.options.seconds
        workers = [threading.Thread(target=self._work, daemon=True) for _ in range(self.options.jobs)]
        for worker in workers:
            worker.start()
        try:
            while any(worker.is_alive() for worker in workers):
                time.sleep(0.1)
                self.tally.seconds = before + time.monotonic() - start
                if self.end is not None and time.monotonic() > self.end + 1:
                    processes.stopping.set()  # what still runs is ended, and handed out again by --resume
        except KeyboardInterrupt:
            processes.stopping.set()
            print("soak: stopped", file=sys.stderr)
        for worker in workers:
            worker.join()
        self.tally.save()

    def _over(self):
        return processes.stopping.is_set() or (self.end is not None and time.monotonic() > self.end) or bool(self.faults)

    def _next_batch(self):
        """The client that has had the least time so far, and its next tests."""
        with self.lock:
            clients = sorted(self.clients, key=lambda client: (getattr(client, "running", 0), self.tally.of(client.NAME)["seconds"]))
            for client in clients:
                if (taken := self.tally.take(client.NAME, client.BATCH, self.options.traces)):
                    client.running = getattr(client, "running", 0) + 1
                    return client, taken
        return None, []

    def _work(self):
        with tempfile.TemporaryDirectory(prefix="soak-", dir=self.options.scratch) as name:
            folder = pathlib.Path(name)
            while not self._over():
                client, indices = self._next_batch()
                if client is None:
                    return
                start = time.monotonic()
                try:
                    self._batch(client, indices, folder)
                    self.tally.save()
                except processes.Stopped:
                    return
                except Exception:  # noqa: BLE001  a fault of the soak: it ends, and says so
                    self.faults.append(f"{client.NAME} {indices}: {traceback.format_exc()}")
                    processes.stopping.set()
                    return
                finally:
                    self.tally.spent(client.NAME, time.monotonic() - start)
                    with self.lock:
                        client.running -= 1

    def _batch(self, client, indices, folder):
        with client.session(self.obtained[client.NAME], folder) as ask:
            for index in indices:
                if self._over():
                    return
                case = client.make(self.options.seed, index, self.options.fork)
                if not case.skipped:
                    ask(case)
                judgement = None if case.skipped else judging.judge(self.options.evmmem, case, folder)
                self.tally.add(case, judgement)
                if judgement and (judgement.cause or judgement.warned):
                    self._keep(case, judgement)
                if judgement and not judgement.cause and self.options.alter and index % self.options.alter == 0 and not case.partial:
                    self._alter(case, folder)

    def _keep(self, case, judgement):
        self.tally.example(case, judgement)
        size = case.trace.stat().st_size
        if not self.tally.may_keep(case.client, judgement.cause or judgement.warned, size, self.options.keep_bytes):
            return
        folder = self.kept / f"{case.client}-{case.index}"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(case.trace, folder / case.trace.name)
        about = {"client": case.client, "index": case.index, "seed": case.seed, "settings": case.settings, "forks": case.forks,
                 "partial": case.partial, "trace": case.trace.name, "cause": judgement.cause or judgement.warned, "detail": judgement.detail,
                 "test": case.test}
        (folder / "case.json").write_text(json.dumps(about, indent=1) + "\n")

    def _alter(self, case, folder):
        if case.trace.stat().st_size > alterations.SIZE_MAX:
            return
        mutation = alterations.altered(case.trace, f"{case.seed}/altered")
        if mutation is None:
            return
        path = folder / f"altered{case.trace.suffix}"
        path.write_text(mutation.text)
        report, cpu, broken = judging.ask(self.options.evmmem, path, folder)
        if broken:
            with self.tally.lock:
                self.tally.of(case.client)["causes"][f"altered: {broken}"] += 1
            self._keep_altered("broken", case, mutation, path)
            return
        found = report["verdict"] != "agrees" or bool(report["warnings"])
        self.tally.altered(mutation.kind, found, mutation.reason is None)
        if not found and mutation.reason is None and self.tally.may_keep_missed(mutation.kind, len(mutation.text),
                                                                               self.options.keep_bytes):
            self._keep_altered("missed", case, mutation, path)

    def _keep_altered(self, why, case, mutation, path):
        folder = self.kept / f"{why}-{mutation.kind.replace(' ', '-')}-{case.client}-{case.index}"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, folder / path.name)
        (folder / "about.txt").write_text(f"step {mutation.step.index}, line {mutation.step.line}: {mutation.kind}: {mutation.change}\n")
