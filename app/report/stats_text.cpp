// SPDX-License-Identifier: MIT
#include "stats_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/host/json.hpp"
#include "app/text/escape.hpp"
#include "app/text/quantity.hpp"
#include "app/text/text_table.hpp"
#include "app/text/wrapped_text.hpp"
#include "core/opcode_table.hpp"
#include "step_json.hpp"

namespace evmmem::app {
namespace {

using nlohmann::ordered_json;
using enum TextTable::Align;

std::string percent(std::uint64_t part, std::uint64_t whole) {
    if (whole == 0) return "";
    return fmt::format("{:.1f} %", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

struct Totals {
    std::uint64_t gas = 0, grown = 0, used = 0, written = 0;
};

Totals totals(const traces::MemoryStats& stats) {
    Totals sum;
    for (const auto& frame : stats.frames()) {
        sum.gas += frame.gas;
        sum.grown += frame.size;
        sum.used += frame.bytes_used;
        sum.written += frame.bytes_written_once;
    }
    return sum;
}

// The frames that spent most on memory, then the largest; the first of equals first.
std::vector<traces::FrameMemoryStats> dearest_frames(const traces::MemoryStats& stats,
                                                     std::size_t top) {
    auto frames = stats.frames();
    std::ranges::sort(frames, [](const auto& a, const auto& b) {
        if (a.gas != b.gas) return a.gas > b.gas;
        return a.size != b.size ? a.size > b.size : a.frame < b.frame;
    });
    if (frames.size() > top) frames.resize(top);
    return frames;
}

constexpr std::size_t indent = 2;

std::string section(const std::string& title, const TextTable& table, std::size_t columns,
                    const Palette& palette) {
    const auto lines = table.lines(indent, columns);
    if (lines.size() < 2) return "";
    std::string text = "\n" + palette.strong(title) + "\n";
    for (std::size_t i = 0; i < lines.size(); ++i)
        text += (i == 0 ? palette.dim(lines[i]) : lines[i]) + "\n";
    if (const auto hidden = table.left_out(indent, columns); !hidden.empty())
        text += palette.dim(hidden) + "\n";
    return text;
}

// A bar for each part of the steps, as high as memory was there at its largest.
std::string growth_text(const std::vector<traces::GrowthPoint>& growth, std::uint64_t steps,
                        std::size_t columns) {
    static constexpr const char* bars[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    std::uint64_t most = 0;
    for (const auto& point : growth)
        most = std::max(most, point.bytes);
    if (most == 0 || steps == 0) return "";
    std::vector<std::uint64_t> heights(columns);
    for (std::size_t i = 0; i < growth.size(); ++i) {
        const std::uint64_t begin = std::min(growth[i].step, steps - 1);
        const std::uint64_t end = i + 1 < growth.size() ? growth[i + 1].step : steps;
        const auto column = [&](std::uint64_t step) {
            return static_cast<std::size_t>(static_cast<double>(step) *
                                            static_cast<double>(columns) /
                                            static_cast<double>(steps));
        };
        const std::size_t last = std::min(column(std::max(end, begin + 1) - 1), columns - 1);
        for (std::size_t k = std::min(column(begin), columns - 1); k <= last; ++k)
            heights[k] = std::max(heights[k], growth[i].bytes);
    }
    std::string text;
    for (const std::uint64_t height : heights) {
        const auto eighths =
            static_cast<std::size_t>(8.0 * static_cast<double>(height) / static_cast<double>(most));
        text += bars[height > 0 ? std::max<std::size_t>(eighths, 1) : 0];
    }
    return text;
}

ordered_json steps_json(const std::vector<traces::StepMemoryStats>& steps) {
    auto result = ordered_json::array();
    for (const auto& each : steps) {
        ordered_json row = step_json(each.step);
        row["gas"] = each.gas;
        row["size_before"] = each.size_before;
        row["size_after"] = each.size_after;
        row["bytes_written"] = each.bytes_written;
        result.push_back(row);
    }
    return result;
}

}  // namespace

std::string stats_text(const std::string& file, const traces::MemoryStats& stats,
                       const traces::ReplaySummary& summary, const std::vector<std::string>& gaps,
                       std::size_t top, std::size_t columns, const Palette& palette) {
    const Totals sum = totals(stats);
    std::string text = palette.strong(escaped(file)) + "\n";
    if (!gaps.empty())
        text += palette.doubtful("  partial: not all of the trace is counted") + "\n";
    for (const auto& gap : gaps)
        text +=
            "  " + palette.doubtful(wrapped_text(escaped(gap), columns - indent, indent)) + "\n";
    TextTable overview{{left, left}};
    overview.add_row({"steps", fmt::format("{} in {}, {}", grouped(summary.steps),
                                           counted(summary.frames, "frame"),
                                           counted(summary.transactions, "transaction"))});
    if (!summary.rules.empty()) overview.add_row({"rules", escaped(summary.rules)});
    overview.add_row({"gas", fmt::format("{} for {}", grouped(sum.gas),
                                         counted(summary.expansions, "expansion"))});
    overview.add_row({"peak", counted(summary.peak_bytes, "byte") + ", all open frames together"});
    overview.add_row({"grown", counted(sum.grown, "byte") + " in all frames"});
    if (sum.grown > 0) {
        overview.add_row(
            {"used", fmt::format("{}, {}: read or written at least once", counted(sum.used, "byte"),
                                 percent(sum.used, sum.grown))});
        overview.add_row({"written", fmt::format("{}, {}", counted(sum.written, "byte"),
                                                 percent(sum.written, sum.grown))});
    }
    for (const auto& line : overview.lines(indent, columns))
        text += line + "\n";
    constexpr std::size_t bars_max = 64;
    const std::size_t bars = std::min(bars_max, columns - indent);
    if (const auto growth = growth_text(stats.growth(), summary.steps, bars); !growth.empty())
        text += "\n" + palette.strong("memory over the steps") + "\n  " + growth + "\n";

    TextTable opcodes{{left, right, right, right, right, right, right, right}};
    opcodes.may_leave_out({"grew", "steps", "bytes grown", "of all", "read"});
    opcodes.add_row({"opcode", "steps", "grew", "gas", "of all", "bytes grown", "read", "written"});
    for (const auto& row : stats.opcodes())
        opcodes.add_row({op_name(row.op), grouped(row.steps), grouped(row.expansions),
                         grouped(row.gas), percent(row.gas, sum.gas), grouped(row.bytes_grown),
                         grouped(row.bytes_read), grouped(row.bytes_written)});
    text += section("by opcode", opcodes, columns, palette);

    TextTable frames{{right, right, left, right, right, right, right, right}};
    frames.may_leave_out({"depth", "used", "steps", "entered by"});
    frames.add_row({"frame", "depth", "entered by", "steps", "gas", "size", "used", "of size"});
    for (const auto& frame : dearest_frames(stats, top))
        frames.add_row(
            {grouped(frame.frame), grouped(frame.depth),
             frame.call ? fmt::format("{} at step {}", op_name(frame.call->op), frame.call->step)
                        : "-",
             grouped(frame.steps), grouped(frame.gas), grouped(frame.size),
             grouped(frame.bytes_used), percent(frame.bytes_used, frame.size)});
    text += section("costliest frames", frames, columns, palette);

    TextTable steps{{right, right, right, left, right, right, right, right}};
    steps.may_leave_out({"line", "pc", "from", "frame"});
    steps.add_row({"step", "line", "pc", "opcode", "frame", "gas", "from", "to bytes"});
    for (const auto& each : stats.costliest())
        steps.add_row({grouped(each.step.step), grouped(each.step.line), grouped(each.step.pc),
                       op_name(each.step.op), grouped(each.step.frame), grouped(each.gas),
                       grouped(each.size_before), grouped(each.size_after)});
    text += section("costliest steps", steps, columns, palette);

    TextTable writers{{right, right, right, left, right, right}};
    writers.may_leave_out({"line", "pc", "frame"});
    writers.add_row({"step", "line", "pc", "opcode", "frame", "bytes written"});
    for (const auto& each : stats.largest())
        writers.add_row({grouped(each.step.step), grouped(each.step.line), grouped(each.step.pc),
                         op_name(each.step.op), grouped(each.step.frame),
                         grouped(each.bytes_written)});
    return text + section("largest writes", writers, columns, palette);
}

std::string stats_json(const std::string& file, const traces::MemoryStats& stats,
                       const traces::ReplaySummary& summary, const std::vector<std::string>& gaps,
                       std::size_t top) {
    const Totals sum = totals(stats);
    ordered_json object{{"file", file},
                        {"steps", summary.steps},
                        {"frames", summary.frames},
                        {"transactions", summary.transactions},
                        {"is_partial", !gaps.empty()},
                        {"partial_because", gaps},
                        {"memory",
                         {{"gas", sum.gas},
                          {"expansions", summary.expansions},
                          {"peak_bytes", summary.peak_bytes},
                          {"grown_bytes", sum.grown},
                          {"used_bytes", sum.used},
                          {"written_bytes", sum.written}}}};
    if (!summary.rules.empty()) object["rules"] = summary.rules;
    auto& opcodes = object["by_opcode"] = ordered_json::array();
    for (const auto& row : stats.opcodes())
        opcodes.push_back({{"op", op_name(row.op)},
                           {"steps", row.steps},
                           {"expansions", row.expansions},
                           {"gas", row.gas},
                           {"bytes_grown", row.bytes_grown},
                           {"bytes_read", row.bytes_read},
                           {"bytes_written", row.bytes_written}});
    auto& frames = object["by_frame"] = ordered_json::array();
    for (const auto& frame : dearest_frames(stats, top)) {
        frames.push_back({{"frame", frame.frame},
                          {"transaction", frame.transaction},
                          {"depth", frame.depth},
                          {"call", nullptr},
                          {"steps", frame.steps},
                          {"gas", frame.gas},
                          {"size", frame.size},
                          {"size_known", frame.is_size_known},
                          {"used_bytes", frame.bytes_used},
                          {"written_bytes", frame.bytes_written_once}});
        if (frame.call) frames.back()["call"] = step_json(*frame.call);
    }
    object["by_step"] = steps_json(stats.costliest());
    object["largest_writes"] = steps_json(stats.largest());
    auto& growth = object["growth"] = ordered_json::array();
    for (const auto& point : stats.growth())
        growth.push_back({point.step, point.bytes});
    return json_line(object);
}

}  // namespace evmmem::app
