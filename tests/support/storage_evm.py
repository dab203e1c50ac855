# SPDX-License-Identifier: MIT
"""The small EVM with storage, lasting and transient, with refunds and with what a reverted frame takes back.

What a store costs and refunds is written as the EIPs write it, fork by fork, and not as a table: it is what the
program's table is compared with. As in small_evm.py, each rule that can be got wrong is a method that a bug overrides.
"""

import copy

from small_evm import Halt, SmallEvm

# Forks whose rules for SSTORE and SLOAD differ, oldest first.
FORKS = ["frontier", "tangerine_whistle", "constantinople", "petersburg", "istanbul", "berlin", "london", "cancun"]
CLEAR, SELFDESTRUCT = 15000, 24000


def since(fork, first):
    return FORKS.index(fork) >= FORKS.index(first)


class StorageEvm(SmallEvm):
    """`stored` is what the accounts' storage holds before the transaction: {address: {slot: value}}. `refund_style` is
    how the counter is printed: "early", a store's own refund on its own line; "late", on the next; "frame", late, too,
    and only what the frame and its callees refunded."""

    def __init__(self, accounts, gas, fork="cancun", stored=None, refund=0, refund_style="early", **keywords):
        super().__init__(accounts, gas, memory_printed=False, **keywords)
        self.fork = fork
        self.original = copy.deepcopy(stored or {})
        self.state = {"storage": copy.deepcopy(self.original), "transient": {}, "slots": set(), "refund": refund}
        self.refund_style = refund_style

    # ---- the rules that clients may get wrong --------------------------------------------------------------------

    def owner(self, frame):
        """The account whose storage the frame uses."""
        return frame.address

    def held(self, frame, key):
        return self.state["storage"].get(self.owner(frame), {}).get(key, 0)

    def held_before(self, frame, key):
        return self.original.get(self.owner(frame), {}).get(key, 0)

    def held_transiently(self, frame, key):
        return self.state["transient"].get(self.owner(frame), {}).get(key, 0)

    def keep(self, frame, where, key, value):
        self.state[where].setdefault(self.owner(frame), {})[key] = value

    def is_cold(self, frame, key):
        """Whether the slot is cold; it is warm from then on."""
        entry = (self.owner(frame), key)
        if entry in self.state["slots"]:
            return False
        self.state["slots"].add(entry)
        return True

    def load_price(self, frame, key):
        if since(self.fork, "berlin"):
            return 2100 if self.is_cold(frame, key) else 100
        return 800 if since(self.fork, "istanbul") else 200 if since(self.fork, "tangerine_whistle") else 50

    def store_price(self, original, current, value):
        """The price of a store into a warm slot, and what it adds to the refund counter."""
        if not since(self.fork, "istanbul") and self.fork != "constantinople":  # Yellow Paper
            if current == 0 and value != 0:
                return 20000, 0
            return 5000, CLEAR if current != 0 and value == 0 else 0
        if self.fork == "constantinople":  # EIP-1283
            load, reset, clear = 200, 5000, 15000
        elif self.fork == "istanbul":  # EIP-2200
            load, reset, clear = 800, 5000, 15000
        else:  # EIP-2929, and EIP-3529 from London on
            load, reset, clear = 100, 5000 - 2100, 15000
            if since(self.fork, "london"):
                clear = reset + 1900
        if current == value:
            return load, 0
        if original == current:
            if original == 0:
                return 20000, 0
            return reset, clear if value == 0 else 0
        refund = 0
        if original != 0:
            if current == 0:
                refund -= clear
            if value == 0:
                refund += clear
        if original == value:
            refund += (20000 if original == 0 else reset) - load
        return load, refund

    def sentry(self, frame):
        """Whether there is too little gas for any store (EIP-2200)."""
        return since(self.fork, "istanbul") and frame.gas <= 2300

    def refunded(self, refund):
        self.state["refund"] += refund

    def taken_back(self, before):
        """What is left of the state when a frame fails whose beginning had it so."""
        return before

    # ---- the machine -----------------------------------------------------------------------------------------------

    def execute(self, frame):
        before, warm = copy.deepcopy(self.state), set(self.warm)
        frame.refund_before = self.state["refund"] if self.refund_style == "frame" else 0
        error = super().execute(frame)
        if error is not None or frame.reverted:
            self.state, self.warm = self.taken_back(before), warm
        return error

    def line(self, frame, number, name):
        line = super().line(frame, number, name)
        line["refund"] = self.state["refund"] - frame.refund_before
        return line

    def base(self, name):
        return {"SLOAD": 0, "TLOAD": 100, "TSTORE": 100}.get(name, super().base(name))

    def cost(self, frame, name):
        if name == "SLOAD":
            return self.load_price(frame, frame.stack[-1])
        if name != "SSTORE":
            return super().cost(frame, name)
        if self.sentry(frame):
            raise Halt("out of gas")
        key, value = frame.stack[-1], frame.stack[-2]
        cold = since(self.fork, "berlin") and self.is_cold(frame, key)
        price, refund = self.store_price(self.held_before(frame, key), self.held(frame, key), value)
        self.refunded(refund)
        if self.refund_style == "early":
            self.lines[-1]["refund"] = self.state["refund"]
        return price + (2100 if cold else 0)

    def simple(self, frame, name):
        if name not in ("SLOAD", "SSTORE", "TLOAD", "TSTORE"):
            return super().simple(frame, name)
        key = frame.stack.pop()
        if name == "SLOAD":
            frame.stack.append(self.held(frame, key))
        elif name == "TLOAD":
            frame.stack.append(self.held_transiently(frame, key))
        else:
            self.keep(frame, "storage" if name == "SSTORE" else "transient", key, frame.stack.pop())
        frame.pc += 1
        return True
