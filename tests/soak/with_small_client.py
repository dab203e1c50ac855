# SPDX-License-Identifier: MIT
"""scripts/soak with the small client as the only one: the same command line. SMALL_CLIENT_MISSING is a reason why it
cannot be had."""

import importlib.machinery
import importlib.util
import os
import sys

import small_client

loader = importlib.machinery.SourceFileLoader("soak", str(small_client.ROOT / "scripts/soak"))
soak = importlib.util.module_from_spec(importlib.util.spec_from_loader("soak", loader))
loader.exec_module(soak)
small_client.missing = os.environ.get("SMALL_CLIENT_MISSING", "")
soak.clients.ALL.clear()
soak.clients.ALL[small_client.NAME] = small_client
sys.exit(soak.main())
