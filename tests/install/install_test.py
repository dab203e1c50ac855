#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Installs the library alone into an empty prefix and builds programs upon it, as others do: the examples of the READMEs.

    install_test.py PART SOURCES WORK

PART is one of
    files       what is installed, by tag, and what configuring asked for
    pkg-config  examples in C and C++ upon the shared and the static library, by each compiler that is here
    cmake       the same by find_package, from where the prefix was moved to
    meson       the same as a subproject, and of what is installed
    replay      the example of the replay, shared and static, by all three; SOURCES is a build that is up to date
Exits with 77 where a tool is missing. All parts but the last share one build below WORK; the first to come makes it."""
import fcntl
import os
import pathlib
import re
import shutil
import subprocess
import sys

from readme_examples import Examples, elsewhere

# What each program prints, as its README says: 64 bytes are two words, 6 gas.
PRINTED = "gas 6, word 42, size 64\n"
MCOPY_PRINTED = "MCOPY since cancun, 3 gas for the words copied, memory abab0000\n"
REPLAY_PRINTED = "memory.load at step 4: 0x2b, not 0x2a\n6 steps, verdict 1, 1 handed out\n"
CORE = Examples("core/README.md", {"frame.cpp": PRINTED, "frame.c": PRINTED, "mcopy.cpp": MCOPY_PRINTED})
REPLAY = Examples("traces/README.md", {"audit.c": REPLAY_PRINTED})


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
        set_prefix(folder / "lib", folder)
        return folder


def set_prefix(libraries: pathlib.Path, prefix: pathlib.Path) -> None:
    """Lets pkg-config find what was installed for another place."""
    for path in libraries.glob("pkgconfig/*.pc"):
        path.write_text(re.sub(r"^prefix=.*", f"prefix={prefix}", path.read_text(), flags=re.MULTILINE))


def found_in(libraries: pathlib.Path) -> dict:
    """An environment in which pkg-config finds only what lies there, and what the system has."""
    return {**os.environ, "PKG_CONFIG_PATH": str(libraries / "pkgconfig")}


def files_below(folder: pathlib.Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_symlink() or path.is_file())


def dangling(folder: pathlib.Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_symlink() and not path.exists()]


def test_files(installed: Installed) -> None:
    others = elsewhere({"core/README.md", "traces/README.md"})
    expect(not others, f"examples that nothing compiles: {', '.join(others)}")

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


def flags(libraries: pathlib.Path, package: str, *options: str) -> list[str]:
    return run("pkg-config", *options, "--cflags", "--libs", package, env=found_in(libraries)).split()


def is_shared(program: pathlib.Path, library: str = "libevmmem") -> bool:
    return f"[{library}.so." in run("readelf", "-d", program)


def test_pkg_config(installed: Installed) -> None:
    if not shutil.which("pkg-config"):
        missing("pkg-config")
    here = installed.moved("shared") / "lib"
    only_static = installed.moved("static", without=".so") / "lib"
    folder = CORE.written_to(fresh(installed.work / "pkg-config"))
    count = 0
    for name, printed in CORE.printed.items():
        suffix, standard = ("c", "-std=c11") if name.endswith(".c") else ("cpp", "-std=c++23")
        program = folder / name.split(".")[0]
        for compiler in compilers(suffix):
            strict = [*compiler.split(), "-Wall", "-Wextra", "-Werror"]
            for command in CORE.commands(name, " ".join(strict)):
                run("sh", "-c", command, cwd=folder, env=found_in(here))
                expect(run(program, env={"LD_LIBRARY_PATH": str(here)}) == printed, f"{compiler}: {name} printed other things")
                expect(is_shared(program), f"{compiler}: not linked with the shared library")
                count += 1
            base = [*strict, standard, folder / name, "-o", program]
            run(*base, *flags(only_static, "evmmem", "--static"))
            expect(run(program, env={}) == printed, f"{compiler}, static: {name} printed other things")
            count += 1
            # Everything static, the C library too.
            if "clang" not in compiler:
                run(*base, "-static", *flags(here, "evmmem", "--static"))
                expect(run(program, env={}) == printed, f"{compiler} -static: {name} printed other things")
                count += 1
    expect(bool(CORE.commands("frame.cpp", "c++") and CORE.commands("frame.c", "cc")), "the README compiles nothing any more")
    print(f"{count} programs, by {', '.join(compilers('c') + compilers('cpp'))}")


def configure_cmake(folder: pathlib.Path, prefix: pathlib.Path, static: str) -> subprocess.CompletedProcess:
    """Configures the project in the folder for a build in its folder build/."""
    return subprocess.run(["cmake", "-S", folder, "-B", fresh(folder / "build"), "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}",
                           f"-DEVMMEM_USE_STATIC_LIBS={static}"], capture_output=True, text=True)


def check_cmake(folder: pathlib.Path, prefix: pathlib.Path, printed: str, library: str = "libevmmem") -> None:
    """Builds the project in the folder both ways, and runs what its last line links."""
    for static in ("OFF", "ON"):
        done = configure_cmake(folder, prefix, static)
        expect(done.returncode == 0, done.stdout + done.stderr)
        run("cmake", "--build", folder / "build")
        program = folder / "build" / re.findall(r"target_link_libraries\((\w+)", (folder / "CMakeLists.txt").read_text())[-1]
        expect(run(program, env={}) == printed, f"{folder.name}: printed other things")
        expect(is_shared(program, library) == (static == "OFF"), f"{folder.name}: linked with the other kind of library")


def test_cmake(installed: Installed) -> None:
    if not shutil.which("cmake"):
        missing("cmake")
    moved = installed.moved("moved")
    in_cpp = CORE.written_to(fresh(installed.work / "cmake_cpp"))
    in_c = CORE.written_to(fresh(installed.work / "cmake_c"), {"CMakeLists.txt": {"CXX": "C", "frame.cpp": "frame.c"}})
    for folder in (in_cpp, in_c):
        check_cmake(folder, moved, PRINTED)

    def configure(wanted: str) -> subprocess.CompletedProcess:
        return configure_cmake(CORE.written_to(in_cpp, {"CMakeLists.txt": {"evmmem 0.1": f"evmmem {wanted}"}}), moved, "OFF")

    # Versions of other series, and components that were not built, are not found.
    version = run("meson", "introspect", "--projectinfo", installed.build).split('"version": "')[1].split('"')[0]
    major, minor, _ = version.split(".")
    for wanted, found in ((version, True), (f"{major}.{minor}", True), (f"{major}.{minor}...{major}.{int(minor) + 1}", True),
                          (f"{major}.{int(minor) + 1}", False), (f"{major}.{minor}.999", False),
                          (f"{int(major) + 1}", False)):
        done = configure(wanted)
        expect((done.returncode == 0) == found, f"version {wanted} is{' not' if found else ''} found:\n{done.stderr}")
    done = configure("COMPONENTS core replay")
    expect(done.returncode != 0 and "without its component replay" in done.stderr, "a component is found that was not built")


def check_meson(folder: pathlib.Path, environment: dict, printed: str, *names: str) -> None:
    """Builds the project in the folder, and runs its programs."""
    run("meson", "setup", fresh(folder / "build"), folder, "-Doptimization=0", env=environment)
    run("ninja", "-C", folder / "build", *names)
    for name in names:
        expect(run(folder / "build" / name, env={}) == printed, f"{folder.name}: {name} printed other things")


def test_meson(installed: Installed) -> None:
    """A subproject lies in the consumer's subprojects/: here a link to the sources."""
    in_c = "executable('frame_c', 'frame.c', link_language: 'cpp', dependencies: evmmem)\n"
    changes = {"project('frame', 'cpp'": "project('frame', 'c', 'cpp'", "executable(": f"{in_c}executable("}
    consumer = CORE.written_to(fresh(installed.work / "meson-subproject"), {"meson.build": changes})
    (consumer / "subprojects").mkdir()
    (consumer / "subprojects/evmmem").symlink_to(installed.sources)
    nowhere = {**os.environ, "PKG_CONFIG_LIBDIR": str(consumer), "PKG_CONFIG_PATH": ""}
    check_meson(consumer, nowhere, PRINTED, "frame", "frame_c")
    if not shutil.which("pkg-config"):
        missing("pkg-config, with which the rest is tested,")
    libraries = installed.moved("meson") / "lib"
    check_meson(CORE.written_to(fresh(installed.work / "meson-installed")), found_in(libraries), PRINTED, "frame")


def test_replay(build: pathlib.Path, work: pathlib.Path) -> None:
    root = fresh(work / "root")
    run("meson", "install", "-C", build, "--no-rebuild", "--tags", "devel", "--destdir", root)
    expect(not dangling(root), f"leads nowhere: {dangling(root)}")
    libraries = next(root.rglob("evmmem-replay.pc")).parents[1]
    prefix = next(each for each in libraries.parents if (each / "include/evmmem").is_dir())
    set_prefix(libraries, prefix)
    only_static = work / "static"
    shutil.rmtree(only_static, ignore_errors=True)
    shutil.copytree(libraries, only_static, symlinks=True)
    for path in only_static.glob("*.so*"):
        path.unlink()

    folder = REPLAY.written_to(fresh(work / "audit"))
    program = folder / "audit"
    for compiler in compilers("c"):
        strict = [*compiler.split(), "-Wall", "-Wextra", "-Werror"]
        commands = REPLAY.commands("audit.c", " ".join(strict))
        expect(len(commands) == 1, "the README does not say how it is compiled")
        run("sh", "-c", commands[0], cwd=folder, env=found_in(libraries))
        expect(run(program, env={"LD_LIBRARY_PATH": str(libraries)}) == REPLAY_PRINTED, f"{compiler}: printed other things")
        expect(is_shared(program, "libevmmem-replay"), f"{compiler}: not linked with the shared library")
        run(*strict, "-std=c11", folder / "audit.c", "-o", program, f"-L{only_static}",
            *[each for each in flags(libraries, "evmmem-replay", "--static") if each != f"-L{libraries}"])
        expect(run(program, env={}) == REPLAY_PRINTED, f"{compiler}, static: printed other things")
    check_meson(folder, found_in(libraries), REPLAY_PRINTED, "audit")
    if not shutil.which("cmake"):
        missing("cmake, with which the rest is tested,")
    check_cmake(folder, prefix, REPLAY_PRINTED, "libevmmem-replay")


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
