#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Minimizes faulty traces and replays what is left: it shows the same check at the same instruction, and nothing else.

Of the faulty traces that scripts/make_bug_traces.py makes, in both formats, and of every TRACE given. What is left is a
part of the trace, word for word, and no unit more can go.

    minimize_test.py EVMMEM OUT [TRACE...]
"""
import json
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def run(*command) -> subprocess.CompletedProcess:
    return subprocess.run([str(each) for each in command], capture_output=True, check=False, timeout=600)


def findings(evmmem: str, trace: pathlib.Path) -> list[dict]:
    return json.loads(run(evmmem, "replay", "--no-speed", "--no-blame", "--format", "json", trace).stdout)["findings"]


def is_shown(key: dict, found: list[dict]) -> bool:
    return any(all(each[name] == value for name, value in key.items()) for each in found)


def what_could_go(evmmem: str, excerpt: pathlib.Path, key: dict) -> str | None:
    """Lines that follow each other, and without which a short excerpt shows the finding just as well."""
    lines = excerpt.read_text().splitlines(keepends=True)
    count = len(findings(evmmem, excerpt))
    folder = excerpt.parent / "shorter"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    cuts = [(begin, size) for size in range(1, 5) for begin in range(len(lines) - size + 1)] if len(lines) <= 24 else []
    files = [folder / f"{number}.jsonl" for number in range(len(cuts))]
    for file, (begin, size) in zip(files, cuts):
        file.write_text("".join(lines[:begin] + lines[begin + size:]))
    done = run(evmmem, "replay", "--no-speed", "--no-blame", "--format", "json", *files) if files else None
    for (begin, size), line in zip(cuts, done.stdout.splitlines() if done else ()):
        found = json.loads(line)["findings"]
        if is_shown(key, found) and len(found) <= count:
            return f"{size} of {len(lines)} lines, from {begin + 1} on, could go"
    return None


def wrong(evmmem: str, trace: pathlib.Path, excerpt: pathlib.Path, check: str | None = None) -> str | None:
    before = [each for each in findings(evmmem, trace) if check in (None, each["check"])]
    done = run(evmmem, "minimize", trace, "-o", excerpt, *(["--keep", check] if check else []))
    if not before:
        return None if done.returncode == 2 else f"no finding, and minimize exits with {done.returncode}"
    if done.returncode != 0:
        return f"minimize exits with {done.returncode}: {done.stderr.decode()}"
    after = findings(evmmem, excerpt)
    first = before[0]
    key = {name: first[name] for name in ("check", "op", "pc", "operands")}
    if not is_shown(key, after):
        return f"{first['check']} at {first['op']} is lost: {[each['check'] for each in after]}"
    if len(after) > len(findings(evmmem, trace)):
        return f"{len(before)} findings become {len(after)}"
    whole, text = trace.read_text(), excerpt.read_text()
    strange = [line for line in text.splitlines() if line and line.strip("[],") not in whole and "structLogs" not in line]
    if strange:
        return f"a line that the trace does not have: {strange[0][:80]}"
    return what_could_go(evmmem, excerpt, key)


def main() -> int:
    evmmem, out = sys.argv[1], pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    traces = [pathlib.Path(each) for each in sys.argv[3:]]
    if not traces:
        subprocess.run([sys.executable, str(ROOT / "scripts/make_bug_traces.py"), str(out / "bugs")], check=True,
                       stdout=subprocess.DEVNULL)
        traces = sorted((out / "bugs").rglob("*.jsonl"))
    kept = total = 0
    complaints = []
    for trace in traces:
        excerpt = out / "excerpt.jsonl"
        excerpt.unlink(missing_ok=True)
        for check in (None, *{each["check"] for each in findings(evmmem, trace)[1:]}):
            complaint = wrong(evmmem, trace, excerpt, check)
            if complaint:
                break
        if complaint:
            complaints.append(f"{trace.name}, {check or 'the first finding'}: {complaint}")
        elif excerpt.exists():
            kept += excerpt.stat().st_size
            total += trace.stat().st_size
    print(*complaints, f"{len(traces)} traces, {len(complaints)} complaints; {kept} of {total} bytes are left", sep="\n")
    return 1 if complaints or not kept else 0


if __name__ == "__main__":
    sys.exit(main())
