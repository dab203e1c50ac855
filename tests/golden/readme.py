#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the commands that the README shows, and compares what they print with what it says.

In a ```console block each line that begins with "$ " is a command, and what follows is its output. "..." at the
end stands for the rest. Figures of speed, which differ from run to run, are not compared.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("evmmem", type=pathlib.Path, help="the program")
    parser.add_argument("--update", action="store_true", help="write down what is printed now")
    arguments = parser.parse_args()
    evmmem = arguments.evmmem.resolve()
    readme = README.read_text(encoding="utf-8")

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

        refreshed_readme = BLOCK.sub(refreshed, readme)
    if arguments.update:
        README.write_text(refreshed_readme, encoding="utf-8")
    elif different:
        for command, written, printed in different:
            print(f"{command}\n---- the README says\n{written}---- it prints\n{printed}")
        print("If the change is wanted: tests/golden/readme.py --update", arguments.evmmem)
        return 1
    print(f"{count} commands of the README, {len(different)} of them print something else")
    return 0


if __name__ == "__main__":
    sys.exit(main())
