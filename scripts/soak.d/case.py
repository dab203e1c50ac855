# SPDX-License-Identifier: MIT
"""One test as a client ran it: the trace, and what is known to be true of it."""

import pathlib
from dataclasses import dataclass, field


@dataclass
class Case:
    client: str
    index: int
    seed: str
    settings: dict = field(default_factory=dict)  # how the client is asked to print
    test: dict | None = None  # the state test, or what else the client is asked to run
    forks: list = field(default_factory=list)  # of the transactions, in their order in the trace
    trace: pathlib.Path | None = None
    cpu: float = 0.0  # the client's, seconds
    skipped: str = ""  # why there is nothing to judge
    partial: bool = False  # the client was asked for a part only (`limit`): the trace must end `incomplete`
