#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the commands that the READMEs and the other documents show, and compares what they print with what is written.

In a ```console block each line that begins with "$ " is a command, and what follows is its output. "..." at the
end stands for the rest. Figures of speed, which differ from run to run, are not compared. Each document's commands run
in a folder of their own, one after the other.

Options that are named in backticks or in other commands (`--fork`, `evmmem gate --self-test`) must be ones that some
command's help describes; and the table of output formats must have those that each command's help names.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile
from collections import Counter

from documents import ROOT, documents

FORMATS = ROOT / "app/report/README.md"
# What shows outputs of the program: without a command in each, this test would hold nothing.
WITH_COMMANDS = ("README.md", "app/", "traces/")
# Where an option without its command is one of evmmem's.
ABOUT_EVMMEM = ("README.md", ".github/SECURITY.md", "app/", "traces/")
OPTION = re.compile(r"--[a-z][a-z-]*")
COMMAND = re.compile(r"^evmmem .*$|`(evmmem [^`]*)`", re.MULTILINE)
ALONE = re.compile(r"`(--[^`]*)`")
SHOWN = re.compile(r"^\$ ", re.MULTILINE)
BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
SPEED = re.compile(r"^  (speed|memory alone|memcpy of the same) .*$", re.MULTILINE)


def run(command: str, evmmem: pathlib.Path, folder: str) -> str:
    """What the command prints where the repository's folders are, but nothing in them is written to."""
    shell = command.replace("scripts/evmmem", str(evmmem))
    result = subprocess.run(["/bin/sh", "-c", shell], cwd=folder, text=True, stdout=subprocess.PIPE, check=False,
                            stderr=subprocess.STDOUT, timeout=300)
    return result.stdout


def is_same(written: str, printed: str) -> bool:
    written, printed = (SPEED.sub(r"  \1", text).rstrip("\n") for text in (written, printed))
    if written == "..." or written.endswith("\n..."):
        return printed.startswith(written.removesuffix("..."))
    return written == printed


def compare(text: str, evmmem: pathlib.Path) -> tuple[str, int, list]:
    """A document as it should be, how many commands it has, and those that print something else: what is written and
    what is printed."""
    different = []
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        for part in ("scripts", "traces"):
            (pathlib.Path(folder) / part).symlink_to(ROOT / part)

        def refreshed(block: re.Match) -> str:
            nonlocal count
            result = ""
            for entry in re.split(r"^(?=\$ )", block.group(), flags=re.MULTILINE)[1:]:
                command, _, written = entry.partition("\n")
                printed = run(command.removeprefix("$ "), evmmem, folder)
                count += 1
                same = not written or is_same(written, printed)
                if not same:
                    different.append((command, written, printed))
                    if written.endswith("...\n"):
                        printed = "".join(printed.splitlines(True)[:written.count("\n") - 1]) + "...\n"
                result += f"{command}\n{written if same else printed}"
            return result

        return BLOCK.sub(refreshed, text), count, different


def helps(evmmem: pathlib.Path) -> dict[str, str]:
    """What evmmem prints for --help, by itself ("") and for each command."""
    def help_of(*command: str) -> str:
        return subprocess.run([evmmem, *command, "--help"], text=True, capture_output=True, check=True, timeout=60).stdout

    general = help_of()
    commands = re.findall(r"^  ([a-z]+) ", general.split("Commands:\n")[1].split("\n\n")[0], re.MULTILINE)
    return {"": general, **{command: help_of(command) for command in commands}}


def format_complaints(texts: dict[str, str]) -> list[str]:
    """What the table of output formats says otherwise than the helps of the commands."""
    formats = {command: set(found[1].replace(",", " ").split()) for command, text in texts.items()
               if (found := re.search(r"--format FORMAT\s+how to print [^:]*: ([^(]*) \(default", text))}
    table = re.findall(r"^\| `(\w+)` \| ([^|]*) \|", FORMATS.read_text(encoding="utf-8"), re.MULTILINE)
    written = {command: set() for command in formats}
    for name, commands in table:
        for command in formats if commands == "all of these" else re.findall(r"`(\w+)`", commands):
            written.setdefault(command, set()).add(name)
    return [f"{FORMATS.relative_to(ROOT)} and the help of {command} differ in {', '.join(sorted(names ^ formats.get(command, set())))}"
            for command, names in written.items() if names != formats.get(command)]


def named_options(name: str, text: str) -> set[str]:
    """Those of evmmem that a document names."""
    texts = [match.group() for match in COMMAND.finditer(text)]
    if name.startswith(ABOUT_EVMMEM):
        texts += ALONE.findall(text)
    return {option for each in texts for option in OPTION.findall(each.partition("#")[0])}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("evmmem", type=pathlib.Path, help="the program")
    parser.add_argument("--update", action="store_true", help="write down what is printed now")
    arguments = parser.parse_args()
    evmmem = arguments.evmmem.resolve()

    texts = helps(evmmem)
    known = set(OPTION.findall("".join(texts.values())))
    complaints = format_complaints(texts)
    for complaint in complaints:
        print(complaint)
    failures = len(complaints)
    counts = Counter()
    for path in documents():
        name = str(path.relative_to(ROOT))
        text = path.read_text(encoding="utf-8")
        refreshed, count, different = compare(text, evmmem)
        counts.update({part: count for part in WITH_COMMANDS if name.startswith(part)})
        if count != len(SHOWN.findall(text)):
            print(f"{name} shows a command outside of a ```console block")
            failures += 1
        for option in sorted(named_options(name, text) - known):
            print(f"{name} names {option}, which no help describes")
            failures += 1
        if arguments.update and refreshed != text:
            path.write_text(refreshed, encoding="utf-8")
            continue
        for command, written, printed in different:
            print(f"{name}: {command}\n---- it says\n{written}---- the program prints\n{printed}")
        failures += len(different)
    for part in WITH_COMMANDS:
        if counts[part] == 0:
            print(f"{part} shows no command any more")
            failures += 1
    if failures:
        print("If the change is wanted: tests/golden/readme.py --update", arguments.evmmem)
        return 1
    print(f"{counts.total()} commands of {len(documents())} documents print what is written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
