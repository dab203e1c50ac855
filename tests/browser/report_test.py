#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Loads report pages in a real browser, moves the slider, and compares the memory that the page shows with what
`evmmem show` prints of the same step; zooms the charts and compares them with what `evmmem stats` says; and sees that
foreign text stays text, and that a page of a long trace stays small and shows its structure; and that pages can be read at
1400 and at 400 pixels, light and dark.

    report_test.py EVMMEM    skipped (exit 77) where there is no Chromium
"""

import html.parser
import json
import os
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


# What makes a page hard to read, in sentences: things beside the page, over each other, in strips of letters, without
# contrast, or in a colour that nothing explains.
LOOK_PROBE = """
const complaints = [];
const shown = (element) => element.getClientRects().length > 0;
const all = (what) => [...document.querySelectorAll(what)].filter(shown);
const root = document.documentElement;
if (root.scrollWidth > innerWidth) complaints.push(`the page is ${root.scrollWidth} pixels wide`);

const lines = (element) => {
  const range = document.createRange();
  range.selectNodeContents(element);
  return new Set([...range.getClientRects()].map((rect) => Math.round(rect.top))).size;
};
for (const cell of all("td, th, dd, dt, h1, .finding p, .legend .key")) {
  const [text, count] = [cell.textContent, lines(cell)];
  if (count > 2 && text.length / count < 12) complaints.push(`${count} lines of: ${text.slice(0, 40)}`);
}
const ticks = all("#axis span").map((tick) => tick.getBoundingClientRect());
ticks.forEach((tick, i) => { if (i && tick.left < ticks[i - 1].right + 4) complaints.push("labels of the axis touch"); });
for (const title of all(".chart h3")) {
  const [name, label] = [...title.children].map((part) => part.getBoundingClientRect());
  if (label.width && label.left < name.right && label.top < name.bottom - 2) complaints.push(`a label over a title: ${title.textContent}`);
}
for (const table of all("table.figures, #checks")) {
  const [head, first] = [...table.querySelectorAll("tr")];
  [...first.children].forEach((cell, i) => {
    if (getComputedStyle(head.children[i]).textAlign !== getComputedStyle(cell).textAlign)
      complaints.push(`a head beside its column: ${head.children[i].textContent}`);
  });
}

// Colours without their opacity, as the charts and the legend use them.
const numbers = (color) => (color.match(/[0-9.]+/g) || []).slice(0, 3).join();
const used = new Set();
for (const part of document.querySelectorAll(".chart svg *:not(.selection)")) {
  const look = getComputedStyle(part);
  if (part.matches("g, title") || (part.matches("path") && !part.getAttribute("d"))) continue;
  for (const color of [look.fill, look.stroke])
    if (color !== "none" && !(part.matches("line") && color === look.fill)) used.add(numbers(color));
}
const explained = new Set();
for (const swatch of all(".swatch")) {
  const look = getComputedStyle(swatch);
  for (const color of [look.backgroundColor, look.borderTopColor, look.borderLeftColor]) explained.add(numbers(color));
}
for (const color of used) if (!explained.has(color)) complaints.push(`no legend for the colour ${color}`);

const luminance = (color) => {
  const [r, g, b] = numbers(color).split(",").map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const paper = (element) => {
  for (; element; element = element.parentElement) {
    const color = getComputedStyle(element).backgroundColor;
    if (!/, 0\\)$|, 0\\.\\d+\\)$/.test(color)) return color;
  }
};
for (const element of all("h1, h2, h3, p, li, dt, dd, td, th, .hint, .badge, #axis span, .texts span, #memory .at, a.go")) {
  const [a, b] = [luminance(getComputedStyle(element).color), luminance(paper(element))].sort((x, y) => y - x);
  const contrast = (a + 0.05) / (b + 0.05);
  if (contrast < 4.5) complaints.push(`contrast ${contrast.toFixed(1)}: ${element.tagName} ${element.textContent.slice(0, 30)}`);
}
return { complaints: [...new Set(complaints)], width: innerWidth, dark: luminance(getComputedStyle(document.body).backgroundColor) < 0.2,
  made: document.getElementById("made").textContent, totals: document.getElementById("totals").textContent };
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


def document(chromium, page, folder, *options):
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000",
               f"--user-data-dir={folder}/profile", *options, "--dump-dom", page.as_uri()]
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


def probed_at(chromium, page, text, probe, width, is_dark, folder):
    """The same, of a page that is so many pixels wide: a window cannot be as narrow as a telephone, a frame can."""
    script = f"""<script>
    let answer;
    try {{ answer = (() => {{ {probe} }})(); }}
    catch (error) {{ answer = "failed: " + error.stack; }}
    parent.postMessage(JSON.stringify(answer), "*");
    </script>"""
    page.write_text(text.replace("</body>", script + "</body>"), encoding="utf-8")
    frame = page.with_name("frame.html")
    frame.write_text(f"""<!DOCTYPE html><body><pre id="probe"></pre><script>
    addEventListener("message", (event) => {{ document.getElementById("probe").textContent = event.data; }});
    </script><iframe src="{page.name}" style="border: 0; width: {width}px; height: 3000px"></iframe></body>""")
    scheme = f"--blink-settings=preferredColorScheme={0 if is_dark else 1}"
    shown = document(chromium, frame, folder, "--window-size=1500,3100", scheme)
    return json.loads(Text(shown).ids["probe"])


def data_of(text):
    return json.loads(text.split('id="data">')[1].split("</script>")[0])


def report(evmmem, trace, page, date=None):
    environment = {**os.environ, "SOURCE_DATE_EPOCH": date} if date is not None else None
    run = subprocess.run([evmmem, "replay", "--no-speed", "--report", page, trace], capture_output=True, text=True,
                         check=False, env=environment)
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
    stats = stats_of(evmmem, trace)
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
    if len(text) > 1_000_000:
        complaints.append(f"a page of {len(text)} bytes of a trace of {steps} steps")
    seen = probed(chromium, page, text, CHART_PROBE, folder)
    if isinstance(seen, str):
        return [seen]
    data = data_of(text)
    if seen["zoomed"]["zoom"] != "steps 50,000 to 149,999 of 200,000":
        complaints.append(f"a long trace, zoomed: {seen['zoomed']['zoom']}")
    complaints += density_complaints(data, stats_of(evmmem, trace), seen)
    trace.unlink()
    if "too long" not in seen["note"] or not seen["tools"]:
        complaints.append(f"a long trace has no slider and says why: {seen['note']}")
    if data["lines"]["gas"] or data["accesses"]:
        complaints.append("a long trace keeps its steps")
    print(f"{steps} steps: a page of {len(text)} bytes")
    return complaints


def stats_of(evmmem, trace):
    run = subprocess.run([evmmem, "stats", "--top", "100000", "--format", "json", trace], capture_output=True, text=True,
                         check=True)
    return json.loads(run.stdout)


def frame_complaints(evmmem, chromium, folder):
    """Of many frames the first are drawn, and the rest is counted where they begin."""
    trace, page = folder / "frames.jsonl", folder / "frames.html"
    trace.write_text((folder / "bugs/clean/b16_revert_output.bare.jsonl").read_text() * 1500)
    text = report(evmmem, trace, page)
    data, stats = data_of(text), stats_of(evmmem, trace)
    seen = probed(chromium, page, text, CHART_PROBE, folder)
    if isinstance(seen, str):
        return [seen]
    rest = stats["frames"] - len(data["frames"])
    label = seen["before"]["charts"][3]["label"]
    columns, first = data["more_frames"], stats["by_frame"]
    a_transaction = stats["steps"] // stats["transactions"]
    begins = [frame["call"]["step"] + 1 if frame["call"] else frame["transaction"] * a_transaction
              for frame in first if frame["frame"] >= len(data["frames"])]
    counted = [sum(step <= begin < step + data["steps_a_column"] for begin in begins) for step, *_ in columns]
    complaints = []
    if rest <= 0 or not label.startswith(f"{stats['frames']:,} frames: {len(data['frames']):,} one by one, then {rest:,} by number"):
        complaints.append(f"frames that are left out: {label}")
    if [column[1] for column in columns] != counted:
        complaints.append(f"frames by number: {[column[1] for column in columns]}, not {counted}")
    depths = {frame["depth"] for frame in first if frame["frame"] >= len(data["frames"])}
    if {min(column[3] for column in columns if column[1]), max(column[4] for column in columns)} != {min(depths), max(depths)}:
        complaints.append(f"frames by number are not of the depths {depths}")
    return complaints


def density_complaints(data, stats, seen):
    """The map of a long trace: in several shades, and as many bytes in it as the trace reads and writes."""
    complaints = []
    cells = [cells[at:at + 3] for _, cells in data["density"]["columns"] for at in range(0, len(cells), 3)]
    for at, what in ((1, "read"), (2, "written")):
        # Of each cell the power of two above it is known.
        least, most = (sum(1 << cell[at] >> shift for cell in cells if cell[at]) for shift in (1, 0))
        bytes_moved = sum(row[f"bytes_{what}"] for row in stats["by_opcode"])
        if not least <= bytes_moved < most:
            complaints.append(f"the map has {least} to {most} bytes {what}, the trace {bytes_moved}")
    if not 3 <= len(seen["before"]["charts"][2]["paths"]) <= 24:
        complaints.append(f"the map has {len(seen['before']['charts'][2]['paths'])} shades")
    area = len(data["density"]["columns"]) * (len(data["density"]["begins"]) - 1)
    if not len(cells) < 0.9 * area:
        complaints.append(f"the map is a slab: {len(cells)} of {area} cells")
    return complaints


def look_complaints(evmmem, chromium, folder):
    """Pages with everything that pages have, at two widths and in two colour schemes."""
    long = folder / "long.jsonl"
    subprocess.run([evmmem, "generate", "--steps", "100000", "--calls", "-o", long], check=True)
    bug = folder / "bugs/b16_revert_output.full.jsonl"
    complaints = []
    for trace in (bug, SAMPLES / "nested_calls.jsonl", long):
        page = folder / "look.html"
        text = report(evmmem, trace, page, date="1700000000")
        for width in (1400, 400):
            for is_dark in (False, True):
                seen = probed_at(chromium, page, text, LOOK_PROBE, width, is_dark, folder)
                where = f"{trace.name} at {width} pixels, {'dark' if is_dark else 'light'}"
                if isinstance(seen, str):
                    complaints.append(f"{where}: {seen}")
                    continue
                if (seen["width"], seen["dark"]) != (width, is_dark):
                    complaints.append(f"{where}: it is {seen['width']} pixels wide, dark: {seen['dark']}")
                if not seen["made"].startswith("evmmem ") or not seen["made"].endswith(", 2023-11-14 22:13 UTC"):
                    complaints.append(f"{where}: made {seen['made']}")
                if "forks" not in seen["totals"]:
                    complaints.append(f"{where}: no forks: {seen['totals']}")
                complaints += [f"{where}: {each}" for each in seen["complaints"]]
    long.unlink()
    print("3 pages looked at, at 1400 and 400 pixels, light and dark")
    return complaints


def date_complaints(evmmem, folder):
    """SOURCE_DATE_EPOCH makes pages that can be compared; what is no date there is an error."""
    pages = [report(evmmem, INPUT / "tiny.jsonl", folder / "date.html", date="0") for _ in range(2)]
    complaints = [] if pages[0] == pages[1] and "1970-01-01 00:00 UTC" in pages[0] else ["the date is not that given"]
    for wrong in ("", "yesterday", "-1", "1e9", "99999999999999"):
        run = subprocess.run([evmmem, "replay", "--report", folder / "no.html", INPUT / "tiny.jsonl"], capture_output=True,
                             text=True, check=False, env={**os.environ, "SOURCE_DATE_EPOCH": wrong})
        if run.returncode != 2 or "SOURCE_DATE_EPOCH" not in run.stderr or (folder / "no.html").exists():
            complaints.append(f"SOURCE_DATE_EPOCH={wrong}: exit {run.returncode}: {run.stderr}")
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
        complaints += frame_complaints(evmmem, chromium, folder)
        complaints += look_complaints(evmmem, chromium, folder)
        complaints += date_complaints(evmmem, folder)
    print(*complaints, sep="\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
