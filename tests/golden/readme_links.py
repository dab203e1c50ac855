#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that what the documents point to is there: the targets of links, with their headings, and every file and
folder of the repository that is named in backticks.

A name in backticks is one of the repository's when it begins with a room ("traces/replayer.cpp"), or when a table's
first column lists it as a folder below the document's own ("checks/"). What a command creates is neither.
"""
import re
import sys

from documents import ROOT, documents

LINK = re.compile(r"\]\((?!https?://)([^)#]*)(?:#([^)]*))?\)")
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"`((?:\.github|\.ci|app|core|scripts|tests|traces)/[^\s`*{}<>]*)(?:\s[^`]*)?`")
FIRST_CELL = re.compile(r"^\| (.*?) \|", re.MULTILINE)
FOLDER = re.compile(r"`([a-z_]+/)`")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


def anchor(heading: str) -> str:
    """A heading's name in a link, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def main() -> int:
    complaints = []
    count = 0
    for path in documents():
        text = FENCED.sub("", path.read_text(encoding="utf-8"))
        where = path.relative_to(ROOT)
        for target, heading in LINK.findall(text):
            count += 1
            file = (path.parent / target).resolve() if target else path
            if not file.exists():
                complaints.append(f"{where}: there is no {target}")
            elif heading and heading not in map(anchor, HEADING.findall(file.read_text(encoding="utf-8"))):
                complaints.append(f"{where}: {target} has no heading #{heading}")
        names = [ROOT / name for name in NAMED.findall(text)]
        names += [path.parent / name for cell in FIRST_CELL.findall(text) for name in FOLDER.findall(cell)]
        count += len(names)
        complaints += [f"{where}: there is no {name.relative_to(ROOT)}" for name in names if not name.exists()]
    print(*dict.fromkeys(complaints), sep="\n")
    print(f"{count} links and names, {len(complaints)} of them lead nowhere")
    return 1 if complaints or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
