#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Installs the library alone into an empty prefix and builds programs upon it, as others do:

    install_test.py PART SOURCES WORK

PART is one of
    files       what is installed, by tag, and what configuring asked for
    pkg-config  C and C++ consumers of the shared and the static library, by each compiler that is here
    cmake       the same by find_package, also from where the prefix was moved to
    meson       the same as a subproject
    replay      consumers of the replay in C, shared and static; SOURCES is a build that is up to date
Exits with 77 where a tool is missing. All parts but the last share one build below WORK; the first to come makes it."""
import fcntl
import os
import pathlib
import shutil
import subprocess
import sys

CONSUMERS = pathlib.Path(__file__).resolve().parent / "consumers"
# What each consumer prints: 64 bytes are two words, 6 gas.
PRINTED = "gas 6, word 42, size 64\n"
REPLAY_PRINTED = "memory.load at step 4: 0x2b, not 0x2a\n6 steps, verdict 1, 1 handed out\n"


def run(*command: str | pathlib.Path, **more) -> str:
    done = subprocess.run([str(each) for each in command], capture_output=True, text=True, **more)
    if done.returncode != 0:
        print("$", *command)
        print(done.stdout + done.stderr)
        sys.exit(f"exit code {done.returncode}")
    return done.stdout


def expect(condition: bool, complaint: str) -> None:
    if not condition:
        sys.exit(complaint)


def missing(tool: str) -> None:
    print(f"SKIPPED: {tool} is not installed")
    sys.exit(77)


def fresh(folder: pathlib.Path) -> pathlib.Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


class Installed:
    """The library, built without the tools and installed into WORK/prefix, which was empty."""

    def __init__(self, sources: pathlib.Path, work: pathlib.Path):
        self.sources, self.work = sources, work
        self.build = work / "build"
        self.prefix = work / "prefix"
        work.mkdir(parents=True, exist_ok=True)
        with (work / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (self.build / "build.ninja").exists():
                fresh(self.build)
                # Nothing is to be found by pkg-config: the library asks for nothing.
                nowhere = fresh(work / "nowhere")
                run("meson", "setup", self.build, sources, "-Dtools=false", "-Dlibdir=lib", "-Doptimization=0",
                    f"-Dprefix={self.prefix}", env={**os.environ, "PKG_CONFIG_LIBDIR": str(nowhere), "PKG_CONFIG_PATH": ""})
            run("ninja", "-C", self.build)
            shutil.rmtree(self.prefix, ignore_errors=True)
            run("meson", "install", "-C", self.build, "--no-rebuild")
            # Taken while no other part installs.
            self.copy = work / f"copy-{os.getpid()}"
            shutil.copytree(self.prefix, self.copy, symlinks=True)

    def moved(self, name: str, without: str = "") -> pathlib.Path:
        """A copy of the prefix elsewhere, without the files that end as `without` says."""
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.copy, folder, symlinks=True)
        if without:
            for path in (folder / "lib").glob(f"*{without}*"):
                path.unlink()
        return folder


def files_below(folder: pathlib.Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_symlink() or path.is_file())


def dangling(folder: pathlib.Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_symlink() and not path.exists()]


def test_files(installed: Installed) -> None:
    asked = run("meson", "introspect", "--dependencies", installed.build)
    expect('"name": "threads"' in asked and asked.count('"name"') == 1, f"more was asked for than threads: {asked}")

    names = files_below(installed.copy)
    for wanted in ("include/evmmem/core/memory.hpp", "include/evmmem/core/evmmem.h", "lib/libevmmem.a", "lib/libevmmem.so",
                   "lib/pkgconfig/evmmem.pc", "lib/cmake/evmmem/evmmem-config.cmake", "share/licenses/evmmem/LICENSE"):
        expect(wanted in names, f"not installed: {wanted}")
    expect(not any(name.startswith("bin/") for name in names), "a program was installed")
    expect(not dangling(installed.copy), f"leads nowhere: {dangling(installed.copy)}")

    # Each tag alone is whole.
    for tag in ("devel", "runtime"):
        root = fresh(installed.work / f"tag-{tag}")
        run("meson", "install", "-C", installed.build, "--no-rebuild", "--tags", tag, "--destdir", root)
        expect(not dangling(root), f"--tags {tag} leaves links that lead nowhere: {dangling(root)}")
        expect(tag != "devel" or len(files_below(root)) == len(names) - 1, "--tags devel lacks more than the licence")

    # Every header is whole where it lies: what it includes is installed, too.
    for compiler, options, suffix, pattern in (
            (os.environ.get("CXX", "c++"), ["-std=c++23"], "cpp", "*.h*"), (os.environ.get("CC", "cc"), ["-std=c11"], "c", "*.h")):
        source = installed.work / f"headers.{suffix}"
        headers = sorted((installed.copy / "include/evmmem").rglob(pattern))
        headers = [each for each in headers if suffix == "cpp" or each.suffix == ".h"]
        source.write_text("".join(f"#include <{each.relative_to(installed.copy / 'include')}>\n" for each in headers))
        run(*compiler.split(), *options, "-Wall", "-Werror", "-fsyntax-only", f"-I{installed.copy / 'include'}", source)


def compilers(language: str) -> list[str]:
    """By default Debian 12's and the clang of the README, where it is installed; the one that is used here first."""
    names = {"c": [os.environ.get("CC", "cc"), "gcc", "clang-19"], "cpp": [os.environ.get("CXX", "c++"), "g++", "clang++-19"]}
    return list(dict.fromkeys(name for name in names[language] if shutil.which(name.split()[-1])))


def test_pkg_config(installed: Installed) -> None:
    if not shutil.which("pkg-config"):
        missing("pkg-config")
    only_static = installed.moved("static", without=".so")

    def flags(prefix: pathlib.Path, *options: str) -> list[str]:
        environment = {**os.environ, "PKG_CONFIG_PATH": str(prefix / "lib/pkgconfig")}
        more = [] if prefix == installed.prefix else [f"--define-variable=prefix={prefix}"]
        return run("pkg-config", *more, *options, "--cflags", "--libs", "evmmem", env=environment).split()

    here = installed.moved("shared")
    count = 0
    for suffix, standard in (("c", "-std=c11"), ("cpp", "-std=c++23")):
        for compiler in compilers(suffix):
            program = installed.work / f"pkg-config-{suffix}"
            base = [*compiler.split(), standard, "-Wall", "-Werror", CONSUMERS / f"memory_user.{suffix}", "-o", program]
            run(*base, *flags(here))
            expect(run(program, env={"LD_LIBRARY_PATH": str(here / "lib")}) == PRINTED, f"{compiler}: printed other numbers")
            needed = run("readelf", "-d", program)
            expect("[libevmmem.so." in needed, f"{compiler}: not linked with the shared library")
            run(*base, *flags(only_static, "--static"))
            expect(run(program, env={}) == PRINTED, f"{compiler}, static: printed other numbers")
            count += 2
            # Everything static, the C library too.
            if "clang" not in compiler:
                run(*base, "-static", *flags(here, "--static"))
                expect(run(program, env={}) == PRINTED, f"{compiler} -static: printed other numbers")
                count += 1
    print(f"{count} programs, by {', '.join(compilers('c') + compilers('cpp'))}")


def test_cmake(installed: Installed) -> None:
    if not shutil.which("cmake"):
        missing("cmake")
    moved = installed.moved("moved")

    def configure(consumer: str, *options: str) -> subprocess.CompletedProcess:
        build = fresh(installed.work / f"cmake-{consumer}")
        return subprocess.run(["cmake", "-S", CONSUMERS / consumer, "-B", build, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={moved}",
                               *options], capture_output=True, text=True)

    for consumer, static in (("cmake_c", "OFF"), ("cmake_c", "ON"), ("cmake_cpp", "OFF"), ("cmake_cpp", "ON")):
        done = configure(consumer, f"-DEVMMEM_USE_STATIC_LIBS={static}")
        expect(done.returncode == 0, done.stdout + done.stderr)
        run("cmake", "--build", installed.work / f"cmake-{consumer}")
        program = installed.work / f"cmake-{consumer}/memory_user"
        expect(run(program, env={}) == PRINTED, f"{consumer}: printed other numbers")
        is_shared = "[libevmmem.so." in run("readelf", "-d", program)
        expect(is_shared == (static == "OFF"), f"{consumer}: linked with the other kind of library")
    # Versions of other series, and components that were not built, are not found.
    version = run("meson", "introspect", "--projectinfo", installed.build).split('"version": "')[1].split('"')[0]
    major, minor, _ = version.split(".")
    for wanted, found in ((version, True), (f"{major}.{minor}", True), (f"{major}.{minor}...{major}.{int(minor) + 1}", True),
                          (f"{major}.{int(minor) + 1}", False), (f"{major}.{minor}.999", False),
                          (f"{int(major) + 1}", False)):
        done = configure("cmake_cpp", f"-DWANTED={wanted}")
        expect((done.returncode == 0) == found, f"version {wanted} is{' not' if found else ''} found:\n{done.stderr}")
    done = configure("cmake_cpp", "-DWANTED=COMPONENTS;core;replay")
    expect(done.returncode != 0 and "without its component replay" in done.stderr, "a component is found that was not built")


def test_meson(installed: Installed) -> None:
    """A subproject lies in the consumer's subprojects/: here a link to the sources."""
    consumer = fresh(installed.work / "meson-consumer")
    shutil.copytree(CONSUMERS, consumer / "sources")
    (consumer / "sources/subprojects").mkdir()
    (consumer / "sources/subprojects/evmmem").symlink_to(installed.sources)
    nowhere = {**os.environ, "PKG_CONFIG_LIBDIR": str(consumer), "PKG_CONFIG_PATH": ""}
    run("meson", "setup", consumer / "build", consumer / "sources", "-Doptimization=0", env=nowhere)
    run("ninja", "-C", consumer / "build", "memory_user_c", "memory_user_cpp")
    for program in ("memory_user_c", "memory_user_cpp"):
        expect(run(consumer / "build" / program, env={}) == PRINTED, f"{program}: printed other numbers")


def test_replay(build: pathlib.Path, work: pathlib.Path) -> None:
    root = fresh(work / "root")
    run("meson", "install", "-C", build, "--no-rebuild", "--tags", "devel", "--destdir", root)
    expect(not dangling(root), f"leads nowhere: {dangling(root)}")
    configuration = next(root.rglob("evmmem-replay.pc"))
    libraries = configuration.parent.parent
    prefix = next(each for each in libraries.parents if (each / "include/evmmem").is_dir())
    program = work / "replay"

    def flags(*options: str) -> list[str]:
        return run("pkg-config", f"--define-variable=prefix={prefix}", *options, "--cflags", "--libs", "evmmem-replay",
                   env={**os.environ, "PKG_CONFIG_PATH": str(configuration.parent)}).split()

    only_static = work / "static"
    shutil.rmtree(only_static, ignore_errors=True)
    shutil.copytree(libraries, only_static, symlinks=True)
    for path in only_static.glob("*.so*"):
        path.unlink()
    for compiler in compilers("c"):
        base = [*compiler.split(), "-std=c11", "-Wall", "-Wextra", "-Werror", CONSUMERS / "replay_user.c", "-o", program]
        run(*base, *flags())
        expect(run(program, env={"LD_LIBRARY_PATH": str(libraries)}) == REPLAY_PRINTED, f"{compiler}: printed other things")
        expect("[libevmmem-replay.so." in run("readelf", "-d", program), f"{compiler}: not linked with the shared library")
        run(*base, f"-L{only_static}", *[each for each in flags("--static") if each != f"-L{libraries}"])
        expect(run(program, env={}) == REPLAY_PRINTED, f"{compiler}, static: printed other things")
    if not shutil.which("cmake"):
        missing("cmake, with which the rest is tested,")
    for static in ("OFF", "ON"):
        folder = fresh(work / "cmake")
        run("cmake", "-S", CONSUMERS / "cmake_replay", "-B", folder, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}",
            f"-DEVMMEM_USE_STATIC_LIBS={static}")
        run("cmake", "--build", folder)
        expect(run(folder / "replay_user", env={}) == REPLAY_PRINTED, "cmake: printed other things")
        is_shared = "[libevmmem-replay.so." in run("readelf", "-d", folder / "replay_user")
        expect(is_shared == (static == "OFF"), "cmake: linked with the other kind of library")


def main() -> int:
    # Meson finds ccache by itself, and CMake takes a compiler without it.
    for name in ("CC", "CXX"):
        if name in os.environ:
            os.environ[name] = os.environ[name].removeprefix("ccache ")
    part, sources, work = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), pathlib.Path(sys.argv[3]).resolve()
    if part == "replay":
        if not shutil.which("pkg-config"):
            missing("pkg-config")
        test_replay(sources, fresh(work))
        return 0
    installed = Installed(sources, work)
    try:
        {"files": test_files, "pkg-config": test_pkg_config, "cmake": test_cmake, "meson": test_meson}[part](installed)
    finally:
        shutil.rmtree(installed.copy)
    return 0


if __name__ == "__main__":
    sys.exit(main())
