# SPDX-License-Identifier: MIT
"""The revm crate with its own EIP-3155 inspector, in the small program of revm/."""

import os
import shutil
import tomllib

import cache
import sources
from conversation import Conversation, state_tests
from forks import FORKS, order

NAME = "revm"
PRINTED_MAX = 48 << 20
SECONDS_MAX = 60
BATCH = 20
KNOWN = tuple(fork for fork in FORKS if fork != "constantinople")  # which it has only with its correction
SOURCE = cache.HERE / "revm"


def version():
    return tomllib.loads((SOURCE / "Cargo.toml").read_text())["dependencies"]["revm"]["version"].removeprefix("=")


def obtain():
    def build(done):
        source = done / "source"
        shutil.copytree(SOURCE, source)
        # The lock pins versions and checksums; which registry they come from is cargo's own setting.
        (source / "Cargo.lock").unlink()
        manifest = ("--manifest-path", source / "Cargo.toml")
        cache.command(NAME, "cargo", "generate-lockfile", *manifest)
        registry = next(line.split('"')[1] for line in (source / "Cargo.lock").read_text().splitlines()
                        if line.startswith("source = "))
        locked = (SOURCE / "Cargo.lock").read_text().replace("@registry@", registry)
        (source / "Cargo.lock").write_text(locked)
        cache.command(NAME, "cargo", "build", "--release", "--locked", *manifest,
                      env={**os.environ, "CARGO_TARGET_DIR": str(done / "target")})
        shutil.copyfile(done / "target/release/evmmem-soak-revm", done / "revm")
        (done / "revm").chmod(0o755)
        shutil.rmtree(done / "target")
    return cache.obtain(NAME, version(), "cargo", build) / "revm"


def settings_of(rng, forks):
    # Without a summary nothing ends a transaction.
    return {"memory": rng.random() < 0.6, "summary": len(forks) > 1 or rng.random() < 0.8}


def make(seed, index, forks):
    case = sources.state_test_case(NAME, seed, index, sources.common(forks, KNOWN), settings_of)
    delegates = case.test and any(account["code"].startswith("0xef0100") for account in case.test["pre"].values())
    if delegates and any(order(fork) < order("prague") for fork in case.forks):
        case.skipped = "revm delegates 0xef0100 before Prague, too"
    return case


def session(program, folder):
    return state_tests(Conversation([program], folder / "revm.err"), folder, SECONDS_MAX, PRINTED_MAX)
