#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Builds and runs the examples of core/bindings in a language, upon the libraries as they are installed:

    bindings_test.py LANGUAGE BUILD WORK

BUILD is configured with -Dtraces=true and up to date. The examples of all languages print the same. Exits with 77 where the
language's tools are missing."""
import importlib.util
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

from install_test import REPLAY_PRINTED, expect, fresh, missing, run

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINDINGS = ROOT / "core/bindings"
FRAME_PRINTED = ("gas 6, words 7 and 42, size 64, frames 1\n"
                 "byte 64: the range reaches beyond the end of memory\n")
SAMPLE = ROOT / "traces/samples/token_transfer.jsonl"
SAMPLE_PRINTED = "178 steps, verdict 0, 0 handed out\n"
# op, name, pc, gas, cost, memory, stack: the steps that the examples hand over, as text.
STEPS = [(0x60, "PUSH1", 0, 1000, 3, 0, []), (0x5f, "PUSH0", 2, 997, 2, 0, ["0x2a"]),
         (0x52, "MSTORE", 3, 995, 6, 0, ["0x2a", "0x0"]), (0x5f, "PUSH0", 4, 989, 2, 32, []),
         (0x51, "MLOAD", 5, 987, 3, 32, ["0x0"]), (0x00, "STOP", 6, 984, 0, 32, ["0x2b"])]


class Prefix:
    """The libraries installed below WORK, and an environment in which they are found."""

    def __init__(self, build: pathlib.Path, work: pathlib.Path):
        self.work = work
        run("meson", "install", "-C", build, "--no-rebuild", "--tags", "devel", "--destdir", work / "root")
        configurations = list((work / "root").rglob("*.pc"))
        self.libraries = configurations[0].parents[1]
        prefix = next(each for each in self.libraries.parents if (each / "include/evmmem").is_dir())
        for each in configurations:
            each.write_text(re.sub(r"^prefix=.*", f"prefix={prefix}", each.read_text(), flags=re.MULTILINE))
        self.environment = {**os.environ, "PKG_CONFIG_PATH": str(configurations[0].parent),
                            "LD_LIBRARY_PATH": str(self.libraries), "EVMMEM_LIBRARY_PATH": str(self.libraries),
                            "PYTHONDONTWRITEBYTECODE": "1"}
        # The environment's compilers are this build's, with options of its own.
        for name in ("CFLAGS", "CXXFLAGS", "LDFLAGS", "EVMMEM_STATIC"):
            self.environment.pop(name, None)

    def run(self, *command, **more) -> str:
        return run(*command, env={**self.environment, **more.pop("env", {})}, **more)

    def flags(self, library: str, *kinds: str) -> list[str]:
        return self.run("pkg-config", *kinds, library).split()


def check_frame(prefix: Prefix, *command) -> None:
    printed = prefix.run(*command)
    expect(printed == FRAME_PRINTED, f"frame printed other things:\n{printed}")


def check_audit(prefix: Prefix, *command) -> None:
    text = prefix.work / "wrong.jsonl"
    text.write_text("".join(json.dumps({"pc": pc, "op": op, "gas": hex(gas), "gasCost": hex(cost), "memSize": memory, "stack": stack,
                                        "depth": 1, "opName": name}) + "\n" for op, name, pc, gas, cost, memory, stack in STEPS))
    for arguments, expected, code in (([], REPLAY_PRINTED, 1), ([text], REPLAY_PRINTED, 1), ([SAMPLE], SAMPLE_PRINTED, 0)):
        done = subprocess.run([*command, *arguments], env=prefix.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, check=False)
        expect((done.stdout, done.returncode) == (expected, code),
               f"audit of {arguments or 'steps'} ended with {done.returncode} and printed:\n{done.stdout}")


def bindings_of_python():
    specification = importlib.util.spec_from_file_location("evmmem", BINDINGS / "python/evmmem.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def layout_in_c(prefix: Prefix) -> str:
    """Where C finds the members of the structs: a line each, as the Rust example prints them. Python's structs are compared
    here."""
    python = bindings_of_python()
    structs = {"evmmem_finding": python.Finding, "evmmem_replay_options": python._Options, "evmmem_rule": python._Rule, "evmmem_step": python._Step,
               "evmmem_transaction_end": python._TransactionEnd, "evmmem_replay_result": python.Result}
    source, program = prefix.work / "layout.c", prefix.work / "layout"
    lines = [f'printf("{name} %zu", sizeof({name}));' + "".join(
        f'printf(" %zu", offsetof({name}, {member[0]}));' for member in struct._fields_) + 'puts("");'
        for name, struct in structs.items()]
    source.write_text("#include <evmmem/traces/evmmem_replay.h>\n#include <stdio.h>\nint main(void) {\n" + "\n".join(lines) + "\n}\n")
    prefix.run(*os.environ.get("CC", "cc").split(), source, "-o", program, *prefix.flags("evmmem-replay", "--cflags"))
    in_c = run(program)
    in_python = "".join(" ".join(map(str, [name, python.ctypes.sizeof(struct)] + [
        getattr(struct, member[0]).offset for member in struct._fields_])) + "\n" for name, struct in structs.items())
    expect(in_python == in_c, f"Python's structs are not those of the header:\n{in_python}\n{in_c}")
    return in_c


def test_python(prefix: Prefix) -> None:
    layout_in_c(prefix)
    check_frame(prefix, sys.executable, BINDINGS / "python/frame.py")
    check_audit(prefix, sys.executable, BINDINGS / "python/audit.py")
    # What a callback raises comes out of the call, and what is refused says why.
    failing = ("import evmmem\n"
               "def raises(finding): raise KeyError('mine')\n"
               "with evmmem.Replay(raises, fork='cancun', dialect='geth') as replay:\n"
               f"    text = open({str(prefix.work / 'wrong.jsonl')!r}, 'rb').read()\n"
               "    try: replay.feed(text); replay.finish()\n"
               "    except KeyError as error: print(error)\n"
               "for refused in (dict(fork='none'), dict(rules='none'), dict(changes={'memory.word_gas': None})):\n"
               "    try: evmmem.Replay(**refused)\n"
               "    except evmmem.ReplayError as error: print(error.code)\n"
               "evmmem.Replay(rules='eip-7923', changes={'memory.page_gas': 50, 'memory.frame_bytes_max': None}).close()\n")
    printed = prefix.run(sys.executable, "-c", failing, cwd=BINDINGS / "python")
    expect(printed == "'mine'\n3\n9\n10\n", f"errors came out otherwise:\n{printed}")


def test_rust(prefix: Prefix) -> None:
    if not shutil.which("cargo"):
        missing("cargo")
    # From a copy, since cargo writes beside its sources.
    sources = prefix.work / "rust"
    shutil.copytree(BINDINGS / "rust", sources, ignore=shutil.ignore_patterns("target"))
    target = prefix.work / "rust-target"
    for more in ({}, {"EVMMEM_STATIC": "1"}):
        prefix.run("cargo", "build", "--quiet", "--offline", "--locked", "--all-features", "--examples", cwd=sources,
                   env={"CARGO_TARGET_DIR": str(target), "RUSTFLAGS": "-Dwarnings", **more})
        check_frame(prefix, target / "debug/examples/frame")
        check_audit(prefix, target / "debug/examples/audit")
        needed = run("readelf", "-d", target / "debug/examples/audit")
        expect(("[libevmmem-replay.so." in needed) == (not more), "cargo linked with the other kind of library")
    expect(run(target / "debug/examples/layout") == layout_in_c(prefix), "Rust's structs are not those of the header")
    # The memory alone asks for no library of the replay.
    (prefix.libraries / "pkgconfig/evmmem-replay.pc").rename(prefix.work / "evmmem-replay.pc")
    prefix.run("cargo", "build", "--quiet", "--offline", "--locked", "--example", "frame", cwd=sources,
               env={"CARGO_TARGET_DIR": str(target)})


def test_go(prefix: Prefix) -> None:
    if not shutil.which("go"):
        missing("go")
    version = re.search(r"go(\d+)\.(\d+)", run("go", "version"))
    if (int(version[1]), int(version[2])) < (1, 21):
        missing("Go 1.21 or newer")
    settings = {"GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly", "GOPROXY": "off", "CGO_ENABLED": "1"}
    prefix.run("go", "vet", "./...", cwd=BINDINGS / "go", env=settings)
    for name in ("frame", "audit"):
        prefix.run("go", "build", "-o", prefix.work / name, f"./examples/{name}", cwd=BINDINGS / "go", env=settings)
    check_frame(prefix, prefix.work / "frame")
    check_audit(prefix, prefix.work / "audit")


def test_zig(prefix: Prefix) -> None:
    if shutil.which("zig"):
        zig = ["zig"]
    elif importlib.util.find_spec("ziglang"):
        zig = [sys.executable, "-m", "ziglang"]
    else:
        missing("zig")
    sources = prefix.work / "zig"
    shutil.copytree(BINDINGS / "zig", sources)
    for header, library, example, check in (("core/evmmem.h", "evmmem", "frame", check_frame),
                                            ("traces/evmmem_replay.h", "evmmem-replay", "audit", check_audit)):
        # Its caches are the test's own.
        cache = {"ZIG_GLOBAL_CACHE_DIR": str(prefix.work / "zig-cache"), "ZIG_LOCAL_CACHE_DIR": str(prefix.work / "zig-cache")}
        include = pathlib.Path(prefix.run("pkg-config", "--variable=includedir", library).strip())
        translated = prefix.run(*zig, "translate-c", "-lc", include / "evmmem" / header, env=cache)
        (sources / ("evmmem_c.zig" if example == "frame" else "replay_c.zig")).write_text(translated)
        prefix.run(*zig, "build-exe", sources / f"{example}.zig", "-lc", *prefix.flags(library, "--libs"),
                   f"-femit-bin={prefix.work / example}", cwd=prefix.work, env=cache)
        check(prefix, prefix.work / example)


def main() -> int:
    language, build, work = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), pathlib.Path(sys.argv[3]).resolve()
    for name in ("CC", "CXX"):
        if name in os.environ:
            os.environ[name] = os.environ[name].removeprefix("ccache ")
    if not shutil.which("pkg-config"):
        missing("pkg-config")
    prefix = Prefix(build, fresh(work))
    {"python": test_python, "rust": test_rust, "go": test_go, "zig": test_zig}[language](prefix)
    return 0


if __name__ == "__main__":
    sys.exit(main())
