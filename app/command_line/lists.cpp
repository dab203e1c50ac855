// SPDX-License-Identifier: MIT
// The commands that print what evmmem knows: their options are few.
#include <fmt/format.h>

#include "app/text/escape.hpp"
#include "core/opcode_table.hpp"
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
