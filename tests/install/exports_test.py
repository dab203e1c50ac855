#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares what a shared library exports with its list, both ways, and the list with what the library defines for others:
exports_test.py [--update] MAP SONAME SHARED STATIC [PREFIX]. For others are names that begin with PREFIX, by default all
but those of headers that are not installed.

A function that is not in the list cannot be called by those who link the shared library; one that is in the list and is
gone breaks the programs that call it. --update writes the list anew; what it then loses needs a new minor version."""
import pathlib
import re
import subprocess
import sys

# Of headers that are not installed: core_private_headers in core/meson.build.
INTERNAL = re.compile(r"evmmem::(MemoryHeap|MemoryRegion|RegionPool|MemoryFrames)::"
                      r"|evmmem::(count_region|uncount_region|address_share_now|address_share)\(")
HEAD = """/* SPDX-License-Identifier: MIT
 * What the shared library promises to programs that were linked with it. A test compares; written anew by
 * tests/install/exports_test.py --update. What is gone from here, or has changed, needs a new minor version. */
"""


def symbols(*command: str) -> dict[str, str]:
    """Name as the linker knows it, to name as people read it, of all functions and data that are defined for others."""
    def names(*options: str) -> list[str]:
        text = subprocess.run([command[0], "--defined-only", "--extern-only", "--no-sort", *command[1:-1], *options,
                               command[-1]], check=True, capture_output=True, text=True).stdout
        return [found[1] for found in re.finditer(r"^[0-9a-f]+ [TDBR] (.+)$", text, re.MULTILINE)]
    return dict(zip(names(), names("--demangle"), strict=True))


def listed(text: str) -> tuple[str, set[str]]:
    node = re.search(r"^(EVMMEM_[A-Z\d._]+) \{\n    global:\n(.*)    local:\n        \*;\n\};\n$", text, re.MULTILINE | re.DOTALL)
    if not node:
        sys.exit("the list is no version script of one node that ends in 'local: *'")
    return node[1], set(re.findall(r"^        (\w+);", node[2], re.MULTILINE))


def main() -> int:
    update = sys.argv[1:2] == ["--update"]
    path, soname, shared, static, *prefix = sys.argv[1 + update:]
    defined = {name: plain for name, plain in symbols("nm", static).items()
               if (name.startswith(prefix[0]) if prefix else not INTERNAL.match(plain))}
    library, _, version = soname.partition(".so.")
    wanted_node = f"{library.removeprefix('lib').upper().replace('-', '_')}_{version}"
    if update:
        lines = [f"        {name};" + (f" /* {plain} */" if plain != name else "")
                 for name, plain in sorted(defined.items(), key=lambda pair: (pair[1], pair[0]))]
        pathlib.Path(path).write_text(f"{HEAD}{wanted_node} {{\n    global:\n" + "\n".join(lines) +
                                      "\n    local:\n        *;\n};\n", encoding="utf-8")
        print(f"{len(lines)} symbols")
        return 0

    complaints = []
    node, names = listed(pathlib.Path(path).read_text(encoding="utf-8"))
    if node != wanted_node:
        complaints.append(f"the list is of {node}, the library is {soname}")
    complaints += [f"defined, but not in the list: {defined[name]}" for name in sorted(defined.keys() - names)]
    complaints += [f"in the list, but not defined: {name}" for name in sorted(names - defined.keys())]
    exported = symbols("nm", "-D", "--with-symbol-versions", shared)
    # Each with the node as its version: "name@@EVMMEM_0.1". The node itself is listed as data without an address.
    for name in sorted(exported):
        plain, _, its_node = name.partition("@@")
        if its_node != node:
            complaints.append(f"exported without the version {node}: {name}")
        elif plain not in names:
            complaints.append(f"exported, but not in the list: {plain}")
    complaints += [f"in the list, but not exported: {name}"
                   for name in sorted(names - {each.partition('@@')[0] for each in exported})]
    dynamic = subprocess.run(["readelf", "-d", shared], check=True, capture_output=True, text=True).stdout
    if f"[{soname}]" not in dynamic:
        complaints.append(f"the soname is not {soname}")
    print("\n".join(complaints) if complaints else f"{len(names)} symbols, all of version {node}")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
