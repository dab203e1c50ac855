// SPDX-License-Identifier: MIT
// The commands that print what evmmem knows: their options are few.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "app/text/escape.hpp"
#include "core/opcode_table.hpp"
#include "core/rule_key.hpp"
#include "definitions.hpp"
#include "option_kinds.hpp"

namespace evmmem::app {

void define_dialects(CLI::App& app, Invocation& invocation) {
    add_list_format(app, invocation.command.emplace<DialectsArguments>().format);
}

void define_checks(CLI::App& app, Invocation& invocation) {
    add_list_format(app, invocation.command.emplace<ChecksArguments>().format);
}

void define_opcodes(CLI::App& app, Invocation& invocation) {
    auto& arguments = invocation.command.emplace<OpcodesArguments>();
    app.add_option("NAME", arguments.names, "mnemonics; all instructions when there is none")
        ->type_name("NAME")
        ->check([](const std::string& text) {
            return find_opcode(text) != nullptr
                       ? std::string{}
                       : fmt::format("there is no instruction '{}'", escaped(text, 60));
        });
    add_fork(app, arguments.fork, "only the instructions of this fork");
    add_list_format(app, arguments.format);
}

void define_rules(CLI::App& app, Invocation& invocation) {
    auto& arguments = invocation.command.emplace<RulesArguments>();
    std::set<std::string> names;
    for (const RuleKey key : all_rule_keys()) {
        const std::string text = key.text();
        names.insert(text);
        names.insert(text.substr(0, text.find('.')));
    }
    const std::vector<std::string> known{names.begin(), names.end()};
    app.add_option("NAME", arguments.names,
                   "numbers, or groups of them as memory and instructions; all when there is none")
        ->type_name("NAME")
        ->check([known](const std::string& text) {
            return std::ranges::find(known, text) != known.end()
                       ? std::string{}
                       : refusal(text, "no number or group of the rules", known);
        });
    add_fork(app, arguments.fork, "what is in force in this fork, and not what each fork changes");
    auto* rules = add_rules(app, arguments.rules,
                            "what these rules change of a fork's, or with --fork all their numbers "
                            "on top of it");
    app.add_flag("--list", arguments.is_list, "the rules that have a name, and their sources")
        ->excludes(rules);
    add_choice<RulesFormat>(
        app, "--format", arguments.format,
        {{"text", RulesFormat::text}, {"json", RulesFormat::json}, {"toml", RulesFormat::toml}},
        "how to print it")
        ->default_str("text");
}

void define_completion(CLI::App& app, Invocation& invocation) {
    auto& arguments = invocation.command.emplace<CompletionArguments>();
    add_choice<Shell>(app, "SHELL", arguments.shell,
                      {{"bash", Shell::bash}, {"zsh", Shell::zsh}, {"fish", Shell::fish}},
                      "the shell that is to read it")
        ->required();
}

void define_manual(CLI::App&, Invocation& invocation) {
    invocation.command.emplace<ManualArguments>();
}

}  // namespace evmmem::app
