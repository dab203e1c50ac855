# SPDX-License-Identifier: MIT
"""`geth --dev`, of a fork chosen by its genesis block, or as it is."""

import json
import re
import shutil

import cache
import documents
import processes
import sources
from forks import order
from node import Node, Refused, open_session

NAME = "geth-node"
BATCH = 40
# Of the forks that a development chain can begin with; its beacon is simulated, so none before the merge.
KNOWN = ("shanghai", "cancun", "prague", "osaka")
DEPLOYED_MAX = 24576
# What a block of Prague calls at its end, and needs code there (EIP-7002, EIP-7251). STOP asks for nothing.
SYSTEM_CONTRACTS = ("0x00000961ef480eb55e80d19ad83579a64c007002", "0x0000bbddc7ce488642fb579f8b00f3a590007251")


def version():
    return cache.PINNED["go"]["geth"]


def obtain():
    return cache.go_install("geth", "github.com/ethereum/go-ethereum/cmd/geth", version())


def make(seed, index, forks):
    return documents.make(NAME, seed, index, sources.common(forks, (*KNOWN, "dev")), BATCH)


def genesis(fork, account):
    """A genesis block with everything up to a fork, and a rich account."""
    config = {"chainId": 1337, "terminalTotalDifficulty": 0, "blobSchedule": {
        name: {"target": 6, "max": 9, "baseFeeUpdateFraction": 5007716} for name in ("cancun", "prague", "osaka")}}
    for each in ("homestead", "eip150", "eip155", "eip158", "byzantium", "constantinople", "petersburg", "istanbul", "berlin",
                 "london"):
        config[f"{each}Block"] = 0
    for each in KNOWN:
        if order(each) <= order(fork):
            config[f"{each}Time"] = 0
    return {"config": config, "difficulty": "0x0", "gasLimit": "0x3b9aca00", "baseFeePerGas": "0x7",
            "alloc": {account: {"balance": hex(1 << 120)},
                      **{each: {"balance": "0x0", "code": "0x00"} for each in SYSTEM_CONTRACTS}}}


class Session:
    """One node at a time; started anew for another fork."""

    def __init__(self, geth, folder):
        self.geth, self.folder = geth, folder
        self.node = self.fork = self.sender = None

    def ask(self, case):
        try:
            self._start(case.settings["fork"])
        except Refused as refused:
            case.skipped = str(refused)
            return
        documents.run(self.node, case, self.folder / "trace.json", self.sender, self._place)

    def _start(self, fork):
        if fork == self.fork and not self.node.is_lost:
            return
        self.close()
        data = self.folder / "geth"
        flags = ["--dev.gaslimit", "1000000000"]
        if fork != "dev":
            flags = ["--datadir", data]
            account = self._account(data)
            path = self.folder / "genesis.json"
            path.write_text(json.dumps(genesis(fork, account)))
            self._run("init", "--datadir", data, path)
            flags += ["--password", self.folder / "password", "--miner.gaslimit", "1000000000"]
        self.node = Node([self.geth, "--dev", *flags, "--http", "--http.addr", "127.0.0.1", "--http.port", "0", "--http.api",
                          "eth,debug", "--authrpc.port", "0", "--ipcdisable", "--port", "0", "--nodiscover", "--maxpeers", "0",
                          "--rpc.gascap", "0", "--rpc.txfeecap", "0", "--cache", "64"], self.folder / "geth.log", port_of)
        self.fork = fork
        self.sender = self.node.ask("eth_accounts")[0]

    def _account(self, data):
        """A new account of the data folder, without a password."""
        (self.folder / "password").write_text("\n")
        said = self._run("account", "new", "--lightkdf", "--datadir", data, "--password", self.folder / "password")
        return re.search(r"0x[0-9a-fA-F]{40}", said)[0]

    def _run(self, *arguments):
        out, errors = self.folder / "geth.out", self.folder / "geth.err"
        ended = processes.run([self.geth, *arguments], out, errors, size_max=1 << 20, seconds_max=60)
        if ended.code != 0:
            raise Refused(f"geth {arguments[0]}: {errors.read_text(errors='replace')[-200:]}")
        return out.read_text()

    def _place(self, state):
        """Deploys the accounts' codes: they get the addresses that the sender's nonces make."""
        nonce = int(self.node.ask("eth_getTransactionCount", self.sender, "pending"), 16)
        codes = {address: bytes.fromhex(each["code"][2:]) for address, each in state["pre"].items()}
        # Neither delegations nor too large codes can be deployed: such accounts stay empty.
        codes = {address: code for address, code in codes.items() if code and code[0] != 0xEF and len(code) <= DEPLOYED_MAX}
        new = {address: documents.created_by(self.sender, nonce + n) for n, address in enumerate(codes)}
        state = documents.readdressed(state, new)
        hashes = []
        for n, address in enumerate(codes):
            code = bytes.fromhex(state["pre"][new[address]]["code"][2:])
            hashes.append(self.node.ask("eth_sendTransaction", {
                "from": self.sender, "data": "0x" + documents.deploying(code).hex(), "gas": hex(8_000_000),
                "nonce": hex(nonce + n)}))
        for receipt in documents.mined(self.node, hashes):
            if receipt["status"] != "0x1":
                raise Refused("an account could not be deployed")
        return state

    def close(self):
        if self.node is not None:
            self.node.close()
        shutil.rmtree(self.folder / "geth", ignore_errors=True)
        self.node = self.fork = None


def port_of(log):
    found = re.search(r"HTTP server started.*endpoint=127\.0\.0\.1:(\d+)", log)
    return int(found[1]) if found else None


def session(geth, folder):
    return open_session(Session(geth, folder))
