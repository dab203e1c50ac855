# SPDX-License-Identifier: MIT
"""The small EVM with storage, of Cancun, and with all that makes a frame halt: short stacks, jumps to nowhere, writes in
static calls, addresses that are taken, code that may not be deployed.
"""

import copy

from opcode_names import NUMBERS
from small_evm import SENDER, TARGET, Frame, Halt
from storage_evm import StorageEvm
from word_instructions import ARITY

POPS = {
    **dict.fromkeys(["MLOAD", "POP", "JUMP", "SLOAD", "TLOAD", "BALANCE", "EXTCODESIZE", "EXTCODEHASH", "BLOCKHASH",
                     "CALLDATALOAD"], 1),
    **dict.fromkeys(["MSTORE", "MSTORE8", "SSTORE", "TSTORE", "JUMPI", "RETURN", "REVERT", "KECCAK256"], 2),
    **dict.fromkeys(["CALLDATACOPY", "CODECOPY", "RETURNDATACOPY", "MCOPY", "CREATE"], 3),
    "EXTCODECOPY": 4, "CREATE2": 4, "DELEGATECALL": 6, "STATICCALL": 6, "CALL": 7, **ARITY,
    **{f"LOG{n}": n + 2 for n in range(5)}, **{f"DUP{n}": n for n in range(1, 17)},
    **{f"SWAP{n}": n + 1 for n in range(1, 17)},
}
WRITES = ("SSTORE", "TSTORE", "CREATE", "CREATE2", "LOG0", "LOG1", "LOG2", "LOG3", "LOG4")


def jump_targets(code):
    place, found = 0, set()
    while place < len(code):
        if code[place] == NUMBERS["JUMPDEST"]:
            found.add(place)
        place += 1 + max(0, code[place] - 0x5F if code[place] <= 0x7F else 0)
    return found


class HaltingEvm(StorageEvm):
    """`ends_of_code` are the lines, by index, of STOPs after the end of their code."""

    def __init__(self, accounts, gas, refund_style="early", **keywords):
        super().__init__(accounts, gas, refund_style=refund_style, **keywords)
        self.memory_printed = True
        self.nonces = dict.fromkeys([*accounts, SENDER, TARGET], 1)
        self.statics = [False]
        self.ends_of_code = set()

    def line(self, frame, number, name):
        if frame.pc >= len(frame.code):
            self.ends_of_code.add(len(self.lines))
        return super().line(frame, number, name)

    def reason_to_halt(self, frame, name):
        if name == "INVALID":
            return "invalid opcode: INVALID"
        pops = POPS.get(name, 0)
        if len(frame.stack) < pops:
            return f"stack underflow ({len(frame.stack)} <=> {pops})"
        if self.statics[-1] and (name in WRITES or (name == "CALL" and frame.stack[-3])):
            return "write protection"
        jumps = name == "JUMP" or (name == "JUMPI" and frame.stack[-2])
        if jumps and frame.stack[-1] not in jump_targets(frame.code):
            return "invalid jump destination"
        return None

    def step(self, frame, name, line):
        line["gasCost"] = hex(self.base(name) if name != "INVALID" else 0)
        if reason := self.reason_to_halt(frame, name):
            raise Halt(reason)
        return super().step(frame, name, line)

    def call(self, frame, name, received, paid):
        self.statics.append(self.statics[-1] or name == "STATICCALL")
        super().call(frame, name, received, paid)
        self.statics.pop()

    def create(self, frame, name):
        pop = frame.stack.pop
        sent, offset, length = pop(), pop(), pop()
        salt = pop() if name == "CREATE2" else None
        code = bytes(frame.memory[offset:offset + length]) if length else b""
        frame.return_data = lambda: b""
        if sent > self.balances.get(frame.address, 0):
            frame.stack.append(0)
            return
        address = self.created_address(frame.address, code, salt)
        self.warm.add(address)
        passed = self.handed_to_create(frame.gas)
        frame.gas -= passed
        if self.accounts.get(address) or self.nonces.get(address):
            frame.stack.append(0)
            return
        saved, state = self.saved(), copy.deepcopy(self.state)
        self.pay(frame.address, address, sent)
        child = Frame(code, b"", passed, frame.depth + 1, address, frame.address, sent)
        self.nonces[address], self.accounts[address] = 1, b""
        failed = bool(code) and self.execute(child) is not None
        deposit = self.deposit(len(child.output))
        if not failed and not child.reverted:
            failed = (child.output.startswith(b"\xef") or deposit > child.gas or
                      len(child.output) > self.code_max)
            if not failed:
                child.gas -= deposit
                self.accounts[address] = child.output
        if failed or child.reverted:
            self.restore(saved)
            self.state = state
        frame.gas += 0 if failed else child.gas
        data = child.output if child.reverted else b""
        frame.return_data = lambda: data
        frame.stack.append(0 if failed or child.reverted else address)
