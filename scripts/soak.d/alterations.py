# SPDX-License-Identifier: MIT
"""Right traces with one place altered. The kinds of tests/support/mutations.py, which know for each alteration
whether the rest of the trace contradicts it, and the ones below, where any item of any line is altered and no
reason is asked for.
"""

import copy
import random

import assembly  # noqa: F401  sets the path to the modules below
from mutations import KINDS, Facts, flip, like, make, with_field
from opcode_names import CALLS, NAMES
from trace_model import Trace, number

SIZE_MAX = 3 << 20  # bytes of a trace that is altered: it is read here whole
TRIES = 12
# Whose result nothing else in a trace need show.
FROM_OUTSIDE = {"ADDRESS", "BALANCE", "ORIGIN", "CALLER", "CALLVALUE", "CALLDATALOAD", "CALLDATASIZE", "CODESIZE", "GASPRICE",
                "EXTCODESIZE", "EXTCODEHASH", "BLOCKHASH", "COINBASE", "TIMESTAMP", "NUMBER", "PREVRANDAO", "GASLIMIT",
                "CHAINID", "SELFBALANCE", "BASEFEE", "BLOBHASH", "BLOBBASEFEE", "MLOAD", "SLOAD", "TLOAD", "SLOTNUM",
                "CREATE", "CREATE2", *CALLS, *(f"PUSH{n}" for n in range(1, 33))}


def stack_item(rng, facts, step):
    """Any item, in a digit or to another item's value."""
    stack = list(step.stack)
    if not stack:
        return None
    which = rng.randrange(len(stack))
    old = stack[which]
    stack[which] = flip(rng, old)
    if int(stack[which], 16) == int(old, 16):
        return None
    return make(facts, step, "stack item", with_field(step, "stack", stack), f"item {which}: {old} to {stack[which]}",
                "untold" if fresh(step, which) and used_up(step, which) else None)


def fresh(step, which):
    """Whether the item has just come from outside the trace."""
    return step.before is not None and step.before.op in FROM_OUTSIDE and which == len(step.stack) - 1


def used_up(step, which):
    """Whether no later line shows the item."""
    return step.after is None or len(step.after.stack) <= which or step.after.stack[which] != step.stack[which]


def op(rng, facts, step):
    """Another instruction, under its own name."""
    old = step.fields["op"]
    if isinstance(old, str) and not old.startswith("0x"):
        fields = copy.deepcopy(step.fields)
        fields["op"] = rng.choice([name for name in NAMES.values() if name != old])
        return make(facts, step, "op", fields, f"{old} to {fields['op']}", None)
    value = rng.choice([each for each in NAMES if each != number(old)])
    fields = copy.deepcopy(step.fields)
    fields["op"] = like(old, value)
    if "opName" in fields:
        fields["opName"] = NAMES[value]
    return make(facts, step, "op", fields, f"{old} to {fields['op']}", None)


def op_name(rng, facts, step):
    """Another name of the same instruction."""
    old = step.fields.get("opName")
    if not old:
        return None
    name = rng.choice([each for each in NAMES.values() if each != old])
    return make(facts, step, "opName", with_field(step, "opName", name), f"{old} to {name}", None)


OWN = {"stack item": stack_item, "op": op, "opName": op_name}
ALL = {**{kind: mutate for kind, (mutate, _) in KINDS.items()}, **OWN}


def altered(path, seed):
    """(kind, text, change, reason) of an alteration of the trace, or None where it has no place for one."""
    rng = random.Random(seed)
    trace = Trace(path)
    if not trace.steps:
        return None
    facts = Facts(trace)
    kinds = list(ALL)
    rng.shuffle(kinds)
    for kind in kinds:
        applies = KINDS[kind][1] if kind in KINDS else lambda step: True
        steps = [step for step in trace.steps if fits(applies, step)]
        for _ in range(TRIES if steps else 0):
            if (mutation := mutate(kind, rng, facts, rng.choice(steps))) is not None:
                return mutation
    return None


def mutate(kind, rng, facts, step):
    try:
        return ALL[kind](rng, facts, step)
    except (IndexError, TypeError, ValueError):
        return None  # the step has not what the alteration needs: a short stack, a field left out


def fits(applies, step):
    try:
        return applies(step)
    except IndexError:
        return False
