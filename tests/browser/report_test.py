#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Loads report pages in a real browser, moves the slider, and compares the memory that the page shows with what
`evmmem show` prints of the same step; zooms the charts and compares them with what `evmmem stats` says; and sees that
foreign text stays text, and that a page of a long trace stays small.

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
sys.path.insert(0, str(ROOT / "scripts"))

import make_bug_traces  # noqa: E402

# Moves the slider as a user does, step by step, and leaves in the document what the page shows of each.
MEMORY_PROBE = """
const seen = [];
for (const step of %s) {
  const slider = document.getElementById("slider");
  slider.value = step;
  slider.dispatchEvent(new Event("input"));
  const rows = [...document.querySelectorAll("#memory .row[data-offset]")].map(
    (row) => [Number(row.dataset.offset), row.children[1].textContent.replaceAll(" ", "")]);
  seen.push({ step, shown: document.getElementById("step-number").textContent, rows });
}
return seen;
"""

# Zooms as a user does: drags over the middle half of the first chart, looks, asks for everything again.
CHART_PROBE = """
const charts = [...document.querySelectorAll(".chart")];
const look = () => ({
  zoom: document.getElementById("zoom").textContent,
  ticks: [...document.querySelectorAll("#axis span")].map((tick) => tick.textContent),
  charts: charts.map((chart) => ({
    title: chart.querySelector("h3 span").textContent,
    label: chart.querySelector("h3 span:last-child").textContent,
    paths: [...chart.querySelectorAll("path:not(.flag)")].map((path) => path.getAttribute("d")),
    flags: [...chart.querySelectorAll(".flag")].map((path) => path.getAttribute("d")),
    rects: [...chart.querySelectorAll("rect:not(.selection)")].map((rect) => [
      Number(rect.getAttribute("x")), Number(rect.getAttribute("width")), rect.textContent]),
    cursor: Number(chart.querySelector(".cursor").getAttribute("x1")),
  })),
});
Element.prototype.setPointerCapture = () => {};  // these pointers are not a device's
const plot = charts[0].querySelector(".plot");
const box = plot.getBoundingClientRect();
const point = (type, part) => plot.dispatchEvent(new PointerEvent(type, {
  clientX: box.left + part * box.width, clientY: box.top + 5, pointerId: 1, bubbles: true }));
const before = look();
point("pointerdown", 0.25); point("pointermove", 0.5); point("pointerup", 0.75);
const zoomed = look();
point("pointerdown", 0.25); point("pointerup", 0.25);
const clicked = look();
document.getElementById("all").click();
const after = look();
return { before, zoomed, clicked, after, slider: Number(document.getElementById("slider").value),
  note: document.getElementById("step-note").textContent, tools: document.getElementById("step-tools").hidden };
"""


class Text(html.parser.HTMLParser):
    """The text of the elements with an id, and how many elements of each tag there are."""

    def __init__(self, document):
        super().__init__()
        self.ids, self.tags, self.open, self.title = {}, {}, [], ""
        self.feed(document)

    def handle_starttag(self, tag, attributes):
        self.tags[tag] = self.tags.get(tag, 0) + 1
        name = dict(attributes).get("id")
        if tag not in ("meta", "input", "br", "link"):
            self.open.append("<title>" if tag == "title" else name)

    def handle_endtag(self, tag):
        if self.open:
            self.open.pop()

    def handle_data(self, data):
        for name in filter(None, self.open):
            self.ids[name] = self.ids.get(name, "") + data
        self.title = self.ids.get("<title>", "")


def document(chromium, page, folder):
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000",
               f"--user-data-dir={folder}/profile", "--dump-dom", page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


def probed(chromium, page, text, probe, folder):
    """What the probe, a function's body, returns in the page."""
    script = f"""<script>
    const answer = document.createElement("pre");
    answer.id = "probe";
    try {{ answer.textContent = JSON.stringify((() => {{ {probe} }})()); }}
    catch (error) {{ answer.textContent = JSON.stringify("failed: " + error.stack); }}
    document.body.append(answer);
    </script>"""
    page.write_text(text.replace("</body>", script + "</body>"), encoding="utf-8")
    return json.loads(Text(document(chromium, page, folder)).ids["probe"])


def data_of(text):
    return json.loads(text.split('id="data">')[1].split("</script>")[0])


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
    data = data_of(text)
    last = data["steps"] - 1
    # Where bytes change: the last step that does not find them and the first that does.
    changes = {step for access in data["accesses"] if access[0] != "read" for step in (access[2] - 1, access[2])}
    wanted = sorted(step for step in {0, last // 3, last // 2, last} | changes if 0 <= step <= last)
    seen = probed(chromium, page, text, MEMORY_PROBE % json.dumps(wanted), folder)
    complaints = []
    for step in seen:
        expected = shown_by_command(evmmem, trace, step["step"])
        rows = dict(map(tuple, step["rows"]))
        for offset in range(0, len(expected), 32):
            row = expected[offset:offset + 32]
            # Rows of zeros may be folded; everything else must be there, digit by digit.
            if rows.get(offset, "00" * 32) != "".join(row):
                complaints.append(f"{trace.name}, step {step['step']}, {offset:#x}: {rows.get(offset)}, not {row}")
        if not step["shown"].startswith(f"step {step['step']:,},"):
            complaints.append(f"{trace.name}: the slider is at {step['step']}, the page says {step['shown']}")
    print(f"{trace.name}: {len(seen)} steps compared")
    return complaints


def size(count):
    """Bytes as the page's charts say them."""
    if count < 1024:
        return f"{count} B"
    unit = 0
    while count >= 1024 and unit < 4:
        count /= 1024
        unit += 1
    return f"{count:.{1 if count < 10 else 0}f} {['', 'KiB', 'MiB', 'GiB', 'TiB'][unit]}"


def subpaths(path):
    return path.count("M")


def chart_complaints(evmmem, chromium, trace, folder):
    """The charts against what other commands say of the trace, then zoomed, then whole again."""
    page = folder / "charts.html"
    text = report(evmmem, trace, page)
    data = data_of(text)
    seen = probed(chromium, page, text, CHART_PROBE, folder)
    if isinstance(seen, str):
        return [f"{trace.name}: {seen}"]
    stats = json.loads(subprocess.run([evmmem, "stats", "--top", "100000", "--format", "json", trace],
                                      capture_output=True, text=True, check=True).stdout)
    steps, complaints = stats["steps"], []

    def expect(what, value, wanted):
        if value != wanted:
            complaints.append(f"{trace.name}: {what}: {value}, not {wanted}")

    memory, gas, memory_map, frames = seen["before"]["charts"]
    expect("zoom", seen["before"]["zoom"], f"all {steps:,} steps")
    expect("the first and the last tick", [seen["before"]["ticks"][0], seen["before"]["ticks"][-1]], ["0", f"{steps:,}"])
    expect("memory's label", memory["label"].split(";")[0], f"up to {size(stats['memory']['peak_bytes'])}")
    expect("flags", len(memory["flags"]), len(data["findings"]))
    left = data["lines"]["gas"]
    expect("gas", gas["label"], f"{min(left):,} to {max(left):,}")
    kinds = [access[0] for access in data["accesses"] if access[5] > 0]
    expect("reads and writes of the map", [subpaths(path) for path in memory_map["paths"]],
           [kinds.count("write") + kinds.count("arrival"), kinds.count("read")])
    expect("frames", len(frames["rects"]), stats["frames"])
    by_frame = {frame["frame"]: frame for frame in stats["by_frame"]}
    for frame, (x, width, label) in zip(data["frames"], frames["rects"]):
        of = by_frame[frame["frame"]]
        expect("a frame's label", f"frame {of['frame']}," in label and f", {of['size']:,} byte" in label, True)
        # A frame is as wide as its steps and those of the frames that it calls.
        expect("a frame's place", round(x, 6), round(1000 * frame["begin"] / steps, 6))
        expect("a frame's width", round(width, 6), round(max(1000 * (frame["end"] - frame["begin"]) / steps, 1), 6))
        if of["call"]:
            expect("a frame's caller", f"{of['call']['op']} of step {of['call']['step']}" in label, True)
            expect("a frame's first step", frame["begin"], of["call"]["step"] + 1)
    expect("everything again", seen["after"]["zoom"], seen["before"]["zoom"])
    expect("the charts again", [chart["paths"] for chart in seen["after"]["charts"]],
           [chart["paths"] for chart in seen["before"]["charts"]])

    begin, end = int(steps * 0.25), -int(-steps * 0.75 // 1)
    if end - begin >= 2:
        zoomed = seen["zoomed"]
        expect("zoomed", zoomed["zoom"], f"steps {begin:,} to {end - 1:,} of {steps:,}")
        expect("ticks of it", [zoomed["ticks"][0], zoomed["ticks"][-1]], [f"{begin:,}", f"{end:,}"])
        inside = [access[0] for access in data["accesses"] if access[5] > 0 and access[0] != "reveal"
                  and begin <= (access[2] - 1 if access[0] == "arrival" else access[1]) < end]
        expect("the map, zoomed", sum(subpaths(path) for path in zoomed["charts"][2]["paths"]), len(inside))
        expect("frames, zoomed", len(zoomed["charts"][3]["rects"]),
               sum(frame["begin"] < end and frame["end"] > begin for frame in data["frames"]))
        expect("gas, zoomed", zoomed["charts"][1]["label"], f"{min(left[begin:end]):,} to {max(left[begin:end]):,}")
        step = begin + (end - begin) // 4
        expect("the step that was clicked", seen["slider"], step)
        expect("the cursor", [round(chart["cursor"]) for chart in seen["clicked"]["charts"]],
               [round(1000 * (step + 0.5 - begin) / (end - begin))] * 4)
    print(f"{trace.name}: charts of {steps} steps and {stats['frames']} frames compared")
    return complaints


def long_complaints(evmmem, chromium, folder):
    """A trace too long for a page: its size is bounded, it says what it left out, and its charts can be zoomed."""
    page, steps, complaints = folder / "long.html", 200_000, []
    trace = folder / "long.jsonl"
    subprocess.run([evmmem, "generate", "--steps", str(steps), "--calls", "-o", trace], check=True)
    text = report(evmmem, trace, page)
    trace.unlink()
    if len(text) > 1_000_000:
        complaints.append(f"a page of {len(text)} bytes of a trace of {steps} steps")
    seen = probed(chromium, page, text, CHART_PROBE, folder)
    if isinstance(seen, str):
        return [seen]
    data = data_of(text)
    if seen["zoomed"]["zoom"] != "steps 50,000 to 149,999 of 200,000":
        complaints.append(f"a long trace, zoomed: {seen['zoomed']['zoom']}")
    left_out = f"{data['frame_count']:,} frames, the first {len(data['frames']):,} shown"
    if data["frame_count"] > len(data["frames"]) and seen["before"]["charts"][3]["label"] != left_out:
        complaints.append(f"frames that are left out: {seen['before']['charts'][3]['label']}")
    if "too long" not in seen["note"] or not seen["tools"]:
        complaints.append(f"a long trace has no slider and says why: {seen['note']}")
    if data["lines"]["gas"] or data["accesses"]:
        complaints.append("a long trace keeps its steps")
    print(f"{steps} steps: a page of {len(text)} bytes")
    return complaints


MARKUP = "</script><img src=x onerror=\"document.title='pwned'\"><svg onload=\"document.title='pwned'\">"


def hostile_complaints(evmmem, chromium, folder):
    """Text of strangers, as a file's name, an instruction's name, an error, and a line that cannot be read."""
    name = "<img src=x onerror=alert(1)><script>\u202e1.jsonl"
    trace = folder / name
    lines = [json.loads(line) for line in (INPUT / "wrong_load.jsonl").read_text().splitlines()]
    for line in lines[:-1]:
        line["opName"] = line["opName"] + MARKUP
    lines[-2]["error"] = MARKUP + "\u202e\x1b[2J"
    trace.write_text("".join(json.dumps(line) + "\n" for line in lines) +
                     '{"pc":' + MARKUP + "}\n" + json.dumps({MARKUP: MARKUP}) + "\n")
    page = folder / "hostile.html"
    run = subprocess.run([evmmem, "replay", "--no-speed", "--report", page, trace], capture_output=True, text=True,
                         check=False)
    text = page.read_text(encoding="utf-8")
    complaints = [] if run.returncode in (1, 3) else [f"hostile: exit {run.returncode}: {run.stderr}"]
    shown = Text(document(chromium, page, folder))
    if not shown.ids["file"].endswith(name.replace("\u202e", "\\u{202e}")):
        complaints.append(f"the file is called {shown.ids['file']}")
    for tag in ("img", "iframe", "object"):
        if tag in shown.tags:
            complaints.append(f"foreign text became markup: {tag}")
    if shown.tags.get("script") != 2 or "pwned" in shown.title:
        complaints.append(f"foreign text ran: {shown.tags.get('script')} scripts, title {shown.title}")
    if "MSTORE" not in shown.ids["findings"] or "0x5f" not in shown.ids["findings"]:
        complaints.append("the finding does not name the last writer")
    if not shown.ids["gaps"].strip():
        complaints.append("the page does not say what could not be read")
    if "\u202e" in text or "\x1b" in text or "\\u202e" in text:
        complaints.append("a character that turns lines around is in the page")
    if "http://" in text.replace("http://www.w3.org/2000/svg", "") or "https://" in text:
        complaints.append("the page names an address of the network")
    return complaints


def many_writers_complaints(evmmem, chromium, folder):
    page = folder / "many.html"
    report(evmmem, INPUT / "many_writers.jsonl", page)
    shown = Text(document(chromium, page, folder)).ids["findings"]
    return [] if "left out: 24 more runs, 24 bytes together" in shown else [f"not all writers are listed: {shown}"]


def main():
    evmmem = str(pathlib.Path(sys.argv[1]).resolve())
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        print("skipped: there is no Chromium (apt-get install chromium)")
        return 77
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        make_bug_traces.make_all(folder / "bugs")
        complaints = hostile_complaints(evmmem, chromium, folder)
        complaints += many_writers_complaints(evmmem, chromium, folder)
        # Calls inside calls, a bug that shows in printed memory, one in what REVERT returns, an unknown input.
        bugs = [folder / "bugs" / name for name in ("b10_mcopy_overlap.mem.jsonl", "b16_revert_output.full.jsonl")]
        for trace in (SAMPLES / "nested_calls.jsonl", *bugs, INPUT / "wrong_load.jsonl", INPUT / "calldata.jsonl"):
            complaints += memory_complaints(evmmem, chromium, trace, folder)
        for trace in (SAMPLES / "nested_calls.jsonl", *bugs):
            complaints += chart_complaints(evmmem, chromium, trace, folder)
        complaints += long_complaints(evmmem, chromium, folder)
    print(*complaints, sep="\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
