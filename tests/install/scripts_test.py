#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the scripts install, and that EVMMEM_INSTALL=no keeps them from it: the real scripts in a repository of their own, with
dpkg-query, apt-get, meson and ninja that only write down what they are asked for. Nothing is installed.

    scripts_test.py ROOT"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

NOT_INSTALLED = 69
STUBS = {
    # All is installed but $MISSING.
    "dpkg-query": 'for each in "$@"; do case " $MISSING " in *" $each "*) ;; *) echo "installed $each" ;; esac; done',
    # With $STALE, a file, until an update removes it, nothing can be installed. What is missing needs libdependency1.
    "apt-get": """
case " $* " in
*" update "*) echo "apt-get update" >>"$LOG"; rm -f "$STALE" ;;
*" --simulate "*) [ ! -f "$STALE" ] || exit 100
    for each in $MISSING libdependency1; do echo "Inst $each (1 Debian)"; done ;;
*" -y "*) echo "apt-get install: $*; frontend $DEBIAN_FRONTEND" >>"$LOG"; [ ! -f "$STALE" ] ;;
*) exit 99 ;;
esac""",
    # Configures as far as the scripts look at it.
    "meson": """
echo "meson $*" >>"$LOG"
case "$*" in
"setup build "*) mkdir -p build/meson-info build/app && touch build/build.ninja
    printf '[{"name": "tests", "value": false, "section": "user"}, {"name": "traces", "value": true}]' >build/meson-info/intro-buildoptions.json
    printf '#!/bin/sh\\necho evmmem "$@"' >build/app/evmmem && chmod +x build/app/evmmem ;;
esac""",
    "ninja": 'echo "ninja $*" >>"$LOG"',
    "sudo": '"$@"',
    # Says what is in the folder that an image is built of.
    "docker": """
case $1 in
build) for folder; do :; done && echo "docker build of: $(ls "$folder" | tr '\\n' ' ')" >>"$LOG" ;;
images) echo 1MB ;;
esac""",
}


class Repository:
    """A copy of the scripts, and a PATH on which the stubs come first."""

    def __init__(self, root: pathlib.Path, folder: pathlib.Path):
        self.top, self.log, self.stale = folder / "repository", folder / "log", folder / "stale"
        (folder / "stubs").mkdir()
        for name, text in STUBS.items():
            (folder / "stubs" / name).write_text(f"#!/bin/sh\n{text}\n")
            (folder / "stubs" / name).chmod(0o755)
        shutil.copytree(root / "scripts", self.top / "scripts", ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
        (self.top / "tests/fuzz").mkdir(parents=True)
        (self.top / "tests/fuzz/stub_fuzz.cpp").touch()
        subprocess.run(["git", "-c", "init.defaultBranch=main", "init", "--quiet", self.top], check=True)
        self.environment = {**os.environ, "PATH": f"{folder / 'stubs'}:{os.environ['PATH']}", "LOG": str(self.log),
                            "STALE": str(self.stale)}
        self.environment.pop("EVMMEM_INSTALL", None)

    def run(self, *command: str, missing: str = "", install: str | None = None) -> tuple[int, str]:
        """Its exit code, and what it and the stubs said, in their order."""
        self.log.write_text("")
        environment = {**self.environment, "MISSING": missing} | ({} if install is None else {"EVMMEM_INSTALL": install})
        with self.log.open("a") as log:
            done = subprocess.run([self.top / "scripts" / command[0], *command[1:]], cwd=self.top, env=environment, check=False,
                                  stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return done.returncode, self.log.read_text()


def expect(condition: bool, complaint: str, said: str) -> None:
    if not condition:
        sys.exit(f"{complaint}:\n{said}")


def in_order(said: str, *parts: str) -> bool:
    """Whether the parts stand in it, one after the other."""
    return re.search(".*".join(re.escape(part) for part in parts), said, re.DOTALL) is not None


def refused(repository: Repository) -> None:
    """With EVMMEM_INSTALL=no every script that would install names what is missing, and stops."""
    callers = [("evmmem", "--help"), ("gate", "HEAD"), ("test",), ("test", "--arch", "arm64"), ("fuzz", "stub"), ("lint.sh",),
               ("format.sh", "--check"), ("coverage",), ("package", "deb"), ("package", "tarball"), ("package", "test"),
               ("docs",)]
    packages = {"format.sh": "clang-format-19", "package test": "debootstrap", "docs": "doxygen"}
    sourcing = {path.name for path in (repository.top / "scripts").iterdir()
                if path.is_file() and path.name != "setup.sh" and "scripts/setup.sh" in path.read_text(encoding="utf-8")}
    untried = sourcing - {caller[0] for caller in callers}
    expect(not untried, "scripts that are not tried", ", ".join(sorted(untried)))
    for caller in callers:
        name = " ".join(caller)
        package = packages.get(caller[0], packages.get(name, "libsimdjson-dev"))
        code, said = repository.run(*caller, missing=package, install="no")
        expect(code == NOT_INSTALLED, f"{name}: exit code {code}, not {NOT_INSTALLED}", said)
        expect(f"apt-get install --no-install-recommends {package}" in said, f"{name} does not say what is missing", said)
        expect("apt-get update" not in said and "apt-get install:" not in said, f"{name} has run apt-get", said)
        expect("meson" not in said and "ninja" not in said, f"{name} went on", said)
    code, said = repository.run("evmmem", missing="libsimdjson-dev", install="maybe")
    expect(code == 2 and "'maybe'" in said, "EVMMEM_INSTALL=maybe was taken", said)
    code, said = repository.run("evmmem", "--help", install="no")
    expect(code == 0 and said.endswith("evmmem --help\n"), "with nothing missing evmmem does not run", said)
    code, said = repository.run("record_trace", "--help", install="no")
    expect(code == NOT_INSTALLED and "npm ci" in said, "record_trace fetched its packages", said)


def said_first(repository: Repository) -> None:
    """All that is going to be installed is said by name before it is; the tool alone needs no test packages."""
    code, said = repository.run("evmmem", "--help", missing="libsimdjson-dev meson")
    expect(code == 0 and in_order(said, "installing with apt-get (EVMMEM_INSTALL=no forbids it): ", "meson libsimdjson-dev\n",
                                  "with what these need: libdependency1 \n", "apt-get install:"), "not said before", said)
    install = re.search(r"apt-get install: (.*)", said)[1]
    expect(" -y " in install and "frontend noninteractive" in install, "apt-get may ask", said)
    expect("apt-get update" not in said, "the lists were updated without need", said)

    tests_alone = "doctest-dev libbotan-2-dev zstd xz-utils bzip2 cmake dpkg-dev"
    for name, arguments in (("evmmem", ["--help"]), ("gate", ["nowhere"])):
        _, said = repository.run(name, *arguments, missing=tests_alone)
        expect("apt-get" not in said, f"{name} installs packages of the tests", said)

    repository.stale.touch()
    code, said = repository.run("evmmem", "--help", missing="libsimdjson-dev")
    expect(code == 0 and in_order(said, "updating the package lists first", "apt-get update", "installing with apt-get",
                                  "libsimdjson-dev", "libdependency1", "apt-get install:"), "stale lists", said)


def switches(repository: Repository) -> None:
    """A build that scripts/evmmem made has no tests; scripts/test switches them on in it, and scripts/evmmem leaves them."""
    shutil.rmtree(repository.top / "build", ignore_errors=True)
    _, said = repository.run("evmmem", "--help")
    expect("meson setup build --buildtype=release -Dtests=false\n" in said, "evmmem builds the tests", said)
    _, said = repository.run("test")
    expect("meson setup --reconfigure build -Dtests=true\n" in said, "the tests are not switched on", said)
    expect("build -Dtraces" not in said, "what is as wanted was configured again", said)
    _, said = repository.run("evmmem", "--help")
    expect("meson" not in said, "evmmem configures a build that is there", said)


def image(repository: Repository) -> None:
    """An image is built of what git knows; the builds of this machine, gigabytes that fit no other, stay out."""
    subprocess.run(["git", "-C", repository.top, "add", "scripts"], check=True)
    code, said = repository.run("package", "container")
    expect((repository.top / "build").exists(), "there is no build that could come along", said)
    expect(code == 0 and "docker build of: scripts \n" in said, "an image of other things", said)


def npm(root: pathlib.Path) -> None:
    """No package of npm's runs a program of its own when it is installed."""
    lines = [line for path in (root / "scripts").rglob("*") if path.is_file() and "node_modules" not in path.parts
             and path.suffix in ("", ".sh", ".py", ".js")
             for line in path.read_text(encoding="utf-8").splitlines() if re.search(r'npm"?,? "?(ci|i|install)\b.*--', line)]
    expect(len(lines) >= 3, "where is npm used?", "\n".join(lines))
    for line in lines:
        expect("--ignore-scripts" in line, "npm may run what it installs", line)


def main() -> None:
    root = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        repository = Repository(root, pathlib.Path(folder).resolve())
        for part in (said_first, switches, image, refused):
            part(repository)
    npm(root)


if __name__ == "__main__":
    main()
