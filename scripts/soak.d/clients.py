# SPDX-License-Identifier: MIT
"""The clients, by name. Each is a module with NAME, BATCH (tests in a row), version(), obtain() and session()."""

import geth_statetest

ALL = {client.NAME: client for client in (geth_statetest,)}
