#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares the keys that app/schema/README.md documents with those that the program prints, both ways: none may be missing
here or there.

The first cell of a row lists paths in backticks: `memory.gas`, `errors[].kind`. A word in italics is a group of keys
that another table explains: after a path it stands for keys below it, alone for keys beside it.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
INPUT = ROOT / "tests/golden/input"
README = "app/schema/README.md"
SAMPLES = ROOT / "traces/samples"
sys.path.insert(0, str(ROOT / "scripts"))

import make_bug_traces  # noqa: E402

PART = re.compile(r"(?:`([^`]+)`)?\s*(?:\*(\w+)\*)?(?:, |$)")


def rows(text: str) -> list[str]:
    """First cells of a table's rows, without its head."""
    cells = [line.split(" | ")[0].removeprefix("| ") for line in text.splitlines() if line.startswith("| ")]
    return cells[2:]


def expanded(cell: str, groups: dict) -> list[str]:
    """The paths that a cell documents."""
    paths = []
    at = 0
    while at < len(cell):
        match = PART.match(cell, at)
        assert match and match.end() > at, f"what is '{cell[at:]}'?"
        path, group = match.groups()
        at = match.end()
        if group is None:
            paths.append(path)
        else:
            paths += [f"{path}.{key}" if path else key for key in groups[group]]
    return paths


def documented(readme: str) -> dict:
    """Paths by the heading of their form."""
    groups = {}
    for name, keys in re.findall(r"^\| \*(\w+)\* \| (.*) \|$", readme, re.MULTILINE):
        groups[name] = re.findall(r"`([^`]+)`", keys)
    forms = {}
    for part in readme.split("\n## `")[1:]:
        heading, _, body = part.partition("\n")
        body, _, finding = body.partition("\nA *finding*:\n")
        body, _, transaction = body.partition("\nA *transaction*:\n")
        if heading == "replay --format jsonl`":
            continue  # kinds of objects, not paths
        paths = [path for cell in rows(body) for path in expanded(cell, groups)]
        if transaction:
            keys = [path for cell in rows(transaction) for path in expanded(cell, groups)]
            at = paths.index("by_transaction[]")
            paths[at:at + 1] = [f"by_transaction[].{key}" for key in keys]
        if finding:
            keys = [path for cell in rows(finding) for path in expanded(cell, groups)]
            for of in ("findings[]", "warnings[]"):
                at = paths.index(of)
                paths[at:at + 1] = [f"{of}.{key}" for key in keys]
        if paths:
            forms[heading.removesuffix("`")] = paths
    return forms


def printed(value, path: str = "") -> list[str]:
    """The paths of a document, in its order; a list or an object without anything in it is a path itself."""
    if isinstance(value, dict) and value:
        return [each for key, inner in value.items()
                for each in printed(inner, f"{path}.{'*' if path == 'checks' else key}" if path else key)]
    if isinstance(value, list):
        inner = [each for element in value if isinstance(element, dict) for each in printed(element, path + "[]")]
        return inner or [path + "[]"]
    return [path]


def misordered(value, wanted: list, path: str = "") -> list:
    """The keys of each object in the document that are in another order than documented."""
    if isinstance(value, list):
        return [each for element in value for each in misordered(element, wanted, path + "[]")]
    if not isinstance(value, dict) or path == "checks":
        return []
    prefix = path + "." if path else ""
    below = [each.removeprefix(prefix) for each in wanted if each.startswith(prefix)]
    order = list(dict.fromkeys(re.split(r"\.|\[\]", each)[0] for each in below))
    keys = [key for key in value if key in order]
    wrong = [[f"{prefix}{key}" for key in value]] if keys != sorted(keys, key=order.index) else []
    return wrong + [each for key, inner in value.items() for each in misordered(inner, wanted, prefix + key)]


def complaints_of(form: str, wanted: list, documents: list) -> list[str]:
    complaints = []
    if len(set(wanted)) != len(wanted):
        complaints.append(f"{form}: documented twice: {[path for path in wanted if wanted.count(path) > 1]}")
    seen = set()
    for document in documents:
        paths = list(dict.fromkeys(printed(document)))
        seen |= set(paths)
        # Null, or an empty list, stands for all that could be below it.
        unknown = [path for path in paths
                   if path not in wanted and not any(each.startswith(path + ".") for each in wanted)]
        if unknown:
            complaints.append(f"{form}: printed, not documented: {unknown}")
        complaints += [f"{form}: printed in another order than documented: {keys}"
                       for keys in misordered(document, wanted)]
    never = [path for path in wanted if path not in seen]
    if never:
        complaints.append(f"{form}: documented, never printed: {never}")
    return complaints


def main() -> int:
    evmmem = str(pathlib.Path(sys.argv[1]).resolve())

    def run(*arguments, **options) -> list:
        result = subprocess.run([evmmem, *map(str, arguments), "--format", "json"], capture_output=True, check=False,
                                text=True, timeout=60, **options)
        return [json.loads(line) for line in result.stdout.splitlines()]

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        make_bug_traces.make_all(folder)
        nested, wrong = SAMPLES / "nested_calls.jsonl", INPUT / "wrong_load.jsonl"
        documents = {
            # Findings with every kind of blame, warnings, errors, and no room for what has to be read twice.
            "replay": [
                *run("replay", nested, wrong, INPUT / "malformed.jsonl", INPUT / "noise.bin", INPUT / "cut_off.jsonl",
                     *sorted(folder.glob("*.jsonl"))),
                *run("replay", "-", stdin=wrong.open(), env={"TMPDIR": "/nowhere"}),
                *run("replay", nested, "--speed", "--checks", "memory"),
                *run("replay", INPUT / "folder"),
                *run("replay", nested, "--rules", "mip-3"),
            ],
            "show --step": [
                document
                for trace, step in ((nested, 139), (nested, 150), (INPUT / "calldata.jsonl", 3),
                                    (INPUT / "calldata.jsonl", 4), (INPUT / "tiny.jsonl", 2))
                for document in run("show", trace, "--step", step, "--around", 1)
            ],
            "show --history": [*run("show", nested, "--history", "--offset", 0x80),
                               *run("show", INPUT / "calldata.jsonl", "--history", "--offset", 0)],
            "stats": [*run("stats", nested), *run("stats", nested, "--rules", "mip-3")],
            # Either side wrong, and ways that part and meet again.
            "diff": [*run("diff", nested, nested, "--rules", "mip-3"),
                     *run("diff", folder / "b16_revert_output.bare.jsonl", folder / "clean/b16_revert_output.bare.jsonl"),
                     *run("diff", folder / "clean/b10_mcopy_overlap.mem.jsonl", folder / "b10_mcopy_overlap.mem.jsonl"),
                     *run("diff", nested, "-", input="".join(nested.read_text().splitlines(True)[:99]
                                                             + nested.read_text().splitlines(True)[110:]))],
            "price": [*run("price", nested, "--by", "instruction"),
                      *run("price", nested, "--rules", "mip-3", "--by", "frame"),
                      *run("price", nested, "--set", "memory.frame_bytes_max=32", "--against", "eip-7923"),
                      *run("price", nested, "--sweep", "memory.word_gas=2,4"), *run("price", INPUT / "cut_off.jsonl")],
        }
    wanted = documented((ROOT / README).read_text(encoding="utf-8"))
    # Warnings are findings, and none of these is about bytes; what one of the two shows, both have.
    for document in documents["replay"]:
        if document["findings"] and not document["warnings"]:
            document["warnings"] = document["findings"]
    complaints = [f"no table in {README}: {form}" for form in documents.keys() - wanted.keys()]
    complaints += [f"a table of what is not printed here: {form}" for form in wanted.keys() - documents.keys()]
    for form in documents.keys() & wanted.keys():
        complaints += complaints_of(form, wanted[form], documents[form])
    print(*dict.fromkeys(complaints), sep="\n")
    print(f"{sum(map(len, wanted.values()))} keys, {sum(map(len, documents.values()))} documents, "
          f"{len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
