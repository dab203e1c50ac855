# SPDX-License-Identifier: MIT
"""The node `anvil`, of npm, at any of its hard forks."""

import json
import re
import shutil

import cache
import documents
import sources
from node import Node, Refused, open_session

NAME = "anvil"
BATCH = 40
SOURCE = cache.HERE / "anvil"
# anvil's names of the forks.
HARDFORKS = {"frontier": "frontier", "homestead": "homestead", "tangerine_whistle": "tangerine", "spurious_dragon": "spuriousdragon",
             "byzantium": "byzantium", "petersburg": "petersburg", "istanbul": "istanbul", "berlin": "berlin",
             "london": "london", "paris": "paris", "shanghai": "shanghai", "cancun": "cancun", "prague": "prague",
             "osaka": "osaka"}
KNOWN = tuple(HARDFORKS)


def version():
    return json.loads((SOURCE / "package.json").read_text())["dependencies"]["@foundry-rs/anvil"]


def obtain():
    def build(done):
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(SOURCE / name, done / name)
        cache.command(NAME, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", cwd=done)
    # The package's own command is a node program around this one.
    return next(cache.obtain(NAME, version(), "npm", build).glob("node_modules/@foundry-rs/anvil-*/bin/anvil"))


def make(seed, index, forks):
    return documents.make(NAME, seed, index, sources.common(forks, KNOWN), BATCH)


class Session:
    """One node at a time; started anew for another fork."""

    def __init__(self, anvil, folder):
        self.anvil, self.folder = anvil, folder
        self.node = self.fork = None

    def ask(self, case):
        try:
            self._start(case.settings["fork"])
        except Refused as refused:
            case.skipped = str(refused)
            return
        documents.run(self.node, case, self.folder / "trace.json", case.test["state"]["transaction"]["sender"], self._place)

    def _start(self, fork):
        if fork == self.fork and not self.node.is_lost:
            return
        self.close()
        self.node = Node([self.anvil, "--host", "127.0.0.1", "--port", "0", "--hardfork", HARDFORKS[fork], "--steps-tracing",
                          "--auto-impersonate", "--accounts", "1", "--gas-limit", "1000000000", "--disable-pool-balance-checks",
                          "--threads", "1"],
                         self.folder / "anvil.log", port_of, cwd=self.folder)
        self.fork = fork

    def _place(self, state):
        """Puts the accounts where they are wanted: this node lets one."""
        for address, each in state["pre"].items():
            self.node.ask("anvil_setBalance", address, each["balance"])
            if address != state["transaction"]["sender"]:
                self.node.ask("anvil_setNonce", address, each["nonce"])
            self.node.ask("anvil_setCode", address, each["code"])
            for slot, value in each["storage"].items():
                self.node.ask("anvil_setStorageAt", address, slot, value)
        return state

    def close(self):
        if self.node is not None:
            self.node.close()
        self.node = self.fork = None


def port_of(log):
    found = re.search(r"Listening on 127\.0\.0\.1:(\d+)", log)
    return int(found[1]) if found else None


def session(anvil, folder):
    return open_session(Session(anvil, folder))
