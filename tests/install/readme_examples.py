# SPDX-License-Identifier: MIT
"""The examples of a README as files, for the test that compiles and runs them: the README is their only source.

Each block of C, C++, CMake or Meson is a whole file, whose first line is a comment that names it. Lines of the shell that
begin with `cc` or `c++` compile one. What a program prints stands in backticks, line by line."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/golden"))

from documents import documents  # noqa: E402

EXAMPLE = re.compile(r"^```(?:c|cpp|cmake|meson)$\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHELL = re.compile(r"^```sh$\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAME = re.compile(r"(?://|/\*|#) ([\w.]+\.\w+)\b")


class Examples:
    """Those of the README at the path `name`; `printed` says of each program, by its file, what it prints."""

    def __init__(self, name: str, printed: dict[str, str]):
        text = (ROOT / name).read_text(encoding="utf-8")
        self.printed = printed
        self.files = {}
        for block in EXAMPLE.findall(text):
            named = NAME.match(block)
            if not named or named[1] in self.files:
                sys.exit(f"{name}: the first line of an example has to name its file, another one's not:\n{block}")
            self.files[named[1]] = block
        self.shell = [line for block in SHELL.findall(text) for line in block.splitlines()]
        if set(self.files) != {*printed, "CMakeLists.txt", "meson.build"}:
            sys.exit(f"{name}: other examples than are compiled: {', '.join(self.files)}")
        for line in (line for each in printed.values() for line in each.splitlines()):
            if f"`{line}`" not in text:
                sys.exit(f"{name} does not say that a program prints `{line}`")

    def written_to(self, folder: pathlib.Path, changes: dict[str, dict[str, str]] | None = None) -> pathlib.Path:
        """The folder, with all of the files in it; changes are what is put in the place of what, by file."""
        for name, text in self.files.items():
            for old, new in (changes or {}).get(name, {}).items():
                if old not in text:
                    sys.exit(f"the README's {name} has no '{old}'")
                text = text.replace(old, new)
            (folder / name).write_text(text, encoding="utf-8")
        return folder

    def commands(self, name: str, compiler: str) -> list[str]:
        """What the README has the shell compile that file by, with this compiler in the place of cc or c++."""
        found = (re.match(r"(?:cc|c\+\+)( .*)", line) for line in self.shell)
        return [compiler + each[1] for each in found if each and f" {name} " in each[1]]


def elsewhere(known: set[str]) -> list[str]:
    """Documents with examples that are none of the known ones: nothing would compile them."""
    names = {path.relative_to(ROOT).as_posix() for path in documents() if EXAMPLE.search(path.read_text(encoding="utf-8"))}
    return sorted(names - known)
