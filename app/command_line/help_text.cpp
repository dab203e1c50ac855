// SPDX-License-Identifier: MIT
#include "help_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "app/text/wrapped_text.hpp"

namespace evmmem::app {
namespace {

constexpr std::size_t width = 80;
constexpr std::size_t description_column = 26;

// "--format FORMAT", "-h, --help", "FILE...".
std::string left_side(const OptionDescription& option) {
    std::string text = fmt::format("{}", fmt::join(option.names, ", "));
    if (!option.is_positional && !option.value.empty()) text += " " + option.value;
    if (option.is_positional && option.is_repeatable) text += "...";
    return text;
}

std::string right_side(const OptionDescription& option) {
    std::string text = option.description;
    if (!option.choices.empty()) text += fmt::format(": {}", fmt::join(option.choices, ", "));
    if (!option.default_value.empty()) text += fmt::format(" (default: {})", option.default_value);
    return text;
}

std::string entry(const std::string& left, const std::string& right) {
    std::string line = "  " + left;
    if (line.size() + 2 > description_column)
        line += "\n" + std::string(description_column, ' ');
    else
        line.resize(description_column, ' ');
    return line + wrapped_text(right, width - description_column, description_column) + "\n";
}

std::string usage(const CommandDescription& command, const std::string& program) {
    std::string line = fmt::format("Usage: {} [OPTION...]", program);
    for (const auto& option : command.options) {
        if (!option.is_positional) continue;
        const auto label = left_side(option);
        line += option.is_required ? " " + label : fmt::format(" [{}]", label);
    }
    if (!command.commands.empty()) line += " COMMAND ...";
    return line + "\n";
}

}  // namespace

std::string help_text(const CommandDescription& command, const std::string& program) {
    std::string text =
        wrapped_text(command.description, width, 0) + "\n\n" + usage(command, program);

    if (!command.commands.empty()) text += "\nCommands:\n";
    for (const auto& each : command.commands)
        text += entry(each.name, each.description);

    // Options stand under their groups, groups in the order in which they first come.
    std::vector<std::string> groups;
    for (const auto& option : command.options)
        if (std::ranges::find(groups, option.group) == groups.end()) groups.push_back(option.group);
    for (const auto& group : groups) {
        text += fmt::format("\n{}:\n", group);
        for (const auto& option : command.options)
            if (option.group == group) text += entry(left_side(option), right_side(option));
    }

    if (!command.examples.empty()) text += "\nExamples:\n";
    std::istringstream examples{command.examples};
    for (std::string line; std::getline(examples, line);)
        text += "  " + line + "\n";
    return text;
}

}  // namespace evmmem::app
