
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);

// Foreign text only ever becomes text: nothing here writes markup.
function make(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(properties || {})) {
    if (key === "class") element.className = value;
    else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value);
  }
  for (const child of children) element.append(child);
  return element;
}
function draw(tag, attributes, text) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}
const grouped = (n) => Math.round(n).toString().replace(/\B(?=(\d{3})+(?!\d))/g, ",");
const hex = (n) => "0x" + n.toString(16);
const counted = (n, what) => grouped(n) + " " + what + (n === 1 ? "" : "s");
function size(bytes) {
  if (bytes < 1024) return grouped(bytes) + " B";
  const units = ["KiB", "MiB", "GiB", "TiB"];
  let unit = -1;
  while (bytes >= 1024 && unit < 3) { bytes /= 1024; ++unit; }
  return bytes.toFixed(bytes < 10 ? 1 : 0) + " " + units[unit];
}

// ---- what was found ---------------------------------------------------------------------------

function goLink(step, text) {
  return make("a", { class: "go", role: "button", tabindex: 0, onclick: () => goTo(step, true) }, text);
}

// Two values of one length, the bytes that differ marked in both.
function valueLine(name, value, other) {
  const line = make("div", {}, make("span", { class: "name" }, name.padEnd(10)));
  const comparable = value.startsWith("0x") && other.startsWith("0x") && value.length === other.length;
  const differsAt = (i) => comparable && value.substr(i & ~1, 2) !== other.substr(i & ~1, 2);
  for (let i = 0; i < value.length;) {
    const differs = differsAt(i);
    let end = i + 1;
    while (end < value.length && differsAt(end) === differs) ++end;
    line.append(make("span", { class: differs ? "differs" : "" }, value.slice(i, end)));
    i = end;
  }
  return line;
}

function showFindings() {
  for (const finding of data.findings) {
    const list = make("ul", { class: "blame" });
    for (const { text, is_origin, step } of finding.blame)
      list.append(make("li", { class: is_origin ? "origin" : "" }, step === null ? text : goLink(step, text)));
    const context = make("table", { class: "context mono" });
    for (const row of finding.context)
      context.append(make("tr", { class: row.step === finding.step ? "culprit" : "" },
        make("td", {}, goLink(row.step, "step " + grouped(row.step))), make("td", {}, "line " + row.line),
        make("td", {}, "pc " + row.pc), make("td", {}, row.text)));
    $("findings").append(make("article", { class: "finding " + finding.severity },
      make("h3", {}, finding.check + (finding.severity === "warning" ? " (warning)" : "")),
      make("p", { class: "where" }, goLink(finding.step, finding.where)),
      make("p", {}, finding.detail),
      make("div", { class: "values" }, valueLine("claimed", finding.claimed, finding.computed),
        valueLine("computed", finding.computed, finding.claimed)),
      ...(finding.blame.length ? [list] : []), make("p", { class: "rule" }, finding.rule), ...(finding.context.length ? [context] : [])));
  }
  if (data.unexplained) $("findings").append(make("p", { class: "hint" }, data.unexplained));
  if (data.hidden_findings) $("findings").append(make("p", { class: "hint" }, data.hidden_findings));
  $("findings-section").hidden = data.findings.length === 0;
}

function showHead() {
  document.title = (data.file === "-" ? "standard input" : data.file) + " - evmmem";
  $("made").textContent = data.made;
  $("file").textContent = data.file === "-" ? "standard input" : data.file;
  for (const gap of data.gaps) $("gaps").append(make("li", {}, gap));
  if (data.verdict) $("verdict").append(make("span", { class: "badge " + data.verdict }, data.verdict));
  $("verdict").append(data.sentence);
  for (const [name, value] of data.totals)
    $("totals").append(make("div", {}, make("dt", {}, name), make("dd", {}, value)));
}

// A column of names is to the left, its head with it, and one of numbers to the right.
function table(caption, head, rows) {
  const looks = head.map((_, i) => rows.every((row) => /^[0-9]/.test(row[i])) ? "" : "name");
  const line = (tag, row) => make("tr", {}, ...row.map((cell, i) => make(tag, { class: looks[i] }, cell)));
  return make("table", { class: "figures" }, make("caption", {}, caption), line("th", head), ...rows.map((row) => line("td", row)));
}
function showTables() {
  if (data.checks) {
    $("checks-section").hidden = false;
    $("checks").append(make("tr", {}, ...["check", "made", "failed", "impossible"].map((name) => make("th", {}, name))));
    for (const [name, ...counts] of data.checks)
      $("checks").append(make("tr", { class: counts[1] ? "failed" : "" }, make("td", {}, name),
        ...counts.map((count) => make("td", {}, grouped(count)))));
  }
  if (!data.tables.length) return;
  $("stats-section").hidden = false;
  $("stats").className = "tables";
  for (const { caption, head, rows } of data.tables) $("stats").append(table(caption, head, rows));
}

// ---- the course of memory and gas -------------------------------------------------------------

const width = 1000;
const view = { begin: 0, end: Math.max(data.steps, 1), step: 0 };
const charts = [];
const toX = (step) => (step - view.begin) / (view.end - view.begin) * width;

class Chart {
  constructor(title, height, render) {
    this.height = height;
    this.render = render;
    this.label = make("span", {});
    this.svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", height });
    this.texts = make("div", { class: "texts" });  // in the drawing they would be as wide as it is stretched
    this.frame = make("div", { class: "plot" }, this.svg, this.texts);
    $("charts").append(make("div", { class: "chart" }, make("h3", {}, make("span", {}, title), this.label), this.frame));
    this.listen();
    charts.push(this);
  }
  stepAt(event) {
    const box = this.frame.getBoundingClientRect();
    const part = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
    return view.begin + part * (view.end - view.begin);
  }
  listen() {
    let from = null;
    this.frame.addEventListener("pointerdown", (event) => {
      from = this.stepAt(event);
      this.frame.setPointerCapture(event.pointerId);
    });
    this.frame.addEventListener("pointermove", (event) => {
      if (from !== null) select(from, this.stepAt(event));
    });
    this.frame.addEventListener("pointerup", (event) => {
      const to = this.stepAt(event);
      const start = from;
      from = null;
      select(0, 0);
      if (start === null) return;
      const [low, high] = [Math.min(start, to), Math.max(start, to)];
      if ((high - low) / (view.end - view.begin) < 0.008) return goTo(Math.floor(to), false);
      if (high - low < 2) return;
      [view.begin, view.end] = [Math.floor(low), Math.min(Math.ceil(high), Math.max(data.steps, 1))];
      drawCharts();
    });
    this.frame.addEventListener("dblclick", showAll);
  }
  draw() {
    this.svg.replaceChildren();
    this.texts.replaceChildren();
    this.label.textContent = this.render(this.svg, this.height, this.texts) || "";
    this.cursor = draw("line", { class: "cursor", y1: 0, y2: this.height, "vector-effect": "non-scaling-stroke" });
    this.selection = draw("rect", { class: "selection", y: 0, height: this.height, width: 0 });
    this.svg.append(this.selection, this.cursor);
    this.moveCursor();
  }
  moveCursor() {
    const x = toX(view.step + 0.5);
    this.cursor.setAttribute("x1", x);
    this.cursor.setAttribute("x2", x);
  }
}
function select(from, to) {
  for (const chart of charts) {
    chart.selection.setAttribute("x", Math.min(toX(from), toX(to)));
    chart.selection.setAttribute("width", Math.abs(toX(to) - toX(from)));
  }
}
function drawCharts() {
  for (const chart of charts) chart.draw();
  const count = view.end - view.begin;
  const isAll = count >= data.steps;
  $("zoom").textContent = isAll ? `all ${grouped(data.steps)} steps` : `steps ${grouped(view.begin)} to ${grouped(view.end - 1)} of ${grouped(data.steps)}`;
  $("all").disabled = isAll;
  const parts = Math.min($("axis").clientWidth < 500 ? 2 : 4, count);
  const ticks = [];
  for (let i = 0; i <= parts; ++i) ticks.push(view.begin + Math.floor(i * count / parts));
  $("axis").replaceChildren(...ticks.map((step) => make("span", { style: `left: ${toX(step) / width * 100}%` }, grouped(step))));
}
function showAll() {
  [view.begin, view.end] = [0, Math.max(data.steps, 1)];
  drawCharts();
}

const [STEP, MEMORY, TOTAL, GAS] = [0, 1, 2, 3];
function visibleCourse() {
  const points = data.course;
  let first = 0;
  while (first + 1 < points.length && points[first + 1][STEP] <= view.begin) ++first;
  let last = first;
  while (last < points.length && points[last][STEP] < view.end) ++last;
  return points.slice(first, last);
}
const nextStep = (points, i) => i + 1 < points.length ? points[i + 1][STEP] : view.end;

function path(points, key, most, height) {
  let d = "";
  points.forEach((point, i) => {
    const y = height - 3 - point[key] / most * (height - 10);
    d += `${i ? "L" : "M"}${toX(point[STEP]).toFixed(2)},${y.toFixed(2)}H${toX(nextStep(points, i)).toFixed(2)}`;
  });
  return d;
}
function renderMemory(svg, height) {
  const points = visibleCourse();
  const most = Math.max(1, ...points.map((point) => point[TOTAL]));
  if (points.length) {
    const d = path(points, MEMORY, most, height);
    svg.append(draw("path", { d: `${d}V${height}H${toX(points[0][STEP])}Z`, fill: "var(--memory-fill)" }),
      draw("path", { d, fill: "none", stroke: "var(--memory)", "stroke-width": 1.6, "vector-effect": "non-scaling-stroke" }),
      draw("path", { d: path(points, TOTAL, most, height), fill: "none", stroke: "var(--memory)", "stroke-width": 1,
        "stroke-dasharray": "3 3", "vector-effect": "non-scaling-stroke" }));
  }
  for (const finding of data.findings) {
    const x = toX(finding.step + 0.5);
    svg.append(draw("path", { class: "flag", d: `M${x - 5},0H${x + 5}L${x},9Z` }));
  }
  return "up to " + size(most);
}
function renderGas(svg, height) {
  const points = visibleCourse();
  const most = Math.max(1, ...points.map((point) => point[GAS]));
  const least = Math.min(most, ...points.map((point) => point[GAS]));
  const spread = Math.max(most - least, 1);
  const shifted = points.map((point) => [point[STEP], point[GAS] - least]);
  if (points.length)
    svg.append(draw("path", { d: path(shifted, 1, spread, height), fill: "none", stroke: "var(--gas)", "stroke-width": 1.6,
      "vector-effect": "non-scaling-stroke" }));
  return `${grouped(least)} to ${grouped(most)}`;
}
const rectangle = (x, y, wide, high) => `M${x.toFixed(2)},${y.toFixed(2)}h${wide.toFixed(2)}v${high.toFixed(2)}h-${wide.toFixed(2)}Z`;

// Each access where it is.
function renderAccesses(svg, height) {
  let most = 32;
  const marks = [];
  const add = (kind, from, to, begin, end) => {
    if (to <= view.begin || from >= view.end || begin >= end) return;
    most = Math.max(most, end);
    marks.push([kind, from, to, begin, end]);
  };
  for (const [kind, step, since, , offset, length] of data.accesses)
    if (kind !== "reveal") add(kind === "read" ? "read" : "write", kind === "arrival" ? since - 1 : step, kind === "arrival" ? since : step + 1, offset, offset + length);
  // One path for each colour: a page of twenty thousand rectangles would crawl.
  for (const kind of ["write", "read"]) {
    let d = "";
    for (const [which, from, to, begin, end] of marks)
      if (which === kind)
        d += rectangle(toX(from), begin / most * height, Math.max(toX(to) - toX(from), 1.2), Math.max((end - begin) / most * height, 1.2));
    svg.append(draw("path", { d, fill: `var(--${kind})`, "fill-opacity": kind === "read" ? 0.7 : 0.85 }));
  }
  return `offset 0 to ${hex(most)}, top to bottom`;
}

// How much was read and written where, of too many steps to draw each: sizes are powers of two already.
const shades = 8;
function renderDensity(svg, height, texts) {
  const { begins, columns } = data.density;
  const end = (step) => Math.min(step + data.steps_a_column, data.steps);
  const seen = columns.filter(([step]) => step < view.end && end(step) > view.begin);
  let rows = 1, most = 1;
  for (const [, cells] of seen)
    for (let i = 0; i < cells.length; i += 3) {
      rows = Math.max(rows, cells[i] + 1);
      most = Math.max(most, cells[i + 1], cells[i + 2]);
    }
  const high = height / rows;
  const paths = {};
  for (const [step, cells] of seen)
    for (let i = 0; i < cells.length; i += 3) {
      const [row, read, written] = cells.slice(i, i + 3);
      const kind = !written ? "read" : !read ? "write" : "both";
      const shade = Math.ceil(Math.max(read, written) / most * shades);
      const x = toX(step);
      paths[kind + shade] = (paths[kind + shade] || "") + rectangle(x, row * high, Math.max(toX(end(step)) - x, 1), high);
    }
  for (const [name, d] of Object.entries(paths))
    svg.append(draw("path", { d, fill: `var(--${name.slice(0, -1)})`, "fill-opacity": (0.1 + 0.9 * Number(name.slice(-1)) / shades).toFixed(2) }));
  // Where in memory the rows are: the first, and those at a quarter, a half and three quarters of the height.
  for (const part of [0, 1, 2, 3]) {
    const row = Math.round(part * rows / 4);
    if (part === 0 || row > 0) texts.append(make("span", { style: `top: ${row * high}px` }, hex(begins[row])));
  }
  return `offset 0 to ${hex(begins[rows])}, top to bottom, logarithmic`;
}
const renderMap = (...where) => data.whole ? renderAccesses(...where) : renderDensity(...where);

const deepest = Math.max(1, ...data.frames.map((frame) => frame.depth), ...data.more_frames.map((column) => column[4]));
function renderFrames(svg, height, texts) {
  const high = height / deepest;
  // Frames that are only counted: the more of them begin in a column, the stronger it is.
  const most = Math.max(1, ...data.more_frames.map((column) => column[1]));
  for (const [step, entered, failed, least, greatest] of data.more_frames) {
    const end = Math.min(step + data.steps_a_column, data.steps);
    if (end <= view.begin || step >= view.end) continue;
    const [x, wide] = [toX(step), Math.max(toX(end) - toX(step), 1)];
    const part = draw("g", {});
    if (entered)
      part.append(draw("rect", { x, y: (least - 1) * high, width: wide, height: (greatest - least + 1) * high, fill: "var(--memory)",
        "fill-opacity": (0.15 + 0.75 * Math.log2(1 + entered) / Math.log2(1 + most)).toFixed(2) }));
    if (failed) part.append(draw("rect", { x, y: height - 3, width: wide, height: 3, fill: "var(--write)" }));
    part.append(draw("title", {}, `steps ${grouped(step)} to ${grouped(end - 1)}: ${counted(entered, "more frame")}`
      + (entered ? `, depth ${least === greatest ? least : `${least} to ${greatest}`}` : "") + (failed ? `, ${grouped(failed)} failed` : "")));
    svg.append(part);
  }
  data.frames.forEach((frame) => {
    if (frame.end <= view.begin || frame.begin >= view.end) return;
    const x = Math.max(toX(frame.begin), 0);
    const wide = Math.max(Math.min(toX(frame.end), width) - x, 1);
    const top = (frame.depth - 1) * high;
    const box = draw("rect", { x, y: top + 0.5, width: wide, height: Math.max(high - 1, 0.5), rx: 2,
      fill: frame.failed ? "var(--write)" : "var(--memory)", "fill-opacity": 0.18 + 0.17 * (frame.frame % 2) });
    box.append(draw("title", {}, frame.label));
    svg.append(box);
    if (wide > 90 && high > 12)
      texts.append(make("span", { class: "frame", style: `left: ${x / width * 100}%; width: ${wide / width * 100}%; top: ${top}px; line-height: ${high}px` }, frame.label));
  });
  const rest = data.frame_count - data.frames.length;
  if (rest <= 0) return counted(data.frame_count, "frame");
  const failed = data.more_frames.reduce((sum, column) => sum + column[2], 0);
  return `${counted(data.frame_count, "frame")}: ${grouped(data.frames.length)} one by one, then ${grouped(rest)} by number, ${grouped(failed)} of them failed`;
}

// What the colours mean; of those only that are on this page.
function showLegend() {
  const add = (look, text) => $("charts-legend").append(make("span", { class: "key" }, make("i", { class: "swatch " + look }), text));
  add("memory", "memory of the running frame");
  add("total", "of all open frames");
  add("gas", "gas left");
  add("is-read", "read");
  add("is-written", "written");
  if (!data.whole) add("is-both", "both; the stronger, the more bytes, logarithmic");
  add("frame", "a call's frame, by depth");
  if (data.frames.some((frame) => frame.failed) || data.more_frames.some((column) => column[2])) add("failed", "one that failed");
  if (data.more_frames.length) add("frames", "frames by number");
  if (data.findings.length) add("flag", "a finding or a warning");
  add("here", "the step that is chosen");
}

// ---- memory at a step -------------------------------------------------------------------------

const rowSize = 32;

// Rows of the frame's memory that anything was ever written to before this step, by their number.
function memoryAt(step) {
  const rows = new Map();
  const frame = data.lines.frame[step];
  for (const [kind, , since, owner, offset, length, bytes, unknown] of data.accesses) {
    if (since > step || owner !== frame || kind === "read") continue;
    let row = null;
    for (let i = 0; i < length; ++i) {
      const at = (offset + i) % rowSize;
      if (!row || at === 0) {
        const number = Math.floor((offset + i) / rowSize);
        row = rows.get(number);
        if (!row) rows.set(number, row = { bytes: new Uint8Array(rowSize), unknown: new Uint8Array(rowSize) });
      }
      row.bytes[at] = parseInt(bytes.substr(2 * i, 2), 16);
      row.unknown[at] = unknown.length && unknown.some(([begin, end]) => begin <= offset + i && offset + i < end) ? 1 : 0;
    }
  }
  return rows;
}

function rowElement(number, row, end, marks, digits) {
  const element = make("div", { class: "row", role: "row", "data-offset": number * rowSize });
  element.append(make("span", { class: "at" }, "0x" + (number * rowSize).toString(16).padStart(digits, "0")));
  const bytes = make("span", {});
  let ascii = "";
  for (let i = 0; i < rowSize;) {
    const look = (k) => {
      const at = number * rowSize + k;
      const names = [];
      if (at >= end) names.push("absent");
      else if (row.unknown[k]) names.push("unknown");
      else if (row.bytes[k] === 0) names.push("zero");
      for (const [kind, from, to] of marks) if (from <= at && at < to && !names.includes(kind)) names.push(kind);
      return names.join(" ");
    };
    const name = look(i);
    let text = "";
    do {
      if (i && i % 8 === 0) text += " ";
      const value = row.bytes[i];
      const absent = name.includes("absent");
      text += absent ? (name === "absent" ? "  " : "··") : row.unknown[i] ? "??" : value.toString(16).padStart(2, "0");
      ascii += absent ? " " : row.unknown[i] ? "?" : value >= 32 && value < 127 ? String.fromCharCode(value) : "·";
      ++i;
    } while (i < rowSize && look(i) === name && i % 8 !== 0);
    bytes.append(make("span", { class: name }, text));
  }
  element.append(bytes, make("span", { class: "ascii" }, ascii));
  return element;
}

function showMemory(step) {
  const rows = memoryAt(step);
  const end = data.lines.size[step];
  const marks = [];
  for (const [kind, by, , owner, offset, length] of data.accesses)
    if (by === step && owner === data.lines.frame[step] && kind !== "reveal")
      marks.push([kind === "read" ? "read" : "write", offset, offset + length]);
  const wanted = new Set([...rows.keys()].filter((number) => number * rowSize < end));
  for (const [, from, to] of marks)
    for (let at = Math.floor(from / rowSize); at * rowSize < to && wanted.size < 4096; ++at) wanted.add(at);
  const rowsMax = 2048;
  const all = [...wanted].sort((a, b) => a - b);
  const numbers = all.slice(0, rowsMax);
  const digits = end > 0x10000 ? 8 : 4;
  const empty = { bytes: new Uint8Array(rowSize), unknown: new Uint8Array(rowSize) };
  const parts = [];
  let done = 0;
  const fold = (until) => {
    if (until - done > 2) parts.push(make("div", { class: "row fold" }, `${hex(done * rowSize)} up to ${hex(until * rowSize - 1)} is zero`));
    else for (let at = done; at < until; ++at) parts.push(rowElement(at, empty, end, marks, digits));
    done = Math.max(done, until);
  };
  for (const number of numbers) {
    fold(Math.min(number, Math.ceil(end / rowSize)));
    parts.push(rowElement(number, rows.get(number) || empty, end, marks, digits));
    done = number + 1;
  }
  if (all.length > rowsMax)
    parts.push(make("div", { class: "row fold" }, `${grouped(all.length - rowsMax)} more rows from ${hex(all[rowsMax] * rowSize)} on are left out; evmmem show has them`));
  else fold(Math.ceil(end / rowSize));
  if (!parts.length) parts.push(make("div", { class: "row fold" }, "memory is empty"));
  $("memory").replaceChildren(...parts);
}

function goTo(step, scroll) {
  view.step = Math.min(Math.max(step, 0), Math.max(data.steps - 1, 0));
  for (const chart of charts) chart.moveCursor();
  if (!data.whole || !data.steps) return;
  step = view.step;
  const lines = data.lines;
  $("slider").value = step;
  $("step-number").textContent = `step ${grouped(step)}, 0 to ${grouped(data.steps - 1)}`;
  const op = data.ops[lines.op[step]];
  const names = data.operand_names[op] || [];
  $("step-line").replaceChildren(make("b", { class: "mono" }, op),
    make("span", { class: "where" }, `  line ${lines.line[step]}, pc ${lines.pc[step]}, depth ${lines.depth[step]}, frame ${lines.frame[step]}, `
      + `${grouped(lines.gas[step])} gas, ${grouped(lines.size[step])} bytes of memory`), make("br"),
    ...lines.operands[step].map((value, i) => make("span", { class: "operand mono" }, make("i", {}, names[i] || ""), value)));
  showMemory(step);
  history.replaceState(null, "", "#step=" + step);
  if (scroll) $("step-section").scrollIntoView({ behavior: "smooth", block: "nearest" });
}

function start() {
  showHead();
  showFindings();
  showTables();
  new Chart("memory of the running frame", 150, renderMemory);
  new Chart("gas left", 90, renderGas);
  new Chart("map of memory", 150, renderMap);
  new Chart("frames", Math.min(deepest * 20, 200), renderFrames);
  showLegend();
  $("all").addEventListener("click", showAll);
  drawCharts();
  window.addEventListener("resize", drawCharts);  // the axis may have room for more
  if (!data.whole || !data.steps) {
    $("step-note").hidden = false;
    $("step-note").textContent = data.note;
    $("step-tools").hidden = true;
    $("step-tools").style.display = "none";
    $("memory-legend").hidden = true;
    return;
  }
  $("slider").max = data.steps - 1;
  $("slider").addEventListener("input", () => goTo(Number($("slider").value), false));
  $("back").addEventListener("click", () => goTo(view.step - 1, false));
  $("forth").addEventListener("click", () => goTo(view.step + 1, false));
  const fromAddress = () => /^#step=(\d+)$/.exec(location.hash);
  window.addEventListener("hashchange", () => { if (fromAddress()) goTo(Number(fromAddress()[1]), false); });
  goTo(fromAddress() ? Number(fromAddress()[1]) : data.findings.length ? data.findings[0].step : data.steps - 1, false);
}
start();
