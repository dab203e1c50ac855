// SPDX-License-Identifier: MIT
#include "manual.hpp"

#include <fmt/format.h>

#include <sstream>

#include "app/host/exit_code.hpp"
#include "app/host/version.hpp"

namespace evmmem::app {
namespace {

// Text that troff takes as it is: no dashes that become hyphens, no requests at the start of a
// line.
std::string roff(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c == '\\')
            result += "\\e";
        else if (c == '-')
            result += "\\-";
        else if ((c == '.' || c == '\'') && (result.empty() || result.back() == '\n'))
            result += std::string{"\\&"} + c;
        else
            result += c;
    }
    return result;
}

std::string option_entry(const OptionDescription& option) {
    std::string left;
    for (const auto& name : option.names) {
        if (!left.empty()) left += ", ";
        left += fmt::format("\\fB{}\\fR", roff(name));
    }
    if (!option.is_positional && !option.value.empty())
        left += fmt::format(" \\fI{}\\fR", roff(option.value));
    if (option.is_positional && option.is_repeatable) left += "...";

    std::string right = roff(option.description);
    if (!option.choices.empty())
        right += roff(fmt::format(": {}", fmt::join(option.choices, ", ")));
    if (!option.default_value.empty())
        right += roff(fmt::format(" (default: {})", option.default_value));
    return fmt::format(".TP\n{}\n{}\n", left, right);
}

bool is_general(const OptionDescription& option) {
    return option.group == general_group;
}

std::string command_section(const CommandDescription& command) {
    std::string text = fmt::format(".SS {}\n{}\n", roff(command.name), roff(command.description));
    for (const auto& option : command.options)
        if (!is_general(option)) text += option_entry(option);
    return text;
}

std::string examples(const CommandDescription& command) {
    std::istringstream lines{command.examples};
    std::string text;
    for (std::string line; std::getline(lines, line);)
        text += roff(line) + "\n";
    return text;
}

// What no option says.
constexpr const char* limits =
    ".SH LIMITS\n"
    "What a trace can ask for is bounded by \\fB\\-\\-max\\-line\\fR, \\fB\\-\\-max\\-memory\\fR, "
    "\\fB\\-\\-max\\-ratio\\fR and \\fB\\-\\-max\\-findings\\fR; a message about one of them names "
    "it, and to what to raise it. Besides, one layer of compression is undone, in a window of 128 "
    "MiB; 4 MiB of headers may stand before a member of an archive; 1025 frames can be open, and a "
    "step beyond them is a finding; JSON is nested 1024 deep; "
    "the first step comes within 64 MiB, and between two steps lie at most 256 MiB.\n";

}  // namespace

std::string manual_page(const CommandDescription& program) {
    std::string text = fmt::format(
        ".\\\" Printed by `{0} manual`.\n"
        ".TH EVMMEM 1 \"\" \"{0} {1}\" \"User Commands\"\n"
        ".SH NAME\n{0} \\- check the memory of the Ethereum Virtual Machine from a trace\n"
        ".SH SYNOPSIS\n.B {0}\n\\fICOMMAND\\fR [\\fIOPTION\\fR...] [\\fIARGUMENT\\fR...]\n"
        ".SH DESCRIPTION\n{2}\n"
        "Results go to standard output, everything else to standard error.\n"
        ".SH COMMANDS\n",
        program.name, version(), roff(program.description));
    for (const auto& command : program.commands)
        text += command_section(command);

    text += ".SH GENERAL OPTIONS\n";
    for (const auto& option : program.options)
        if (is_general(option)) text += option_entry(option);

    text += ".SH EXIT STATUS\nThe worst of all inputs, in the order of this list.\n";
    for (const ExitCode code : exit_codes)
        text += fmt::format(".TP\n{}\n{}\n", to_int(code), roff(meaning(code)));

    text += limits;
    text +=
        ".SH ENVIRONMENT\n.TP\nNO_COLOR\nwhen set and not empty, \\-\\-color auto means never\n"
        ".TP\nCOLUMNS\nhow wide text may be on a terminal, instead of what the terminal says\n"
        ".TP\nTMPDIR\nwhere standard input is kept when it has to be read twice\n"
        ".SH EXAMPLES\n.nf\n";
    for (const auto& command : program.commands)
        text += examples(command);
    return text + ".fi\n";
}

}  // namespace evmmem::app
