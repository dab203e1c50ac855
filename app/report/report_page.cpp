// SPDX-License-Identifier: MIT
#include "report_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>

#include "app/host/json.hpp"
#include "app/host/version.hpp"
#include "app/report/page/texts.hpp"
#include "app/text/escape.hpp"
#include "app/text/quantity.hpp"
#include "blame_text.hpp"
#include "core/hex.hpp"
#include "core/opcode_table.hpp"
#include "forks_text.hpp"
#include "operand_names.hpp"
#include "show_text.hpp"

namespace evmmem::app {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t findings_max = 200;
constexpr std::size_t value_size_max = 1024;  // of a claimed or a computed one, in characters

// A value is shown from a little before its first difference on; of the bytes of a whole memory the
// page needs no more.
std::string value_text(const std::string& value, const std::string& other) {
    std::string text = escaped(value);
    if (text.size() <= value_size_max) return text;
    const auto differs =
        static_cast<std::size_t>(std::ranges::mismatch(value, other).in1 - value.begin());
    std::size_t begin = differs < value_size_max / 2 ? 0 : (differs - value_size_max / 4) / 2 * 2;
    begin = std::min(begin, text.size() - value_size_max);
    const std::size_t left = text.size() - value_size_max;
    return (begin > 0 ? "..." : "") + text.substr(begin, value_size_max) +
           fmt::format("... ({} left out)", counted(left, "character"));
}

ordered_json finding_json(const traces::Finding& finding,
                          const std::vector<traces::RecordedContext>& contexts) {
    ordered_json result{
        {"check", info(finding.check).name},
        {"severity", finding.severity == traces::Severity::warning ? "warning" : "finding"},
        {"step", finding.step},
        {"where",
         fmt::format("line {}: step {}, pc {}, {}, depth {}, frame {}", finding.line, finding.step,
                     finding.pc, finding.op_name, finding.depth, finding.frame)},
        {"claimed", value_text(finding.claimed, finding.computed)},
        {"computed", value_text(finding.computed, finding.claimed)},
        {"detail", escaped(finding.detail)},
        {"rule", rule_text(finding.check)}};
    auto& blame = result["blame"] = ordered_json::array();
    for (const auto& line : blame_lines(finding)) {
        blame.push_back({{"text", line.text}, {"is_origin", line.is_origin}, {"step", nullptr}});
        if (line.step) blame.back()["step"] = *line.step;
    }
    auto& lines = result["context"] = ordered_json::array();
    const auto context = std::ranges::find(contexts, finding.step, &traces::RecordedContext::step);
    if (context == contexts.end()) return result;
    for (const auto& line : context->lines) {
        const std::string text = step_line_text(line);
        lines.push_back({{"step", line.step.step},
                         {"line", line.step.line},
                         {"pc", line.step.pc},
                         {"text", text.substr(text.find(": ") + 2)}});
    }
    return result;
}

std::string frame_label(const traces::RecordedFrame& frame) {
    std::string text = fmt::format("frame {}", frame.frame);
    if (frame.call)
        text += fmt::format(", {} of step {}", op_name(frame.call->op), frame.call->step);
    text += fmt::format(", steps {} to {}, {} of memory", frame.begin,
                        frame.end > frame.begin ? frame.end - 1 : frame.begin,
                        counted(frame.memory_size, "byte"));
    if (frame.ended_by) text += ", " + op_name(*frame.ended_by);
    return text;
}

ordered_json lines_json(const std::vector<traces::StepLine>& lines, ordered_json& ops,
                        ordered_json& operand_names) {
    ordered_json columns;
    for (const char* name : {"line", "pc", "op", "depth", "frame", "gas", "size", "operands"})
        columns[name] = ordered_json::array();
    std::map<Opcode, std::size_t> numbers;
    ops = ordered_json::array();
    operand_names = ordered_json::object();
    for (const auto& line : lines) {
        const auto [number, is_new] = numbers.emplace(line.step.op, numbers.size());
        if (is_new) {
            ops.push_back(op_name(line.step.op));
            auto names = ordered_json::array();
            for (std::size_t i = 0; i < info(line.step.op).pops; ++i)
                names.push_back(operand_name(line.step.op, i));
            if (!names.empty()) operand_names[op_name(line.step.op)] = names;
        }
        columns["line"].push_back(line.step.line);
        columns["pc"].push_back(line.step.pc);
        columns["op"].push_back(number->second);
        columns["depth"].push_back(line.step.depth);
        columns["frame"].push_back(line.step.frame);
        columns["gas"].push_back(line.gas);
        columns["size"].push_back(line.memory_size);
        auto operands = ordered_json::array();
        for (const auto& word : line.operands)
            operands.push_back(encode_hex_quantity(word));
        columns["operands"].push_back(operands);
    }
    return columns;
}

std::string_view name(traces::RecordedAccess::Kind kind) {
    switch (kind) {
        case traces::RecordedAccess::Kind::read: return "read";
        case traces::RecordedAccess::Kind::write: return "write";
        case traces::RecordedAccess::Kind::arrival: return "arrival";
        case traces::RecordedAccess::Kind::reveal: return "reveal";
    }
    std::unreachable();
}

ordered_json accesses_json(const std::vector<traces::RecordedAccess>& accesses) {
    auto result = ordered_json::array();
    for (const auto& access : accesses) {
        ordered_json row = {name(access.kind), access.step,   access.since,
                            access.frame,      access.offset, access.size};
        if (access.kind != traces::RecordedAccess::Kind::read) {
            row.push_back(encode_hex(access.bytes));
            auto unknown = ordered_json::array();
            for (const auto& range : access.unknown)
                unknown.push_back(ordered_json::array({range.begin, range.end}));
            row.push_back(unknown);
        }
        result.push_back(row);
    }
    return result;
}

// Sizes as powers of two: shades of a colour need no more.
ordered_json density_json(const traces::AccessDensity& density) {
    auto columns = ordered_json::array();
    std::size_t rows = 0;
    for (const auto& column : density.columns()) {
        if (column.cells.empty()) continue;
        auto cells = ordered_json::array();
        for (const auto& cell : column.cells) {
            cells.push_back(cell.row);
            cells.push_back(std::bit_width(cell.bytes_read));
            cells.push_back(std::bit_width(cell.bytes_written));
            rows = std::max(rows, cell.row + 1);
        }
        columns.push_back({column.step, std::move(cells)});
    }
    auto begins = ordered_json::array();
    for (std::size_t row = 0; row <= rows; ++row)
        begins.push_back(traces::AccessDensity::begin_of(row));
    return {{"begins", std::move(begins)}, {"columns", std::move(columns)}};
}

ordered_json more_frames_json(const traces::AccessDensity& density) {
    auto result = ordered_json::array();
    for (const auto& [step, cells, frames] : density.columns())
        if (frames.entered > 0 || frames.failed > 0)
            result.push_back(
                {step, frames.entered, frames.failed, frames.depth_min, frames.depth_max});
    return result;
}

ordered_json table_json(const char* caption, std::vector<std::string> head) {
    return {{"caption", caption}, {"head", std::move(head)}, {"rows", ordered_json::array()}};
}

ordered_json tables_json(const traces::MemoryStats& stats) {
    auto opcodes = table_json("by opcode", {"opcode", "steps", "grew", "gas", "read", "written"});
    for (const auto& row : stats.opcodes())
        opcodes["rows"].push_back({op_name(row.op), grouped(row.steps), grouped(row.expansions),
                                   grouped(row.gas), grouped(row.bytes_read),
                                   grouped(row.bytes_written)});
    auto frames = table_json("costliest frames", {"frame", "gas", "size", "used"});
    auto costliest = stats.frames();
    std::ranges::sort(costliest, [](const auto& a, const auto& b) {
        return a.gas != b.gas ? a.gas > b.gas : a.frame < b.frame;
    });
    for (std::size_t i = 0; i < std::min(costliest.size(), page_rows_max); ++i)
        frames["rows"].push_back({grouped(costliest[i].frame), grouped(costliest[i].gas),
                                  grouped(costliest[i].size), grouped(costliest[i].bytes_used)});
    auto steps = table_json("costliest steps", {"step", "opcode", "gas", "to bytes"});
    for (const auto& each : stats.costliest())
        steps["rows"].push_back({grouped(each.step.step), op_name(each.step.op), grouped(each.gas),
                                 grouped(each.size_after)});
    auto result = ordered_json::array();
    for (auto& table : {opcodes, frames, steps})
        if (!table["rows"].empty()) result.push_back(table);
    return result;
}

ordered_json totals_json(const ReportContent& content) {
    const auto& summary = content.summary;
    auto totals = ordered_json::array();
    const auto add = [&](const char* label, const std::string& value) {
        totals.push_back({label, value});
    };
    add("steps", grouped(summary.steps));
    add("frames", grouped(summary.frames));
    add("transactions", grouped(summary.transactions));
    if (!summary.rules.empty()) add("rules", summary.rules);
    add("memory at its peak", counted(summary.peak_bytes, "byte"));
    add("expansions", grouped(summary.expansions));
    add("gas for them", grouped(summary.memory_gas));
    add("forks", summary.fork_runs.size() > 1 ? "not the same in all transactions"
                                              : forks_text(summary.forks));
    if (content.replay != nullptr && content.replay->dialect != nullptr)
        add("dialect", std::string{content.replay->dialect->name});
    return totals;
}

std::string sentence(const ReplayReport& replay) {
    const auto& summary = replay.summary;
    std::string text = counted(summary.findings, "finding");
    if (summary.warnings > 0) text += ", " + counted(summary.warnings, "warning");
    return text;
}

ordered_json content_json(const ReportContent& content, const std::string& made) {
    const auto& recording = content.recording;
    ordered_json data;
    data["made"] = fmt::format("evmmem {}, {}", version(), made);
    data["file"] = escaped(content.file);
    data["gaps"] = ordered_json::array();
    data["verdict"] = nullptr;
    data["sentence"] = "Where its memory goes";
    data["totals"] = totals_json(content);
    auto& findings = data["findings"] = ordered_json::array();
    data["checks"] = nullptr;
    if (const ReplayReport* replay = content.replay) {
        data["verdict"] = name(replay->verdict);
        data["sentence"] = sentence(*replay);
        for (const auto& gap : replay->gaps)
            data["gaps"].push_back(escaped(gap));
        for (const auto* kept : {&replay->findings, &replay->warnings})
            for (const auto& finding : *kept)
                if (findings.size() < findings_max)
                    findings.push_back(finding_json(finding, recording.contexts()));
        const std::uint64_t all = replay->summary.findings + replay->summary.warnings;
        if (all > findings.size() && !findings.empty())
            data["hidden_findings"] = counted(all - findings.size(), "more finding") +
                                      " not shown; --max-findings N shows more";
        if (!replay->unexplained.empty())
            data["unexplained"] = "what led to it is not known: " + escaped(replay->unexplained);
        auto& checks = data["checks"] = ordered_json::array();
        for (const auto& check : traces::checks()) {
            const auto& count = replay->summary.checks[static_cast<std::size_t>(check.check)];
            if (count.made > 0 || count.impossible > 0)
                checks.push_back({check.name, count.made, count.failed, count.impossible});
        }
    }
    data["tables"] = tables_json(content.stats);
    data["steps"] = recording.step_count();
    data["whole"] = recording.is_whole();
    data["note"] = recording.step_count() == 0
                       ? "There is no step in it."
                       : "The trace is too long to be kept in a page; "
                         "evmmem show TRACE --step N shows the memory of any step.";
    auto& course = data["course"] = ordered_json::array();
    for (const auto& point : recording.course())
        course.push_back({point.step, point.memory, point.total_memory, point.gas, point.depth});
    data["density"] = recording.is_whole() ? ordered_json{} : density_json(recording.density());
    auto& frames = data["frames"] = ordered_json::array();
    for (const auto& frame : recording.frames())
        frames.push_back({{"frame", frame.frame},
                          {"depth", frame.depth},
                          {"begin", frame.begin},
                          {"end", frame.end},
                          {"failed", traces::RecordedFrame::is_failure(frame.ended_by)},
                          {"label", frame_label(frame)}});
    data["frame_count"] = recording.frame_count();
    data["steps_a_column"] = recording.density().steps_a_column();
    data["more_frames"] = more_frames_json(recording.density());
    ordered_json ops, operand_names;
    data["lines"] = lines_json(recording.lines(), ops, operand_names);
    data["ops"] = ops;
    data["operand_names"] = operand_names;
    data["accesses"] = accesses_json(recording.accesses());
    return data;
}

// "<" could end the element that the data stand in.
std::string embedded(const ordered_json& data) {
    const std::string text = json_text(data);
    std::string result;
    result.reserve(text.size());
    for (const char c : text) {
        if (c == '<')
            result += "\\u003c";
        else
            result += c;
    }
    return result;
}

}  // namespace

std::vector<std::uint64_t> steps_that_matter(const ReplayReport& replay) {
    std::vector<std::uint64_t> steps;
    for (const auto* kept : {&replay.findings, &replay.warnings})
        for (const auto& finding : *kept)
            steps.push_back(finding.step);
    return steps;
}

std::string report_page(const ReportContent& content, const std::string& made) {
    std::string page;
    std::string_view rest = report::page_html;
    const std::string data = embedded(content_json(content, made));
    const std::pair<std::string_view, std::string_view> parts[] = {
        {"@STYLE@", report::style_css}, {"@DATA@", data}, {"@SCRIPT@", report::script_js}};
    for (const auto& [mark, text] : parts) {
        const auto at = rest.find(mark);
        page += rest.substr(0, at);
        page += text;
        rest.remove_prefix(at + mark.size());
    }
    return page += rest;
}

}  // namespace evmmem::app
