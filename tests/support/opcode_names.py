# SPDX-License-Identifier: MIT
"""Instructions by number and by name, for the Python that makes and alters traces. No more than that: what
the instructions do to memory and gas is the business of those who import this, independent of evmmem's table.
"""

NAMES = {
    0x00: "STOP", 0x01: "ADD", 0x02: "MUL", 0x03: "SUB", 0x04: "DIV", 0x05: "SDIV", 0x06: "MOD", 0x07: "SMOD",
    0x08: "ADDMOD", 0x09: "MULMOD", 0x0A: "EXP", 0x0B: "SIGNEXTEND", 0x10: "LT", 0x11: "GT", 0x12: "SLT",
    0x13: "SGT", 0x14: "EQ", 0x15: "ISZERO", 0x16: "AND", 0x17: "OR", 0x18: "XOR", 0x19: "NOT", 0x1A: "BYTE",
    0x1B: "SHL", 0x1C: "SHR", 0x1D: "SAR", 0x1E: "CLZ", 0x20: "KECCAK256", 0x30: "ADDRESS", 0x31: "BALANCE",
    0x32: "ORIGIN", 0x33: "CALLER", 0x34: "CALLVALUE", 0x35: "CALLDATALOAD", 0x36: "CALLDATASIZE",
    0x37: "CALLDATACOPY", 0x38: "CODESIZE", 0x39: "CODECOPY", 0x3A: "GASPRICE", 0x3B: "EXTCODESIZE",
    0x3C: "EXTCODECOPY", 0x3D: "RETURNDATASIZE", 0x3E: "RETURNDATACOPY", 0x3F: "EXTCODEHASH", 0x40: "BLOCKHASH",
    0x41: "COINBASE", 0x42: "TIMESTAMP", 0x43: "NUMBER", 0x44: "PREVRANDAO", 0x45: "GASLIMIT", 0x46: "CHAINID",
    0x47: "SELFBALANCE", 0x48: "BASEFEE", 0x49: "BLOBHASH", 0x4A: "BLOBBASEFEE", 0x50: "POP", 0x51: "MLOAD",
    0x52: "MSTORE", 0x53: "MSTORE8", 0x54: "SLOAD", 0x55: "SSTORE", 0x56: "JUMP", 0x57: "JUMPI", 0x58: "PC",
    0x59: "MSIZE", 0x5A: "GAS", 0x5B: "JUMPDEST", 0x5C: "TLOAD", 0x5D: "TSTORE", 0x5E: "MCOPY", 0x5F: "PUSH0",
    0xF0: "CREATE", 0xF1: "CALL", 0xF2: "CALLCODE", 0xF3: "RETURN", 0xF4: "DELEGATECALL", 0xF5: "CREATE2",
    0xFA: "STATICCALL", 0xFD: "REVERT", 0xFE: "INVALID", 0xFF: "SELFDESTRUCT",
    **{0x5F + n: f"PUSH{n}" for n in range(1, 33)},
    **{0x7F + n: f"DUP{n}" for n in range(1, 17)},
    **{0x8F + n: f"SWAP{n}" for n in range(1, 17)},
    **{0xA0 + n: f"LOG{n}" for n in range(5)},
}
NUMBERS = {name: number for number, name in NAMES.items()}
# As older clients spell them.
SYNONYMS = {"SHA3": "KECCAK256", "DIFFICULTY": "PREVRANDAO", "RANDOM": "PREVRANDAO", "SUICIDE": "SELFDESTRUCT"}

CALLS = ("CALL", "CALLCODE", "DELEGATECALL", "STATICCALL")
CREATES = ("CREATE", "CREATE2")


def name_of(op):
    """A step's `op`, however it is printed: 82, "0x52", "MSTORE"."""
    if isinstance(op, int):
        return NAMES.get(op, "INVALID")
    if op.startswith("0x"):
        return NAMES.get(int(op, 16), "INVALID")
    return SYNONYMS.get(op, op if op in NUMBERS else "INVALID")
