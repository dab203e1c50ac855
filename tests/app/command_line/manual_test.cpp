// SPDX-License-Identifier: MIT
#include "app/command_line/manual.hpp"

#include <doctest/doctest.h>

#include <string>

#include "app/command_line/command_line.hpp"
#include "app/host/exit_code.hpp"

using namespace evmmem::app;

TEST_CASE("the manual page has every command, option and exit code") {
    const auto program = describe_command_line();
    const auto page = manual_page(program);
    for (const auto& command : program.commands) {
        CAPTURE(command.name);
        CHECK(page.find(".SS " + command.name + "\n") != std::string::npos);
    }
    CHECK(page.find("\\fB\\-\\-max\\-findings\\fR \\fIN\\fR") != std::string::npos);
    for (const ExitCode code : exit_codes)
        CHECK(page.find(".TP\n" + std::to_string(to_int(code)) + "\n") != std::string::npos);
}

TEST_CASE("the manual page names every option that is a limit, and what no option says") {
    const auto page = manual_page(describe_command_line());
    const auto limits = page.substr(page.find(".SH LIMITS\n"), 700);
    for (const char* option : {"line", "memory", "ratio", "findings"}) {
        CAPTURE(option);
        CHECK(limits.find(std::string{"\\-\\-max\\-"} + option) != std::string::npos);
    }
    CHECK(limits.find("1025 frames") != std::string::npos);
}

TEST_CASE("text in the manual page is text, not a request of troff") {
    CommandDescription program;
    program.name = "p";
    program.description = ".so \\x";
    CHECK(manual_page(program).find("\\&.so \\ex\n") != std::string::npos);
}
