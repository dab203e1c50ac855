# SPDX-License-Identifier: MIT
"""Pieces of EVM code put together: pushes of the least width, labels, and data after the code."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests/support"))

from opcode_names import NUMBERS  # noqa: E402

# Not in opcode_names: what Amsterdam adds or may add (EIP-8024 and EIP-7843).
NEWEST = {"DUPN": 0xE6, "SWAPN": 0xE7, "EXCHANGE": 0xE8, "SLOTNUM": 0x4B}
BYTES = {**NUMBERS, **NEWEST}


class Code:
    """Code under construction. A label's and a piece of data's place is pushed in three bytes, put in by bytes()."""

    def __init__(self):
        self.body = bytearray()
        self.data = []  # (offset in data, bytes) in order
        self.uses = []  # (where in body, what)
        self.labels = {}

    def op(self, *names):
        for name in names:
            self.body.append(BYTES[name])
        return self

    def raw(self, data):
        self.body += data
        return self

    def push(self, value, width=0):
        """`value` by the least PUSHn from 1 to 32 bytes, or of `width` bytes."""
        value %= 1 << 256
        width = max(width, 1, (value.bit_length() + 7) // 8)
        self.body += bytes([0x5F + width]) + value.to_bytes(width, "big")
        return self

    def label(self, name):
        """A JUMPDEST that jump() reaches by its name."""
        self.labels[name] = len(self.body)
        return self.op("JUMPDEST")

    def push_label(self, name):
        return self._later(name)

    def push_data(self, data):
        """The place in this code where `data` will lie."""
        for index, held in enumerate(self.data):
            if held == data:
                return self._later(index)
        self.data.append(bytes(data))
        return self._later(len(self.data) - 1)

    def _later(self, what):
        self.uses.append((len(self.body) + 1, what))
        self.body += bytes([0x62, 0, 0, 0])
        return self

    def bytes(self):
        code = bytearray(self.body)
        starts = []
        if self.data:
            code.append(0xFE)
            for data in self.data:
                starts.append(len(code))
                code += data
        for where, what in self.uses:
            place = self.labels[what] if isinstance(what, str) else starts[what]
            code[where:where + 3] = place.to_bytes(3, "big")
        return bytes(code)


def instructions(code):
    """(where, size) of each instruction of the code, its immediate bytes with it."""
    at = 0
    while at < len(code):
        size = code[at] - 0x5F + 1 if 0x60 <= code[at] <= 0x7F else 1
        yield at, min(size, len(code) - at)
        at += size
