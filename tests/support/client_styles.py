# SPDX-License-Identifier: MIT
"""What the halting EVM did, as clients print it: which lines there are, which fields they have, how halts are spelled, what a
summary counts. Each takes the machine after its run and gives the text of a file.
"""

import json

from halting_evm import POPS

ROOT = "0x" + "ab" * 32
# Halts that show only while the instruction runs, after its line was printed.
LATE = ("return data out of bounds", "write protection", "invalid jump destination", "execution reverted", "invalid opcode")
HALTS = ("out of gas", "stack underflow", "invalid jump", "write protection", "return data", "invalid opcode", "execution reverted")
WORDS = {
    "eels": ("OutOfGasError", "StackUnderflowError", "InvalidJumpDestError", "WriteInStaticContext", "OutOfBoundsRead",
             "InvalidOpcode", "Revert"),
    "besu": ("Out of gas", "Stack underflow", "Bad jump destination", "Illegal state change", "Out of bounds",
             "Bad instruction", "0x"),
    "nethermind": ("OutOfGas", "StackUnderflow", "BadJumpDestination", "StaticCallViolation", "AccessViolation",
                   "BadInstruction", "Revert"),
    "nimbus": ("OutOfGas", "StackInsufficient", "InvalidJumpDest", "StaticContext", "OutOfBounds", "InvalidInstruction", ""),
    "revm": ("OutOfGas", "StackUnderflow", "InvalidJump", "StateChangeDuringStaticCall", "OutOfOffset", "InvalidFEOpcode",
             "Revert"),
}
# evmone's gasCost: the price that an instruction has whatever it is about to do.
BASES = {"SSTORE": 0, **dict.fromkeys(["SLOAD", "TLOAD", "TSTORE"], 100)}
# How the refund counter is printed, where it is not geth's way.
REFUND_STYLES = {"revm": "frame", "evmone": "frame", "nimbus": "frame", "besu": "late", "anvil": "late"}


def spelled(client, error):
    for begin, words in zip(HALTS, WORDS[client], strict=True):
        if error.startswith(begin):
            return words
    return error


def compact(fields):
    return json.dumps(fields, separators=(",", ":"))


def paid(machine):
    """What the transaction pays for."""
    used = 21000 + sum(16 if byte else 4 for byte in machine.data) + int(machine.lines[-1]["gasUsed"], 16)
    refund = 0 if "error" in machine.lines[-1] else max(0, machine.state["refund"])
    return used - min(refund, used // 5)


def steps(machine, prints_last_stop=True):
    return [line for i, line in enumerate(machine.lines[:-1]) if prints_last_stop or i not in machine.ends_of_code]


def fields_of(line, always=()):
    """EIP-3155's, without those that are empty but for `always`."""
    keys = ("pc", "op", "gas", "gasCost", "memory", "memSize", "stack", "returnData", "depth", "refund", "opName")
    return {key: line[key] for key in keys if key in always or line[key] != "0x"}


def summary(machine, spell=lambda error: error, prefix=""):
    last = machine.lines[-1]
    error = {"error": spell(last["error"])} if "error" in last else {}
    return {"output": prefix + last["output"], "gasUsed": last["gasUsed"], **error}


def geth(machine):
    lines = []
    for line in steps(machine):
        fields, error = fields_of(line), line.get("error", "")
        if error.startswith(LATE):
            lines.append(fields)
            pops = POPS.get(line["opName"], 0)
            fields = {**fields, "stack": line["stack"][:len(line["stack"]) - pops]}
            fields.pop("returnData", None)
        lines.append({**fields, "error": error} if error else fields)
    lines.append(summary(machine))
    return "\n".join(map(compact, lines)) + f'\n{{"stateRoot": "{ROOT}"}}\n'


def erigon(machine):
    lines = []
    for line in steps(machine):
        error = line.get("error", "")
        error = {"error": error} if error and not error.startswith(LATE) else {}
        lines.append({**fields_of(line, ("memory", "returnData")), **error})
    lines.append(summary(machine))
    return "\n".join(map(compact, lines)) + f'\n{{"stateRoot": "{ROOT}"}}\n'


def eels(machine):
    lines = [{**fields_of(line, ("returnData",)), **({"error": spelled("eels", line["error"])} if "error" in line else {})}
             for line in steps(machine)]
    lines.append(summary(machine, lambda error: spelled("eels", error)))
    return "\n".join(map(compact, lines)) + f'\n{{"stateRoot": "{ROOT}"}}\n'


def besu(machine):
    lines = []
    for line in steps(machine, prints_last_stop=False):
        fields = fields_of(line)
        if error := line.get("error"):
            fields["error"] = spelled("besu", error)
        lines.append(fields)
    end = summary(machine, lambda error: spelled("besu", error))
    lines.append({**end, "gasUsed": hex(paid(machine)), "test": "t", "fork": "Cancun", "d": 0, "g": 0, "v": 0,
                  "stateRoot": ROOT, "postLogsHash": ROOT, "pass": True})
    return "\n".join(map(compact, lines)) + "\n"


def evmone(machine):
    lines = []
    for line in steps(machine, prints_last_stop=False):
        name = line["opName"]
        base = BASES.get(name, machine.base(name) if name != "INVALID" else 0)
        fields = {**fields_of(line), "gasCost": hex(base)}
        fields.pop("memory", None)
        lines.append(fields)
    end = {"pass": True, "gasUsed": hex(paid(machine)), "stateRoot": ROOT}
    if "error" in machine.lines[-1]:
        end["error"] = "revert" if machine.lines[-1]["error"].startswith("execution") else "failure"
    return "\n".join(map(compact, [*lines, end])) + "\n"


def nethermind(machine):
    lines = []
    for line in steps(machine, prints_last_stop=False):
        fields = {key: line[key] for key in ("pc", "op", "gas", "gasCost", "memSize", "stack", "depth")}
        lines.append({**fields, **({"error": spelled("nethermind", line["error"])} if "error" in line else {})})
    lines.append({**summary(machine, lambda error: spelled("nethermind", error), "0x"), "time": 1.25})
    return "\n".join(map(compact, lines)) + f'\n{{"stateRoot":"{ROOT}"}}\n'


def nimbus(machine):
    lines = []
    for line in steps(machine, prints_last_stop=False):
        fields = {**fields_of(line, ("memory", "returnData")), "memory": words(line)}
        error = line.get("error", "execution reverted")
        if error == "execution reverted" or error.startswith(LATE):
            lines.append(fields)
        if error != "execution reverted":
            lines.append({**fields, "error": f"Opcode Dispatch Error: {spelled('nimbus', error)}, depth={line['depth']}"})
    lines.append(summary(machine))
    return "\n".join(map(compact, lines)) + f'\n{{"stateRoot":"{ROOT}"}}\n'


def revm(machine):
    lines = []
    for line in steps(machine):
        cost, name = int(line["gasCost"], 16), line["opName"]
        if name in ("CREATE", "CREATE2") and "error" not in line:
            left = int(line["gas"], 16) - cost
            cost += left - left // 64
        fields = {key: line[key] for key in ("pc", "op", "gas")}
        fields |= {"gasCost": hex(cost), "stack": line["stack"], "depth": line["depth"], "returnData": "0x",
                   "refund": hex(line["refund"] & (1 << 64) - 1), "memSize": hex(line["memSize"]), "opName": name}
        end = {"STOP": "Stop", "RETURN": "Return"}.get(name)
        error = spelled("revm", line["error"]) if "error" in line else end
        lines.append({**fields, **({"error": error} if error else {})})
    lines.append({"stateRoot": ROOT, "logsRoot": ROOT, "output": "0x" + machine.lines[-1]["output"], "gasUsed": paid(machine),
                  "pass": True, "errorMsg": "", "evmResult": "Success: Stop", "postLogsHash": ROOT, "fork": "Cancun",
                  "test": "t", "d": 0, "g": 0, "v": 0})
    return "\n".join(map(compact, lines)) + "\n"


def words(line):
    memory = line["memory"][2:]
    return ["0x" + memory[i:i + 64] for i in range(0, len(memory), 64)]


def document(machine, is_anvil=False):
    logs = []
    for line in steps(machine):
        fields = {"pc": line["pc"], "op": line["opName"], "gas": int(line["gas"], 16), "gasCost": int(line["gasCost"], 16),
                  "depth": line["depth"]}
        error = line.get("error", "")
        if is_anvil and error and error != "execution reverted":
            error = f"Some({spelled('revm', error)})"
        if error and not error.startswith(LATE):
            fields["error"] = error
        fields["stack"] = line["stack"]
        if line["memSize"]:
            fields["memory"] = words(line)
        if is_anvil or line["refund"]:
            fields["refund"] = line["refund"]
        logs.append(fields)
    last = machine.lines[-1]
    return compact({"jsonrpc": "2.0", "id": 1, "result": {
        "gas": paid(machine), "failed": "error" in last, "returnValue": "0x" + last["output"], "structLogs": logs}}) + "\n"


LINES = {"geth": geth, "erigon": erigon, "eels": eels, "besu": besu, "evmone": evmone, "nethermind": nethermind,
         "nimbus": nimbus, "revm": revm}
DOCUMENTS = {"document": document, "anvil": lambda machine: document(machine, is_anvil=True)}
