#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Loads report pages in a real browser, moves the slider, and compares the memory that the page shows with what
`evmmem show` prints of the same step; and sees that foreign text stays text.

    report_test.py EVMMEM    skipped (exit 77) where there is no Chromium
"""

import html.parser
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "traces/samples"
INPUT = ROOT / "tests/golden/input"

# Moves the slider as a user does, step by step, and leaves in the document what the page shows of each.
PROBE = """
<script>
const seen = [];
for (const step of %s) {
  const slider = document.getElementById("slider");
  slider.value = step;
  slider.dispatchEvent(new Event("input"));
  const rows = [...document.querySelectorAll("#memory .row[data-offset]")].map(
    (row) => [Number(row.dataset.offset), row.children[1].textContent.replaceAll(" ", "")]);
  seen.push({ step, shown: document.getElementById("step-number").textContent, rows });
}
const result = document.createElement("pre");
result.id = "probe";
result.textContent = JSON.stringify(seen);
document.body.append(result);
</script>
"""


class Text(html.parser.HTMLParser):
    """The text of the elements with an id, and how many elements of each tag there are."""

    def __init__(self, document):
        super().__init__()
        self.ids, self.tags, self.open = {}, {}, []
        self.feed(document)

    def handle_starttag(self, tag, attributes):
        self.tags[tag] = self.tags.get(tag, 0) + 1
        name = dict(attributes).get("id")
        if tag not in ("meta", "input", "br", "link"):
            self.open.append(name)

    def handle_endtag(self, tag):
        if self.open:
            self.open.pop()

    def handle_data(self, data):
        for name in filter(None, self.open):
            self.ids[name] = self.ids.get(name, "") + data


def document(chromium, page, folder):
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000",
               f"--user-data-dir={folder}/profile", "--dump-dom", page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


def report(evmmem, trace, page, *options):
    run = subprocess.run([evmmem, "replay", "--no-speed", "--report", page, *options, trace], capture_output=True,
                         text=True, check=False)
    assert run.returncode in (0, 1), run.stderr
    return page.read_text(encoding="utf-8")


def shown_by_command(evmmem, trace, step):
    """Memory of the step as the command prints it: hex digits, unknown bytes as ??."""
    run = subprocess.run([evmmem, "show", "--format", "json", "--step", str(step), trace], capture_output=True,
                         text=True, check=True)
    memory = json.loads(run.stdout)["memory"]
    digits = [memory["bytes"][i:i + 2] for i in range(2, len(memory["bytes"]), 2)]
    for unknown in memory["unknown"]:
        for at in range(unknown["offset"], unknown["offset"] + unknown["size"]):
            digits[at] = "??"
    return digits


def memory_complaints(evmmem, chromium, trace, folder):
    page = folder / "page.html"
    text = report(evmmem, trace, page)
    data = json.loads(text.split('id="data">')[1].split("</script>")[0])
    last = data["steps"] - 1
    # Where bytes change: the last step that does not find them and the first that does.
    changes = {step for access in data["accesses"] if access[0] != "read" for step in (access[2] - 1, access[2])}
    wanted = sorted(step for step in {0, last // 3, last // 2, last} | changes if 0 <= step <= last)
    page.write_text(text.replace("</body>", PROBE % json.dumps(wanted) + "</body>"), encoding="utf-8")
    seen = json.loads(Text(document(chromium, page, folder)).ids["probe"])
    complaints = []
    for step in seen:
        expected = shown_by_command(evmmem, trace, step["step"])
        rows = dict(map(tuple, step["rows"]))
        for offset in range(0, len(expected), 32):
            row = expected[offset:offset + 32]
            # Rows of zeros may be folded; everything else must be there, digit by digit.
            if rows.get(offset, "00" * 32) != "".join(row):
                complaints.append(f"{trace.name}, step {step['step']}, {offset:#x}: {rows.get(offset)}, not {row}")
        if not step["shown"].startswith(f"step {step['step']:,} of"):
            complaints.append(f"{trace.name}: the slider is at {step['step']}, the page says {step['shown']}")
    print(f"{trace.name}: {len(seen)} steps compared")
    return complaints


def hostile_complaints(evmmem, chromium, folder):
    name = "<img src=x onerror=alert(1)><script>1.jsonl"
    trace = folder / name
    shutil.copy(INPUT / "wrong_load.jsonl", trace)
    text = report(evmmem, trace, folder / "hostile.html")
    shown = Text(document(chromium, folder / "hostile.html", folder))
    complaints = [] if shown.ids["file"].endswith(name) else [f"the file is called {shown.ids['file']}"]
    if "img" in shown.tags:
        complaints.append("a file's name became markup")
    if "MSTORE" not in shown.ids["findings"] or "0x5f" not in shown.ids["findings"]:
        complaints.append("the finding does not name the last writer")
    if "http://" in text.replace("http://www.w3.org/2000/svg", "") or "https://" in text:
        complaints.append("the page names an address of the network")
    return complaints


def main():
    evmmem = str(pathlib.Path(sys.argv[1]).resolve())
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        print("skipped: there is no Chromium (apt-get install chromium)")
        return 77
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        complaints = hostile_complaints(evmmem, chromium, folder)
        for trace in (SAMPLES / "nested_calls.jsonl", SAMPLES / "token_transfer.jsonl", INPUT / "wrong_load.jsonl",
                      INPUT / "calldata.jsonl"):
            complaints += memory_complaints(evmmem, chromium, trace, folder)
    print(*complaints, sep="\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
