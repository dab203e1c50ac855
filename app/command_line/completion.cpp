// SPDX-License-Identifier: MIT
#include "completion.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace evmmem::app {
namespace {

// The values that an option can be completed to; empty when it takes any.
const std::vector<std::string>& values(const OptionDescription& option) {
    return option.choices.empty() ? option.candidates : option.choices;
}

std::string option_words(const CommandDescription& command) {
    std::vector<std::string> words;
    for (const auto& option : command.options)
        if (!option.is_positional)
            words.insert(words.end(), option.names.begin(), option.names.end());
    return fmt::format("{}", fmt::join(words, " "));
}

std::string command_words(const CommandDescription& program, std::string_view separator) {
    std::vector<std::string> words;
    for (const auto& command : program.commands)
        words.push_back(command.name);
    return fmt::format("{}", fmt::join(words, separator));
}

// What the words of a command that are no options are completed to.
const OptionDescription* positional(const CommandDescription& command) {
    for (const auto& option : command.options)
        if (option.is_positional) return &option;
    return nullptr;
}

// ---- bash --------------------------------------------------------------------------------------

// Names of files may have blanks in them.
constexpr std::string_view bash_files = "local IFS=$'\\n'; COMPREPLY=($(compgen -f -- \"$word\"))";

std::string bash_script(const CommandDescription& program) {
    std::string text = fmt::format(
        "# bash completion for {0}; `{0} completion bash` prints it\n"
        "_{0}() {{\n"
        "    local word=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}} "
        "command= i\n"
        "    # bash takes --option=value apart\n"
        "    if [[ $word == = ]]; then word=\n"
        "    elif [[ $previous == = ]]; then previous=${{COMP_WORDS[COMP_CWORD-2]}}; fi\n"
        "    for ((i = 1; i < COMP_CWORD; ++i)); do\n"
        "        case ${{COMP_WORDS[i]}} in {1}) command=${{COMP_WORDS[i]}}; break ;; esac\n"
        "    done\n"
        "    case $command,$previous in\n",
        program.name, command_words(program, "|"));
    const auto add_values = [&](const CommandDescription& command, const std::string& name) {
        for (const auto& option : command.options) {
            if (option.is_positional || option.value.empty()) continue;
            std::vector<std::string> patterns;
            for (const auto& each : option.names)
                patterns.push_back(fmt::format("{},{}", name, each));
            const std::string reply =
                !values(option).empty() ? fmt::format("COMPREPLY=($(compgen -W '{}' -- \"$word\"))",
                                                      fmt::join(values(option), " "))
                : option.takes_file     ? std::string{bash_files}
                                        : "COMPREPLY=()";
            text += fmt::format("        {}) {}; return ;;\n", fmt::join(patterns, "|"), reply);
        }
    };
    add_values(program, "");
    for (const auto& command : program.commands)
        add_values(command, command.name);

    text +=
        "    esac\n"
        "    if [[ $word == -* ]]; then\n"
        "        case $command in\n";
    for (const auto& command : program.commands)
        text += fmt::format("            {}) COMPREPLY=($(compgen -W '{}' -- \"$word\")) ;;\n",
                            command.name, option_words(command));
    text += fmt::format(
        "            *) COMPREPLY=($(compgen -W '{}' -- \"$word\")) ;;\n"
        "        esac\n"
        "        return\n"
        "    fi\n"
        "    case $command in\n"
        "        '') COMPREPLY=($(compgen -W '{}' -- \"$word\")) ;;\n",
        option_words(program), command_words(program, " "));
    for (const auto& command : program.commands) {
        const auto* argument = positional(command);
        if (argument == nullptr) continue;
        text += fmt::format("        {}) {} ;;\n", command.name,
                            argument->takes_file
                                ? std::string{bash_files}
                                : fmt::format("COMPREPLY=($(compgen -W '{}' -- \"$word\"))",
                                              fmt::join(values(*argument), " ")));
    }
    return text + fmt::format("    esac\n}}\ncomplete -o filenames -F _{0} {0}\n", program.name);
}

// ---- zsh ---------------------------------------------------------------------------------------

// Inside single quotes, inside a specification of _arguments or _describe.
std::string zsh_text(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c == '\'') {
            result += "'\\''";
            continue;
        }
        if (c == '[' || c == ']' || c == ':' || c == '\\') result += '\\';
        result += c;
    }
    return result;
}

std::string zsh_action(const OptionDescription& option) {
    if (!values(option).empty()) return fmt::format("({})", fmt::join(values(option), " "));
    return option.takes_file ? "_files" : " ";
}

std::string zsh_arguments(const CommandDescription& command) {
    std::string text;
    for (const auto& option : command.options) {
        if (option.is_positional) {
            text += fmt::format(" \\\n                '{}:{}:{}'", option.is_repeatable ? "*" : "1",
                                zsh_text(option.names.front()), zsh_action(option));
            continue;
        }
        for (const auto& name : option.names) {
            text += fmt::format(" \\\n                '{}[{}]", name, zsh_text(option.description));
            if (!option.value.empty())
                text += fmt::format(":{}:{}", zsh_text(option.value), zsh_action(option));
            text += "'";
        }
    }
    return text;
}

std::string zsh_script(const CommandDescription& program) {
    std::string text = fmt::format(
        "#compdef {0}\n"
        "# zsh completion for {0}; `{0} completion zsh` prints it\n"
        "_{0}() {{\n"
        "    local context state line\n"
        "    typeset -A opt_args\n"
        "    _arguments -C{1} \\\n"
        "                '1:command:->command' '*::argument:->argument'\n"
        "    case $state in\n"
        "    command)\n"
        "        local -a commands=(\n",
        program.name, zsh_arguments(program));
    for (const auto& command : program.commands)
        text += fmt::format("            '{}:{}'\n", command.name, zsh_text(command.description));
    text +=
        "        )\n"
        "        _describe command commands ;;\n"
        "    argument)\n"
        "        case $line[1] in\n";
    for (const auto& command : program.commands)
        text +=
            fmt::format("            {}) _arguments{} ;;\n", command.name, zsh_arguments(command));
    return text + fmt::format("        esac ;;\n    esac\n}}\n_{0} \"$@\"\n", program.name);
}

// ---- fish --------------------------------------------------------------------------------------

std::string fish_text(std::string_view text) {
    std::string result = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') result += '\\';
        result += c;
    }
    return result + "'";
}

std::string fish_options(const CommandDescription& command, const std::string& program,
                         const std::string& condition) {
    std::string text;
    for (const auto& option : command.options) {
        text += fmt::format("complete -c {} -n {}", program, fish_text(condition));
        if (!option.is_positional)
            for (const auto& name : option.names)
                text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
        const bool takes_value = option.is_positional || !option.value.empty();
        if (!values(option).empty())
            text +=
                fmt::format(" -a {}", fish_text(fmt::format("{}", fmt::join(values(option), " "))));
        if (takes_value && !option.is_positional) text += option.takes_file ? " -r" : " -x";
        if (takes_value && option.takes_file) text += " -F";
        if (!option.is_positional) text += " -d " + fish_text(option.description);
        text += "\n";
    }
    return text;
}

std::string fish_script(const CommandDescription& program) {
    std::string text = fmt::format(
        "# fish completion for {0}; `{0} completion fish` prints it\n"
        "complete -c {0} -f\n",
        program.name);
    for (const auto& command : program.commands)
        text += fmt::format("complete -c {} -n __fish_use_subcommand -a {} -d {}\n", program.name,
                            command.name, fish_text(command.description));
    text += fish_options(program, program.name, "__fish_use_subcommand");
    for (const auto& command : program.commands)
        text += fish_options(command, program.name, "__fish_seen_subcommand_from " + command.name);
    return text;
}

}  // namespace

std::string completion_script(Shell shell, const CommandDescription& program) {
    switch (shell) {
        case Shell::bash: return bash_script(program);
        case Shell::zsh: return zsh_script(program);
        case Shell::fish: return fish_script(program);
    }
    std::unreachable();
}

}  // namespace evmmem::app
