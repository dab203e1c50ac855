# SPDX-License-Identifier: MIT
"""Documents of debug_traceCall, debug_traceTransaction and debug_traceBlockByNumber, of nodes that geth_node and anvil
start. A case's `test` is {"state": a state test, "again": how often its transaction is sent}, its settings say what is
asked: method, fork, the tracer's options, and whether the whole answer is kept or its result only.
"""

import json
import random
import time

import cache
from case import Case
from curves import rlp
from node import Refused, TooLarge
from small_evm import keccak256
from sources import source

PRINTED_MAX = 48 << 20
GAS_MAX = 60_000_000  # below the limit of the nodes' blocks, and short enough for an answer in time
GAS_PRICE = hex(2_000_000_000)  # above the base fee of both nodes' first blocks
CALL, TRANSACTION, BLOCK = "debug_traceCall", "debug_traceTransaction", "debug_traceBlockByNumber"


def make(client, seed, index, forks, batch):
    """The case of test `index`; those of a batch have one fork, of `forks`, so that one node serves them all. "dev" is
    the fork that the node has when it is asked for none."""
    name = f"{seed}/{client}/{index}"
    rng = random.Random(f"{seed}/{client}/batch {index // batch}")
    case = Case(client, index, name)
    fork = rng.choice(forks)
    known = "osaka" if fork == "dev" else fork
    try:
        state, _ = source(index, [known])(name, [known], False)
    except cache.Missing as missing:
        case.skipped = f"no Solidity test: {missing}"
        return case
    limit = state["transaction"]["gasLimit"]
    limit[0] = hex(min(int(limit[0], 16), GAS_MAX))
    rng = random.Random(f"{name}/settings")
    case.test = {"state": state, "again": rng.choice((0, 1, 3))}
    options = {"enableMemory": rng.random() < 0.7, "disableStack": rng.random() < 0.07, "disableStorage": rng.random() < 0.5,
               "enableReturnData": rng.random() < 0.7}
    if rng.random() < 0.1:
        options["limit"] = rng.choice((1, 1000, 20000))
    case.settings = {"method": rng.choice((CALL, CALL, TRANSACTION, BLOCK)), "fork": fork, "options": options,
                     "envelope": rng.random() < 0.5}
    return case


def run(node, case, path, sender, place):
    """Has `node` run the case and writes its document to `path`. `sender` pays; `place(state)` puts the accounts on the
    chain, and returns the state with the addresses they got."""
    case.trace = path
    state, settings = case.test["state"], case.settings
    try:
        if settings["method"] == CALL:
            parameters = [call_of(state["transaction"]), "latest", {**settings["options"], "stateOverrides": overrides(state)}]
            count = 1
        else:
            state = place(state)
            nonce = int(node.ask("eth_getTransactionCount", sender, "pending"), 16)
            hashes = [node.ask("eth_sendTransaction", {**call_of(state["transaction"], sender), "nonce": hex(nonce + n)})
                      for n in range(1 + case.test["again"])]
            receipts = mined(node, hashes)
            which, count = (hashes[-1], 1) if settings["method"] == TRANSACTION else (receipts[-1]["blockNumber"], None)
            parameters = [which, settings["options"]]
        body = node.raw(settings["method"], parameters, PRINTED_MAX)
        answer = json.loads(body)
        if "error" in answer:
            raise Refused(f"{settings['method']}: {answer['error'].get('message', '')[:60]}")
        if "limit" in settings["options"]:
            case.partial = is_cut(node, settings, parameters, answer["result"])
    except Refused as refused:
        case.skipped = str(refused)
        return
    finally:
        case.cpu += node.cpu()
    path.write_bytes(body if settings["envelope"] else json.dumps(answer["result"]).encode())
    count = count or len(answer["result"])
    case.forks = [None if settings["fork"] == "dev" else settings["fork"]] * count


def is_cut(node, settings, parameters, result):
    """Whether the limit left steps out."""
    options = {key: value for key, value in parameters[-1].items() if key != "limit"}
    try:
        whole = json.loads(node.raw(settings["method"], [*parameters[:-1], options], PRINTED_MAX))
    except TooLarge:
        return True  # larger than any limit that is asked for
    if "error" in whole:
        raise Refused(f"{settings['method']} without its limit: {whole['error'].get('message', '')[:60]}")
    return steps_of(whole["result"]) > steps_of(result)


def steps_of(result):
    if isinstance(result, list):
        return sum(steps_of(each.get("result") or {}) for each in result)
    return len(result.get("structLogs") or [])


def call_of(transaction, sender=None):
    """The transaction as the RPC spells it; signed by the node where a `sender` is given."""
    call = {"from": sender or transaction["sender"], "gas": transaction["gasLimit"][0], "value": transaction["value"][0],
            "data": transaction["data"][0]}
    if sender:
        call["gasPrice"] = GAS_PRICE
    if transaction["to"]:
        call["to"] = transaction["to"]
    if "accessLists" in transaction:
        call["accessList"] = transaction["accessLists"][0]
    return call


def overrides(state):
    return {address: {"balance": each["balance"], "nonce": each["nonce"], "code": each["code"], "state": each["storage"]}
            for address, each in state["pre"].items()}


def mined(node, hashes):
    """The receipts, in time; Refused where one does not come."""
    receipts, end = [], time.monotonic() + 20
    for each in hashes:
        while (receipt := receipt_of(node, each)) is None:
            if time.monotonic() > end:
                node.is_lost = True  # with a transaction that holds up those after it
                raise Refused("a transaction was not mined")
            time.sleep(0.01)
        receipts.append(receipt)
    return receipts


def receipt_of(node, which):
    try:
        return node.ask("eth_getTransactionReceipt", which)
    except Refused as refused:
        if "indexing is in progress" in str(refused):
            return None  # geth's words for "not yet"
        raise


def created_by(sender, nonce):
    """The address of what an account creates with CREATE or a transaction."""
    return "0x" + keccak256(rlp([bytes.fromhex(sender[2:]), nonce]))[12:].hex()


def readdressed(state, addresses):
    """The state with some addresses replaced, in code and data, too: {old: new}."""
    text = json.dumps(state)
    for old, new in addresses.items():
        text = text.replace(old[2:], new[2:])
    return json.loads(text)


def deploying(code):
    """Init code that deploys `code`."""
    size = len(code).to_bytes(3, "big")
    return bytes([0x62]) + size + bytes([0x80, 0x60, 13, 0x60, 0, 0x39, 0x60, 0, 0xF3]) + code
