# SPDX-License-Identifier: MIT
"""Which test a number stands for: most are random programs, some what a compiler makes."""

import random

import cache
import solidity
from case import Case
from forks import order
from state_tests import state_test

SOLIDITY_EVERY = 7


def common(forks, known):
    """Those of the forks asked for that a client knows; all it knows when none is asked for."""
    return [fork for fork in known if not forks or fork in forks]


def source(index, known):
    """What makes test `index`: Solidity now and then, where one of the forks has what its compiler needs."""
    compilable = any(order(fork) >= order(solidity.OLDEST) for fork in known)
    return solidity.state_test if index % SOLIDITY_EVERY == SOLIDITY_EVERY - 1 and compilable else state_test


def state_test_case(client, seed, index, known, settings_of):
    """The case of a client's test `index`, of the forks `known` to it. Its name alone makes it."""
    name = f"{seed}/{client}/{index}"
    case = Case(client, index, name)
    several = len(known) > 1
    try:
        case.test, case.forks = source(index, known)(name, known, several)
    except cache.Missing as missing:
        case.skipped = f"no Solidity test: {missing}"
        return case
    case.settings = settings_of(random.Random(f"{name}/settings"), case.forks)
    return case
