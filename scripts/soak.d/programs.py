# SPDX-License-Identifier: MIT
"""Random EVM programs, weighted to what traces and their readers get wrong.

A program is a row of fragments; each leaves the stack as it found it or a little higher, so that most programs
run to their end. What ends a frame early (bad jumps, stack faults, huge offsets) is rare in the outermost program
and common in those that it calls.
"""

from assembly import Code
from curves import ecrecover_input, p256_input
from forks import has, order

WORDS = (0, 1, 2, 31, 32, 33, 0x7F, 0x80, 0xFF, 0x100, 1 << 16, 1 << 32, (1 << 64) - 1, 1 << 64, 1 << 128, (1 << 160) - 1,
         1 << 255, (1 << 255) - 1, (1 << 256) - 1, (1 << 256) - 2, 0x123456789ABCDEF << 100)
SMALL = (0, 0, 1, 31, 32, 33, 63, 64, 65, 96, 100, 128, 255, 256, 511, 1024)
EDGES = (1 << 16, (1 << 16) - 1, 1 << 32, (1 << 32) - 1, (1 << 64) - 1, (1 << 64) - 32, 1 << 64, 1 << 255, (1 << 256) - 1,
         (1 << 256) - 32)

BINARY = ("ADD", "MUL", "SUB", "DIV", "SDIV", "MOD", "SMOD", "EXP", "SIGNEXTEND", "LT", "GT", "SLT", "SGT", "EQ", "AND",
          "OR", "XOR", "BYTE", "SHL", "SHR", "SAR")
UNARY = ("ISZERO", "NOT", "CLZ", "CALLDATALOAD", "BLOCKHASH", "BLOBHASH")
TERNARY = ("ADDMOD", "MULMOD")
NULLARY = ("ADDRESS", "ORIGIN", "CALLER", "CALLVALUE", "CALLDATASIZE", "CODESIZE", "GASPRICE", "RETURNDATASIZE",
           "COINBASE", "TIMESTAMP", "NUMBER", "PREVRANDAO", "GASLIMIT", "CHAINID", "SELFBALANCE", "BASEFEE",
           "BLOBBASEFEE", "PC", "MSIZE", "GAS", "PUSH0")

# Input lengths at which something happens, by precompile.
LENGTHS = {
    1: (0, 32, 127, 128, 129), 2: (0, 1, 31, 32, 33, 64), 3: (0, 1, 32, 64, 65), 4: (0, 1, 31, 32, 33, 100),
    5: (0, 31, 96, 97, 99, 192), 6: (0, 64, 127, 128, 129), 7: (0, 64, 95, 96, 97), 8: (0, 191, 192, 193, 384),
    9: (0, 212, 213, 214), 10: (0, 191, 192, 193), 11: (0, 255, 256, 257), 12: (0, 159, 160, 161, 320),
    13: (0, 511, 512, 513), 14: (0, 287, 288, 289, 576), 15: (0, 383, 384, 385, 768), 16: (0, 63, 64, 65),
    17: (0, 127, 128, 129), 0x100: (0, 159, 160, 161),
}


class Surroundings:
    """What the programs of one test share: accounts, init codes, data."""

    def __init__(self, rng, fork, addresses):
        self.rng, self.fork, self.addresses = rng, fork, addresses
        self.init_codes = []


class Generator:
    """Makes one program. `danger` from 0 to 1 is how likely it is to end early; `depth` limits what it calls."""

    def __init__(self, around, danger, own_address):
        self.around, self.rng, self.danger, self.own = around, around.rng, danger, own_address
        self.code = Code()
        self.height = 0
        self.labels = 0
        self.in_loop = False
        self.fork = around.fork

    # ---- values --------------------------------------------------------------------------------------------

    def has(self, name):
        """Whether the fork has the instruction; seldom it does not matter."""
        return has(self.fork, name) or self.rng.random() < 0.01 * self.danger

    def word(self):
        if self.rng.random() < 0.6:
            return self.rng.choice(WORDS)
        return self.rng.getrandbits(self.rng.choice((8, 16, 64, 160, 256)))

    def offset(self):
        if self.rng.random() < 0.03 * self.danger:
            return self.rng.choice(EDGES)
        if self.rng.random() < 0.002:
            return 1 << 16
        if self.rng.random() < 0.2:
            return self.rng.randrange(1200)
        return self.rng.choice(SMALL)

    def length(self):
        if self.rng.random() < 0.25:
            return 0
        return self.offset()

    def any_offset(self, length):
        """Where nothing is touched, the offset does not matter: often a huge one."""
        return self.rng.choice(EDGES) if length == 0 and self.rng.random() < 0.4 else self.offset()

    def address(self):
        return self.rng.choice(self.around.addresses)

    def push(self, value):
        if value == 0 and has(self.fork, "PUSH0") and self.rng.random() < 0.7:
            self.code.op("PUSH0")
        elif self.rng.random() < 0.05:
            self.code.push(value, self.rng.choice((8, 20, 31, 32)))
        else:
            self.code.push(value)
        self.height += 1

    def op(self, name, pops, pushes=0):
        self.code.op(name)
        self.height += pushes - pops

    def need(self, count):
        while self.height < count:
            self.push(self.word())

    def settle(self):
        """Keeps the stack from growing without end; what is left stays for later fragments."""
        limit = 12 if self.rng.random() < 0.9 else 30
        while self.height > limit:
            self.op("POP", 1)

    def new_label(self):
        self.labels += 1
        return f"l{self.labels}"

    # ---- fragments -----------------------------------------------------------------------------------------

    def arithmetic(self):
        for _ in range(self.rng.randrange(1, 6)):
            kind = self.rng.random()
            if kind < 0.55:
                name, pops = self.rng.choice(BINARY), 2
            elif kind < 0.75:
                name, pops = self.rng.choice(UNARY), 1
            elif kind < 0.85:
                name, pops = self.rng.choice(TERNARY), 3
            else:
                name, pops = self.rng.choice(NULLARY), 0
            if not self.has(name):
                continue
            for _ in range(pops if self.rng.random() < 0.6 else 0):
                self.push(self.word())
            self.need(pops)
            self.op(name, pops, 1)

    def stack(self):
        self.need(self.rng.randrange(1, 10))
        for _ in range(self.rng.randrange(1, 4)):
            kind = self.rng.random()
            if kind < 0.4:
                self.op(f"DUP{self.rng.randrange(1, min(16, self.height) + 1)}", 0, 1)
            elif kind < 0.8 and self.height > 1:
                self.op(f"SWAP{self.rng.randrange(1, min(16, self.height - 1) + 1)}", 0)
            elif self.height > 1:
                self.op("POP", 1)
        if has(self.fork, "DUPN") and self.rng.random() < 0.3:
            self.need(20)
            self.code.raw(bytes([self.rng.choice((0xE6, 0xE7, 0xE8)), self.rng.choice((0, 1, 0x80, 0x12, 0x5A, 0x5B, 0xFF))]))

    def memory(self):
        name = self.rng.choice(("MLOAD", "MSTORE", "MSTORE", "MSTORE8", "MCOPY", "KECCAK256"))
        if not self.has(name):
            name = "MSTORE"
        match name:
            case "MLOAD":
                self.push(self.offset())
                self.op("MLOAD", 1, 1)
            case "MSTORE" | "MSTORE8":
                self.push(self.word()) if self.rng.random() < 0.7 else self.need(1)
                self.push(self.offset())
                self.op(name, 2)
            case "MCOPY":
                length = self.length()
                self.push(length)
                self.push(self.any_offset(length))
                self.push(self.any_offset(length))
                self.op("MCOPY", 3)
            case "KECCAK256":
                length = self.length()
                self.push(length)
                self.push(self.any_offset(length))
                self.op("KECCAK256", 2, 1)
        if self.rng.random() < 0.2:
            self.op("MSIZE", 0, 1)

    def copying(self):
        name = self.rng.choice(("CALLDATACOPY", "CODECOPY", "EXTCODECOPY"))
        length = self.length()
        self.push(length)
        self.push(self.rng.choice(EDGES) if self.rng.random() < 0.2 else self.offset())
        self.push(self.any_offset(length))
        if name == "EXTCODECOPY":
            self.push(self.address())
            self.op(name, 4)
        else:
            self.op(name, 3)

    def return_data(self):
        if not self.has("RETURNDATASIZE"):
            return
        self.op("RETURNDATASIZE", 0, 1)
        if self.rng.random() < 0.3:
            return
        # Length, offset in the return data, offset in memory.
        kind = self.rng.random()
        if kind < 0.5:
            self.push(0)
        elif kind < 0.65:
            self.op("POP", 1)
            self.push(0)
            self.op("RETURNDATASIZE", 0, 1)
        elif kind < 0.8:
            self.op("POP", 1)
            self.push(0)
            self.push(0)
        elif self.rng.random() < self.danger:
            self.push(self.rng.choice((1, 2, 32, (1 << 64) - 1, (1 << 256) - 1)))
        else:
            self.push(0)
        self.push(self.offset())
        self.op("RETURNDATACOPY", 3)

    def logs(self):
        topics = self.rng.randrange(5)
        for _ in range(topics):
            self.push(self.word())
        length = self.length()
        self.push(length)
        self.push(self.any_offset(length))
        self.op(f"LOG{topics}", topics + 2)

    def storage(self):
        slot = self.rng.choice((0, 0, 1, 2, 3, (1 << 256) - 1))
        kind = self.rng.random()
        if kind < 0.35:
            self.push(slot)
            self.op("SLOAD", 1, 1)
        elif kind < 0.75 or not self.has("TSTORE"):
            self.push(self.rng.choice((0, 0, 1, 1, 2, self.word())))
            self.push(slot)
            self.op("SSTORE", 2)
        elif kind < 0.87:
            self.push(slot)
            self.op("TLOAD", 1, 1)
        else:
            self.push(self.rng.choice((0, 1, self.word())))
            self.push(slot)
            self.op("TSTORE", 2)

    def accounts(self):
        name = self.rng.choice(("BALANCE", "EXTCODESIZE", "EXTCODEHASH", "SELFBALANCE"))
        if not self.has(name):
            name = "BALANCE"
        if name == "SELFBALANCE":
            self.op(name, 0, 1)
            return
        if self.rng.random() < 0.15:
            self.op("ADDRESS", 0, 1)
        else:
            self.push(self.address() + (self.rng.getrandbits(96) << 160 if self.rng.random() < 0.1 else 0))
        self.op(name, 1, 1)

    def call_gas(self):
        kind = self.rng.random()
        if kind < 0.55:
            self.op("GAS", 0, 1)
        elif kind < 0.9:
            self.push(self.rng.choice((0, 100, 700, 2299, 2300, 2301, 5000, 10000, 30000, 60000, 200000)))
        elif kind < 0.95:
            # EIP-150's own 63/64, by hand.
            self.push(64)
            self.op("GAS", 0, 1)
            self.op("DIV", 2, 1)
            self.op("GAS", 0, 1)
            self.op("SUB", 2, 1)
        elif has(self.fork, "REVERT") or self.rng.random() < self.danger:
            self.push(self.rng.choice(((1 << 64) - 1, (1 << 256) - 1, 1 << 63)))
        else:
            self.push(50000)

    def call_value(self):
        kind = self.rng.random()
        if kind < 0.6:
            self.push(0)
        elif kind < 0.85:
            self.push(self.rng.choice((1, 2, 1000)))
        elif kind < 0.95:
            self.push(self.rng.choice((1 << 255, 1 << 90, (1 << 256) - 1)))
        else:
            self.op("ADDRESS", 0, 1)
            self.op("BALANCE", 1, 1)

    def call(self, target=None):
        """A call; `target` is an address, or None for what already lies on the stack's top."""
        names = [name for name in ("CALL", "CALL", "CALLCODE", "DELEGATECALL", "STATICCALL") if has(self.fork, name)]
        name = self.rng.choice(names)
        keep = target is None
        ranges = [self.length() for _ in range(2)]
        out = self.any_offset(ranges[1])
        start = out + self.rng.choice((-1, 0, 1, 16, 32)) if ranges[0] and ranges[1] and out > 1 and self.rng.random() < 0.3 \
            else self.any_offset(ranges[0])
        self.push(ranges[1])
        self.push(out)
        self.push(ranges[0])
        self.push(start)
        count = 4
        if name in ("CALL", "CALLCODE"):
            self.call_value()
            count += 1
        if keep:
            self.op(f"DUP{count + 1}", 0, 1)
        else:
            self.push(target)
        self.call_gas()
        self.op(name, count + 2, 1)
        self.after_call()

    def after_call(self):
        kind = self.rng.random()
        if kind < 0.4:
            self.op("POP", 1)
        elif kind < 0.55:
            # What most compilers make of it: go on where it succeeded, else hand on the revert's data.
            label = self.new_label()
            self.code.push_label(label)
            self.code.op("JUMPI")
            self.height -= 1
            if has(self.fork, "REVERT") and self.rng.random() < 0.5:
                self.code.op("RETURNDATASIZE").push(0).push(0).op("RETURNDATACOPY", "RETURNDATASIZE").push(0)
                self.code.op("REVERT" if self.rng.random() < self.danger else "POP")
                if self.code.body[-1] == 0x50:
                    self.code.op("POP")
            self.code.label(label)
        if self.rng.random() < 0.4:
            self.return_data()

    def plain_call(self):
        self.call(self.own if self.rng.random() < 0.03 else self.address())

    def forwarding(self):
        """A proxy's body: calldata in, DELEGATECALL, return data out; without the end."""
        if not has(self.fork, "RETURNDATASIZE"):
            return
        self.code.op("CALLDATASIZE").push(0).push(0).op("CALLDATACOPY")
        self.code.push(0).push(0).op("CALLDATASIZE").push(0).push(self.address()).op("GAS", "DELEGATECALL")
        self.code.op("RETURNDATASIZE").push(0).push(0).op("RETURNDATACOPY")
        self.height += 1

    def precompile(self):
        number = self.rng.choice(tuple(LENGTHS))
        data = self.precompile_input(number)
        start = self.rng.choice((0, 0, 32, 7))
        if data:
            self.code.push(len(data)).push_data(data).push(start).op("CODECOPY")
        out = self.rng.choice((0, start, 32, 200))
        names = [name for name in ("CALL", "STATICCALL", "DELEGATECALL", "CALLCODE") if has(self.fork, name)]
        name = self.rng.choice(names)
        count = 6
        self.push(self.rng.choice((0, 1, 20, 32, 64, 128, 256)))
        self.push(out)
        self.push(len(data))
        self.push(start)
        if name in ("CALL", "CALLCODE"):
            self.push(self.rng.choice((0, 0, 0, 1)))
            count += 1
        self.push(number)
        kind = self.rng.random()
        if kind < 0.6:
            self.push(self.rng.choice((400_000, 1_000_000)))
        elif kind < 0.8 and self.in_loop is False:
            self.push(self.rng.choice((0, 14, 15, 18, 72, 600, 720, 3000, 6000, 6900, 40000)))
        else:
            self.push(100_000)
        self.op(name, count, 1)
        self.after_call()

    def precompile_input(self, number):
        rng = self.rng
        length = rng.choice(LENGTHS[number])
        if number == 1 and rng.random() < 0.6:
            return ecrecover_input(rng)
        if number == 0x100 and rng.random() < 0.6:
            return p256_input(rng)
        if number == 5 and rng.random() < 0.8:
            sizes = [rng.choice((0, 1, 2, 31, 32, 33, 64)) for _ in range(3)]
            if rng.random() < 0.06:
                sizes[rng.randrange(3)] = rng.choice((1024, 1025, 1 << 32, (1 << 64) - 1, (1 << 256) - 1))
            body = b"".join(rng.randbytes(min(size, 100)) for size in sizes)
            return b"".join(size.to_bytes(32, "big") for size in sizes) + body[:rng.choice((len(body), len(body), len(body) // 2))]
        if number in (6, 7, 8) and rng.random() < 0.6:
            point = (1).to_bytes(32, "big") + (2).to_bytes(32, "big")
            if number == 6:
                return point + rng.choice((point, bytes(64), point[:32]))
            if number == 7:
                return point + rng.choice((rng.getrandbits(256), 0, 1, (1 << 256) - 1)).to_bytes(32, "big")
            return bytes(192) * rng.randrange(3)
        if number == 9 and rng.random() < 0.7:
            rounds = rng.choice((0, 1, 12, 100, 70000))
            return rounds.to_bytes(4, "big") + rng.randbytes(208) + bytes([rng.choice((0, 1, 1, 2))])
        if number > 10 and rng.random() < 0.6:
            return bytes(length)  # points at infinity
        return rng.randbytes(length)

    def create(self):
        if not self.around.init_codes:
            return
        init = self.rng.choice(self.around.init_codes)
        name = "CREATE2" if has(self.fork, "CREATE2") and self.rng.random() < 0.5 else "CREATE"
        start = self.rng.choice((0, 0, 32, 5))
        if init:
            self.code.push(len(init)).push_data(init).push(start).op("CODECOPY")
        if name == "CREATE2":
            self.push(self.rng.choice((0, 0, 1)))
        self.push(len(init))
        self.push(start if init else self.any_offset(0))
        self.push(self.rng.choice((0, 0, 0, 1, 1 << 200)))
        self.op(name, 4 if name == "CREATE2" else 3, 1)
        if self.rng.random() < 0.5:
            self.return_data()
            # The new address lies below what return_data() left.
            if self.height > 1 and self.rng.random() < 0.5:
                return
        for query in ("EXTCODESIZE", "EXTCODEHASH", "BALANCE"):
            if has(self.fork, query) and self.rng.random() < 0.2:
                self.op("DUP1", 0, 1)
                self.op(query, 1, 1)
                self.op("POP", 1)
        if self.rng.random() < 0.5:
            self.call()

    def big_init_code(self):
        """Init code at and beyond the limit, all zeros; it ends with STOP at once."""
        if order(self.fork) < order("shanghai") or self.rng.random() > 0.25:
            return
        self.push(self.rng.choice((49151, 49152, 49153, 65536)))
        self.push(0)
        self.push(0)
        self.op("CREATE", 3, 1)

    def jumps(self):
        label = self.new_label()
        if self.rng.random() < 0.5:
            self.code.push_label(label)
            self.code.op("JUMP")
            if self.rng.random() < 0.5:
                self.code.raw(self.rng.randbytes(self.rng.randrange(4)).replace(b"\x5b", b"\0"))
                self.code.raw(bytes(32))  # so that no PUSH swallows the label
        else:
            if self.rng.random() < 0.5:
                self.push(self.rng.choice((0, 1, self.word())))
            self.need(1)
            self.code.push_label(label)
            self.code.op("JUMPI")
            self.height -= 1
            for _ in range(self.rng.randrange(3)):
                self.code.push(self.word())
                self.code.op("POP")
        self.code.label(label)

    def not_taken(self):
        """A JUMPI to nowhere that is not taken."""
        self.code.push(0)
        self.code.push(self.word())
        self.code.op("JUMPI")

    def loop(self):
        if self.in_loop:
            return
        self.in_loop = True
        label = self.new_label()
        self.settle()
        self.push(self.rng.randrange(1, 8))
        self.code.label(label)
        base = self.height
        for _ in range(self.rng.randrange(1, 4)):
            self.rng.choice((self.arithmetic, self.memory, self.storage, self.copying, self.plain_call))()
            if self.height < base:  # a fragment ate the counter: give up the loop
                self.in_loop = False
                return
        while self.height > base:
            self.op("POP", 1)
        self.code.push(1).op("SWAP1", "SUB", "DUP1").push_label(label).op("JUMPI")
        self.op("POP", 1)
        self.in_loop = False

    def fatal(self):
        """What ends the frame at once, or may."""
        kind = self.rng.randrange(9)
        match kind:
            case 0:
                for _ in range(self.height):
                    self.code.op("POP")
                self.code.op(self.rng.choice(("POP", "ADD", "MSTORE", "DUP3", "SWAP2", "CALL", "MLOAD", "LOG2", "CREATE")))
            case 1:
                label = self.new_label()
                self.code.label(label).op("DUP1" if self.height else "PC").push_label(label).op("JUMP")
            case 2:
                self.code.push(self.word()).op("JUMP")
            case 3:
                self.code.raw(bytes([self.rng.choice((0x0C, 0x21, 0x4F, 0xA5, 0xB0, 0xEF, 0xF6, 0xFE, 0xFC))]))
            case 4:
                self.code.push(1).push(self.rng.choice(EDGES)).op(self.rng.choice(("MSTORE", "MSTORE8", "KECCAK256")))
            case 5:
                self.code.push(1).push_label(self.new_label_in_data()).op("JUMPI")
            case 6:
                self.code.push(self.address()).op("SELFDESTRUCT")
            case 7:
                self.code.op("ADDRESS", "SELFDESTRUCT")
            case 8:
                self.code.push(self.rng.choice(EDGES)).push(0).push(0).op(self.rng.choice(("CALLDATACOPY", "CODECOPY")))

    def new_label_in_data(self):
        """A 0x5b that is no JUMPDEST, being a PUSH's immediate."""
        label = self.new_label()
        self.code.push(0x5B).op("POP")
        self.code.labels[label] = len(self.code.body) - 2
        return label

    def ending(self):
        kind = self.rng.random()
        if kind < 0.35:
            self.code.push(self.length()).push(self.rng.choice(SMALL)).op("RETURN")
        elif kind < 0.55 and has(self.fork, "REVERT"):
            self.code.push(self.length()).push(self.rng.choice(SMALL)).op("REVERT")
        elif kind < 0.7:
            self.code.op("STOP")
        elif kind < 0.75:
            self.code.op("INVALID")
        elif kind < 0.83:
            self.code.push(self.address()).op("SELFDESTRUCT")
        elif self.code.data:
            self.code.op("STOP")
        # else the code runs off its end

    FRAGMENTS = {
        "arithmetic": 12, "stack": 6, "memory": 16, "copying": 8, "return_data": 6, "logs": 3, "storage": 12, "accounts": 6,
        "plain_call": 14, "forwarding": 1, "precompile": 6, "create": 6, "big_init_code": 1, "jumps": 3, "not_taken": 1,
        "loop": 3,
    }

    def program(self, fragments):
        names, weights = list(self.FRAGMENTS), list(self.FRAGMENTS.values())
        for name in self.rng.choices(names, weights, k=fragments):
            getattr(self, name)()
            self.settle()
            if self.rng.random() < 0.02 * self.danger:
                self.fatal()
        if self.rng.random() < 0.25 * self.danger:
            self.fatal()
        self.ending()
        return self.code.bytes()


def init_code(around, own_address):
    """Init code of some kind, and often what it deploys."""
    rng, fork = around.rng, around.fork
    kind = rng.random()
    code = Code()
    if kind < 0.3:
        runtime = Generator(around, 0.5, own_address).program(rng.randrange(1, 6))
        code.push(len(runtime)).push_data(runtime).push(0).op("CODECOPY").push(len(runtime)).push(0).op("RETURN")
    elif kind < 0.45:
        code.push(rng.choice((0, 1, 31, 32, 100, 24575, 24576, 24577, 65537))).push(0).op("RETURN")
    elif kind < 0.53:
        code.push(0xEF, 1).push(0).op("MSTORE8").push(rng.choice((1, 20))).push(0).op("RETURN")
    elif kind < 0.63 and has(fork, "REVERT"):
        code.push(rng.getrandbits(64)).push(0).op("MSTORE").push(rng.choice((0, 4, 36))).push(0).op("REVERT")
    elif kind < 0.66:
        code.op("INVALID")
    elif kind < 0.72:
        code.push(rng.choice(around.addresses)).op("SELFDESTRUCT")
    elif kind < 0.75:
        return b""
    elif kind < 0.8:
        code.op("CALLER", "EXTCODESIZE", "ADDRESS", "EXTCODESIZE", "ADDRESS", "EXTCODEHASH" if has(fork, "EXTCODEHASH") else
                "BALANCE", "STOP")
    elif kind < 0.85:
        # A large deployment that its gas may not pay.
        code.push(rng.choice((2000, 8000, 20000))).push(0).op("RETURN")
    else:
        return Generator(around, 0.6, own_address).program(rng.randrange(1, 10))
    return code.bytes()


def recursive(around, own_address):
    """Calls itself until the gas or the depth is used up, then does a little."""
    rng, fork = around.rng, around.fork
    names = [name for name in ("CALL", "CALLCODE", "DELEGATECALL", "STATICCALL") if has(fork, name)]
    name = rng.choice(names)
    code = Code()
    code.push(rng.choice((0, 32, 64))).push(0).push(rng.choice((0, 32))).push(0)
    if name in ("CALL", "CALLCODE"):
        code.push(0)
    code.push(own_address)
    if has(fork, "RETURNDATASIZE"):
        code.op("GAS")
    else:
        code.push(200 if fork == "frontier" else 1000).op("GAS", "SUB")  # before EIP-150 a call for more gas than there is fails
    code.op(name).push(0).op("MSTORE").push(32).push(0).op("RETURN")
    return code.bytes()
