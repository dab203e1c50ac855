#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Gives replay folders, lists of files and archives: each trace in them is replayed once, in a stable order, under a name
by which the other commands find it, and what is no trace is counted."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "hostile"))

import inputs  # noqa: E402

WRONG = inputs.altered(5, stack='["0x20"]')  # MLOAD of the word below what was written
WRONG_LINE = 5


class Program:
    def __init__(self, path: str):
        self.path = str(pathlib.Path(path).resolve())

    def run(self, *words: str, stdin: bytes | None = None) -> subprocess.CompletedProcess:
        return subprocess.run([self.path, *words], input=stdin, stdin=subprocess.DEVNULL if stdin is None else None,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=120)

    def reports(self, *words: str, stdin: bytes | None = None) -> list[dict]:
        run = self.run("replay", "--format", "json", *words, stdin=stdin)
        return [json.loads(line) for line in run.stdout.splitlines()]

    def verdicts(self, *words: str, stdin: bytes | None = None) -> list[tuple[str, str]]:
        return [(report["file"], report["verdict"]) for report in self.reports(*words, stdin=stdin)]


def expect(what: str, actual, expected) -> None:
    if actual != expected:
        sys.exit(f"{what}:\n  {actual!r}\nis not\n  {expected!r}")
    print(what)


def write(path: str, content: bytes) -> str:
    file = pathlib.Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return path


def folders(evmmem: Program) -> None:
    good = inputs.good()
    write("night/b/2.jsonl", good)
    write("night/b/10.jsonl.gz", inputs.packed(good, "gzip"))
    write("night/a.jsonl", b"no trace, but named as one\n")
    write("night/empty.json", b"")
    write("night/c.txt", good)
    write("night/README.md", b"# what this is\n")
    write("night/alloc.json", b'{"0x0000000000000000000000000000000000000001":{"balance":"0x1"}}')
    write("night/answer.json", b'{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"missing trie node"}}')
    write("night/.git/config", good)
    write("night/.a.jsonl", b"a hidden file is judged by what is in it")
    write("night/d.tar", inputs.tar(("x.jsonl", good), ("notes", b"text")))
    write("night/e.jsonl", inputs.DOCUMENT)
    os.symlink("b", "night/linked")
    os.symlink("missing", "night/dangling.jsonl")
    os.mkfifo("night/fifo")
    expected = [
        ("night/.a.jsonl", "skipped"), ("night/.git", "skipped"), ("night/README.md", "skipped"),
        ("night/a.jsonl", "unreadable"), ("night/alloc.json", "skipped"), ("night/answer.json", "unreadable"),
        ("night/b/10.jsonl.gz", "agrees"), ("night/b/2.jsonl", "agrees"), ("night/c.txt", "agrees"),
        ("night/d.tar:x.jsonl", "agrees"), ("night/d.tar:notes", "skipped"), ("night/dangling.jsonl", "unreadable"),
        ("night/e.jsonl", "agrees"), ("night/empty.json", "unreadable"), ("night/fifo", "skipped"),
        ("night/linked", "skipped"),
    ]
    # The members of an archive stand at its place.
    expect("a folder, in the order of names", evmmem.verdicts("night"), expected)
    expect("a folder, with a slash", evmmem.verdicts("night/"), expected)
    for jobs in ("1", "2", "7"):
        expect(f"a folder, {jobs} at a time", evmmem.verdicts("night", "--jobs", jobs), expected)
    reports = {report["file"]: report for report in evmmem.reports("night")}
    assert reports["night/fifo"]["skipped_because"] == "it is neither a file nor a folder"
    assert reports["night/linked"]["skipped_because"] == "it is a link to a folder"
    assert "prestateTracer" in reports["night/alloc.json"]["skipped_because"]
    assert reports["night/alloc.json"]["exit_code"] == 0

    counted = ("16 files: 5 agrees, 4 unreadable, 7 skipped\n"
               "skipped, as they are no traces, or links: night/.a.jsonl, night/.git, night/README.md, night/alloc.json, "
               "night/d.tar:notes, and 2 more\n")
    for form in ("text", "github"):
        printed = evmmem.run("replay", "--format", form, "night").stdout.decode()
        expect(f"{form} counts what is skipped, and names it", counted in printed, True)
    printed = evmmem.run("replay", "--format", "markdown", "night").stdout.decode()
    expect("markdown counts what is skipped", "7 skipped" in printed, True)
    cases = xml.etree.ElementTree.fromstring(evmmem.run("replay", "--format", "junit", "night").stdout).iter("testcase")
    expect("JUnit has a case for each, and says which are skipped",
           sorted("skipped" if case.find("skipped") is not None else "error" if case.find("error") is not None else "good"
                  for case in cases), ["error"] * 4 + ["good"] * 5 + ["skipped"] * 7)
    streamed = [json.loads(line) for line in evmmem.run("replay", "--format", "jsonl", "night").stdout.splitlines()]
    expect("JSON lines have an object for each",
           sorted((line["file"], line["verdict"]) for line in streamed if "verdict" in line and "steps" in line),
           sorted(expected))

    os.mkdir("nothing")
    run = evmmem.run("replay", "nothing")
    expect("an empty folder", (run.returncode, run.stderr), (10, b"evmmem: error: nothing: there is no file in it\n"))
    write("nothing/README", b"text")
    run = evmmem.run("replay", "nothing", "night/c.txt")
    expect("a folder without a trace", (run.returncode, run.stderr),
           (10, b"evmmem: error: nothing: there is no trace in it: 1 file skipped\n"))
    write("archived/deep/only.tar", inputs.tar(("x.jsonl", good)))
    run = evmmem.run("replay", "archived")
    expect("a folder whose traces are all in archives", (run.returncode, run.stderr), (0, b""))
    write("archived/deep/none.tar", inputs.tar(("notes", b"text")))
    run = evmmem.run("replay", "archived")
    expect("an archive without a trace beside it", (run.returncode, run.stderr),
           (10, b"evmmem: error: archived/deep/none.tar: there is no trace in it: 1 file skipped\n"))
    write("beside/a.jsonl", good)
    expect("results beside the traces", evmmem.verdicts("beside", "--results", "beside/results.jsonl"),
           [("beside/a.jsonl", "agrees"), ("beside/results.jsonl", "skipped")])
    write("line/a\nb/c\nd.jsonl", good)
    case = next(xml.etree.ElementTree.fromstring(evmmem.run("replay", "--format", "junit", "line").stdout).iter("testcase"))
    expect("JUnit's names of a file with newlines in its name", (case.get("classname"), case.get("name")),
           ("line/a\\nb", "c\\nd.jsonl"))
    if os.geteuid() != 0:
        os.chmod("nothing", 0)
        expect("a folder that is locked", evmmem.verdicts("nothing"), [("nothing", "unreadable")])
        os.chmod("nothing", 0o700)
    run = evmmem.run("replay", "--report", "page", "night")
    expect("a page of a folder", run.returncode, 2)


def lists(evmmem: Program) -> None:
    good = inputs.good()
    write("one two.jsonl", good)
    write("three\n.jsonl", good)
    write("-", good)
    lines = b"one two.jsonl\n\nnight/b\nmissing\n-"
    expected = [("one two.jsonl", "agrees"), ("night/b/10.jsonl.gz", "agrees"), ("night/b/2.jsonl", "agrees"),
                ("missing", "unreadable"), ("./-", "agrees")]
    expect("a list of lines", evmmem.verdicts("--files-from", write("list", lines)), expected)
    expect("a list from standard input", evmmem.verdicts("--files-from", "-", stdin=lines), expected)
    expect("a list with zero bytes", evmmem.verdicts("--files-from", "-", stdin=b"three\n.jsonl\0one two.jsonl\0"),
           [("three\n.jsonl", "agrees"), ("one two.jsonl", "agrees")])
    expect("a list beside a file", evmmem.verdicts("night/c.txt", "--files-from", "-", stdin=b"one two.jsonl\n"),
           [("night/c.txt", "agrees"), ("one two.jsonl", "agrees")])
    expect("a compressed list", evmmem.verdicts("--files-from", "-", stdin=inputs.packed(b"night/c.txt\n", "xz")),
           [("night/c.txt", "agrees")])
    for what, content, message in (
            ("an empty list", b"", b"-: the list names no file"),
            ("a list of blank lines", b"\n\n", b"-: the list names no file"),
            ("a line that is no name", b"x" * 5000, b"-:1: no name of a file has more than 4096 bytes")):
        run = evmmem.run("replay", "--files-from", "-", stdin=content)
        expect(what, (run.returncode, run.stderr), (10, b"evmmem: error: " + message + b"\n"))
    for words in (("replay",), ("replay", "-", "--files-from", "-"), ("replay", "--files-from", "list", "--report", "page")):
        expect(" ".join(words), evmmem.run(*words).returncode, 2)
    # Verdicts come before the list has ended.
    with subprocess.Popen([evmmem.path, "replay", "--format", "json", "--files-from", "-"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as process:
        for name in (b"night/c.txt\n", b"night/e.jsonl\n", b"one two.jsonl\n"):
            process.stdin.write(name)
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["verdict"] == "agrees"
        process.stdin.close()
        assert process.wait() == 0
    print("a list that is still being written")


def names_twice(evmmem: Program) -> None:
    """A file that is named more than once is one file, written down or not."""
    inside = [("night/b/10.jsonl.gz", "agrees"), ("night/b/2.jsonl", "agrees")]
    for number, (what, words, expected) in enumerate((
            ("a file twice", ("night/c.txt", "night/c.txt"), [("night/c.txt", "agrees")]),
            ("a file and its folder", ("night/b/2.jsonl", "night/b"), [inside[1], inside[0]]),
            ("a folder twice", ("night/b", "night/b"), inside),
            ("a list twice the same", ("--files-from", write("same", b"night/c.txt\nnight/c.txt\n")), [("night/c.txt", "agrees")]),
            ("a file and a list", ("night/c.txt", "--files-from", "same"), [("night/c.txt", "agrees")]),
            ("a member and its archive", ("pair.tar:x.jsonl", write("pair.tar", inputs.tar(("x.jsonl", inputs.good())))),
             [("pair.tar:x.jsonl", "agrees")]))):
        expect(what, evmmem.verdicts(*words), expected)
        expect(f"{what}, written down", evmmem.verdicts(*words, "--results", f"named.{number}"), expected)
        expect(f"{what}, put together", put_together(evmmem, f"named.{number}"), sorted(expected))
        run = evmmem.run("replay", *words)
        expect(f"{what}, which is said", b"given more than once; each file is replayed once" in run.stderr, True)


def put_together(evmmem: Program, *results: str) -> list[tuple[str, str]]:
    run = evmmem.run("merge", "--format", "json", *results)
    return [(report["file"], report["verdict"]) for report in map(json.loads, run.stdout.splitlines())]


def archives(evmmem: Program) -> None:
    good = inputs.good()
    large = inputs.long_trace(12000)
    assert len(large) > 2**20
    members = [("a.jsonl", good), ("deep/down/b.jsonl", WRONG), ("large.jsonl", large), ("c.txt", b"text"),
               ("d.json", inputs.DOCUMENT)]
    expected = [("a.jsonl", "agrees"), ("deep/down/b.jsonl", "findings"), ("large.jsonl", "agrees"),
                ("c.txt", "skipped"), ("d.json", "agrees")]
    for way in (None, "gzip", "zstd", "xz", "bzip2"):
        content = inputs.tar(*members)
        name = write(f"night.{way}", inputs.packed(content, way) if way else content)
        for jobs in ("1", "3"):
            expect(f"an archive, {way or 'plain'}, {jobs} at a time", evmmem.verdicts(name, "--jobs", jobs),
                   [(f"{name}:{member}", verdict) for member, verdict in expected])
        finding = evmmem.reports(name)[1]["findings"][0]
        expect("a finding's line", finding["line"], WRONG_LINE)
        text = evmmem.run("replay", name).stdout.decode()
        assert f"{name}:deep/down/b.jsonl:{WRONG_LINE}: " in text, text
        look = re.search(r"^  look: evmmem (show .*)$", text, re.MULTILINE)[1].split()
        expect("the hint", look[:2], ["show", f"{name}:deep/down/b.jsonl"])
        write("b.jsonl", WRONG)
        expect("what the hint shows", evmmem.run(*look).stdout,
               evmmem.run("show", "b.jsonl", *look[2:]).stdout)
        expect("stats of a member", json.loads(evmmem.run("stats", "--format", "json", f"{name}:large.jsonl").stdout)["steps"],
               12001)
        expect("replay of a member", evmmem.verdicts(f"{name}:large.jsonl"), [(f"{name}:large.jsonl", "agrees")])
        # Read twice, as every finding is explained.
        assert "pushed_by" in evmmem.reports(f"{name}:deep/down/b.jsonl")[0]["findings"][0]
    plain = pathlib.Path("night.None").read_bytes()
    expect("an archive from standard input", evmmem.verdicts("-", stdin=plain),
           [(f"-:{member}", verdict) for member, verdict in expected])
    expect("no temporary file is left of it", sorted(os.listdir("tmp")), [])
    expect("an archive among files", evmmem.verdicts("night/c.txt", "night.xz", "night/e.jsonl", "--jobs", "3"),
           [("night/c.txt", "agrees"), *((f"night.xz:{member}", verdict) for member, verdict in expected),
            ("night/e.jsonl", "agrees")])
    # What `tar -r` appends under a name that was there before is a file of its own.
    write("twice.tar", inputs.tar(("a.jsonl", good), ("a.jsonl", WRONG)))
    expected = [("twice.tar:a.jsonl", "agrees"), ("twice.tar:a.jsonl#2", "findings")]
    expect("a name twice", evmmem.verdicts("twice.tar"), expected)
    expect("a name twice, written down", evmmem.verdicts("twice.tar", "--results", "twice"), expected)
    expect("a name twice, resumed", evmmem.verdicts("twice.tar", "--results", "twice", "--resume"), expected)
    expect("a name twice, put together", evmmem.run("merge", "--only-failing", "twice").returncode, 1)
    expect("the second of a name", evmmem.verdicts("twice.tar:a.jsonl#2"), expected[1:])
    cut = inputs.tar(("a.jsonl", good), ("b.jsonl", good))[:1536]
    expected = [("cut.tar:a.jsonl", "agrees"), (write("cut.tar", cut), "unreadable")]
    for words in ((), ("--results", "cut"), ("--results", "cut", "--resume")):
        run = evmmem.run("replay", "--format", "json", "cut.tar", *words)
        expect(f"an archive that is cut {' '.join(words)}",
               (run.returncode, [(report["file"], report["verdict"]) for report in map(json.loads, run.stdout.splitlines())]),
               (10, expected))
    expect("an archive that is cut, put together", put_together(evmmem, "cut"), sorted(expected))
    wrong = WRONG + b" " * 2**21 + b"\n"
    write("lent.tar.gz", inputs.packed(inputs.tar(("lent.jsonl", wrong), ("b.jsonl", WRONG)), "gzip"))
    reports = evmmem.reports("lent.tar.gz")
    expect("a large member with a finding is explained, too",
           [report["findings"][0]["pushed_by"] for report in reports],
           [evmmem.reports("b.jsonl")[0]["findings"][0]["pushed_by"]] * 2)
    for name, message in (
            ("night.xz:missing", "cannot be opened: there is no such file: the archive has no such member"),
            ("night/c.txt:x", "there is no such file: what stands before the colon is no tar archive"),
            ("missing:x", "cannot be opened: there is no such file")):
        run = evmmem.run("stats", name)
        expect(name, (run.returncode, run.stderr.decode().removeprefix(f"evmmem: error: {name}: ").strip()),
               (11, message.removeprefix("cannot be opened: ") if name == "night.xz:missing" else message))
    run = evmmem.run("stats", "night.None")
    expect("stats of an archive", (run.returncode, b"ARCHIVE:MEMBER" in run.stderr), (10, True))
    expect("a page of an archive", evmmem.run("replay", "--report", "page", "night.None").returncode, 2)
    expect("a page of a member", evmmem.run("replay", "--report", "page", "night.None:a.jsonl").returncode, 0)
    write("colon:a.jsonl", good)
    expect("a file with a colon in its name", evmmem.verdicts("colon:a.jsonl"), [("colon:a.jsonl", "agrees")])


def many(evmmem: Program) -> None:
    """What it takes does not grow with the number of files."""
    good = inputs.good()
    write("many.tar", inputs.tar(*((f"{i}.jsonl", good) for i in range(3000))))
    for i in range(3000):
        write(f"many/{i}.jsonl", good)
    content = pathlib.Path(evmmem.path).read_bytes()
    is_sanitized = b"__asan_init" in content or b"__tsan_init" in content
    for words in (("many",), ("many.tar",), ("--files-from", "many.list")):
        write("many.list", "".join(f"many/{i}.jsonl\n" for i in range(3000)).encode())
        with open("out", "wb") as out, subprocess.Popen(
                [evmmem.path, "replay", "--jobs", "2", "--no-speed", "--format", "json", *words], stdout=out) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        with open("out", "rb") as out:
            expect(f"{' '.join(words)}: all of 3000", (process.returncode, sum(1 for _ in out)), (0, 3000))
        if not is_sanitized:
            assert usage.ru_maxrss < 48 * 1024, f"{usage.ru_maxrss} KiB resident"


def shards(evmmem: Program) -> None:
    """What is written down of folders and archives is gone on with, and is whole when it is put together."""
    every = evmmem.verdicts("night", "night.xz")
    for number in (1, 2, 3):
        words = ["replay", "--shard", f"{number}/3", "--results", f"results.{number}", "night", "night.xz"]
        first = evmmem.run(*words, "--format", "json")
        again = evmmem.run(*words, "--format", "json", "--resume")
        expect(f"shard {number}, and resumed", sorted(again.stdout.splitlines()), sorted(first.stdout.splitlines()))
    merged = evmmem.run("merge", "--format", "json", "results.1", "results.2", "results.3")
    expect("merged", sorted((report["file"], report["verdict"]) for report in map(json.loads, merged.stdout.splitlines())),
           sorted(every))

    os.mkdir("hollow")
    every = evmmem.verdicts("hollow", "night/c.txt")
    for number in (1, 2, 3):
        evmmem.run("replay", "--shard", f"{number}/3", "--results", f"hollow.{number}", "hollow", "night/c.txt")
    merged = evmmem.run("merge", "--format", "json", "hollow.1", "hollow.2", "hollow.3")
    expect("merged, with a folder that has no file",
           sorted((report["file"], report["verdict"]) for report in map(json.loads, merged.stdout.splitlines())),
           sorted(every))

    # Where each shard leaves files to others, only all of them together have looked at everything.
    for number in range(9):
        write(f"traceless/{number}", b"text")
        write(f"traceless/in/{number}.tar", inputs.tar(*((f"{i}", b"text") for i in range(number + 1))))
    write("notes/README", b"text")
    write("traceless/in/one.tar", inputs.tar(*((f"{i}", b"text") for i in range(9)), ("x.jsonl", inputs.good())))
    for name, words in (("traceless", ["traceless"]), ("traceless/in/8.tar", ["traceless/in/8.tar", "night/c.txt"]),
                        ("notes", ["notes"])):
        every = evmmem.verdicts(*words)
        results = name.replace("/", "-")
        shards_of = [f"{results}.{number}" for number in (1, 2, 3)]
        for again in ([], ["--resume"]):
            for number in (1, 2, 3):
                evmmem.run("replay", "--shard", f"{number}/3", "--results", f"{results}.{number}", *words, *again)
            expect(f"{name} in shards without a trace, merged {' '.join(again)}",
                   put_together(evmmem, *shards_of), sorted(every))
        run = evmmem.run("merge", *shards_of)
        expect("its exit code", run.returncode, 10)
        some = [file for file, _ in put_together(evmmem, shards_of[0], shards_of[2])]
        expect("a shard that is missing may have one", [file for file in some if file.endswith(".tar")], [])
    # A trace has come since: now there is one.
    write("traceless/in/0.tar", inputs.tar(("x.jsonl", inputs.good())))
    every = evmmem.verdicts("traceless")
    for number in (1, 2, 3):
        evmmem.run("replay", "--shard", f"{number}/3", "--results", f"traceless.{number}", "traceless", "--resume")
    expect("a trace that has come since", put_together(evmmem, "traceless.1", "traceless.2", "traceless.3"), sorted(every))


def main() -> None:
    evmmem = Program(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.mkdir("tmp")
        os.environ["TMPDIR"] = f"{folder}/tmp"
        many(evmmem)  # first: a process that is begun counts what this one has taken so far
        folders(evmmem)
        lists(evmmem)
        names_twice(evmmem)
        archives(evmmem)
        shards(evmmem)


if __name__ == "__main__":
    main()
