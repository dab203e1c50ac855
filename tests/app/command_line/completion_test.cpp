// SPDX-License-Identifier: MIT
#include "app/command_line/completion.hpp"

#include <doctest/doctest.h>

#include "app/command_line/command_line.hpp"

using namespace evmmem::app;

TEST_CASE("every command and every option is in the completions of every shell") {
    const auto program = describe_command_line();
    for (const Shell shell : {Shell::bash, Shell::zsh, Shell::fish}) {
        const auto script = completion_script(shell, program);
        CAPTURE(script);
        for (const auto& command : program.commands) {
            CHECK(script.find(command.name) != std::string::npos);
            for (const auto& option : command.options) {
                if (option.is_positional) continue;
                const auto name =
                    shell == Shell::fish ? option.names.back().substr(2) : option.names.back();
                CHECK(script.find(name) != std::string::npos);
            }
        }
    }
}

TEST_CASE("descriptions cannot break out of a script's quotes") {
    CommandDescription program;
    program.name = "p";
    CommandDescription command;
    command.name = "c";
    command.description = "it's [a]: $(x) \\";
    OptionDescription option;
    option.names = {"--o"};
    option.description = "it's [b]: `y`";
    command.options.push_back(option);
    program.commands.push_back(command);
    const auto zsh = completion_script(Shell::zsh, program);
    CHECK(zsh.find(R"('c:it'\''s \[a\]\: $(x) \\')") != std::string::npos);
    CHECK(zsh.find(R"('--o[it'\''s \[b\]\: `y`]')") != std::string::npos);
    const auto fish = completion_script(Shell::fish, program);
    CHECK(fish.find(R"(-d 'it\'s [a]: $(x) \\')") != std::string::npos);
}
