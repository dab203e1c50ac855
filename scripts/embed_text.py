#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes text files as a C++ source with one std::string_view each, named after the file.

    embed_text.py OUT.cpp NAMESPACE FILE...    style.css becomes NAMESPACE::style_css
"""

import json
import pathlib
import sys


def literal(line):
    # JSON's escapes are C++'s, for ASCII; anything else is written byte by byte.
    text = json.dumps(line, ensure_ascii=False)
    return "".join(c if c.isascii() else "".join(f"\\{byte:03o}" for byte in c.encode()) for c in text).replace("??", "?\\?")


def main():
    out, namespace, *files = sys.argv[1:]
    lines = ["// Written by scripts/embed_text.py.", '#include "app/report/page/texts.hpp"', "", f"namespace {namespace} {{"]
    for path in map(pathlib.Path, files):
        lines.append(f"const std::string_view {path.name.replace('.', '_')} =")
        lines += [f"    {literal(line)}" for line in path.read_text(encoding="utf-8").splitlines(keepends=True)]
        lines[-1] += ";"
    lines.append(f"}}  // namespace {namespace}")
    pathlib.Path(out).write_text("\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
