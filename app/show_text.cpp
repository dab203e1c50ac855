// SPDX-License-Identifier: MIT
#include "show_text.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/hex.hpp"
#include "core/opcode_table.hpp"
#include "memory_rows.hpp"
#include "operand_names.hpp"
#include "quantity.hpp"

namespace evmmem::app {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t columns_with_ascii = 109;
constexpr std::size_t value_bytes_max = 32;  // of a write, in one line of text

std::string op_name(Opcode op) {
    const OpcodeInfo& row = info(op);
    return row.exists ? std::string{row.name}
                      : fmt::format("0x{:02x}", static_cast<unsigned>(std::to_underlying(op)));
}

// Hex digits without a prefix, "??" where nobody vouches for the byte.
std::string hex_with_gaps(std::span<const std::uint8_t> bytes, std::uint64_t offset,
                          std::span<const KnownBytes::Range> unknown) {
    std::string text = encode_hex(bytes);
    for (const auto& range : unknown)
        for (std::uint64_t at = range.begin; at < range.end; ++at)
            text.replace((at - offset) * 2, 2, "??");
    return text;
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

ordered_json line_json(const traces::StepLine& line) {
    ordered_json operands = ordered_json::array();
    for (const auto& word : line.operands)
        operands.push_back(encode_hex_quantity(word));
    return {{"step", line.step.step},   {"line", line.step.line},
            {"pc", line.step.pc},       {"op", op_name(line.step.op)},
            {"depth", line.step.depth}, {"frame", line.step.frame},
            {"gas", line.gas},          {"memory_size", line.memory_size},
            {"failed", line.failed},    {"operands", operands}};
}

std::string stack_text(const traces::StepView& view) {
    if (!view.line.has_stack) return "  stack     not shown by the trace\n";
    if (view.stack.empty()) return "  stack     empty\n";
    std::string text;
    const std::size_t pops = info(view.line.step.op).pops;
    for (std::size_t i = 0; i < view.stack.size(); ++i) {
        const std::string_view name = i < pops ? operand_name(view.line.step.op, i) : "";
        text += fmt::format("  {:<8}  {:<13}  {}\n", i == 0 ? "stack" : "", name,
                            encode_hex_quantity(view.stack[i]));
    }
    if (view.line.stack_size > view.stack.size())
        text += fmt::format("            {} below\n",
                            counted(view.line.stack_size - view.stack.size(), "item"));
    return text;
}

std::string neighbours_text(const std::vector<traces::StepLine>& lines) {
    std::string text;
    for (const auto& line : lines)
        text += "  " + step_line_text(line) + "\n";
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
    std::string text = neighbours_text(view.before);
    text += palette.strong(fmt::format("step {}: {}", step.step, op_name(step.op)));
    text += fmt::format(
        "  line {}, pc {}, depth {}, frame {}{}{}\n", step.line, step.pc, step.depth, step.frame,
        view.transaction > 0 ? fmt::format(", transaction {}", view.transaction) : "",
        view.line.failed ? ", fails" : "");
    text += fmt::format("  gas       {}{}\n", grouped(view.line.gas),
                        view.gas_cost ? fmt::format(", costs {}", grouped(*view.gas_cost)) : "");
    text += stack_text(view);
    text += fmt::format("  reads     {}\n", extent(view.reads));
    text += fmt::format("  writes    {}{}\n", extent(view.writes),
                        view.arrives_later && !view.writes.empty()
                            ? ", as much as the call returns, when it is over"
                            : "");
    if (!view.written.empty()) {
        const std::size_t shown = std::min(view.written.size(), value_bytes_max);
        text += fmt::format("            0x{}{}\n",
                            hex_with_gaps(view.written, view.writes.offset(), view.written_unknown)
                                .substr(0, shown * 2),
                            view.written.size() > shown ? "..." : "");
    }
    if (view.size_after > view.line.memory_size)
        text += fmt::format(
            "  grows     from {} to {}{}\n", grouped(view.line.memory_size),
            counted(view.size_after, "byte"),
            view.expansion_gas ? fmt::format(", for {} gas", grouped(*view.expansion_gas)) : "");
    text += fmt::format(
        "  memory    {}{}{}, as the step finds it\n",
        view.is_own ? "" : fmt::format("of frame {} at depth {}, ", view.frame, view.depth),
        counted(view.memory.size(), "byte"),
        view.is_size_known ? "" : " or another size: steps are missing before it");
    MemoryRows rows{view.memory, view.unknown, {}, {}, only, columns >= columns_with_ascii};
    if (view.is_own) {
        rows.reads = view.reads;
        rows.writes = view.writes;
    }
    const auto lines = memory_lines(rows, palette);
    if (!lines.empty()) text += "\n";
    for (const auto& line : lines)
        text += line + "\n";
    if (view.is_own && (!view.reads.empty() || !view.writes.empty()) && !lines.empty())
        text += palette.dim("\n^ read, + written, * both, ?? unknown, .. not there yet\n");
    text += neighbours_text(view.after);
    return text;
}

std::string step_view_json(const std::string& file, const traces::StepView& view) {
    ordered_json object{{"file", file}};
    object.update(line_json(view.line));
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
            array.push_back(line_json(line));
    }
    return object.dump(-1, ' ', true, ordered_json::error_handler_t::replace) + "\n";
}

std::string write_text(const traces::MemoryWrite& write, const Palette& palette) {
    const std::size_t shown = std::min(write.bytes.size(), value_bytes_max);
    const auto& step = write.step;
    return fmt::format(
        "step {}, line {}, pc {}, {}, depth {}, frame {}\n  {}  {}{}{}\n", step.step, step.line,
        step.pc, palette.strong(op_name(step.op)), step.depth, step.frame,
        write.bytes.size() == 1
            ? fmt::format("0x{:x}", write.offset)
            : fmt::format("0x{:x}..0x{:x}", write.offset, write.offset + write.bytes.size() - 1),
        hex_with_gaps(write.bytes, write.offset, write.unknown).substr(0, shown * 2),
        write.bytes.size() > shown ? "..." : "", write.is_output ? "  (the call's output)" : "");
}

std::string write_json(const traces::MemoryWrite& write) {
    const auto& step = write.step;
    const ordered_json object{{"step", step.step},
                              {"line", step.line},
                              {"pc", step.pc},
                              {"op", op_name(step.op)},
                              {"depth", step.depth},
                              {"frame", step.frame},
                              {"transaction", write.transaction},
                              {"range", range_json(write.range)},
                              {"offset", write.offset},
                              {"bytes", "0x" + encode_hex(write.bytes)},
                              {"unknown", unknown_json(write.unknown)},
                              {"is_output", write.is_output}};
    return object.dump() + "\n";
}

}  // namespace evmmem::app
