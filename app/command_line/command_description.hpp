// SPDX-License-Identifier: MIT
// The command line as data: what commands and options there are, as the command line itself defines
// them. Help, completions and the manual page are printed from it, so that none of them can be out
// of date.
#pragma once

#include <string>
#include <vector>

namespace evmmem::app {

/// The heading that the options of every command stand under.
inline constexpr const char* general_group = "General options";

struct OptionDescription {
    std::vector<std::string> names;  ///< with dashes, the long one last; of a positional: its label
    std::string value;               ///< the label of its value: "FORMAT"; empty for a flag
    std::vector<std::string> choices;     ///< the values that it takes; empty: any
    std::vector<std::string> candidates;  ///< values worth proposing, too many to list in the help
    std::string default_value;            ///< empty: none
    std::string description;
    std::string group;  ///< the heading that it stands under
    bool is_positional = false;
    bool is_required = false;
    bool is_repeatable = false;
    bool takes_file = false;
};

struct CommandDescription {
    std::string name;         ///< "evmmem" or a subcommand
    std::string description;  ///< one sentence
    std::string examples;     ///< lines, each a command or a "# comment"
    std::vector<OptionDescription> options;
    std::vector<CommandDescription> commands;
};

}  // namespace evmmem::app
