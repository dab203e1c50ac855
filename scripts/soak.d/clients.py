# SPDX-License-Identifier: MIT
"""The clients, by name. Each is a module with

    NAME, BATCH       its name, and how many tests it runs in a row
    KNOWN             the forks it has
    version()         the pinned version
    obtain()          gets it into the cache; cache.Missing where it cannot be had
    make(seed, index, forks)        the Case of test `index`
    session(obtained, folder)       a context manager; its value is a function that runs a Case and fills in its trace
"""

import anvil
import ethereumjs
import geth_node
import geth_statetest
import geth_t8n
import revm
import specification

ALL = {client.NAME: client for client in (geth_statetest, geth_t8n, geth_node, anvil, revm, ethereumjs, specification)}
