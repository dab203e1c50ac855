// SPDX-License-Identifier: MIT
#include "app/command_line/help_text.hpp"

#include <doctest/doctest.h>

#include <sstream>

#include "app/command_line/command_line.hpp"

using namespace evmmem::app;

TEST_CASE("no line of any help is wider than a terminal") {
    const auto program = describe_command_line();
    std::string text = help_text(program, program.name);
    for (const auto& command : program.commands)
        text += help_text(command, program.name + " " + command.name);
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);) {
        CAPTURE(line);
        CHECK(line.size() <= 80);
    }
}
