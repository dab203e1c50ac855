#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the program as a user would and compares all that it prints with what is written down.

A case is a file NAME.golden beside this one: the first line is "$ " and a shell command, the rest is what the
command printed and how it ended. A new case needs only its first line, then: run.py --update. In a case whose first
line begins with "$[60] " standard output is a terminal of 60 columns, and no line may be longer than that.
"""
import argparse
import difflib
import fcntl
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
import threading

HERE = pathlib.Path(__file__).resolve().parent
SAMPLES = HERE.parents[1] / "traces" / "samples"
sys.path.insert(0, str(HERE.parents[1] / "scripts"))

import make_bug_traces  # noqa: E402

COLOR = re.compile(r"\x1b\[[0-9;]*m")

ADVICE = """
{count} of {total} outputs differ from what is written down. If the change is wanted, look at the difference,
update the files and commit them with the change:
    {run} --update {evmmem}
"""


class Terminal:
    """A terminal of so many columns, and what was written to it."""

    def __init__(self, columns: int):
        self.master, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        modes = termios.tcgetattr(self.slave)
        modes[1] &= ~termios.OPOST  # newlines stay newlines
        termios.tcsetattr(self.slave, termios.TCSANOW, modes)
        self.text = b""
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self) -> None:
        try:
            while block := os.read(self.master, 65536):
                self.text += block
        except OSError:  # every writer has gone
            pass

    def close(self) -> bytes:
        os.close(self.slave)
        self.reader.join()
        os.close(self.master)
        return self.text


def lay_out(folder: pathlib.Path, bugs: pathlib.Path) -> None:
    """Links what the commands read into the folder in which they run."""
    for source in (HERE / "input").iterdir():
        (folder / source.name).symlink_to(source)
    (folder / "samples").symlink_to(SAMPLES)
    (folder / "bugs").symlink_to(bugs)


def printed(command: str, columns: int, evmmem: pathlib.Path, folder: str) -> str:
    """What the command prints, in the form of a golden file."""
    environment = {
        "PATH": f"{evmmem.parent}:/usr/bin:/bin", "LC_ALL": "C", "TERM": "dumb", "HOME": folder,
        # The sanitizers' own exit code would hide ours.
        "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", ""), "UBSAN_OPTIONS": os.environ.get("UBSAN_OPTIONS", ""),
    }
    terminal = Terminal(columns) if columns else None
    run = subprocess.run(["/bin/sh", "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                         stdout=terminal.slave if terminal else subprocess.PIPE, stderr=subprocess.PIPE,
                         check=False, timeout=60)
    stdout = terminal.close() if terminal else run.stdout
    text = f"$[{columns}] {command}\n" if columns else f"$ {command}\n"
    for line in stdout.decode().splitlines() if columns else ():
        if (width := len(COLOR.sub("", line))) > columns:
            text += f"---- {width} columns: {line}\n"
    for name, stream in (("stdout", stdout), ("stderr", run.stderr)):
        if stream:
            text += f"---- {name}\n" + stream.decode("utf-8", "backslashreplace")
            if not stream.endswith(b"\n"):
                text += "\n---- (no newline at the end)\n"
    return text + f"---- exit {run.returncode}\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("evmmem", type=pathlib.Path, help="the program")
    parser.add_argument("cases", nargs="*", help="names of cases; all when there is none")
    parser.add_argument("--update", action="store_true", help="write down what is printed now")
    arguments = parser.parse_args()
    evmmem = arguments.evmmem.resolve()

    paths = [HERE / f"{name}.golden" for name in arguments.cases] or sorted(HERE.glob("*.golden"))
    bugs = tempfile.TemporaryDirectory()
    make_bug_traces.make_all(pathlib.Path(bugs.name))
    different = 0
    for path in paths:
        expected = path.read_text(encoding="utf-8")
        columns, command = re.fullmatch(r"\$(?:\[(\d+)\])? (.*)", expected.splitlines()[0]).groups()
        # The inputs lie where the command runs, so that no path of this machine is ever printed.
        with tempfile.TemporaryDirectory() as folder:
            lay_out(pathlib.Path(folder), pathlib.Path(bugs.name))
            actual = printed(command, int(columns or 0), evmmem, folder)
        if actual == expected:
            continue
        different += 1
        if arguments.update:
            path.write_text(actual, encoding="utf-8")
            print(f"updated {path.name}")
        else:
            sys.stdout.writelines(difflib.unified_diff(
                expected.splitlines(True), actual.splitlines(True), f"{path.name}, written down", "printed now"))

    if different and not arguments.update:
        print(ADVICE.format(count=different, total=len(paths), evmmem=arguments.evmmem,
                            run=os.path.relpath(__file__)))
        return 1
    print(f"{len(paths)} outputs compared")
    return 0


if __name__ == "__main__":
    sys.exit(main())
