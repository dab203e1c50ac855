#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Replays that are interrupted and resumed, or divided into shards, must end up with what one replay of all files says,
in every format."""
import hashlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import make_bug_traces  # noqa: E402

FORMATS = ("text", "json", "junit", "github", "markdown")


def run(evmmem: str, folder: pathlib.Path, *arguments) -> subprocess.CompletedProcess:
    return subprocess.run([evmmem, *map(str, arguments)], cwd=folder, capture_output=True, check=False, text=True,
                          timeout=300)


def make_traces(evmmem: str, folder: pathlib.Path) -> list[str]:
    """Traces that agree, that do not, and files that are none; their names, sorted."""
    (folder / "good").mkdir()
    for seed in range(30):
        (folder / "good" / f"{seed}.jsonl").write_text(
            run(evmmem, folder, "generate", "--steps", 60, "--seed", seed).stdout, encoding="utf-8")
    (folder / "bugs").mkdir()
    make_bug_traces.make_all(folder / "bugs")
    good = (folder / "good" / "0.jsonl").read_text(encoding="utf-8")
    (folder / "cut.jsonl").write_text(good[:len(good) // 2], encoding="utf-8")
    (folder / "letter.txt").write_text("Dear reader,\n", encoding="utf-8")
    (folder / "line.jsonl").write_text(good.replace("\n", '\n{"pc":7,"op":96,oh"\n', 1), encoding="utf-8")
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def without_errors(run_: subprocess.CompletedProcess) -> tuple:
    return run_.returncode, run_.stdout


def check_merge(evmmem: str, folder: pathlib.Path, names: list[str], results: list[str]) -> None:
    """The results say in every format what a replay of all these files says."""
    for form in FORMATS:
        whole = run(evmmem, folder, "replay", "--no-speed", "--format", form, *names)
        merged = run(evmmem, folder, "merge", "--no-speed", "--format", form, *results)
        assert without_errors(whole) == without_errors(merged), f"{form}: {merged.stderr}\n{merged.stdout}"
        assert whole.stderr == merged.stderr, f"{form}: {whole.stderr}\n{merged.stderr}"


def check_shards(evmmem: str, folder: pathlib.Path, names: list[str]) -> None:
    of = 3
    held = []
    for number in range(1, of + 1):
        shard = [name for name in names
                 if int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") % of == number - 1]
        assert shard, "a shard without a file is none to test with"
        done = run(evmmem, folder, "replay", "--format", "json", "--shard", f"{number}/{of}", "--results",
                   f"{number}.results", *names)
        assert [json.loads(line)["file"] for line in done.stdout.splitlines()] == shard
        held += shard
    assert sorted(held) == names
    check_merge(evmmem, folder, names, ["2.results", "3.results", "1.results"])

    # One shard is missing; then one of the others was cut off.
    missing = run(evmmem, folder, "merge", "1.results", "3.results")
    assert missing.returncode == 1 and "missing: shard 2/3" in missing.stdout, missing.stdout
    good = run(evmmem, folder, "replay", "--shard", "1/2", "--results", "good.results", "good/1.jsonl",
               "good/2.jsonl", "good/3.jsonl", "good/4.jsonl")
    assert good.returncode == 0
    alone = run(evmmem, folder, "merge", "good.results")
    assert alone.returncode == 3 and "missing: shard 2/2" in alone.stdout, alone
    whole = (folder / "1.results").read_bytes()
    (folder / "1.results").write_bytes(whole[:whole.rindex(b"\n", 0, -1) + 1])
    unfinished = run(evmmem, folder, "merge", "1.results", "2.results", "3.results")
    assert "1.results: shard 1/3 is not finished" in unfinished.stdout, unfinished.stdout

    refused = run(evmmem, folder, "merge", "2.results", "3.results", "2.results")
    assert refused.returncode == 2 and refused.stdout == "", refused
    assert "2.results is of shard 2/3, too" in refused.stderr, refused.stderr
    for path in folder.glob("*.results"):
        path.unlink()


def check_overlap(evmmem: str, folder: pathlib.Path) -> None:
    run(evmmem, folder, "replay", "--results", "a.results", "good/1.jsonl", "good/2.jsonl")
    run(evmmem, folder, "replay", "--results", "b.results", "good/2.jsonl", "good/3.jsonl")
    refused = run(evmmem, folder, "merge", "a.results", "b.results")
    assert refused.returncode == 2 and "good/2.jsonl is also in a.results" in refused.stderr, refused
    run(evmmem, folder, "replay", "--fork", "cancun", "--results", "c.results", "good/4.jsonl")
    refused = run(evmmem, folder, "merge", "a.results", "c.results")
    assert refused.returncode == 2 and "--fork" in refused.stderr, refused
    # A shard that holds what is not its own has been tampered with, or renamed.
    run(evmmem, folder, "replay", "--shard", "1/2", "--results", "d.results", *(f"good/{i}.jsonl" for i in range(9)))
    path = folder / "d.results"
    path.write_text(path.read_text(encoding="utf-8").replace('"shard":"1/2"', '"shard":"2/2"'), encoding="utf-8")
    refused = run(evmmem, folder, "merge", "d.results")
    assert refused.returncode == 2 and "is not of shard 2/2" in refused.stderr, refused
    for path in folder.glob("*.results"):
        path.unlink()


def check_killed(evmmem: str, folder: pathlib.Path, names: list[str]) -> None:
    """A replay that waits for a pipe is killed there; the next one does the rest."""
    place = len(names) // 2
    waiting = names[place]
    content = (folder / waiting).read_bytes()
    (folder / waiting).unlink()
    os.mkfifo(folder / waiting)
    arguments = [evmmem, "replay", "--jobs", "1", "--results", "r.results", "--resume"]
    with subprocess.Popen([*arguments, *names], cwd=folder, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:
        writer = os.open(folder / waiting, os.O_WRONLY)  # returns when it is opened for reading
        time.sleep(0)
        process.send_signal(signal.SIGKILL)
        process.wait()
        os.close(writer)
    (folder / waiting).unlink()
    (folder / waiting).write_bytes(content)
    results = folder / "r.results"
    lines = results.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["file"] for line in lines[1:]] == names[:place], "not what was done before it"
    unfinished = run(evmmem, folder, "merge", "r.results")
    assert f"it is not finished, {place} files in it" in unfinished.stdout, unfinished.stdout

    # As if the power had failed in the middle of a line.
    results.write_bytes(results.read_bytes()[:-7])
    resumed = run(evmmem, folder, *arguments[1:], "--no-speed", *names)
    whole = run(evmmem, folder, "replay", "--no-speed", *names)
    assert without_errors(resumed) == without_errors(whole), resumed.stdout
    assert "was not written to its end and is dropped" in resumed.stderr, resumed.stderr
    done = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]
    assert [each.get("file") for each in done[1:-1]] == names and done[-1] == {"kind": "end", "files": len(names)}
    check_merge(evmmem, folder, names, ["r.results"])

    # Nothing is done again; what has changed since is.
    size = results.stat().st_size
    again = run(evmmem, folder, *arguments[1:], "--no-speed", *names)
    assert without_errors(again) == without_errors(whole)
    added = results.read_bytes()[size:].splitlines()
    assert [json.loads(line)["kind"] for line in added] == ["end"], added
    (folder / "good" / "5.jsonl").write_text("no trace\n", encoding="utf-8")
    changed = run(evmmem, folder, *arguments[1:], "--no-speed", *names)
    assert re.search("^unreadable  good/5.jsonl", changed.stdout, re.MULTILINE), changed.stdout
    results.unlink()


def check_content(evmmem: str, folder: pathlib.Path) -> None:
    path = folder / "good" / "6.jsonl"
    arguments = ["replay", "--results", "c.results", "--resume", "--unchanged-by", "content", "good/6.jsonl"]
    run(evmmem, folder, *arguments)
    os.utime(path, (1, 1))
    before = (folder / "c.results").read_bytes()
    run(evmmem, folder, *arguments)
    added = (folder / "c.results").read_bytes()[len(before):].splitlines()
    assert [json.loads(line)["kind"] for line in added] == ["end"], added
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"gas":"0x', '"gas":"0X', 1), encoding="utf-8")
    os.utime(path, (1, 1))
    run(evmmem, folder, *arguments)
    added = (folder / "c.results").read_bytes()[len(before):].splitlines()
    assert [json.loads(line)["kind"] for line in added] == ["end", "file", "end"], added
    (folder / "c.results").unlink()


def check_gone(evmmem: str, folder: pathlib.Path) -> None:
    """What the last whole run did not meet counts no more, be it away or only not named; what it could not open does."""
    (folder / "night").mkdir()
    for seed in (11, 12, 13):
        (folder / "night" / f"{seed}.jsonl").write_bytes((folder / "good" / f"{seed}.jsonl").read_bytes())
    (folder / "night" / "14.jsonl").write_text("no trace\n", encoding="utf-8")
    arguments = ["replay", "--results", "g.results", "--resume"]
    first = run(evmmem, folder, *arguments, "night")
    assert first.returncode == 10, first
    (folder / "night" / "14.jsonl").unlink()
    (folder / "night" / "13.jsonl").unlink()
    # Nothing is said before a run has gone through all files.
    assert run(evmmem, folder, "merge", "g.results").returncode == 10
    later = run(evmmem, folder, *arguments, "night")
    assert later.returncode == 0, later
    assert "g.results: no longer counted, as this run did not meet them: night/13.jsonl, night/14.jsonl" in later.stderr, later
    check_merge(evmmem, folder, ["night/11.jsonl", "night/12.jsonl"], ["g.results"])
    last = json.loads((folder / "g.results").read_text(encoding="utf-8").splitlines()[-1])
    assert last == {"kind": "end", "files": 2, "gone": [{"file": "night/13.jsonl"}, {"file": "night/14.jsonl"}]}, last
    # It is said once, and a file that comes again counts again.
    again = run(evmmem, folder, *arguments, "night")
    assert (again.returncode, again.stderr) == (0, ""), again
    (folder / "night" / "13.jsonl").write_bytes((folder / "good" / "13.jsonl").read_bytes())
    run(evmmem, folder, *arguments, "night")
    check_merge(evmmem, folder, [f"night/{seed}.jsonl" for seed in (11, 12, 13)], ["g.results"])
    (folder / "night" / "12.jsonl").unlink()
    named = [f"night/{seed}.jsonl" for seed in (11, 12, 13)]
    assert run(evmmem, folder, *arguments, *named).returncode == 11
    check_merge(evmmem, folder, named, ["g.results"])
    (folder / "g.results").unlink()


def check_strange(evmmem: str, folder: pathlib.Path) -> None:
    """What is no results file is not written to; and what is wrong with one is said in words of its own."""
    for name, content in (("line", '{"pc":0,"op":96,"gas":"0x3e8","gasCost":"0x3","memSize":0,"stack":[],"depth":1}'),
                          ("trace", (folder / "good" / "7.jsonl").read_text(encoding="utf-8"))):
        path = folder / name
        path.write_text(content, encoding="utf-8")
        for words in ([], ["--resume"]):
            refused = run(evmmem, folder, "replay", "--results", name, *words, "good/8.jsonl")
            assert (refused.returncode, refused.stdout) == (2, ""), refused
            assert refused.stderr == f"evmmem: error: {name}: it is no results file of evmmem\n", refused
            assert path.read_text(encoding="utf-8") == content, name
    run(evmmem, folder, "replay", "--results", "s.results", "good/8.jsonl")
    head, record, end = (folder / "s.results").read_text(encoding="utf-8").splitlines(keepends=True)
    for what, text in (("it is no line that --results writes", head + '{"kind":"file","size":"much"}\n' + end),
                       ("it is no line that --results writes", head + '{"end":[]}\n'),
                       ("it is no JSON object", head + record[:40] + "\n"),
                       ("good/8.jsonl: its line is not as --results writes it", head + record.replace('"steps"', '"pets"', 1) + end)):
        (folder / "s.results").write_text(text, encoding="utf-8")
        refused = run(evmmem, folder, "merge", "s.results")
        assert refused.returncode == 11 and what in refused.stderr and "exception" not in refused.stderr, refused
    for cut in (0, 1, 10, len(head) - 1):  # a first line that was not written to its end is no loss
        (folder / "s.results").write_text(head[:cut], encoding="utf-8")
        resumed = run(evmmem, folder, "replay", "--results", "s.results", "--resume", "good/8.jsonl")
        assert resumed.returncode == 0, resumed
    (folder / "s.results").unlink()


def main() -> int:
    evmmem = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        names = make_traces(evmmem, folder)
        check_shards(evmmem, folder, names)
        check_overlap(evmmem, folder)
        check_content(evmmem, folder)
        check_gone(evmmem, folder)
        check_strange(evmmem, folder)
        check_killed(evmmem, folder, names)
    print(f"{len(names)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
