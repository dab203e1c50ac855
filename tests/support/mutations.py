# SPDX-License-Identifier: MIT
"""Alterations of one value of a correct trace, by kind; and, of each, whether it contradicts the rest of the
trace. Where it does not, the reason is part of the mutation, in one of the sentences of UNDECIDABLE.
"""

import copy
from dataclasses import dataclass

from opcode_names import CALLS, CREATES
from trace_model import ENDS, calls, number, vouched, word, writes

# Costs that depend on the state, which no trace shows: warm or cold, new or old.
BY_STATE = {"SSTORE", "SLOAD", "BALANCE", "EXTCODESIZE", "EXTCODEHASH", "EXTCODECOPY", "SELFDESTRUCT", *CALLS, *CREATES}

UNDECIDABLE = {
    "again": "the second print of a failing step, which clients print in their own ways",
    "untold": "bytes from outside the trace, shown on no other line",
    "by_state": "the costs on both sides depend on the state",
    "last_cost": "the last step of its frame, whose cost depends on the state",
    "failing": "the gasCost of a failing step, which each client prints in its own way",
    "call_cost": "the gasCost of a call, which this client does not print in full",
    "base_cost": "this client does not print the full gasCost",
    "unprinted_end": "the last step of a frame, which reads as an end that the client does not print",
    "same_effect": "another operand with the same effect",
    "unseen": "the effect shows on no line: there is no memory field, and no growth",
    "sliced": "this client prints the end of the stack only",
    "excerpt": "the trace begins in the middle of a transaction; this is its first step",
    "twice": "clients print a failing step twice",
    # An item that has come from outside the trace, and is gone with the next step: by what brought it.
    "storage": "what SLOAD or TLOAD gave, shown on no other line",
    "balance": "what BALANCE or SELFBALANCE gave, shown on no other line",
    "account_code": "what EXTCODESIZE or EXTCODEHASH gave, shown on no other line",
    "environment": "what the block, the transaction or the call gave, shown on no other line",
    "calldata": "what CALLDATALOAD or CALLDATASIZE gave, shown on no other line",
    "own_code": "what a PUSH or CODESIZE gave, shown on no other line",
    "memory": "what MLOAD or KECCAK256 gave, shown on no other line",
    "call": "what a call or a create gave, shown on no other line",
}

# The class of UNDECIDABLE that an item belongs to, by the instruction that pushed it.
OUTSIDE = {
    **dict.fromkeys(["SLOAD", "TLOAD"], "storage"),
    **dict.fromkeys(["BALANCE", "SELFBALANCE"], "balance"),
    **dict.fromkeys(["EXTCODESIZE", "EXTCODEHASH"], "account_code"),
    **dict.fromkeys(["ADDRESS", "ORIGIN", "CALLER", "CALLVALUE", "GASPRICE", "BLOCKHASH", "COINBASE", "TIMESTAMP", "NUMBER",
                     "PREVRANDAO", "GASLIMIT", "CHAINID", "BASEFEE", "BLOBHASH", "BLOBBASEFEE", "SLOTNUM"], "environment"),
    **dict.fromkeys(["CALLDATALOAD", "CALLDATASIZE"], "calldata"),
    **dict.fromkeys(["CODESIZE", *(f"PUSH{n}" for n in range(1, 33))], "own_code"),
    **dict.fromkeys(["MLOAD", "KECCAK256"], "memory"),
    **dict.fromkeys(["RETURNDATASIZE", *CALLS, *CREATES], "call"),
}


@dataclass
class Mutation:
    trace: str  # the file's name
    kind: str
    step: object
    text: str  # the altered file
    change: str  # for the report
    reason: str | None  # why it cannot be noticed; None if it must be found
    near: set  # of step indices, where a finding may stand
    near_lines: set  # the same, as lines of a JSON lines file; empty for a document
    gap: bool = False  # whether steps reported as missing will do, too
    amsterdam: bool = False  # whether the correct trace can be of that fork only


class Facts:
    """What a client's habits leave to be noticed, seen in the correct trace."""

    def __init__(self, trace):
        self.trace = trace
        straight = [step for step in trace.steps if plain(step) and number(step.fields.get("gasCost")) is not None]
        self.full_cost = bool(straight) and all(
            step.gas - step.after.gas == number(step.fields["gasCost"]) for step in straight)
        self.return_data = any(step.fields.get("returnData") not in (None, "", "0x") for step in trace.steps)
        # goevmlab keeps the last six items of the stack, and excerpts of traces; it leaves memSize out, or zero.
        first = trace.steps[0].fields
        is_goevmlab = trace.document is None and not trace.has_size and (
            isinstance(first["op"], str) or not any(number(step.fields.get("gasCost")) for step in trace.steps))
        self.sliced = is_goevmlab and max(len(step.stack) for step in trace.steps) <= 6
        self.excerpt = trace.steps[0].pc != 0


def plain(step):
    """Whether the step after it in the file is the one after it in its frame, and its gas shows its cost."""
    after = step.after
    return (after is not None and after.index == step.index + 1 and not step.failed and not step.again
            and not after.again and not calls(step))


def near(*steps):
    found = set()
    for step in steps:
        found |= {step.index - 1, step.index, step.index + 1}
        for each in (step.before, step.after and step.after.before):
            if each is not None:
                found.add(each.index)
    return found


def make(facts, step, kind, fields, change, reason, gap=False, repeat=1, also=()):
    trace = facts.trace
    indices = near(step, *also)
    lines = {trace.steps[i].line for i in indices if 0 <= i < len(trace.steps)} - {None}
    if repeat == 2:
        indices, lines = indices | {i + 1 for i in indices}, lines | {line + 1 for line in lines}
    if repeat == 0:
        indices, lines = indices | {i - 1 for i in indices}, lines | {line - 1 for line in lines}
    if step.again and reason is None:
        reason = "again"
    text = trace.altered(step, fields, repeat)
    return Mutation(trace.path.name, kind, step, text, change, reason, indices, lines, gap)


def with_field(step, key, value):
    fields = copy.deepcopy(step.fields)
    fields[key] = value
    return fields


def like(old, value):
    """A number, printed as the old one was."""
    if isinstance(old, int):
        return value
    return hex(value) if old.startswith("0x") else str(value)


def flip(rng, text, at=None):
    """Hex text with one digit changed; `at` counts digits after the prefix."""
    start = 2 if text.startswith("0x") else 0
    where = start + (rng.randrange(len(text) - start) if at is None else at)
    digit = int(text[where], 16) ^ rng.randrange(1, 16)
    return text[:where] + format(digit, "x") + text[where + 1:]


# ---- the kinds: each takes (rng, facts, step) and gives a Mutation, or None where it does not apply ----------


def memory_byte(rng, facts, step):
    memory = step.memory
    if not memory:
        return None
    offset = rng.randrange(len(memory))
    printed = step.fields["memory"]
    if isinstance(printed, list):
        pieces = [piece.removeprefix("0x") for piece in printed]
        digits = len(memory) * 2 // len(pieces)
        if any(len(piece) != digits for piece in pieces):
            return None  # words without their leading zeros
        index, at = divmod(2 * offset, digits)
        altered = [*printed[:index], flip(rng, printed[index], at), *printed[index + 1:]]
    else:
        altered = flip(rng, printed, 2 * offset)
    return make(facts, step, "memory byte", with_field(step, "memory", altered), f"byte {offset}",
                untold(step, offset))


def untold(step, offset):
    """Why it cannot be known what this byte of the printed memory is."""
    origins = [each for each in (step.before, step) if each is not None]
    foreign = any(not known and start <= offset < start + size
                  for each in origins for start, size, known in writes(each, []))
    if not foreign:
        return None
    again = step.after
    shown = again is not None and not again.again and again.memory is not None and offset < len(again.memory)
    rewritten = any(start <= offset < start + size for start, size, _ in writes(step, []))
    return None if shown and not rewritten else "untold"


def memory_size(rng, facts, step):
    if not facts.trace.has_size:
        return None
    old = step.fields.get("memSize")
    value = number(old)
    if value is None:
        return None
    value = max(0, value + rng.choice([-64, -32, 1, 32, 64, 1 << 20]))
    if value == number(old):
        return None
    return make(facts, step, "memSize", with_field(step, "memSize", like(old, value)), f"{old} to {value}", None)


def gas(rng, facts, step):
    if step.gas is None:
        return None
    value = step.gas + rng.choice([-1, 1]) * rng.randrange(1, 50_000)
    if not 0 <= value < 1 << 63:
        return None
    shown = [each for each in (step.before, step) if each is not None and plain(each)
            and (facts.full_cost or each.op not in BY_STATE)]
    return make(facts, step, "gas", with_field(step, "gas", like(step.fields["gas"], value)),
                f"{step.gas} to {value}", None if shown else "by_state")


def gas_cost(rng, facts, step):
    old = step.fields.get("gasCost")
    if old is None:
        return None
    value = number(old) + rng.randrange(1, 50_000)
    reason = None
    unsaid = step.after is None and (step.op not in ENDS or number(old) > step.gas)
    if step.failed or (step.after and step.after.again) or unsaid:
        reason = "failing"
    elif not facts.full_cost:
        reason = "base_cost"
    elif calls(step) and not facts.return_data:
        reason = "call_cost"
    elif step.after is None and step.op in BY_STATE:
        reason = "last_cost"
    return make(facts, step, "gasCost", with_field(step, "gasCost", like(old, value)), f"{old} to {value}", reason)


def result(kind, size):
    """The value on top of the stack after MLOAD or KECCAK256; `size` says how many bytes it is made of."""

    def mutate(rng, facts, step):
        after = step.after
        if step.op != kind or after is None or step.failed or after.again or not after.stack:
            return None
        known = vouched(step, step.operand(0), size(step)) or size(step) == 0
        stack = [*after.stack[:-1], flip(rng, after.stack[-1])]
        name = {"MLOAD": "loaded word", "KECCAK256": "hash"}[kind]
        return make(facts, after, name, with_field(after, "stack", stack), f"{after.stack[-1]} to {stack[-1]}",
                    None if known else "untold", also=[step])

    return mutate


def return_data(rng, facts, step):
    old = step.fields.get("returnData")
    if old in (None, "", "0x"):
        return None
    caller = step.before
    while caller is not None and not calls(caller):
        caller = caller.before
    traced = caller is not None and facts.trace.steps[caller.index + 1].depth > caller.depth
    first = caller is not None and caller.after is step
    shown = step.after is not None and not calls(step)
    reason = None if traced or not first or shown else "untold"
    return make(facts, step, "return data", with_field(step, "returnData", flip(rng, old)), "a digit", reason)


def depth(rng, facts, step):
    value = step.depth + rng.choice([-1, 1])
    if value < 1:
        return None
    return make(facts, step, "depth", with_field(step, "depth", like(step.fields["depth"], value)),
                f"{step.depth} to {value}", "excerpt" if facts.excerpt and step.index == 0 else None, gap=True)


def dropped(rng, facts, step):
    reason = None
    if step.again or (step.after and step.after.again):
        reason = "again"
    elif step.after is None:
        reason = "unprinted_end"
    elif facts.excerpt and step.index == 0:
        reason = "excerpt"
    return make(facts, step, "dropped step", None, "dropped", reason, gap=True, repeat=0)


def doubled(rng, facts, step):
    reason = "twice" if step.failed or step.again or (step.after and step.after.again) or step.op == "REVERT" else None
    return make(facts, step, "doubled step", step.fields, "doubled", reason, gap=True, repeat=2)


def program_counter(rng, facts, step):
    value = step.pc + rng.choice([-33, -2, -1, 1, 2, 33])
    if value < 0:
        return None
    return make(facts, step, "pc", with_field(step, "pc", like(step.fields["pc"], value)), f"{step.pc} to {value}",
                None, gap=True)


def stack_height(rng, facts, step):
    stack = list(step.stack)
    if not stack:
        return None
    if rng.random() < 0.5:
        stack.pop(rng.randrange(len(stack)))
    else:
        stack.insert(rng.randrange(len(stack)), stack[0])
    return make(facts, step, "stack height", with_field(step, "stack", stack), f"{len(step.stack)} to {len(stack)}",
                "sliced" if facts.sliced else None)


def stack_item(kind):
    """An item of the stack: the top one, which the step before has pushed or left, or one below it."""

    def mutate(rng, facts, step):
        depth = 0 if kind == "top item" else rng.randrange(1, len(step.stack))
        which = len(step.stack) - 1 - depth
        stack = list(step.stack)
        stack[which] = flip(rng, stack[which])
        if word(stack[which]) == word(step.stack[which]):
            return None
        reason = "sliced" if facts.sliced else None
        if depth == 0 and is_used_up(step):
            reason = reason or OUTSIDE.get(step.before.op)
        return make(facts, step, kind, with_field(step, "stack", stack),
                    f"item {depth} from the top: {step.stack[which]} to {stack[which]}", reason)

    return mutate


def is_used_up(step):
    """Whether the top item is not there any more on the next line of the frame."""
    after = step.after
    return after is None or len(after.stack) < len(step.stack) or after.stack[len(step.stack) - 1] != step.stack[-1]


def follows(step):
    return step.before is not None and not step.before.failed and not step.again


OPERANDS = {"MLOAD": 1, "MSTORE": 2, "MSTORE8": 2, "MCOPY": 3, "KECCAK256": 2}


def operand(rng, facts, step):
    count = OPERANDS.get(step.op)
    if count is None or step.failed or step.after is None or step.after.again or len(step.stack) < count:
        return None
    which = rng.randrange(count)
    stack = list(step.stack)
    stack[-1 - which] = flip(rng, stack[-1 - which])
    operands = [step.operand(n) for n in range(count)]
    altered = [*operands[:which], word(stack[-1 - which]), *operands[which + 1:]]
    return make(facts, step, "operand", with_field(step, "stack", stack),
                f"{step.op}'s operand {which}: {operands[which]:#x} to {altered[which]:#x}",
                same_effect(facts, step, operands, altered))


def same_effect(facts, step, operands, altered):
    """Why the altered operands cannot be distinguished from the printed ones."""
    size = number(step.fields.get("memSize"))
    memory = step.memory
    if memory is None and facts.trace.has_memory:
        memory = b""
    if memory is not None:
        size = len(memory)
    grows = [grown(step.op, each, size or 0) for each in (operands, altered)]
    if grows[0] != grows[1] or words(step.op, operands) != words(step.op, altered):
        # Without a size we do not know the growth; any that is not in a known place is taken for none.
        return None if size is not None else "unseen"
    if memory is None:
        return "unseen"
    memory = bytearray(memory.ljust(grows[0], b"\0"))
    if effect(step.op, operands, memory) == effect(step.op, altered, memory):
        return "same_effect"
    return None


def grown(op, operands, size):
    ends = {"MLOAD": [operands[0] + 32], "MSTORE": [operands[0] + 32], "MSTORE8": [operands[0] + 1]}.get(op)
    if ends is None:
        length = operands[-1]
        ends = [offset + length for offset in operands[:-1]] if length else [0]
    return max(size, (max(ends) + 31) // 32 * 32)


def words(op, operands):
    return (operands[-1] + 31) // 32 if op in ("MCOPY", "KECCAK256") else 0


def effect(op, operands, memory):
    """What the next line shows: the result, or the memory."""
    memory = bytearray(memory)
    first, last = operands[0], operands[-1]
    match op:
        case "MLOAD":
            return bytes(memory[first:first + 32])
        case "KECCAK256":
            return bytes(memory[first:first + last])
        case "MSTORE":
            memory[first:first + 32] = last.to_bytes(32, "big")
        case "MSTORE8":
            memory[first] = last & 0xFF
        case "MCOPY":
            source = operands[1]
            memory[first:first + last] = memory[source:source + last]
    return bytes(memory)


def anywhere(step):
    return True


# kind: (how it is made, the steps at which it may apply)
KINDS = {
    "memory byte": (memory_byte, lambda step: bool(step.fields.get("memory"))),
    "memSize": (memory_size, anywhere),
    "gas": (gas, anywhere),
    "gasCost": (gas_cost, anywhere),
    "loaded word": (result("MLOAD", lambda step: 32), lambda step: step.op == "MLOAD"),
    "hash": (result("KECCAK256", lambda step: step.operand(1)), lambda step: step.op == "KECCAK256"),
    "return data": (return_data, lambda step: step.fields.get("returnData") not in (None, "", "0x")),
    "depth": (depth, anywhere),
    "dropped step": (dropped, anywhere),
    "doubled step": (doubled, anywhere),
    "operand": (operand, lambda step: step.op in OPERANDS),
    "top item": (stack_item("top item"), lambda step: follows(step) and len(step.stack) > 0),
    "deeper item": (stack_item("deeper item"), lambda step: follows(step) and len(step.stack) > 1),
    "stack height": (stack_height, lambda step: bool(step.stack)),
    "pc": (program_counter, anywhere),
}


def summary_mutations(rng, facts):
    """Alterations of the last line that has a transaction's output and gas, where its gas is that of the steps."""
    trace = facts.trace
    for line, fields in trace.summaries()[-1:]:
        last = trace.steps[-1]
        used = number(fields["gasUsed"])
        cost = 0 if last.op in ("STOP", "RETURN", "REVERT") and not last.failed else None
        if cost is None or trace.steps[0].gas - last.gas != used or sum(step.first for step in trace.steps
                                                                        if step.depth == last.depth) != 1:
            continue
        changes = {"gasUsed": like(fields["gasUsed"], used + rng.randrange(1, 1000))}
        if fields["output"] not in ("", "0x"):
            changes["output"] = flip(rng, fields["output"])
        for key, value in changes.items():
            indices = near(last) | {len(trace.steps)}
            yield Mutation(trace.path.name, f"summary {key}", last, trace.altered_line(line, {**fields, key: value}), key, None,
                           indices, {last.line, line})
