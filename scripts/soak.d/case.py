# SPDX-License-Identifier: MIT
"""One test as a client ran it: the trace, and what is known to be true of it."""

import pathlib
from dataclasses import dataclass, field


@dataclass
class Case:
    client: str
    index: int
    seed: str
    settings: dict  # how the client was asked to print: what reduce needs to ask again
    trace: pathlib.Path | None = None
    forks: list = field(default_factory=list)  # of the transactions, in their order in the trace
    test: dict | None = None  # the state test, where the client ran one
    cpu: float = 0.0  # the client's, seconds
    skipped: str = ""  # why there is nothing to judge
    partial: bool = False  # the client was asked for a part only (`limit`): the trace must end `incomplete`
