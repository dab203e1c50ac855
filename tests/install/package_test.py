#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Packages, as scripts/package makes them:

    package_test.py contents BUILD WORK     Debian packages of a build, unpacked and used where they lie
    package_test.py deb WORK                those of build-package/, installed in an empty Debian system in WORK
    package_test.py tarball WORK            the tarball of build-package/, in a root folder with nothing else, and in Debian

The last two print times and sizes. Exits with 77 where something is missing: root, debootstrap, or the package."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

from install_test import CORE, PRINTED, REPLAY, REPLAY_PRINTED, expect, fresh, missing, run

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGES = ROOT / "build-package"
README = ROOT / "traces/README.md"
SAMPLE = ROOT / "traces/samples/token_transfer.jsonl"
CHROOT = shutil.which("chroot", path="/usr/sbin:/usr/bin:/sbin:/bin")
AGREES = "agrees  /token_transfer.jsonl"


def skip(why: str) -> None:
    print(f"SKIPPED: {why}")
    sys.exit(77)


def fields(package: pathlib.Path) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in run("dpkg-deb", "--field", package).splitlines())


def test_contents(build: pathlib.Path, work: pathlib.Path) -> None:
    """Each package has its files and says what it needs; put together they are a whole that programs can be built upon."""
    for tool in ("dpkg-shlibdeps", "dpkg-deb", "pkg-config"):
        if not shutil.which(tool):
            missing(tool)
    made = run(ROOT / "scripts/package", "deb", env={**os.environ, "EVMMEM_BUILD": str(build), "EVMMEM_PACKAGES": str(work / "made"),
                                                     "EVMMEM_INSTALL": "no", "EVMMEM_COMPRESSION": "none"})
    packages = {fields(pathlib.Path(path))["Package"]: pathlib.Path(path) for path in made.split()}
    for name, needs, has in (
            ("evmmem", ["libc6 (", "libstdc++6 (", "libsimdjson"], ["usr/bin/evmmem", "usr/share/man/man1/evmmem.1.gz",
             "usr/share/bash-completion/completions/evmmem", "usr/share/zsh/vendor-completions/_evmmem",
             "usr/share/evmmem/schema/replay.json"]),
            ("libevmmem0.1", ["libc6 ("], ["libevmmem.so.0.1"]),
            ("libevmmem-dev", ["libevmmem0.1 (= "], ["core/evmmem.h", "libevmmem.a", "pkgconfig/evmmem.pc", "evmmem-config.cmake"]),
            ("libevmmem-replay0.1", ["libsimdjson"], ["libevmmem-replay.so.0.1"]),
            ("libevmmem-replay-dev", ["libevmmem-dev (= ", "libevmmem-replay0.1 (= ", "libfmt-dev"], ["traces/evmmem_replay.h"])):
        depends, content = fields(packages[name])["Depends"], run("dpkg-deb", "--contents", packages[name])
        for need in needs:
            expect(need in depends, f"{name} does not depend on {need}: {depends}")
        for file in has:
            expect(file in content, f"{name} lacks {file}:\n{content}")
        expect(f"usr/share/doc/{name}/copyright" in content, f"{name} has no licence")
        expect(all(owner == "root/root" for owner in re.findall(r"^\S+ +(\S+)", content, re.MULTILINE)), f"{name} has owners")
    depends = set(re.findall(r"[\w+-]+-dev", fields(packages["libevmmem-replay-dev"])["Depends"])) - {"libevmmem-dev"}
    named = set(re.findall(r"[\w+-]+-dev", re.search(r"Debian's packages `(.*?)`", README.read_text(), re.DOTALL)[1]))
    expect(depends == named, f"traces/README.md names other packages: {depends ^ named}")
    expect("simdjson" not in fields(packages["libevmmem0.1"])["Depends"], "the memory alone needs the replay's libraries")

    root = fresh(work / "root")
    for package in packages.values():
        run("dpkg-deb", "--extract", package, root)
    libraries = next(root.rglob("libevmmem.a")).parent
    environment = {**os.environ, "PKG_CONFIG_PATH": str(libraries / "pkgconfig"), "LD_LIBRARY_PATH": str(libraries)}
    printed = run(root / "usr/bin/evmmem", "replay", SAMPLE, env=environment)
    expect(printed.startswith("agrees"), f"the program printed:\n{printed}")
    for examples in (CORE, REPLAY):
        examples.written_to(work)
    for name, source, output in (("evmmem", "frame.c", PRINTED), ("evmmem-replay", "audit.c", REPLAY_PRINTED)):
        flags = run("pkg-config", f"--define-variable=prefix={root}/usr", "--cflags", "--libs", name, env=environment).split()
        run(*os.environ.get("CC", "cc").split(), "-std=c11", work / source, "-o", work / "user", *flags)
        expect(run(work / "user", env=environment) == output, f"{source} printed other things")


class System:
    """An empty Debian system of the release that this is, in a folder. It is made once."""

    def __init__(self, work: pathlib.Path):
        if os.geteuid() != 0:
            skip("not root, so that nothing can be installed elsewhere")
        if not shutil.which("debootstrap"):
            missing("debootstrap")
        base = work / "base"
        if not (base / "complete").exists():
            codename = re.search(r"VERSION_CODENAME=(\w+)", pathlib.Path("/etc/os-release").read_text())[1]
            shutil.rmtree(base, ignore_errors=True)
            began = time.monotonic()
            done = subprocess.run(["debootstrap", "--variant=minbase", codename, base], stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, check=False)
            if done.returncode != 0:
                skip(f"debootstrap found no mirror:\n{done.stdout[-500:]}")
            (base / "complete").touch()
            print(f"debootstrap: {time.monotonic() - began:.0f} s, {size(base)}")
        self.root = work / "system"
        shutil.rmtree(self.root, ignore_errors=True)
        run("cp", "-a", base, self.root)
        shutil.copy("/etc/resolv.conf", self.root / "etc/resolv.conf")
        # As on every machine: these are not what is tested.
        (self.root / "etc/apt/apt.conf.d/quiet").write_text('APT::Install-Recommends "false";\nAPT::Sandbox::User "root";\n')

    def run(self, *command) -> str:
        """What it printed, after the command itself and how long it took."""
        began = time.monotonic()
        printed = run(CHROOT, self.root, *command, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive",
                                                          "LC_ALL": "C"})
        print("#", *command, f"  ({time.monotonic() - began:.1f} s)")
        return printed


def size(folder: pathlib.Path) -> str:
    return run("du", "-sm", folder).split()[0] + " MB"


def test_deb(work: pathlib.Path) -> None:
    packages = {fields(path)["Package"]: path for path in PACKAGES.glob("*.deb")}
    if not packages:
        skip("there are no packages; `scripts/package deb` makes them")
    system = System(work)
    for path in packages.values():
        shutil.copy(path, system.root / "root")
    shutil.copy(SAMPLE, system.root)
    for name, examples in (("core", CORE), ("replay", REPLAY)):
        (system.root / "root" / name).mkdir()
        examples.written_to(system.root / "root" / name)

    def install(*names: str) -> None:
        before = size(system.root)
        system.run("apt-get", "install", "-y", "-q", *[f"/root/{packages[name].name}" if name in packages else name for name in names])
        print(f"{before} before, {size(system.root)} after")

    system.run("apt-get", "update", "-q")
    install("evmmem")
    printed = system.run("evmmem", "replay", "/token_transfer.jsonl")
    print(printed)
    expect(printed.startswith(AGREES), "the program prints other things")
    expect(".TH EVMMEM 1" in system.run("zcat", "/usr/share/man/man1/evmmem.1.gz"), "no manual page")

    install("libevmmem0.1", "libevmmem-dev", "gcc", "libc6-dev", "pkg-config")
    print(system.run("sh", "-c", "cd /root/core && cc frame.c -o user $(pkg-config --cflags --libs evmmem) && ./user && ls -l user"))
    expect(system.run("/root/core/user") == PRINTED, "the memory printed other things")
    install("g++")
    print(system.run("sh", "-c", "cd /root/core && c++ -std=c++23 frame.cpp -o user $(pkg-config --cflags --libs evmmem) && ./user"))
    expect(system.run("/root/core/user") == PRINTED, "the memory printed other things")
    install("libevmmem-replay0.1", "libevmmem-replay-dev")
    print(system.run("sh", "-c", "cd /root/replay && cc audit.c -o user $(pkg-config --cflags --libs evmmem-replay) && ./user"))
    expect(system.run("/root/replay/user") == REPLAY_PRINTED, "the replay printed other things")
    install("cmake", "make")
    for name, program, output in (("core", "frame", PRINTED), ("replay", "audit", REPLAY_PRINTED)):
        for static in ("OFF", "ON"):
            print(system.run("sh", "-c", f"cd /root/{name} && rm -rf made && cmake -S . -B made -DEVMMEM_USE_STATIC_LIBS={static} && "
                                         "cmake --build made").splitlines()[-1])
            expect(system.run(f"/root/{name}/made/{program}") == output, f"{name} by CMake: printed other things")

    system.run("apt-get", "remove", "-y", "-q", *packages)
    left = [str(path) for path in system.root.glob("usr/**/*evmmem*") if path.is_file()]
    expect(not left, f"left behind: {left}")
    shutil.rmtree(system.root)


def test_tarball(work: pathlib.Path) -> None:
    tarballs = list(PACKAGES.glob("evmmem-*.tar.xz"))
    if not tarballs:
        skip("there is no tarball; `scripts/package tarball` makes it")
    if os.geteuid() != 0:
        skip("not root, so that no other root folder can be had")
    tarball = tarballs[0]
    nothing = fresh(work / "nothing")
    run("tar", "-xf", tarball, "-C", nothing)
    shutil.copy(SAMPLE, nothing)
    program = f"/{tarball.name.removesuffix('.tar.xz')}/bin/evmmem"
    print(f"{tarball.name}: {tarball.stat().st_size} bytes, unpacked {size(nothing)}")

    def check(root: pathlib.Path, what: str, *emulator: str, **environment: str) -> None:
        began = time.monotonic()
        printed = run(CHROOT, root, *emulator, program, "replay", "/token_transfer.jsonl", env=environment)
        print(f"{what}: {printed.splitlines()[0]} ({time.monotonic() - began:.2f} s)")
        expect(printed.startswith(AGREES), f"the program prints other things:\n{printed}")

    # No C library, no /proc, no shell: what runs here runs on glibc and musl of any version.
    check(nothing, "nothing but the program")
    # simdjson chooses its kernel when it runs: it listens to this variable, and takes one that it does not have for none.
    if os.uname().machine == "x86_64":
        for kernel in ("fallback", "westmere"):
            check(nothing, f"simdjson's kernel {kernel}", SIMDJSON_FORCE_IMPLEMENTATION=kernel)
        deaf = subprocess.run([CHROOT, nothing, program, "replay", "/token_transfer.jsonl"], capture_output=True, text=True,
                              env={"SIMDJSON_FORCE_IMPLEMENTATION": "none"}, check=False)
        expect(deaf.returncode != 0, "simdjson does not choose its kernel at run time")
        emulator = shutil.which("qemu-x86_64-static")
        if emulator:
            shutil.copy(emulator, nothing / "qemu")
            for processor in ("qemu64", "Nehalem", "Haswell"):
                check(nothing, f"on a processor {processor}", "/qemu", "-cpu", processor)
        else:
            print("qemu-x86_64-static is not installed, so the tarball was not tried on older processors")
    expect("evmmem" in run(CHROOT, nothing, program, "--version", env={}), "no version")
    expect(run(CHROOT, nothing, program, "checks", env={}) != "", "no checks")
    refused = subprocess.run([CHROOT, nothing, program, "bench", "--backend", f"{program}"], env={}, capture_output=True, text=True,
                             check=False)
    expect(refused.returncode == 11 and "linked statically and loads no plug-ins" in refused.stderr,
           f"a plug-in: exit code {refused.returncode}, {refused.stderr}")
    if shutil.which("debootstrap"):
        system = System(work)
        run("tar", "-xf", tarball, "-C", system.root)
        shutil.copy(SAMPLE, system.root)
        check(system.root, "an empty Debian")
        shutil.rmtree(system.root)
    else:
        print("debootstrap is not installed, so the tarball was not tried in an empty Debian")
    shutil.rmtree(nothing)


def main() -> int:
    part, work = sys.argv[1], pathlib.Path(sys.argv[-1]).resolve()
    work.mkdir(parents=True, exist_ok=True)
    for name in ("CC", "CXX"):
        if name in os.environ:
            os.environ[name] = os.environ[name].removeprefix("ccache ")
    if part == "contents":
        test_contents(pathlib.Path(sys.argv[2]).resolve(), fresh(work))
    else:
        {"deb": test_deb, "tarball": test_tarball}[part](work)
    return 0


if __name__ == "__main__":
    sys.exit(main())
