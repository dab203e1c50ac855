// SPDX-License-Identifier: MIT
#include "command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <system_error>

#include "app/host/version.hpp"
#include "app/text/escape.hpp"
#include "app/text/suggestion.hpp"
#include "definitions.hpp"
#include "describe.hpp"
#include "help_text.hpp"
#include "option_kinds.hpp"

namespace evmmem::app {
namespace {

constexpr const char* program_name = "evmmem";

struct CommandRow {
    const char* name;
    const char* description;
    void (*define)(CLI::App&, Invocation&);
    const char* examples;
};

// clang-format off
constexpr CommandRow command_rows[] = {
    {"replay", "Replay traces and say whether every step agrees with the EVM's memory and gas.", define_replay,
     "evmmem replay trace.jsonl\n"
     "evmmem replay --report page.html trace.jsonl\n"
     "evmmem replay --format json traces/*.jsonl | jq .verdict\n"
     "zcat huge.jsonl.gz | evmmem replay --fork cancun -\n"
     "evmmem replay --shard 2/4 --results 2.jsonl --resume traces/*.jsonl\n"},
    {"merge", "Put the results of several replays together, as if one had made them all.", define_merge,
     "evmmem merge 1.jsonl 2.jsonl 3.jsonl 4.jsonl\n"
     "evmmem merge --format junit results.jsonl > junit.xml\n"
     "evmmem merge --format markdown results.jsonl >> $GITHUB_STEP_SUMMARY\n"},
    {"show", "Show a step of a trace with its memory, or every write to some bytes.", define_show,
     "evmmem show trace.jsonl --step 120\n"
     "evmmem show trace.jsonl --step 120 --depth 1 --around 3\n"
     "evmmem show trace.jsonl --offset 0x40 --history\n"},
    {"stats", "Show where the gas of memory goes, and how much of the memory was used.", define_stats,
     "evmmem stats trace.jsonl\n"
     "evmmem stats --report page.html trace.jsonl\n"
     "evmmem stats --format json trace.jsonl | jq .by_opcode\n"},
    {"diff", "Compare two traces of any clients step by step, and say which of them is right.", define_diff,
     "evmmem diff geth.jsonl besu.jsonl\n"
     "evmmem diff --ignore refund,gasCost geth.jsonl revm.jsonl\n"
     "evmmem diff --transaction 3 block_of_geth.json block_of_erigon.json\n"
     "zcat huge.jsonl.gz | evmmem diff --format json - other.jsonl\n"},
    {"price", "Say what traces would have cost under other rules, and what would do something else.", define_price,
     "evmmem price --rules eip-7923 trace.jsonl\n"
     "evmmem price --set access.cold_slot_gas=3000 --by instruction traces\n"
     "evmmem price --rules my.toml --format csv --plot change.svg traces > all.csv\n"
     "evmmem price --rules eip-7923 --sweep memory.page_gas=50..200:50 traces\n"},
    {"convert", "Write a trace in another form, with memory and all else that its replay knows.", define_convert,
     "evmmem convert trace.jsonl > whole.jsonl\n"
     "evmmem convert trace.json --to eip-3155 -o trace.jsonl.zst\n"
     "evmmem convert trace.jsonl --to structlogs --steps 120..180\n"},
    {"fill", "Write a trace as it is printed, with the memory that it leaves out.", define_fill,
     "evmmem fill trace.jsonl > whole.jsonl\n"
     "evmmem fill trace.json --like other.json -o whole.json.zst\n"},
    {"minimize", "Write the shortest part of a trace that still shows a finding.", define_minimize,
     "evmmem minimize trace.jsonl > finding.jsonl\n"
     "evmmem minimize trace.json --keep gas.cost\n"},
    {"dialects", "List the trace formats that are understood, and how each is recognised.", define_dialects,
     "evmmem dialects\n"},
    {"checks", "List the checks that a replay makes, and where their rules are written.", define_checks,
     "evmmem checks\n"
     "evmmem checks --format json\n"},
    {"opcodes", "List the instructions: stack, memory, gas, and since when.", define_opcodes,
     "evmmem opcodes\n"
     "evmmem opcodes MCOPY RETURNDATACOPY\n"
     "evmmem opcodes --fork london --format json\n"},
    {"rules", "List the numbers of the gas schedule and the limits, by fork, and where they are written.", define_rules,
     "evmmem rules memory create\n"
     "evmmem rules --fork osaka\n"
     "evmmem rules --fork cancun --format toml > cancun.toml\n"},
    {"bench", "Measure memory implementations on access patterns, against raw memcpy.", define_bench,
     "evmmem bench\n"
     "evmmem bench --pattern sparse --size 64K,1M --backend evmmem,./mine.so\n"
     "evmmem bench --preset spec\n"
     "evmmem bench --list\n"},
    {"generate", "Write a correct trace of any size, made from a seed.", define_generate,
     "evmmem generate --steps 1000000 -o trace.jsonl\n"
     "evmmem generate --pattern random --memory --steps 1000 | evmmem replay -\n"},
    {"gate", "Fail when a program got slower or wrong, and not otherwise.", define_gate,
     "evmmem gate --base ./evmmem-main --head ./evmmem-branch\n"
     "evmmem gate --base ./evmmem-main --instructions --report junit=gate.xml\n"
     "evmmem gate --self-test\n"},
    {"completion", "Print the completions of commands and options for a shell.", define_completion,
     "evmmem completion bash > ~/.local/share/bash-completion/completions/evmmem\n"
     "evmmem completion fish > ~/.config/fish/completions/evmmem.fish\n"},
    {"manual", "Print the manual page.", define_manual,
     "evmmem manual | man -l -\n"},
};
// clang-format on

constexpr const char* program_description =
    "Check the memory of the Ethereum Virtual Machine, step by step, from a trace alone.";
constexpr const char* program_examples =
    "evmmem replay trace.jsonl\n"
    "evmmem replay --help\n";

constexpr const char* help_name = "help";
constexpr const char* help_examples =
    "evmmem help\n"
    "evmmem help replay\n";

const CommandRow* find_row(const std::string& name) {
    const auto* row = std::ranges::find_if(
        command_rows, [&](const CommandRow& each) { return name == each.name; });
    return row == std::end(command_rows) ? nullptr : row;
}

// The options of one command bind to variables of `invocations`, one for each row, and so does no
// other's.
struct Definition {
    CLI::App app{program_description, program_name};
    GeneralOptions general;
    std::vector<Invocation> invocations{std::size(command_rows)};
    std::string explained;  // the command that `help` is about; empty: the program

    Definition() {
        app.require_subcommand(1);
        app.set_version_flag("--version", std::string{program_name} + " " + std::string{version()},
                             "print the version and exit")
            ->group(general_group);
        add_general_options(app, general);
        for (std::size_t i = 0; i < std::size(command_rows); ++i) {
            const auto& row = command_rows[i];
            auto* command = app.add_subcommand(row.name, row.description);
            row.define(*command, invocations[i]);
            add_general_options(*command, general);
        }
        std::vector<std::pair<std::string, std::string>> names;
        for (const auto& row : command_rows)
            names.emplace_back(row.name, row.name);
        auto* command = app.add_subcommand(help_name, "Explain a command, as its --help does.");
        add_choice<std::string>(*command, "COMMAND", explained, names, "what to explain");
        add_general_options(*command, general);
    }
};

std::string examples(const std::string& command) {
    if (command == help_name) return help_examples;
    const CommandRow* row = find_row(command);
    return row != nullptr ? row->examples : program_examples;
}

CommandDescription described(const CLI::App& app) {
    CommandDescription result = describe(app);
    result.examples = examples(result.name);
    for (auto& command : result.commands)
        command.examples = examples(command.name);
    return result;
}

std::string help(const CLI::App& app) {
    const bool is_program = app.get_parent() == nullptr;
    return help_text(described(app),
                     is_program ? program_name : program_name + (" " + app.get_name()));
}

// What is wrong with the word that was not expected.
std::string describe_unexpected(const std::string& word, const CLI::App& app) {
    const auto description = described(app);
    const bool is_option = word.size() > 1 && word.starts_with('-');
    const bool is_command = !is_option && !description.commands.empty();
    const std::string wanted = word.substr(0, is_option ? word.find('=') : word.npos);

    std::vector<std::string> candidates;
    if (is_command)
        for (const auto& command : description.commands)
            candidates.push_back(command.name);
    if (is_option)
        for (const auto& option : description.options)
            if (!option.is_positional)
                candidates.insert(candidates.end(), option.names.begin(), option.names.end());

    std::string message = fmt::format("{} '{}'",
                                      is_command  ? "there is no command"
                                      : is_option ? "there is no option"
                                                  : "one argument too many,",
                                      escaped(wanted, 60));
    if (const auto guess = suggestion(wanted, candidates))
        message += fmt::format(", did you mean '{}'?", *guess);
    return message;
}

// What the library says of a value that is missing or of no use, in our words.
std::string describe_error(const CLI::ParseError& error) {
    std::string text = error.what();  // NOLINT(misc-const-correctness): it is returned
    constexpr std::string_view conversion = "Could not convert: ";
    constexpr std::string_view equals = " = ";
    if (text.starts_with(conversion) && text.find(equals) != text.npos) {
        const auto at = text.find(equals);
        return fmt::format("{}: '{}' is no such number",
                           text.substr(conversion.size(), at - conversion.size()),
                           escaped(text.substr(at + equals.size()), 60));
    }
    constexpr std::string_view twice = ": At Most 1 required but received ";
    if (const auto at = text.find(twice); at != text.npos)
        return text.substr(0, at) + " stands there more than once";
    constexpr std::string_view one = ": 1 required ";
    constexpr std::string_view missing = " missing";
    if (const auto at = text.find(one); at != text.npos && text.ends_with(missing))
        return text.substr(0, at) + ": where is its " +
               text.substr(at + one.size(), text.size() - at - one.size() - missing.size()) + "?";
    return escaped(text);
}

NothingToRun wrong_usage(const CLI::App& program, const CLI::ParseError& error) {
    const auto chosen = program.get_subcommands();
    const CLI::App& app = chosen.empty() ? program : *chosen.front();
    const auto unexpected = program.remaining(true);

    NothingToRun result;
    std::error_code error_code;
    if (chosen.empty() && !unexpected.empty() && !unexpected.front().starts_with('-') &&
        std::filesystem::exists(unexpected.front(), error_code)) {
        const std::string file = escaped(unexpected.front(), 200);
        result.message =
            fmt::format("there is no command '{}', but a file of that name\ntry '{} replay {}'",
                        file, program_name, file);
        return result;
    }
    if (!unexpected.empty())
        result.message = describe_unexpected(unexpected.front(), app);
    else if (chosen.empty())
        result.message = "which command?";
    else
        result.message = describe_error(error);
    result.message += fmt::format("\ntry '{}{} --help'", program_name,
                                  chosen.empty() ? "" : " " + app.get_name());
    return result;
}

}  // namespace

std::expected<Invocation, NothingToRun> parse_command_line(int argc, const char* const* argv) {
    Definition definition;
    CLI::App& program = definition.app;
    try {
        program.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        const auto chosen = program.get_subcommands();
        return std::unexpected{
            NothingToRun{ExitCode::agrees, help(chosen.empty() ? program : *chosen.front()), ""}};
    } catch (const CLI::CallForVersion& request) {
        return std::unexpected{
            NothingToRun{ExitCode::agrees, std::string{request.what()} + "\n", ""}};
    } catch (const CLI::ParseError& error) {
        return std::unexpected{wrong_usage(program, error)};
    }

    const CLI::App* chosen = program.get_subcommands().front();
    if (chosen->get_name() == help_name) {
        const CLI::App* about =
            definition.explained.empty() ? &program : program.get_subcommand(definition.explained);
        return std::unexpected{NothingToRun{ExitCode::agrees, help(*about), ""}};
    }
    const CommandRow* row = find_row(chosen->get_name());
    Invocation invocation =
        std::move(definition.invocations[static_cast<std::size_t>(row - command_rows)]);
    invocation.general = definition.general;
    return invocation;
}

CommandDescription describe_command_line() {
    return described(Definition{}.app);
}

}  // namespace evmmem::app
