// SPDX-License-Identifier: MIT
#include "app/command_line/command_line.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace evmmem;
using namespace evmmem::app;

namespace {

std::expected<Invocation, NothingToRun> parse(std::vector<const char*> words) {
    words.insert(words.begin(), "evmmem");
    return parse_command_line(static_cast<int>(words.size()), words.data());
}

NothingToRun refused(const std::vector<const char*>& words) {
    auto parsed = parse(words);
    REQUIRE_FALSE(parsed);
    return parsed.error();
}

}  // namespace

TEST_CASE("options become the struct of their command") {
    const auto parsed = parse({"opcodes", "--fork", "London", "--format=json", "MLOAD", "MSTORE"});
    REQUIRE(parsed);
    const auto& arguments = std::get<OpcodesArguments>(parsed->command);
    CHECK(arguments.fork == Fork::london);
    CHECK(arguments.format == ListFormat::json);
    CHECK(arguments.names == std::vector<std::string>{"MLOAD", "MSTORE"});
}

TEST_CASE("general options stand before the command or after it") {
    for (const auto& words : std::vector<std::vector<const char*>>{
             {"--color", "never", "--quiet", "checks"}, {"checks", "--color=never", "-q"}}) {
        const auto parsed = parse(words);
        REQUIRE(parsed);
        CHECK(parsed->general.color == ColorChoice::never);
        CHECK(parsed->general.quiet);
        CHECK(std::holds_alternative<ChecksArguments>(parsed->command));
    }
}

TEST_CASE("a wrong command line says what is wrong, what may be meant, and where help is") {
    CHECK(refused({}).message == "which command?\ntry 'evmmem --help'");
    CHECK(refused({"chekcs"}).message ==
          "there is no command 'chekcs', did you mean 'checks'?\ntry 'evmmem --help'");
    CHECK(refused({"checks", "--fromat=json"}).message ==
          "there is no option '--fromat', did you mean '--format'?\ntry 'evmmem checks --help'");
    CHECK(refused({"checks", "--format", "jsno"}).message ==
          "--format: 'jsno' is none of text, json; did you mean 'json'?\n"
          "try 'evmmem checks --help'");
    CHECK(refused({"checks", "more"}).message ==
          "one argument too many, 'more'\ntry 'evmmem checks --help'");
    CHECK(refused({"opcodes", "\x1b[2J"}).message ==
          "NAME: there is no instruction '\\x1b[2J'\ntry 'evmmem opcodes --help'");
    CHECK(refused({"checks", "--format"}).code == ExitCode::usage);
}

TEST_CASE("help and version go to standard output and are no error") {
    for (const auto& words :
         std::vector<std::vector<const char*>>{{"--help"}, {"checks", "-h"}, {"--version"}}) {
        const auto nothing = refused(words);
        CHECK(nothing.code == ExitCode::agrees);
        CHECK_FALSE(nothing.text.empty());
        CHECK(nothing.message.empty());
    }
}

TEST_CASE("every command has a description, an example and described options") {
    const auto program = describe_command_line();
    CHECK_FALSE(program.commands.empty());
    for (const auto& command : program.commands) {
        CAPTURE(command.name);
        CHECK(command.description.ends_with('.'));
        CHECK(command.examples.starts_with("evmmem " + command.name));
        for (const auto& option : command.options) {
            CAPTURE(option.names.back());
            CHECK_FALSE(option.description.empty());
        }
    }
}

TEST_CASE("counts are whole numbers of 64 bits, with a unit where wanted") {
    const auto line_max = [](const char* text) {
        const auto parsed = parse({"replay", "--max-line", text, "t"});
        REQUIRE(parsed);
        return std::get<ReplayArguments>(parsed->command).line_bytes_max;
    };
    CHECK(line_max("100") == 100);
    CHECK(line_max("64K") == 65536);
    CHECK(line_max("18446744073709551615") == UINT64_MAX);
    CHECK(line_max("17179869183G") == 17179869183 << 30);
    for (const char* text :
         {"-1", "+1", "1.5", "", "K", "1k ", "0x10", "18446744073709551616", "17179869184G"}) {
        CAPTURE(text);
        CHECK(refused({"replay", "--max-line", text, "t"}).code == ExitCode::usage);
    }
    CHECK(refused({"replay", "--max-findings", "-1", "t"}).message ==
          "--max-findings: '-1' is no whole number such as 100 or 64K\n"
          "try 'evmmem replay --help'");
}

TEST_CASE("a value that is missing, or no number, or no offset, is named") {
    CHECK(refused({"show", "t", "--step"}).message ==
          "--step: where is its N?\ntry 'evmmem show --help'");
    CHECK(refused({"replay", "t", "--jobs", "1", "--jobs", "2"}).message ==
          "--jobs stands there more than once\ntry 'evmmem replay --help'");
    CHECK(refused({"show", "t", "--step", "\x1bx = y"}).message ==
          "--step: '\\x1bx = y' is no whole number such as 12 or 0x40\ntry 'evmmem show --help'");
    for (const char* text : {"-1", "18446744073709551616", "1e3", "", "0x", "+1", "1 "}) {
        CAPTURE(text);
        CHECK(refused({"show", "t", "--step", text}).code == ExitCode::usage);
        CHECK(refused({"show", "t", "--step", "1", "--around", text}).code == ExitCode::usage);
    }
    CHECK(refused({"show", "t", "--step", "1", "--depth", "x"}).message ==
          "--depth: 'x' is no such number\ntry 'evmmem show --help'");
    const auto parsed = parse({"show", "t", "--step", "0x10", "--offset", "0x40"});
    REQUIRE(parsed);
    CHECK(std::get<ShowArguments>(parsed->command).step == 16);
    CHECK(std::get<ShowArguments>(parsed->command).offset == 64);
    // The last word that memory can have, and the first that it cannot.
    CHECK(parse({"show", "t", "--step", "1", "--offset", "0xffffffffffffffc0"}));
    CHECK(refused({"show", "t", "--history", "--offset", "0xffffffffffffffe0"}).message ==
          "--offset: no memory reaches as far as that\ntry 'evmmem show --help'");
}

TEST_CASE("a fork or a dialect that does not exist is refused, with the one that may be meant") {
    CHECK(refused({"replay", "--dialect", "gth", "t"}).message ==
          "--dialect: 'gth' is no dialect, `evmmem dialects` lists them; did you mean 'geth'?\n"
          "try 'evmmem replay --help'");
    CHECK(refused({"replay", "--fork", "lodnon", "t"}).message.find("did you mean 'london'?") !=
          std::string::npos);
}

TEST_CASE("--checks takes families, checks, and what is left out of them") {
    const auto chosen = [](const char* text) {
        const auto parsed = parse({"replay", text, "trace.jsonl"});
        REQUIRE(parsed);
        return std::get<ReplayArguments>(parsed->command).checks;
    };
    using traces::Check;
    using traces::CheckSet;
    const CheckSet memory = traces::checks_named("memory");
    CHECK(chosen("--max-findings=1") == CheckSet::all());
    CHECK(chosen("--checks=memory,gas.cost") == (memory | Check::gas_cost));
    CHECK(chosen("--checks=memory,-memory.load") == memory.without(Check::memory_load));
    CHECK(chosen("--checks=-memory") == CheckSet::all().without(memory));
    for (const char* wrong : {"--checks=memroy", "--checks=memory,,gas", "--checks=", "--checks=-"})
        CHECK(refused({"replay", wrong, "trace.jsonl"}).code == ExitCode::usage);
    CHECK(refused({"replay", "--checks=memory,memroy", "trace.jsonl"})
              .message.starts_with(
                  "--checks: 'memroy' is no check, `evmmem checks` lists them, and "
                  "none of the families memory, return_data, call_data, code, gas,"));
    CHECK(refused({"replay", "--checks=memory.load,-memory", "trace.jsonl"})
              .message.starts_with("--checks: no check is left"));
}
