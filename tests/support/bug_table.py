# SPDX-License-Identifier: MIT
"""Bugs in memory, return data and gas that clients really had (or plausible wrong fixes), one row each: the
program that shows it, the rule that was broken, and the step at which a replay must say so.

A row's `flagged` names that step, as (opcode, how manieth of it in the trace): once for a trace that prints
memory and return data, for one that prints memory only, and for one that prints neither. A bug that shows in
bytes only is found where those bytes are first printed, loaded, hashed or returned.
"""

from dataclasses import dataclass, field

from small_evm import GAS64, WORD, SmallEvm

MILLION = 1_000_000
NEXT = 1  # nothing shows the step; the line after it is the first to show the bug


@dataclass
class Bug:
    name: str
    source: str
    why: str
    program: str
    evm: type  # the broken client
    flagged: list  # (opcode, how manieth[, NEXT]) for: memory and return data; memory only; neither
    checks: str  # the findings' checks, any of them, separated by space
    callees: dict = field(default_factory=dict)  # address: program
    gas: int = MILLION
    huge: bool = False  # its memory is too large to be printed
    warning: bool = False  # only the printing is wrong: the replay warns, and agrees


# What follows are the broken clients; each overrides the one rule it got wrong.


class SharedIdentityOutput(SmallEvm):
    def identity(self, frame, offset, length):
        return lambda: bytes(frame.memory[offset:offset + length])


class AskedGasAsIs(SmallEvm):
    def forwarded(self, available, asked):
        received, paid = super().forwarded(available, asked)
        return (asked, paid) if asked >> 63 == 1 else (received, paid)

    def given_back(self, left, paid):
        return min(left, paid)


class GasLeak(SmallEvm):
    def given_back(self, left, paid):
        return left + paid


class WrappingGas(SmallEvm):
    def spend(self, frame, cost):
        frame.gas = frame.gas - cost & GAS64

    def given_back(self, left, paid):
        return left - (GAS64 + 1)


class EmptyRangeGrows(SmallEvm):
    def reached(self, offset, length):
        return offset + length


class EmptyRangeGrowsForFree(EmptyRangeGrows):
    def expansion(self, frame, name):
        return 0 if name == "CODECOPY" else super().expansion(frame, name)


class BytesNotWords(SmallEvm):
    def rounded(self, size):
        return size


class CopyGrowsTwice(SmallEvm):
    def grown(self, frame, name):
        size = super().grown(frame, name)
        return 2 * size if name == "MCOPY" else size


class SourceDoesNotGrow(SmallEvm):
    def touched(self, frame, name):
        return super().touched(frame, name)[:1 if name == "MCOPY" else 2]


class ForwardByteCopy(SmallEvm):
    def move(self, memory, target, source, length):
        for i in range(length):
            memory[target + i] = memory[source + i]


class WrappingSquare(SmallEvm):
    def memory_cost(self, words):
        return 3 * words + (words * words & GAS64) // 512


class ReturnForFree(SmallEvm):
    def touched(self, frame, name):
        return [] if name == "RETURN" else super().touched(frame, name)

    def simple(self, frame, name):
        if name == "RETURN":
            return False
        return super().simple(frame, name)


class LoadDoesNotGrow(SmallEvm):
    def resize(self, frame, name):
        if name != "MLOAD":
            super().resize(frame, name)


class ReturnDataWithoutEnd(SmallEvm):
    def return_data_reaches(self, frame, offset, length):
        return True

    def cost(self, frame, name):
        cost = super().cost(frame, name)
        return 3 if name == "RETURNDATACOPY" and cost > GAS64 else cost

    def grown(self, frame, name):
        return min(super().grown(frame, name), max(frame.size, 32))


class DirtyFrame(SmallEvm):
    last = bytearray()

    def new_memory(self, frame):
        # The memory of the frame that ended last, with nothing cleaned but its size.
        memory = DirtyFrame.last if frame.depth > 1 else bytearray()
        DirtyFrame.last = bytearray(memory)
        return memory

    def execute(self, frame):
        error = super().execute(frame)
        DirtyFrame.last = bytearray(frame.memory)
        return error


class RevertWritesNothing(SmallEvm):
    def write_output(self, frame, offset, length, data, reverted):
        if not reverted:
            super().write_output(frame, offset, length, data, reverted)


class ShortOutputPadded(SmallEvm):
    def write_output(self, frame, offset, length, data, reverted):
        frame.memory[offset:offset + length] = data[:length].ljust(length, b"\0")


class OutputRangeGrowsLate(SmallEvm):
    def grown(self, frame, name):
        return frame.size if name == "CALL" else super().grown(frame, name)

    def expansion(self, frame, name):
        return SmallEvm.memory_cost(self, SmallEvm.grown(self, frame, name) // 32) - self.memory_cost(frame.size // 32)


class RefusedCreateKeepsData(SmallEvm):
    def data_after_refused_create(self, frame):
        return frame.return_data


class CreateReturnsCode(SmallEvm):
    def data_after_create(self, child):
        return child.output


class ExtcodecopyGrowsForFree(SmallEvm):
    def expansion(self, frame, name):
        return 0 if name == "EXTCODECOPY" else super().expansion(frame, name)


class SixteenMebibytes(SmallEvm):
    def resize(self, frame, name):
        super().resize(frame, name)
        frame.size = min(frame.size, 1 << 24)


class WrappingCopy(SmallEvm):
    """Adds offset and length in 128 bits, and looks at the sum only."""

    def reached(self, offset, length):
        return (offset + length) % (1 << 128) & GAS64

    def cost(self, frame, name):
        return super().cost(frame, name) & 0xFFFF if name == "MCOPY" else super().cost(frame, name)

    def grown(self, frame, name):
        return min(super().grown(frame, name), 64)


class NegativeCostPrinted(SmallEvm):
    def step(self, frame, name, line):
        try:
            return super().step(frame, name, line)
        finally:
            if name == "CALL":
                line["gasCost"] = hex(18158513697557842775)


class StackItemMissing(SmallEvm):
    def simple(self, frame, name):
        going_on = super().simple(frame, name)
        if name == "EXTCODESIZE":
            self.hidden = frame.stack.pop()
        elif name == "ISZERO":
            pass
        return going_on

    def step(self, frame, name, line):
        if name == "ISZERO":
            frame.stack.append(self.hidden)
        return super().step(frame, name, line)


class CostsTooMuch(SmallEvm):
    def expansion(self, frame, name):
        return super().expansion(frame, name) * 4 if name == "MSTORE" else super().expansion(frame, name)


def call(to, source=(0, 0), target=(0, 0), gas="GAS", op="CALL"):
    """The text of a call; ranges are (offset, size)."""
    value = "0 " if op == "CALL" else ""
    return f"{target[1]} {target[0]} {source[1]} {source[0]} {value}{to:#x} {gas} {op}"


ONES, TWOS = "PUSH32 0x" + "11" * 32, "PUSH32 0x" + "22" * 32
ALPHABET = "PUSH32 0x" + bytes(range(1, 33)).hex()

BUGS = [
    Bug("b01_identity_overlap", "geth CVE-2021-39137 (GHSA-9856-9gg9-qcmq)",
        "the output of the identity precompile is a view of memory, and written onto itself",
        " ".join(f"{i + 1} {i} MSTORE8" for i in range(6)) + " " + call(4, (0, 6), (2, 6)) +
        " POP MSIZE POP 6 0 0 RETURNDATACOPY 0x20 0 KECCAK256",
        SharedIdentityOutput, [("CALL", 1), ("RETURNDATACOPY", 1), ("KECCAK256", 1)],
        "return_data.content memory.content memory.hash"),
    Bug("b01b_identity_overlap_mainnet", "geth CVE-2021-39137, mainnet transaction 0x1cb6fb36 (ethereumjs#1436)",
        "the same in the transaction that split the chain",
        ".bytes 0x3034526020600760203460045afa602034343e604034f3",
        SharedIdentityOutput, [("STATICCALL", 1), ("RETURNDATACOPY", 1), ("RETURN", 1)],
        "return_data.content memory.content summary.output"),
    Bug("b02_identity_shared", "geth CVE-2020-26241 (GHSA-69v6-xc2j-r2jf)",
        "return data of the identity precompile changes when memory is written",
        f"{ONES} 0 MSTORE {call(4, (0, 32))} POP {TWOS} 0 MSTORE 0x20 0 0x20 RETURNDATACOPY 0x20 MLOAD",
        SharedIdentityOutput, [("MSTORE", 2, NEXT), ("RETURNDATACOPY", 1), ("MLOAD", 1)],
        "return_data.content memory.content memory.load"),
    Bug("b03_gas_2_63", "Besu CVE-2022-36025 (GHSA-4456-w38r-m53x)",
        "the callee gets more gas than the caller has",
        call(0xAA, gas=hex(1 << 63)) + " GAS", AskedGasAsIs, [("CALL", 1)] * 3, "gas.call",
        callees={0xAA: ".bytes 0x5b00"}),
    Bug("b03b_gas_leak", "Besu CVE-2022-36025", "the caller gets back more gas than it passed on",
        call(0xAA, gas=hex(1 << 64)) + " GAS", GasLeak, [("CALL", 1)] * 3, "gas.call",
        callees={0xAA: ".bytes 0x5b00"}),
    Bug("b04_gas_wraps", "Besu, November 2022", "gas falls below zero and wraps",
        call(0xAA, gas="0", op="STATICCALL"), WrappingGas, [("PUSH1", 7)] * 3, "gas.out_of_gas gas.continuity",
        callees={0xAA: "0x20 0 RETURN"}),
    Bug("b05_log_of_nothing", "ethrex#1442", "LOG3 of no bytes grows memory",
        "1 2 3 0 6 LOG3 MSIZE", EmptyRangeGrows, [("LOG3", 1)] * 3, "memory.size gas.continuity gas.cost"),
    Bug("b06_codecopy_of_nothing", "mana#486", "CODECOPY of no bytes grows memory",
        f"0 0 {(1 << 64) - 32:#x} CODECOPY MSIZE", EmptyRangeGrowsForFree, [("CODECOPY", 1)] * 3, "memory.size"),
    Bug("b07_not_whole_words", "evm-dafny#139", "MSTORE8 leaves a memory of 31999 bytes",
        ".bytes 0x602a617cfe535960005500", BytesNotWords, [("MSTORE8", 1)] * 3, "memory.size"),
    Bug("b08_mcopy_grows_twice", "revm#586", "MCOPY grows memory by offset and length on top of what is there",
        "0xaa 0 MSTORE 0x20 0 0x80 MCOPY MSIZE", CopyGrowsTwice, [("MCOPY", 1)] * 3,
        "memory.size gas.continuity gas.cost"),
    Bug("b09_mcopy_source", "ethrex#1558", "the range that MCOPY reads does not grow memory",
        "0xaa 0 MSTORE 0x20 0x100 0 MCOPY MSIZE", SourceDoesNotGrow, [("MCOPY", 1)] * 3,
        "memory.size gas.continuity gas.cost"),
    Bug("b10_mcopy_overlap", "paritytech/revive#237", "a byte by byte copy forwards smears the first byte",
        f"{ALPHABET} 0 MSTORE 0x20 0 1 MCOPY 0 MLOAD", ForwardByteCopy,
        [("MCOPY", 1), ("MCOPY", 1), ("MLOAD", 1)], "memory.content memory.load"),
    Bug("b11_square_wraps", "geth#14718, #19348", "the square of the words wraps, so that there is gas enough",
        "1 0x1fffffffe1 MSTORE MSIZE", WrappingSquare, [("MSTORE", 1)] * 3, "gas.out_of_gas gas.continuity",
        gas=20_000_000_000, huge=True),
    Bug("b12_return_everything", "hevm#543", "RETURN of 2^256-1 bytes succeeds and costs nothing",
        "1 0 SUB 0 RETURN", ReturnForFree, [("RETURN", 1)] * 3, "gas.out_of_gas summary.gas"),
    Bug("b13_mload_grows_not", "ethereumjs#1887", "MLOAD beyond the end does not grow memory",
        "4 MLOAD MSIZE", LoadDoesNotGrow, [("MLOAD", 1)] * 3, "memory.size"),
    Bug("b14_return_data_one", "pyethereum#810, parity#6718, ethrex#1244", "RETURNDATACOPY beyond the end goes on",
        "1 0 0 RETURNDATACOPY MSIZE", ReturnDataWithoutEnd, [("RETURNDATACOPY", 1)] * 3, "return_data.bounds"),
    Bug("b14b_return_data_behind", "the same", "RETURNDATACOPY of nothing, from past the end, goes on",
        "0 1 0 RETURNDATACOPY MSIZE", ReturnDataWithoutEnd, [("RETURNDATACOPY", 1)] * 3, "return_data.bounds"),
    Bug("b14c_return_data_all", "the same", "RETURNDATACOPY of 2^256-1 bytes goes on",
        f"PUSH32 {WORD:#x} 0 0 RETURNDATACOPY MSIZE", ReturnDataWithoutEnd, [("RETURNDATACOPY", 1)] * 3,
        "return_data.bounds gas.out_of_gas"),
    Bug("b15_dirty_frame", "neon-evm#862, revm#673, nethermind#12387", "a callee finds the bytes of the one before",
        f"{call(0xAA)} POP {call(0xBB, target=(0, 32))} POP 0 MLOAD", DirtyFrame,
        [("MLOAD", 1)] * 3, "memory.load memory.content",
        callees={0xAA: f"{ONES} 0 MSTORE", 0xBB: "0 MLOAD PUSH0 MSTORE 0x20 0 RETURN"}),
    Bug("b16_revert_output", "the wrong fix of revm, PR#2977", "REVERT writes no output",
        call(0xAA, target=(0, 32)) + " POP 0 MLOAD", RevertWritesNothing,
        [("REVERT", 1), ("REVERT", 1), ("MLOAD", 1)], "memory.content memory.load",
        callees={0xAA: f"{ONES} 0 MSTORE 0x20 0 REVERT"}),
    Bug("b17_short_output", "the wrong fix of geth#2368", "output that is shorter than its range is padded",
        f"{ONES} 0 MSTORE {call(0xAA, target=(0, 64))} POP 0 MLOAD MSIZE", ShortOutputPadded,
        [("RETURN", 1), ("RETURN", 1), ("MLOAD", 1)], "memory.content memory.load",
        callees={0xAA: f"{TWOS} 0 MSTORE 1 0 RETURN"}),
    Bug("b18_output_range", "mantis#154", "a call of an account without code grows memory by what it returned",
        call(0xEE, target=(0, 0x60)) + " MSIZE", OutputRangeGrowsLate, [("CALL", 1)] * 3, "memory.size"),
    Bug("b19_refused_create", "py-evm, ethereum/tests#942", "a create that cannot pay leaves the return data",
        f"{call(4, (0, 32))} POP 0 0 1 CREATE RETURNDATASIZE", RefusedCreateKeepsData,
        [("CREATE", 1), ("RETURNDATASIZE", 1), ("RETURNDATASIZE", 1)], "return_data.content return_data.size"),
    Bug("b20_created_code", "nimbus-eth1#867", "the code that a create deploys is return data",
        "PUSH9 0x600160005260206000 0 MSTORE 0xf3 0x20 MSTORE8 10 0x17 0 CREATE POP RETURNDATASIZE",
        CreateReturnsCode, [("RETURN", 1), ("RETURNDATASIZE", 1), ("RETURNDATASIZE", 1)],
        "return_data.content return_data.size"),
    Bug("b21_extcodecopy", "nimbus-eth1#79", "EXTCODECOPY grows memory for free",
        "0x20 0x100 0 4 EXTCODECOPY MSIZE", ExtcodecopyGrowsForFree, [("EXTCODECOPY", 1)] * 3,
        "gas.continuity gas.cost"),
    Bug("b22_sixteen_mebibytes", "guillotine#857", "memory ends at 16 MiB",
        "1 0x1000000 MSTORE MSIZE", SixteenMebibytes, [("MSTORE", 1)] * 3, "memory.size", gas=2_000_000_000,
        huge=True),
    Bug("b23_mcopy_of_nothing", "kakarot#1372", "MCOPY of no bytes grows memory where offsets are large",
        f"0 PUSH32 {WORD:#x} PUSH32 {WORD:#x} MCOPY MSIZE", WrappingCopy, [("MCOPY", 1)] * 3,
        "memory.size gas.continuity gas.cost"),
    Bug("b23b_mcopy_wraps", "kakarot#1372", "the cost of a copy of 2^128 bytes wraps",
        f"{1 << 128:#x} 0 0 MCOPY MSIZE", WrappingCopy, [("MCOPY", 1)] * 3, "gas.out_of_gas gas.continuity"),
    Bug("b24_negative_cost", "erigon#13870", "a call that runs out of gas prints a cost below zero, wrapped",
        call(0xAA, target=(0, 0x10000)) + " MSIZE", NegativeCostPrinted, [("CALL", 1)] * 3, "gas.cost",
        callees={0xAA: ".bytes 0x5b00"}, gas=3000, warning=True),
    Bug("b25_stack_item", "nethermind#5717", "EXTCODESIZE and ISZERO are fused, and an item is missing between",
        "4 EXTCODESIZE ISZERO", StackItemMissing, [("EXTCODESIZE", 1)] * 3, "stack.height"),
    Bug("b26_mstore_price", "mana#479", "MSTORE costs 15 gas, not 6",
        "1 0 MSTORE MSIZE", CostsTooMuch, [("MSTORE", 1)] * 3, "gas.continuity gas.cost"),
]
