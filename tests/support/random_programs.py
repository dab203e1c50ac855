# SPDX-License-Identifier: MIT
"""Random programs for the small EVM: arithmetic, memory, storage, calls, creates, jumps, and frames that end in every
way. The same random numbers make the same programs.
"""

from small_evm import TARGET, assemble
from word_instructions import ARITY

CALLEES = (0xB0B, 0xC0C, 0xD0D)
PLAIN, RICH, NOBODY = 0xE0A, 0x71C4, 0x9999
WORD = (1 << 256) - 1
ENVIRONMENT = ("ADDRESS", "CALLER", "CALLVALUE", "ORIGIN", "GASPRICE", "NUMBER", "TIMESTAMP", "COINBASE", "CHAINID", "BASEFEE",
               "SELFBALANCE", "GASLIMIT", "PREVRANDAO", "MSIZE", "GAS", "PC", "CALLDATASIZE", "RETURNDATASIZE", "CODESIZE")
ASKED_BY_ADDRESS = ("EXTCODESIZE", "EXTCODEHASH", "BALANCE")
OPERATIONS = tuple(name for name in ARITY if name != "CLZ")


def value(rng):
    return rng.choice([0, 1, 31, 32, 255, WORD, 1 << 255, *(rng.getrandbits(bits) for bits in (8, 32, 160, 256))])


def offset(rng):
    return rng.choice([0, 1, 31, 32, 64, 96, rng.randrange(256), rng.randrange(0x400)])


def length(rng):
    return rng.choice([0, 1, 4, 32, 64, rng.randrange(100)])


class Writer:
    """Writes statements, each of which leaves the stack as it was, or one item on it."""

    def __init__(self, rng, callees):
        self.rng, self.callees, self.labels, self.items = rng, callees, 0, 0

    def statement(self):
        kinds = [self.operation] * 4 + [self.store] * 3 + [self.load] * 3 + [self.copy, self.move, self.jump, self.storage,
                                                                             self.ask, self.log, self.environment]
        if self.callees:
            kinds += [self.call] * 4 + [self.create]
        return self.rng.choice(kinds)()

    def result(self, text):
        """What becomes of the item that the text pushes."""
        way = self.rng.randrange(4)
        if way == 0 and self.items < 12:
            self.items += 1
            return text
        if way == 1:
            return f"{text} {offset(self.rng)} MSTORE"
        return f"{text} ADD" if way == 2 and self.items else f"{text} POP"

    def label(self):
        self.labels += 1
        return f"l{self.labels}"

    def operation(self):
        name = self.rng.choice(OPERATIONS)
        return self.result(" ".join(str(value(self.rng)) for _ in range(ARITY[name])) + f" {name}")

    def store(self):
        rng = self.rng
        return rng.choice([f"{value(rng)} {offset(rng)} MSTORE", f"{value(rng)} {offset(rng)} MSTORE8",
                           f"{length(rng)} {offset(rng)} {offset(rng)} MCOPY"])

    def load(self):
        rng = self.rng
        return self.result(rng.choice([f"{offset(rng)} MLOAD", f"{length(rng)} {offset(rng)} KECCAK256",
                                       f"{rng.randrange(96)} CALLDATALOAD"]))

    def copy(self):
        rng = self.rng
        source = rng.choice(["CALLDATACOPY", "CODECOPY", f"{rng.choice([*self.callees, PLAIN])} EXTCODECOPY"])
        return rng.choice([f"{length(rng)} {offset(rng)} {offset(rng)} {source}",
                           f"RETURNDATASIZE 0 {offset(rng)} RETURNDATACOPY"])

    def environment(self):
        return self.result(self.rng.choice([*ENVIRONMENT, "NUMBER 1 SWAP1 SUB BLOCKHASH"]))

    def move(self):
        if self.items < 2:
            return self.operation()
        return self.rng.choice([f"SWAP{self.rng.randrange(1, self.items)}",
                                self.result(f"DUP{self.rng.randrange(1, self.items + 1)}")])

    def jump(self):
        rng, name = self.rng, self.label()
        return rng.choice([f"@{name} JUMP {name}:", f"{rng.randrange(2)} @{name} JUMPI {self.store()} {name}:",
                           f"{rng.randrange(1, 4)} {name}: 1 SWAP1 SUB DUP1 @{name} JUMPI POP"])

    def storage(self):
        rng = self.rng
        kind, slot = rng.choice("ST"), rng.randrange(4)
        if rng.randrange(2):
            return self.result(f"{slot} {kind}LOAD")
        return f"{rng.choice([0, 1, value(rng)])} {slot} {kind}STORE"

    def ask(self):
        whom = self.rng.choice([*self.callees, PLAIN, RICH, NOBODY, 4])
        return self.result(f"{whom} {self.rng.choice(ASKED_BY_ADDRESS)}")

    def log(self):
        rng, topics = self.rng, self.rng.randrange(5)
        return " ".join(str(value(rng)) for _ in range(topics)) + f" {length(rng)} {offset(rng)} LOG{topics}"

    def call(self):
        rng = self.rng
        name = rng.choice(["CALL", "CALL", "DELEGATECALL", "STATICCALL"])
        to = rng.choice([*self.callees * 3, PLAIN, NOBODY, 2, 4, 4])
        sent = f"{rng.choice([0, 0, 0, 1, 5, 10**20])} " if name == "CALL" else ""
        gas = rng.choice(["GAS", "GAS", 100000, 5000, 2300, 700, 0])
        return self.result(f"{length(rng)} {offset(rng)} {length(rng)} {offset(rng)} {sent}{to} {gas} {name}")

    def create(self):
        rng = self.rng
        code = assemble(program(rng, [], rng.randrange(3), ends=4))[:90]
        stores = " ".join(f"PUSH32 0x{code[i:i + 32].ljust(32, bytes(1)).hex()} {0x200 + i} MSTORE"
                          for i in range(0, len(code), 32))
        salted, sent = rng.randrange(2), rng.choice([0, 0, 0, 1])
        made = f"{rng.randrange(3)} {len(code)} 512 {sent} CREATE2" if salted else f"{len(code)} 512 {sent} CREATE"
        use = rng.choice(["", *(f"DUP1 {name} POP" for name in ASKED_BY_ADDRESS), "20 0 0 DUP4 EXTCODECOPY",
                          "0 0 0 0 DUP5 GAS STATICCALL POP"])
        return f"{stores} {made} {use} POP"


def program(rng, callees, statements, ends=12):
    """The text of a program. The first `ends` ways of ending are among those that it may have."""
    writer = Writer(rng, callees)
    text = " ".join(writer.statement() for _ in range(statements))
    ways = [f"{rng.choice([0, 1, 32, 40])} {offset(rng)} RETURN", f"{length(rng)} {offset(rng)} RETURN",
            f"{length(rng)} {offset(rng)} REVERT", "STOP", "", "", "", f"{length(rng)} {offset(rng)} RETURN", "INVALID",
            "7 JUMP", "ADD " * 16, f"{1 << 40} MLOAD"]
    return f"{text} {ways[rng.randrange(ends)]}"


def world(rng, size=6):
    """Accounts with code, of which each calls those after it, and balances."""
    accounts = {address: assemble(program(rng, list(CALLEES[i + 1:]), rng.randrange(size)))
                for i, address in reversed(list(enumerate(CALLEES)))}
    accounts[TARGET] = assemble(program(rng, list(CALLEES), 1 + rng.randrange(2 * size), ends=8))
    return accounts, {TARGET: rng.choice([0, 100, 10**21]), CALLEES[0]: 3, RICH: 77}
