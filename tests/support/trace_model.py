# SPDX-License-Identifier: MIT
"""A trace as a list of steps, whatever the format, and what can be said of each step without the program under
test: its frame, its neighbours, which bytes of memory the trace vouches for. Independent of evmmem; just enough
for the mutation suite to know which alterations contradict the rest of a trace.
"""

import copy
import gzip
import json
import pathlib
import subprocess

from opcode_names import CALLS, CREATES, name_of

ENDS = ("STOP", "RETURN", "REVERT", "SELFDESTRUCT", "INVALID")


def number(value):
    """A number as clients print it: 5, "0x5", "5"; None if there is none."""
    if value is None or isinstance(value, int):
        return value
    return int(value, 16) if value.startswith("0x") else int(value)


def word(text):
    return int(text, 16)


class Step:
    """One line. `fields` is its JSON, `index` its place among the steps, `line` in the file (for JSON lines)."""

    def __init__(self, fields, index, line):
        self.fields, self.index, self.line = fields, index, line
        self.op = name_of(fields["op"])
        self.pc, self.depth = number(fields["pc"]), number(fields["depth"])
        self.gas = number(fields.get("gas"))
        self.failed = bool(fields.get("error")) and self.op != "REVERT"
        self.before = self.after = None  # the steps before and after it in its frame
        self.first = self.again = False
        self.known = None

    @property
    def stack(self):
        return self.fields.get("stack") or []

    def operand(self, n):
        return word(self.stack[-1 - n])

    @property
    def memory(self):
        """The printed bytes; None where there are none, which may be for want of memory or of printing."""
        printed = self.fields.get("memory")
        if isinstance(printed, list):
            printed = "".join(each.removeprefix("0x") for each in printed)
        return bytes.fromhex(printed.removeprefix("0x")) or None if printed else None


class Trace:
    """A file's steps. For JSON lines the other lines are kept; a structLogs document is kept whole."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        text = read(self.path)
        self.document = None
        self.steps = []
        self.lines = text.split("\n")
        self.parsed = [parse_line(line) for line in self.lines]
        places = [(parsed, i) for i, parsed in enumerate(self.parsed) if is_step(parsed)]
        if not places:
            try:
                self.document = json.loads(text)
            except ValueError:
                pass  # lines without a step: transactions that ran no code
            else:
                places = [(fields, None) for logs in step_lists(self.document) for fields in logs if is_step(fields)]
        for fields, place in places:
            self.steps.append(Step(fields, len(self.steps), None if place is None else place + 1))
        find_frames(self.steps)
        self.has_memory = any(step.memory for step in self.steps)
        self.has_size = any(number(step.fields.get("memSize")) for step in self.steps)
        find_known(self.steps)

    def altered(self, step, fields, repeat=1):
        """The file's text with a step's fields replaced; 0 or 2 times."""
        if self.document is None:
            text = json.dumps(fields, separators=(",", ":"))
            at = step.line - 1
            return "\n".join([*self.lines[:at], *[text] * repeat, *self.lines[at + 1:]])
        # A document is altered in place, printed, and put right again.
        for logs in step_lists(self.document):
            for i, each in enumerate(logs):
                if each is step.fields:
                    logs[i:i + 1] = [copy.deepcopy(fields) for _ in range(repeat)]
                    text = json.dumps(self.document, separators=(",", ":"))
                    logs[i:i + repeat] = [each]
                    return text
        raise LookupError("no such step")

    def altered_line(self, line, fields):
        """The file's text with a line that is no step replaced."""
        text = json.dumps(fields, separators=(",", ":"))
        return "\n".join([*self.lines[:line - 1], text, *self.lines[line:]])

    def summaries(self):
        """The lines, from 1, that have a transaction's output and gas, with their JSON."""
        if self.document is not None:
            return []
        return [(i, fields) for i, fields in enumerate(self.parsed, 1)
                if isinstance(fields, dict) and "gasUsed" in fields and "output" in fields and "pc" not in fields]


def read(path):
    if path.suffix == ".zst":
        return subprocess.run(["zstd", "-dcq", str(path)], check=True, capture_output=True, text=True).stdout
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes()).decode()
    return path.read_text()


def parse_line(line):
    line = line.strip()
    if not (line.startswith("{") and line.endswith("}")):
        return None
    try:
        return json.loads(line)
    except ValueError:
        return None


def is_step(fields):
    return isinstance(fields, dict) and "pc" in fields and "op" in fields and "depth" in fields


def step_lists(value):
    """The lists of steps anywhere in a document."""
    if isinstance(value, list):
        if value and is_step(value[0]):
            yield value
        else:
            for each in value:
                yield from step_lists(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from step_lists(each)


def find_frames(steps):
    """Says of each step which are before and after it in its frame."""
    open_frames = {}
    if not steps:
        return  # a transaction that ran no code
    base = steps[0].depth
    last = None
    for step in steps:
        same_place = last is not None and (step.depth, step.pc, step.op, step.gas) == (
            last.depth, last.pc, last.op, last.gas)
        step.again = same_place
        new = last is None or step.depth > last.depth or (
            step.depth == base and step.pc == 0 and last.depth == base and (last.op in ENDS or last.failed)
            and not same_place)
        if not new and step.depth in open_frames:
            step.before = open_frames[step.depth]
            step.before.after = step
        step.first = new
        for depth in [depth for depth in open_frames if depth > step.depth]:
            del open_frames[depth]
        open_frames[step.depth] = step
        last = step


def find_known(steps):
    """For each step, which bytes of its frame's memory the trace has vouched for before it.

    Printed memory vouches for itself. Where none is printed: what MSTORE and MSTORE8 wrote and what no step
    wrote is known, and MCOPY moves that knowledge; everything else that is written counts as unknown here,
    though a replay may know more.
    """
    marks = {}
    for step in steps:
        if step.first or step.depth not in marks:
            marks[step.depth] = unknown = []
        unknown = marks[step.depth]
        step.known = None if not unknown else list(unknown)
        for offset, size, known in writes(step, unknown):
            if known:
                unknown[:] = [piece for other in unknown for piece in without(other, (offset, offset + size))]
            else:
                unknown.append((offset, offset + size))


def without(piece, cut):
    (start, end), (low, high) = piece, cut
    return [part for part in ((start, min(end, low)), (max(start, high), end)) if part[0] < part[1]]


def vouched(step, offset, size):
    """Whether the trace has shown these bytes of memory before the step."""
    return step.memory is not None or all(
        end <= offset or start >= offset + size for start, end in step.known or [])


def writes(step, unknown):
    """The ranges that the step's instruction writes: (offset, size, whether the trace shows the bytes)."""
    at = step.operand
    try:
        match step.op:
            case "MSTORE":
                return [(at(0), 32, True)]
            case "MSTORE8":
                return [(at(0), 1, True)]
            case "MCOPY":
                clear = all(end <= at(1) or start >= at(1) + at(2) for start, end in unknown)
                return [(at(0), at(2), clear)]
            case "CALLDATACOPY" | "CODECOPY" | "RETURNDATACOPY":
                return [(at(0), at(2), False)]
            case "EXTCODECOPY":
                return [(at(1), at(3), False)]
            case "CALL" | "CALLCODE":
                return [(at(5), at(6), False)]
            case "DELEGATECALL" | "STATICCALL":
                return [(at(4), at(5), False)]
    except (IndexError, ValueError):
        pass
    return []


def calls(step):
    return step.op in CALLS or step.op in CREATES
