#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Cuts a small trace at every byte, and damages packed ones at every byte: nothing of it is ever said to agree."""
import json
import pathlib
import subprocess
import sys
import tempfile

import inputs

# Of gzip's header: time, extra flags and system, which are not checked and matter to nothing.
UNCHECKED = range(4, 10)


def replayed(evmmem: pathlib.Path, contents: list[bytes]) -> list[dict]:
    with tempfile.TemporaryDirectory() as folder:
        for i, content in enumerate(contents):
            (pathlib.Path(folder) / f"{i}").write_bytes(content)
        run = subprocess.run([evmmem, "replay", "--no-speed", "--no-blame", "--format", "json",
                              *(f"{i}" for i in range(len(contents)))],
                             cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False, timeout=600)
    assert 0 <= run.returncode <= 12, f"exit {run.returncode}"
    reports = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(reports) == len(contents)
    return reports


def check(condition: bool, what: str, report: dict) -> None:
    if not condition:
        sys.exit(f"{what}: {json.dumps(report)}")


def cuts(evmmem: pathlib.Path, name: str, whole: bytes, places: range, steps_in) -> None:
    """A trace that ends too early is incomplete, or no trace, and all its whole steps are replayed."""
    agreeing = 0
    for place, report in zip(places, replayed(evmmem, [whole[:place] for place in places])):
        what = f"{name} cut at byte {place}"
        steps = steps_in(whole[:place]) if steps_in else None
        if report["verdict"] == "agrees":
            # No step is missing, only a line end, or the summary.
            agreeing += 1
            check(steps_in is not None and report["steps"] == steps == steps_in(whole), what, report)
            continue
        check(report["verdict"] in ("incomplete", "unreadable"), what, report)
        # The table of exit codes: 3 is said of what was replayed, and 10 of what was not.
        check((report["exit_code"] == 10) == (report["verdict"] == "unreadable"), what, report)
        check(report["findings_count"] == 0, what, report)
        check(steps is None or report["steps"] == steps, what, report)
    print(f"{name}: {len(places)} cuts, {agreeing} of them after the last step")


def pieces_of_members(lines: bytes, way: str) -> list[tuple[str, bytes, bool]]:
    """(what it is, its bytes, whether it is whole): several members one after the other, and members inside others."""
    half = lines.index(b"\n", len(lines) // 2) + 1
    first, second, empty = (inputs.packed(part, way) for part in (lines[:half], lines[half:], b""))
    whole = inputs.packed(lines, way)
    cases = [("members of nothing", empty + first + empty + empty + second + empty, True), ("nothing but them", empty * 3, False),
             ("the first member", first, False), ("the second member", second, False)]
    cases += [(f"the second member cut at byte {place}", first + second[:place], False) for place in range(len(second))]
    cases += [(f"a whole one that holds a part of {place} bytes", inputs.packed(whole[:place], outer), False)
              for outer in ("gzip", "zstd", "xz", "bzip2") for place in range(1, len(whole), 7)]
    cases += [(f"{len(end)} bytes after it", whole + end, False) for end in (b"\n", whole[:1], whole[:3], b"BZh9", b"\x1f\x8b")]
    return cases


def members(evmmem: pathlib.Path, lines: bytes, way: str) -> None:
    """A file agrees only where all of its members are there."""
    cases = pieces_of_members(lines, way)
    for (what, _, is_whole), report in zip(cases, replayed(evmmem, [content for _, content, _ in cases])):
        check((report["verdict"] == "agrees") == is_whole, f"{way}, {what}", report)
    print(f"{way}: {len(cases)} files of several members")


def archives(evmmem: pathlib.Path, lines: bytes, way: str) -> None:
    """An archive that is cut anywhere is not said to be whole: one of its reports says so."""
    packed = inputs.packed(inputs.tar(("a.jsonl", lines), ("b.jsonl", lines)), way)
    with tempfile.TemporaryDirectory() as folder:
        for place in range(1, len(packed)):
            (pathlib.Path(folder) / f"{place}").write_bytes(packed[:place])
        run = subprocess.run([evmmem, "replay", "--no-speed", "--no-blame", "--format", "json",
                              *(f"{place}" for place in range(1, len(packed)))],
                             cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False, timeout=600)
    verdicts: dict[str, set[str]] = {}
    for line in run.stdout.splitlines():
        report = json.loads(line)
        verdicts.setdefault(report["file"].partition(":")[0], set()).add(report["verdict"])
    for place in range(1, len(packed)):
        said = verdicts.get(f"{place}", set())
        if not said & {"incomplete", "unreadable"}:
            sys.exit(f"a {way} archive cut at byte {place} of {len(packed)}: {said}")
    print(f"{way}: an archive cut at {len(packed) - 1} places")


def damages(evmmem: pathlib.Path, whole: bytes, way: str) -> None:
    """A damaged trace agrees only where the damage does not matter: some bits mean nothing."""
    packed = inputs.packed(whole, way)
    places = [place for place in range(len(packed)) if way != "gzip" or place not in UNCHECKED]
    harmless = 0
    for place, report in zip(places, replayed(evmmem, [inputs.flipped(packed, place) for place in places])):
        if report["verdict"] != "agrees":
            continue
        harmless += 1
        unpacked = subprocess.run([way, "-dc"], input=inputs.flipped(packed, place), stdout=subprocess.PIPE,
                                  check=True).stdout
        check(unpacked == whole, f"{way} damaged at byte {place}", report)
    print(f"{way}: {len(places)} damages, {harmless} of them harmless")


def main() -> None:
    evmmem = pathlib.Path(sys.argv[1]).resolve()
    # The summary has no "}" after a text: only steps are counted by that.
    lines = inputs.text(inputs.LINES[:-1] + ['{"output":"","gasUsed":26}'])

    def steps_of_lines(text: bytes) -> int:
        return text.count(b'"}\n') + text.endswith(b'"}')

    def steps_of_document(text: bytes) -> int:
        return text.count(b'"]}') + text.count(b"[]}")

    cuts(evmmem, "lines", lines, range(1, len(lines) + 1), steps_of_lines)
    cuts(evmmem, "document", inputs.DOCUMENT, range(1, len(inputs.DOCUMENT)), steps_of_document)
    for way in ("gzip", "zstd", "xz", "bzip2"):
        packed = inputs.packed(lines, way)
        cuts(evmmem, way, packed, range(1, len(packed)), None)
        damages(evmmem, lines, way)
        members(evmmem, lines, way)
        archives(evmmem, lines, way)


if __name__ == "__main__":
    main()
