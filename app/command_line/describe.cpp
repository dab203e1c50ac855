// SPDX-License-Identifier: MIT
#include "describe.hpp"

#include <CLI/CLI.hpp>

namespace evmmem::app {
namespace {

OptionDescription describe(const CLI::Option& option) {
    OptionDescription result;
    result.is_positional = option.get_positional();
    if (result.is_positional) result.names.push_back(option.get_name(true, false));
    for (const auto& name : option.get_snames())
        result.names.push_back("-" + name);
    for (const auto& name : option.get_lnames())
        result.names.push_back("--" + name);
    result.description = option.get_description();
    result.group = result.is_positional ? "Arguments" : option.get_group();
    result.is_required = option.get_required();
    result.is_repeatable = option.get_expected_max() > 1;
    result.default_value = option.get_default_str();
    if (option.get_type_size() == 0) return result;

    // "{text,json}" or a label such as "N".
    const std::string label = option.get_type_name();
    result.takes_file = label.find("FILE") != std::string::npos;
    if (!label.starts_with('{')) {
        // "NAME:{geth,besu}", or what a validator appends
        const auto colon = label.find(':');
        result.value = label.substr(0, colon);
        if (colon != label.npos && label.substr(colon + 1).starts_with('{'))
            result.candidates =
                CLI::detail::split(label.substr(colon + 2, label.size() - colon - 3), ',');
        return result;
    }
    for (auto& choice : CLI::detail::split(label.substr(1, label.size() - 2), ','))
        result.choices.push_back(choice);
    if (result.is_positional) return result;
    // --log-level takes a LEVEL.
    const std::string& long_name = result.names.back();
    for (const char c : long_name.substr(long_name.find_last_of('-') + 1))
        result.value += static_cast<char>(c - 'a' + 'A');
    return result;
}

}  // namespace

CommandDescription describe(const CLI::App& app) {
    CommandDescription result;
    result.name = app.get_name();
    result.description = app.get_description();
    for (const bool is_positional : {true, false})
        for (const CLI::Option* option : app.get_options())
            if (option->get_positional() == is_positional && !option->get_group().empty())
                result.options.push_back(describe(*option));
    for (const CLI::App* command : app.get_subcommands({}))
        result.commands.push_back(describe(*command));
    return result;
}

}  // namespace evmmem::app
