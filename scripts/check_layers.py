#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks the rules of the house that a compiler does not: which room may include which, how includes are
spelled, which libraries belong to which room, and that every source file says its licence."""
import pathlib
import re
import sys

# Rooms from the bottom up, and the library headers that each may use besides the standard library.
ROOMS = ("core", "traces", "app")
ALLOWED_LIBRARIES = {
    "core": (r"hwy/",),
    "traces": (r"hwy/", r"simdjson\.h", r"cryptopp/", r"zlib\.h", r"zstd\.h"),
    "app": (r"CLI/", r"spdlog/", r"fmt/", r"nlohmann/", r"benchmark/"),
}
# Each of these is one file's business, or one folder's.
OWNERS = {
    r"CLI/": {"app/command_line.cpp", "app/command_line/"},
    r"spdlog/": {"app/log.cpp"},
}
SYSTEM = re.compile(r"^(sys/|linux/)?[a-z0-9_]+(\.h)?$")  # <vector>, <unistd.h>, <sys/mman.h>
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^">]+)[">]')
LICENCE = "SPDX-License-Identifier: MIT"
# Names of folders outside the repository, and of a file that nobody may split code into.
FORBIDDEN_TEXT = re.compile(r"/(work|home|root|tmp)/\w|/Users/\w")
FORBIDDEN_NAMES = {"util", "utils", "common", "helper", "helpers", "misc"}


def check_include(path: str, room: str, quote: str, target: str) -> str | None:
    if quote == '"':
        if "/" not in target:
            return None  # at home
        other = target.split("/")[0]
        if other in ROOMS and room in ROOMS:
            if other == room and path.count("/") == 1:
                return f'"{target}" is at home here: without the slash'
            if ROOMS.index(other) > ROOMS.index(room):
                return f'"{target}" is upstairs: {room} may not know {other}'
        return None
    for owned, owners in OWNERS.items():
        if room in ROOMS and re.match(owned, target) and path not in owners and f"{path.rpartition('/')[0]}/" not in owners:
            return f"<{target}> belongs to {', '.join(sorted(owners))} alone"
    if room not in ROOMS or SYSTEM.match(target) and target not in ("zlib.h", "zstd.h", "simdjson.h"):
        return None
    if not any(re.match(library, target) for library in ALLOWED_LIBRARIES[room]):
        return f"<{target}> is no library of {room}"
    return None


def check_source(path: pathlib.Path, name: str) -> list[str]:
    room = name.split("/")[0]
    complaints = []
    lines = path.read_text(encoding="utf-8").splitlines()
    if not any(LICENCE in line for line in lines[:3]):
        complaints.append(f"{name}:1: no licence line")
    if path.suffix == ".hpp" and "#pragma once" not in lines:
        complaints.append(f"{name}:1: no #pragma once")
    if path.stem in FORBIDDEN_NAMES:
        complaints.append(f"{name}:1: a name that says nothing of what is inside")
    for number, line in enumerate(lines, 1):
        if found := INCLUDE.match(line):
            if complaint := check_include(name, room, *found.groups()):
                complaints.append(f"{name}:{number}: {complaint}")
        if FORBIDDEN_TEXT.search(line) and "check_layers" not in name:
            complaints.append(f"{name}:{number}: a path of one machine")
    return complaints


def main() -> int:
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    complaints = []
    count = 0
    for room in (*ROOMS, "tests"):
        for path in sorted((root / room).rglob("*")):
            if path.suffix in (".hpp", ".cpp", ".h", ".c"):
                count += 1
                complaints += check_source(path, path.relative_to(root).as_posix())
    print("\n".join(complaints) if complaints else f"{count} files keep the rules")
    if count == 0:
        print(f"there are no rooms in {root}", file=sys.stderr)
    return 1 if complaints or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
