// SPDX-License-Identifier: MIT
#include "show_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/host/json.hpp"
#include "app/text/quantity.hpp"
#include "app/text/wrapped_text.hpp"
#include "blame_text.hpp"
#include "core/hex.hpp"
#include "core/opcode_table.hpp"
#include "memory_rows.hpp"
#include "operand_names.hpp"
#include "step_json.hpp"

namespace evmmem::app {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t value_bytes_max = 32;  // of a write that are shown in text
constexpr std::size_t hanging = 4;           // by which a line that goes on is indented

std::size_t room(std::size_t columns, std::size_t taken) {
    return columns == unlimited_columns ? unlimited_columns : columns - std::min(taken, columns);
}

// Hex digits without a prefix, "??" where the byte is unknown.
std::string hex_with_gaps(std::span<const std::uint8_t> bytes, std::uint64_t offset,
                          std::span<const KnownBytes::Range> unknown) {
    std::string text = encode_hex(bytes);
    for (const auto& range : unknown)
        for (std::uint64_t at = range.begin; at < range.end; ++at)
            text.replace((at - offset) * 2, 2, "??");
    return text;
}

// The value that was written, as much of it as text shows, after `indent` columns.
std::string value_text(std::span<const std::uint8_t> bytes, std::uint64_t offset,
                       std::span<const KnownBytes::Range> unknown, std::size_t indent,
                       std::size_t columns) {
    std::string text = hex_with_gaps(bytes, offset, unknown);
    if (bytes.size() > value_bytes_max) text.resize(2 * value_bytes_max);
    const std::string_view ellipsis = bytes.size() > value_bytes_max ? "..." : "";
    text = wrapped_digits(text, room(columns, indent + ellipsis.size()), indent);
    return text.append(ellipsis);
}

std::string extent(const MemoryRange& range) {
    return range.empty() ? "nothing"
                         : fmt::format("0x{:x}..0x{:x}, {}", range.offset(), range.end() - 1,
                                       counted(range.size(), "byte"));
}

ordered_json range_json(const MemoryRange& range) {
    if (range.empty()) return nullptr;
    return {{"offset", range.offset()}, {"size", range.size()}};
}

ordered_json unknown_json(std::span<const KnownBytes::Range> unknown) {
    auto result = ordered_json::array();
    for (const auto& range : unknown)
        result.push_back({{"offset", range.begin}, {"size", range.end - range.begin}});
    return result;
}

// A line of words after its indent, with a newline.
std::string paragraph(const std::string& text, std::size_t indent, std::size_t columns) {
    return std::string(indent, ' ') +
           wrapped_text(text, room(columns, indent + hanging), indent + hanging) + "\n";
}

// The same, with a label before it.
std::string labelled(std::string_view label, const std::string& text, std::size_t columns) {
    return fmt::format("  {:<8}  {}\n", label,
                       wrapped_text(text, room(columns, value_column), value_column));
}

std::string stack_text(const traces::StepView& view, std::size_t columns) {
    if (!view.line.has_stack) return "  stack     not shown by the trace\n";
    if (view.stack.empty()) return "  stack     empty\n";
    std::string text;
    const std::size_t pops = info(view.line.step.op).pops;
    for (std::size_t i = 0; i < view.stack.size(); ++i) {
        const std::string_view name = i < pops ? operand_name(view.line.step.op, i) : "";
        constexpr std::size_t indent = value_column + 15;
        text += fmt::format(
            "  {:<8}  {:<13}  {}\n", i == 0 ? "stack" : "", name,
            wrapped_digits(encode_hex_quantity(view.stack[i]), room(columns, indent), indent));
    }
    if (view.line.stack_size > view.stack.size())
        text += fmt::format("            {} below\n",
                            counted(view.line.stack_size - view.stack.size(), "item"));
    return text;
}

std::string neighbours_text(const std::vector<traces::StepLine>& lines, std::size_t columns) {
    std::string text;
    for (const auto& line : lines)
        text += paragraph(step_line_text(line), 2, columns);
    return text;
}

}  // namespace

std::string step_line_text(const traces::StepLine& line) {
    std::string text =
        fmt::format("step {}, line {}, pc {}, depth {}: {}", line.step.step, line.step.line,
                    line.step.pc, line.step.depth, op_name(line.step.op));
    for (std::size_t i = 0; i < line.operands.size(); ++i) {
        const auto name = operand_name(line.step.op, i);
        text += fmt::format(" {}{}{}", name, name.empty() ? "" : "=",
                            encode_hex_quantity(line.operands[i]));
    }
    return text + (line.failed ? " (fails)" : "");
}

std::string step_view_text(const traces::StepView& view, const std::optional<MemoryRange>& only,
                           std::size_t columns, const Palette& palette) {
    const auto& step = view.line.step;
    std::string text = neighbours_text(view.before, columns);
    const std::string title = fmt::format("step {}: {}", step.step, op_name(step.op));
    const std::string place = fmt::format(
        "line {}, pc {}, depth {}, frame {}{}{}", step.line, step.pc, step.depth, step.frame,
        view.transaction > 0 ? fmt::format(", transaction {}", view.transaction) : "",
        view.line.failed ? ", fails" : "");
    const std::string head = paragraph(title + ", " + place, 0, columns);
    text += head.starts_with(title) ? palette.strong(title) + head.substr(title.size()) : head;
    text += labelled("gas",
                     grouped(view.line.gas) +
                         (view.gas_cost ? ", costs " + grouped(*view.gas_cost) : std::string{}),
                     columns);
    text += stack_text(view, columns);
    text += labelled("reads", extent(view.reads), columns);
    text += labelled("writes",
                     extent(view.writes) + (view.arrives_later && !view.writes.empty()
                                                ? ", as much as the call returns, when it is over"
                                                : ""),
                     columns);
    if (!view.written.empty())
        text += fmt::format("{:{}}0x{}\n", "", value_column,
                            value_text(view.written, view.writes.offset(), view.written_unknown,
                                       value_column + 2, columns));
    if (view.size_after > view.line.memory_size)
        text += labelled("grows",
                         fmt::format("from {} to {}{}", grouped(view.line.memory_size),
                                     counted(view.size_after, "byte"),
                                     view.expansion_gas
                                         ? fmt::format(", for {} gas", grouped(*view.expansion_gas))
                                         : ""),
                         columns);
    else if (view.expansion_gas.value_or(0) > 0)
        text += labelled("pages", fmt::format("for {} gas", grouped(*view.expansion_gas)), columns);
    text += labelled(
        "memory",
        fmt::format(
            "{}{}{}, as the step finds it",
            view.is_own ? "" : fmt::format("of frame {} at depth {}, ", view.frame, view.depth),
            counted(view.memory.size(), "byte"),
            view.is_size_known ? "" : " or another size: steps are missing before it"),
        columns);
    MemoryRows rows{view.memory, view.unknown, {}, {}, only, columns};
    if (view.is_own) {
        rows.reads = view.reads;
        rows.writes = view.writes;
    }
    const auto lines = memory_lines(rows, palette);
    if (!lines.empty())
        text += "\n";
    else if (only && !view.memory.empty())
        text += fmt::format("\nmemory ends before 0x{:x}\n", only->offset());
    for (const auto& line : lines)
        text += line + "\n";
    if (view.is_own && (!view.reads.empty() || !view.writes.empty()) && !lines.empty())
        text += "\n" +
                palette.dim(wrapped_text("^ read, + written, * both, ?? unknown, .. not there yet",
                                         columns, 0)) +
                "\n";
    text += neighbours_text(view.after, columns);
    return text;
}

std::string step_view_json(const std::string& file, const traces::StepView& view) {
    ordered_json object{{"file", file}};
    object.update(step_line_json(view.line));
    object["gas_cost"] = view.gas_cost ? ordered_json(*view.gas_cost) : ordered_json(nullptr);
    object["transaction"] = view.transaction;
    auto& stack = object["stack"] = ordered_json::array();
    for (const auto& word : view.stack)
        stack.push_back(encode_hex_quantity(word));
    object["stack_size"] = view.line.stack_size;
    object["reads"] = range_json(view.reads);
    object["writes"] = range_json(view.writes);
    object["arrives_later"] = view.arrives_later;
    object["written"] = view.written.empty() ? ordered_json(nullptr)
                                             : ordered_json("0x" + encode_hex(view.written));
    object["written_unknown"] = unknown_json(view.written_unknown);
    object["memory_size_after"] = view.size_after;
    object["expansion_gas"] =
        view.expansion_gas ? ordered_json(*view.expansion_gas) : ordered_json(nullptr);
    object["memory"] = {{"depth", view.depth},
                        {"frame", view.frame},
                        {"size_known", view.is_size_known},
                        {"bytes", "0x" + encode_hex(view.memory)},
                        {"unknown", unknown_json(view.unknown)}};
    for (const auto& [key, lines] : {std::pair{"before", &view.before}, {"after", &view.after}}) {
        auto& array = object[key] = ordered_json::array();
        for (const auto& line : *lines)
            array.push_back(step_line_json(line));
    }
    return json_line(object);
}

std::string write_text(const traces::MemoryWrite& write, std::size_t columns,
                       const Palette& palette) {
    const auto& step = write.step;
    const std::string bytes = range_text(write.offset, write.bytes.size()) + "  ";
    const std::size_t indent = 2 + bytes.size();
    const std::string op = op_name(step.op);
    std::string text =
        paragraph(fmt::format("step {}, line {}, pc {}, {}, depth {}, frame {}{}", step.step,
                              step.line, step.pc, op, step.depth, step.frame,
                              write.is_output ? ", the call's output" : ""),
                  0, columns);
    text.replace(text.find(op), op.size(), palette.strong(op));
    return text + "  " + bytes +
           value_text(write.bytes, write.offset, write.unknown, indent, columns) + "\n";
}

std::string write_json(const traces::MemoryWrite& write) {
    ordered_json object = step_json(write.step);
    object["transaction"] = write.transaction;
    object["range"] = range_json(write.range);
    object["offset"] = write.offset;
    object["bytes"] = "0x" + encode_hex(write.bytes);
    object["unknown"] = unknown_json(write.unknown);
    object["is_output"] = write.is_output;
    return json_line(object);
}

}  // namespace evmmem::app
