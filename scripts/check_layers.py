#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks the rules of the house that a compiler does not: which room may include which, that neither modules nor
folders include each other in a circle, how includes are spelled, which libraries belong to which room, that every
header is shown to compile alone, and that every source file says its licence.

A module is a header with its source; a folder is one inside a room. The files right in a room are both the words that
all its folders use and the doors that use all of them, so they are judged as modules only.

With --self-test, plants one breach of each rule and fails unless each is noticed."""
import pathlib
import re
import sys
import tempfile

# Rooms from the bottom up, and the library headers that each may use besides the standard library.
ROOMS = ("core", "traces", "app")
ALLOWED_LIBRARIES = {
    "core": (),
    "traces": (r"fmt/", r"simdjson\.h", r"cryptopp/", r"gmp\.h", r"openssl/", r"secp256k1", r"zlib\.h", r"zstd\.h",
               r"lzma\.h", r"bzlib\.h", r"archive"),
    "app": (r"CLI/", r"spdlog/", r"fmt/", r"nlohmann/", r"benchmark/", r"toml\+\+/"),
}
# Each of these is one file's business, or one folder's.
OWNERS = {
    r"CLI/": {"app/command_line/"},
    r"spdlog/": {"app/host/log.cpp"},
    r"toml\+\+/": {"app/rules/rule_file.cpp"},
    r"archive": {"traces/input/archive.cpp"},
    r"lzma\.h": {"traces/input/xz_decoder.cpp"},
    r"bzlib\.h": {"traces/input/bzip2_decoder.cpp"},
}
SYSTEM = re.compile(r"^(sys/|linux/)?[a-z0-9_]+(\.h)?$")  # <vector>, <unistd.h>, <sys/mman.h>
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^">]+)[">]')
# Folders whose sources are compiled together, so that they do not show that their headers compile alone.
TOGETHER = re.compile(r"app/(?!backends/)")
LICENCE = "SPDX-License-Identifier: MIT"
# Names of folders outside the repository, and of files that code must not be split into.
FORBIDDEN_TEXT = re.compile(r"/(work|home|root|tmp)/\w|/Users/\w")
FORBIDDEN_NAMES = {"util", "utils", "common", "helper", "helpers", "misc"}


def check_include(name: str, room: str, quote: str, target: str) -> str | None:
    folder = name.rpartition("/")[0]
    if quote == '"':
        if "/" not in target:
            return None  # at home
        if target.rpartition("/")[0] == folder:
            return f'"{target}" is at home here: without the folder'
        other = target.split("/")[0]
        if other in ROOMS and room in ROOMS and ROOMS.index(other) > ROOMS.index(room):
            return f'"{target}" is upstairs: {room} may not know {other}'
        return None
    for owned, owners in OWNERS.items():
        if room in ROOMS and re.match(owned, target) and not owners & {name, f"{folder}/"}:
            return f"<{target}> belongs to {', '.join(sorted(owners))} alone"
    if room not in ROOMS or SYSTEM.match(target) and target not in ("zlib.h", "zstd.h", "lzma.h", "bzlib.h", "archive.h",
                                                                                        "simdjson.h"):
        return None
    if not any(re.match(library, target) for library in ALLOWED_LIBRARIES[room]):
        return f"<{target}> is no library of {room}"
    return None


def module_of(name: str) -> str:
    """X.hpp, X.cpp and X_inline.hpp are one module; a header for C is one of its own."""
    stem, _, suffix = name.rpartition(".")
    return name if suffix == "h" else stem.removesuffix("_inline")


class Source:
    """A source file, and what it includes of the repository as paths from the top."""

    def __init__(self, root: pathlib.Path, path: pathlib.Path):
        self.path = path
        self.name = path.relative_to(root).as_posix()
        self.room = self.name.split("/")[0]
        self.folder = self.name.rpartition("/")[0]
        self.module = module_of(self.name)
        self.lines = path.read_text(encoding="utf-8").splitlines()
        self.includes = []  # line number, quote, target as written
        for number, line in enumerate(self.lines, 1):
            if found := INCLUDE.match(line):
                self.includes.append((number, *found.groups()))
        self.quoted = [f"{self.folder}/{target}" if "/" not in target else target
                       for _, quote, target in self.includes if quote == '"']


def check_source(source: Source) -> list[str]:
    complaints = []
    if not any(LICENCE in line for line in source.lines[:3]):
        complaints.append(f"{source.name}:1: no licence line")
    if source.path.suffix == ".hpp" and "#pragma once" not in source.lines:
        complaints.append(f"{source.name}:1: no #pragma once")
    if source.path.stem in FORBIDDEN_NAMES:
        complaints.append(f"{source.name}:1: a name that says nothing of what is inside")
    for number, quote, target in source.includes:
        if complaint := check_include(source.name, source.room, quote, target):
            complaints.append(f"{source.name}:{number}: {complaint}")
    for number, line in enumerate(source.lines, 1):
        if FORBIDDEN_TEXT.search(line):
            complaints.append(f"{source.name}:{number}: a path of one machine")
    return complaints


def check_headers(root: pathlib.Path, sources: list[Source]) -> list[str]:
    """A header compiles alone if its own source includes it first; the others are listed for a test that tries."""
    complaints = []
    names = {source.name for source in sources}
    for source in sources:
        stem = source.name.rpartition(".")[0]
        header = f"{stem}.hpp"
        if source.path.suffix == ".cpp" and header in names and source.quoted[:1] != [header]:
            complaints.append(f"{source.name}:1: does not include its own header first")
        if source.path.suffix == ".hpp" and (f"{stem}.cpp" not in names or TOGETHER.match(source.name)):
            listed = (root / source.room / "meson.build").read_text(encoding="utf-8")
            if f"'{source.name.partition('/')[2]}'" not in listed:
                complaints.append(f"{source.name}:1: neither a source that is compiled alone nor its name in "
                                  f"{source.room}/meson.build shows that it compiles alone")
    return complaints


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """The sets of nodes that reach each other (Tarjan), each sorted."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(graph.get(node, ())):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            at = stack.index(node)
            if len(stack) - at > 1:
                found.append(sorted(stack[at:]))
            del stack[at:]

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found


def check_circles(sources: list[Source]) -> list[str]:
    modules: dict[str, set[str]] = {}
    folders: dict[str, set[str]] = {}
    for source in sources:
        if source.room not in ROOMS:
            continue
        for target in source.quoted:
            module = module_of(target)
            if module != source.module:
                modules.setdefault(source.module, set()).add(module)
            folder = target.rpartition("/")[0]
            if folder != source.folder and "/" in source.folder and "/" in folder:
                folders.setdefault(source.folder, set()).add(folder)
    return [f"{circle[0]}: these {kind} include each other in a circle: {', '.join(circle)}"
            for kind, graph in (("modules", modules), ("folders", folders)) for circle in circles(graph)]


def sources_of(root: pathlib.Path) -> list[Source]:
    return [Source(root, path) for room in (*ROOMS, "tests") for path in sorted((root / room).rglob("*"))
            if path.suffix in (".hpp", ".cpp", ".h", ".c")]


def complaints_about(root: pathlib.Path, sources: list[Source]) -> list[str]:
    complaints = [complaint for source in sources for complaint in check_source(source)]
    return complaints + check_headers(root, sources) + check_circles(sources)


def self_test(root: pathlib.Path) -> int:
    head = f"// {LICENCE}\n#pragma once\n"
    planted = {
        "modules include each other": {"core/first.hpp": head + '#include "second.hpp"\n',
                                       "core/second.hpp": head + '#include "first.hpp"\n'},
        "folders include each other": {"traces/input/first.hpp": head + '#include "traces/json/second.hpp"\n',
                                       "traces/json/second.hpp": head,
                                       "traces/json/third.hpp": head + '#include "traces/input/fourth.hpp"\n',
                                       "traces/input/fourth.hpp": head},
        "is upstairs": {"core/first.hpp": head + '#include "traces/step.hpp"\n'},
        "is at home here": {"traces/first.hpp": head + '#include "traces/step.hpp"\n'},
        "is no library of": {"core/first.hpp": head + "#include <fmt/format.h>\n"},
        "belongs to": {"app/report/first.hpp": head + "#include <CLI/CLI.hpp>\n"},
        "no licence line": {"core/first.hpp": "#pragma once\n"},
        "no #pragma once": {"core/first.hpp": f"// {LICENCE}\n"},
        "a path of one machine": {"core/first.cpp": f"// {LICENCE}\n// see /" + "home/someone\n"},
        "a name that says nothing": {"core/utils.cpp": f"// {LICENCE}\n"},
        "its own header first": {"core/first.hpp": head,
                                 "core/first.cpp": f'// {LICENCE}\n#include <vector>\n#include "word.hpp"\n#include "first.hpp"\n'},
        "shows that it compiles alone": {"core/first.hpp": head},
        "in tests/meson.build shows that it compiles alone": {"tests/support/first.hpp": head},
        "in app/meson.build shows that it compiles alone": {
            "app/text/first.hpp": head, "app/text/first.cpp": f'// {LICENCE}\n#include "first.hpp"\n'},
    }
    sources = sources_of(root)
    before = set(complaints_about(root, sources))
    missed = 0
    for expected, files in planted.items():
        with tempfile.TemporaryDirectory() as directory:
            apart = pathlib.Path(directory)
            for name, text in files.items():
                (apart / name).parent.mkdir(parents=True, exist_ok=True)
                (apart / name).write_text(text, encoding="utf-8")
            more = sources_of(apart)
        if not any(expected in complaint and complaint not in before
                   for complaint in complaints_about(root, sources + more)):
            print(f"planted and not noticed: {expected}", file=sys.stderr)
            missed += 1
    print(f"{len(planted) - missed} of {len(planted)} planted breaches are noticed")
    return 1 if missed else 0


def main() -> int:
    arguments = [argument for argument in sys.argv[1:] if argument != "--self-test"]
    root = pathlib.Path(arguments[0] if arguments else ".").resolve()
    if "--self-test" in sys.argv[1:]:
        return self_test(root)
    sources = sources_of(root)
    complaints = complaints_about(root, sources)
    print("\n".join(complaints) if complaints else f"{len(sources)} files keep the rules")
    if not sources:
        print(f"there are no rooms in {root}", file=sys.stderr)
    return 1 if complaints or not sources else 0


if __name__ == "__main__":
    sys.exit(main())
