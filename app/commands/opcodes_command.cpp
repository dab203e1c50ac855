// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "app/host/json.hpp"
#include "app/host/palette.hpp"
#include "app/host/table_text.hpp"
#include "app/text/text_table.hpp"
#include "commands.hpp"
#include "core/opcode_table.hpp"

namespace evmmem::app {
namespace {

using nlohmann::ordered_json;

// "[s0, s0+s1)": a range of memory, with s0 the top of the stack.
std::string memory_text(const MemoryOperands& operands) {
    if (!operands.exists()) return "";
    if (operands.size == MemoryOperands::none)
        return fmt::format("[s{0}, s{0}+{1})", operands.offset, operands.fixed_size);
    return fmt::format("[s{0}, s{0}+s{1})", operands.offset, operands.size);
}

ordered_json memory_json(const MemoryOperands& operands) {
    if (!operands.exists()) return nullptr;
    if (operands.size == MemoryOperands::none)
        return {{"offset_operand", operands.offset}, {"size_bytes", operands.fixed_size}};
    return {{"offset_operand", operands.offset}, {"size_operand", operands.size}};
}

std::string gas_text(const GasRule& rule) {
    std::string text;
    switch (rule.base) {
        case GasRule::Base::constant: text = fmt::format("{}", rule.constant); break;
        case GasRule::Base::by_state: text = "by state"; break;
        case GasRule::Base::exp: text = "by exponent"; break;
        case GasRule::Base::call: text = "by call"; break;
        case GasRule::Base::create: text = "by create"; break;
        case GasRule::Base::none: return "all";
    }
    if (rule.per_word != 0) text += fmt::format(" + {} a word", rule.per_word);
    if (rule.per_byte != 0) text += fmt::format(" + {} a byte", rule.per_byte);
    return text;
}

std::vector<OpcodeInfo> chosen_rows(const OpcodesArguments& arguments) {
    std::vector<OpcodeInfo> rows;
    for (const auto& row : opcode_rows()) {
        const bool is_named = arguments.names.empty() ||
                              std::ranges::any_of(arguments.names, [&](const std::string& name) {
                                  const OpcodeInfo* named = find_opcode(name);
                                  return named != nullptr && named->opcode == row.opcode;
                              });
        if (is_named && (!arguments.fork || row.since <= *arguments.fork)) rows.push_back(row);
    }
    return rows;
}

}  // namespace

ExitCode run(const OpcodesArguments& arguments, const GeneralOptions& general, Output& output) {
    const auto rows = chosen_rows(arguments);
    if (arguments.format == ListFormat::json) {
        for (const auto& row : rows) {
            const ordered_json object = {{"opcode", static_cast<int>(row.opcode)},
                                         {"name", row.name},
                                         {"pops", row.pops},
                                         {"pushes", row.pushes},
                                         {"reads", memory_json(row.reads)},
                                         {"writes", memory_json(row.writes)},
                                         {"gas", gas_text(row.gas)},
                                         {"since", name(row.since)}};
            output.write(json_line(object));
        }
        return ExitCode::agrees;
    }

    using enum TextTable::Align;
    TextTable table{{left, left, right, right, left, left, left, left}};
    table.add_row({"op", "name", "pops", "pushes", "reads", "writes", "gas", "since"});
    for (const auto& row : rows)
        table.add_row({fmt::format("{:02x}", static_cast<int>(row.opcode)), std::string{row.name},
                       fmt::format("{}", row.pops), fmt::format("{}", row.pushes),
                       memory_text(row.reads), memory_text(row.writes), gas_text(row.gas),
                       std::string{name(row.since)}});
    const Palette palette{wants_color(general.color, STDOUT_FILENO)};
    output.write(table_text(table, palette));
    return ExitCode::agrees;
}

}  // namespace evmmem::app
