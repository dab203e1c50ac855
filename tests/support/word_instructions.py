# SPDX-License-Identifier: MIT
"""What the EVM's arithmetic, comparison and bitwise instructions compute, on Python's own integers: a second
implementation, for the small EVM. Operands as on the stack, top first. Source: Yellow Paper H.2; EIP-145; EIP-7939.
"""

WORD = (1 << 256) - 1


def signed(a):
    return a - (1 << 256) if a >> 255 else a


def towards_zero(a, b):
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def signextend(index, value):
    if index >= 31:
        return value
    bits = 8 * (index + 1)
    low = value & ((1 << bits) - 1)
    return low - (1 << bits) if low >> (bits - 1) else low


INSTRUCTIONS = {
    "ADD": lambda a, b: a + b,
    "MUL": lambda a, b: a * b,
    "SUB": lambda a, b: a - b,
    "DIV": lambda a, b: a // b if b else 0,
    "SDIV": lambda a, b: towards_zero(signed(a), signed(b)) if b else 0,
    "MOD": lambda a, b: a % b if b else 0,
    "SMOD": lambda a, b: (abs(signed(a)) % abs(signed(b))) * (-1 if signed(a) < 0 else 1) if b else 0,
    "ADDMOD": lambda a, b, m: (a + b) % m if m else 0,
    "MULMOD": lambda a, b, m: a * b % m if m else 0,
    "EXP": lambda a, b: pow(a, b, 1 << 256),
    "SIGNEXTEND": signextend,
    "LT": lambda a, b: a < b,
    "GT": lambda a, b: a > b,
    "SLT": lambda a, b: signed(a) < signed(b),
    "SGT": lambda a, b: signed(a) > signed(b),
    "EQ": lambda a, b: a == b,
    "ISZERO": lambda a: a == 0,
    "AND": lambda a, b: a & b,
    "OR": lambda a, b: a | b,
    "XOR": lambda a, b: a ^ b,
    "NOT": lambda a: ~a,
    "BYTE": lambda i, a: a >> (8 * (31 - i)) & 0xFF if i < 32 else 0,
    "SHL": lambda n, a: a << n if n < 256 else 0,
    "SHR": lambda n, a: a >> n if n < 256 else 0,
    "SAR": lambda n, a: signed(a) >> min(n, 256),
    "CLZ": lambda a: 256 - a.bit_length(),
}
ARITY = {name: function.__code__.co_argcount for name, function in INSTRUCTIONS.items()}


def compute(name, operands):
    return int(INSTRUCTIONS[name](*operands)) & WORD
