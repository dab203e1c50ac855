# SPDX-License-Identifier: MIT
"""Where the clients are kept, outside the repository, and how each is obtained from its registry."""

import fcntl
import os
import pathlib
import shutil
import subprocess
import sys
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
PINNED = tomllib.loads((HERE / "clients.toml").read_text(encoding="utf-8"))


class Missing(Exception):
    """A client that cannot be had, and why."""


def folder():
    base = os.environ.get("EVMMEM_SOAK") or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "evmmem/soak"
    return pathlib.Path(base)


def obtain(name, version, tool, build):
    """The folder `name`-`version` of the cache, filled by `build(folder)` the first time. Missing when `tool`, a
    command, is not installed, when EVMMEM_INSTALL=no forbids it, or when building fails. Of two soaks that want it at
    once, one waits."""
    done = folder() / f"{name}-{version}"
    if (done / "complete").exists():
        return done
    if shutil.which(tool) is None:
        raise Missing(f"{tool} is not installed")
    if os.environ.get("EVMMEM_INSTALL") == "no":
        raise Missing(f"{name} {version} is not installed, and EVMMEM_INSTALL=no forbids it")
    folder().mkdir(parents=True, exist_ok=True)
    with open(folder() / f"{name}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (done / "complete").exists():
            return done
        print(f"soak: obtaining {name} {version}; this may take minutes", file=sys.stderr, flush=True)
        shutil.rmtree(done, ignore_errors=True)
        done.mkdir()
        log = folder() / f"{name}.log"
        try:
            build(done)
        except (subprocess.CalledProcessError, OSError) as error:
            raise Missing(f"{name} {version} could not be built: {error}; see {log}") from None
        (done / "complete").touch()
    return done


def command(name, *arguments, **options):
    """Runs a command whose output goes to the log of `name`."""
    with open(folder() / f"{name}.log", "ab") as log:
        subprocess.run([str(part) for part in arguments], check=True, stdin=subprocess.DEVNULL, stdout=log,
                       stderr=subprocess.STDOUT, **options)


def go_install(name, package, version):
    """A Go program, by `go install`."""
    def build(done):
        command(name, "go", "install", f"{package}@{version}", env={**os.environ, "GOBIN": str(done)})
    return obtain(name, version, "go", build) / package.rsplit("/", 1)[1]
