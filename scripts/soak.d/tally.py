# SPDX-License-Identifier: MIT
"""The figures of a soak: counted under a lock, kept in a file, printed as tables."""

import json
import threading
from collections import Counter

COUNTERS = ("causes", "warned", "skipped")
PER_CAUSE = 6  # kept cases of one client and cause, so that a frequent one does not crowd out the rest


class Tally:
    """Counts by client. `path` is the file of the figures, rewritten by save()."""

    def __init__(self, path):
        self.path = path
        self.lock = threading.Lock()
        self.clients = {}
        self.kinds = {}
        self.progress = {}  # client: {"next": index, "open": [indices handed out and not done]}
        self.seconds = 0.0
        self.kept_bytes = 0
        self.settings = {}

    def load(self):
        held = json.loads(self.path.read_text())
        self.clients = {name: {key: Counter(value) if key in COUNTERS else value for key, value in each.items()}
                        for name, each in held["clients"].items()}
        self.kinds = {kind: Counter(each) for kind, each in held["kinds"].items()}
        self.progress, self.seconds = held["progress"], held["seconds"]
        self.kept_bytes, self.settings = held["kept_bytes"], held["settings"]

    def save(self):
        with self.lock:
            text = json.dumps({"settings": self.settings, "seconds": self.seconds, "clients": self.clients, "kinds": self.kinds,
                               "progress": self.progress, "kept_bytes": self.kept_bytes}, indent=1)
            temporary = self.path.with_suffix(".new")
            temporary.write_text(text)
            temporary.replace(self.path)

    # ---- which test is next --------------------------------------------------------------------------------

    def take(self, client, count, end=None):
        """The next `count` indices of a client's tests, those first that were handed out and never done; none at or
        after `end`."""
        with self.lock:
            progress = self.progress.setdefault(client, {"next": 0, "open": []})
            again = getattr(self, "left_over", {}).get(client, [])
            taken = [again.pop(0) for _ in range(min(count, len(again)))]
            fresh = range(progress["next"], progress["next"] + count - len(taken))
            fresh = [index for index in fresh if end is None or index < end]
            if fresh:
                progress["next"] = fresh[-1] + 1
            progress["open"] += fresh
            return taken + fresh

    def resume(self):
        """After load(): what was open when the soak ended is handed out again."""
        self.left_over = {client: list(each["open"]) for client, each in self.progress.items()}

    # ---- counting ------------------------------------------------------------------------------------------

    def of(self, client):
        return self.clients.setdefault(client, {"traces": 0, "transactions": 0, "steps": 0, "bytes": 0, "client_cpu": 0.0,
                                                "evmmem_cpu": 0.0, "seconds": 0.0, "several": 0, "partial": 0,
                                                "causes": Counter(), "warned": Counter(), "skipped": Counter(),
                                                "examples": {}, "unavailable": "", "version": "", "kept": 0, "not_kept": 0})

    def add(self, case, judgement):
        """Counts a test that is done. In one step, so that no interrupt finds it counted and still to be done."""
        with self.lock:
            self.progress[case.client]["open"].remove(case.index)
            row = self.of(case.client)
            row["client_cpu"] += case.cpu
            if case.skipped:
                row["skipped"][case.skipped] += 1
                return
            row["traces"] += 1
            row["bytes"] += case.trace.stat().st_size
            row["evmmem_cpu"] += judgement.cpu
            row["several"] += len(set(case.forks)) > 1
            row["partial"] += case.partial
            if judgement.report:
                row["steps"] += judgement.report["steps"]
                row["transactions"] += judgement.report["transactions"]
            if judgement.warned:
                row["warned"][judgement.warned] += 1
            if judgement.cause:
                row["causes"][judgement.cause] += 1

    def spent(self, client, seconds):
        with self.lock:
            self.of(client)["seconds"] += seconds

    def altered(self, kind, found, decidable):
        with self.lock:
            row = self.kinds.setdefault(kind, Counter())
            row["made"] += 1
            row["found"] += found
            row["decidable"] += decidable
            row["decidable_found"] += decidable and found

    def may_keep(self, client, cause, size, limit):
        """Whether a case of `size` bytes may be kept; if so, it is counted."""
        with self.lock:
            row = self.of(client)
            if row["causes"][cause] + row["warned"][cause] > PER_CAUSE or self.kept_bytes + size > limit:
                row["not_kept"] += 1
                return False
            self.kept_bytes += size
            row["kept"] += 1
            return True

    def may_keep_missed(self, kind, size, limit):
        """Whether an altered trace may be kept in which nothing was found."""
        with self.lock:
            if self.kinds[kind]["missed_kept"] >= PER_CAUSE or self.kept_bytes + size > limit:
                return False
            self.kept_bytes += size
            self.kinds[kind]["missed_kept"] += 1
            return True

    def example(self, case, judgement):
        """Remembers the first case of a cause, to be printed with it."""
        with self.lock:
            self.of(case.client)["examples"].setdefault(judgement.cause or f"warned of {judgement.warned}",
                                                        f"{case.client}-{case.index}: {judgement.detail[:200]}")

    def causes(self):
        """{(client, cause): count}"""
        return {(client, cause): count for client, row in self.clients.items() for cause, count in row["causes"].items()
                if count}

    # ---- tables --------------------------------------------------------------------------------------------

    def table(self):
        with self.lock:
            return "\n".join([*self._clients(), "", *self._causes(), "", *self._kinds(), *self._skipped()])

    def _clients(self):
        yield f"{'client':20}{'traces':>9}{'steps':>12}{'bytes':>12}{'refused':>9}{'several forks':>15}{'client CPU':>12}{'evmmem CPU':>12}"
        for client, row in self.clients.items():
            if row["unavailable"]:
                yield f"{client:20}skipped: {row['unavailable']}"
                continue
            yield (f"{client:20}{row['traces']:9}{row['steps']:12}{size(row['bytes']):>12}{sum(row['causes'].values()):9}"
                   f"{row['several']:15}{row['client_cpu']:10.1f} s{row['evmmem_cpu']:10.1f} s")
        yield f"{self.seconds:.0f} s; kept {sum(row['kept'] for row in self.clients.values())} cases, {size(self.kept_bytes)}"

    def _causes(self):
        rows = sorted(self.causes().items(), key=lambda row: -row[1])
        yield "refused though right, by cause:" if rows else "refused though right: none"
        for (client, cause), count in rows:
            traces = self.clients[client]["traces"]
            yield f"  {count:7}  {100 * count / max(traces, 1):6.2f} %  {client:18} {cause}"
            yield f"{'':22}{self.clients[client]['examples'].get(cause, '')}"
        for client, row in self.clients.items():
            for check, count in row["warned"].items():
                yield f"right, but warned of: {count} of {client}: {check}"
                yield f"{'':22}{row['examples'].get(f'warned of {check}', '')}"

    def _kinds(self):
        if not self.kinds:
            yield "no trace was altered"
            return
        # What is decidable contradicts the rest of the trace; for the rest mutations.py has a reason.
        yield f"{'altered':16}{'made':>8}{'found':>8}{'share':>9}{'decidable':>11}{'found':>8}{'share':>9}"
        total = Counter()
        for kind, row in sorted(self.kinds.items()):
            yield kind_row(kind, row)
            total += row
        yield kind_row("all", total)

    def _skipped(self):
        for client, row in self.clients.items():
            for reason, count in row["skipped"].items():
                yield f"not judged: {count} of {client}: {reason}"
            if row["not_kept"]:
                yield f"refused and not kept: {row['not_kept']} of {client}: more of the same, or the limit of size"


def kind_row(kind, row):
    def share(part, whole):
        return f"{100 * part / whole:7.1f} %" if whole else f"{'-':>9}"

    return (f"{kind:16}{row['made']:8}{row['found']:8}{share(row['found'], row['made'])}"
            f"{row['decidable']:11}{row['decidable_found']:8}{share(row['decidable_found'], row['decidable'])}")


def size(count):
    for unit in ("B", "KB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return ""
