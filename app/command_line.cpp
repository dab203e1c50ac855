// SPDX-License-Identifier: MIT
#include "command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <limits>
#include <map>
#include <optional>

#include "core/opcode_table.hpp"
#include "escape.hpp"
#include "help_text.hpp"
#include "hex_argument.hpp"
#include "reporter.hpp"
#include "suggestion.hpp"
#include "version.hpp"

namespace evmmem::app {
namespace {

constexpr const char* program_name = "evmmem";
constexpr const char* general_group = "General options";

// ---- values that several commands take --------------------------------------------------------

// The label of a value, with values to propose behind it, where describe() finds them.
template <typename Names>
std::string label_with(std::string_view label, const Names& names) {
    return fmt::format("{}:{{{}}}", label, fmt::join(names, ","));
}

std::vector<std::string> fork_names() {
    std::vector<std::string> names;
    ForkSet::all().for_each([&](Fork fork) { names.emplace_back(name(fork)); });
    return names;
}

std::vector<std::string> dialect_names() {
    std::vector<std::string> names;
    for (const auto& dialect : traces::dialects())
        names.emplace_back(dialect.name);
    return names;
}

// What is wrong with a value, and which of the names was meant, if any.
std::string refusal(const std::string& value, std::string_view what,
                    const std::vector<std::string>& names) {
    const auto guess = suggestion(value, names);
    return fmt::format("'{}' is {}{}", escaped(value, 60), what,
                       guess ? fmt::format("; did you mean '{}'?", *guess) : "");
}

// An option that takes one of a few names. The label keeps the names where describe() finds them.
template <typename Value>
CLI::Option* add_choice(CLI::App& app, const std::string& names, Value& target,
                        const std::vector<std::pair<std::string, Value>>& choices,
                        const std::string& description) {
    const std::map<std::string, Value> values{choices.begin(), choices.end()};
    std::vector<std::string> labels;
    for (const auto& [label, value] : choices)
        labels.push_back(label);
    auto* option = app.add_option_function<std::string>(
        names,
        [&target, values, labels, names](const std::string& text) {
            const auto found = values.find(text);
            if (found == values.end()) {
                const auto what = fmt::format("none of {}", fmt::join(labels, ", "));
                throw CLI::ValidationError{names, refusal(text, what, labels)};
            }
            target = found->second;
        },
        description);
    return option->type_name(fmt::format("{{{}}}", fmt::join(labels, ",")));
}

CLI::Option* add_list_format(CLI::App& app, ListFormat& target) {
    return add_choice<ListFormat>(app, "--format", target,
                                  {{"text", ListFormat::text}, {"json", ListFormat::json}},
                                  "how to print it")
        ->default_str("text");
}

CLI::Option* add_fork(CLI::App& app, std::optional<Fork>& target, const std::string& description) {
    return app
        .add_option_function<std::string>(
            "--fork",
            [&target](const std::string& text) {
                target = fork_from_name(text);
                if (target) return;
                const auto names = fork_names();
                const auto what = fmt::format("none of {}", fmt::join(names, ", "));
                throw CLI::ValidationError{"--fork", refusal(text, what, names)};
            },
            description)
        ->type_name(label_with("NAME", fork_names()));
}

CLI::Option* add_bytes(CLI::App& app, const std::string& names,
                       std::optional<std::vector<std::uint8_t>>& target,
                       const std::string& description) {
    return app
        .add_option_function<std::string>(
            names,
            [&target, names](const std::string& text) {
                auto bytes = read_hex_argument(text);
                if (!bytes) throw CLI::ValidationError{names, bytes.error()};
                target = std::move(*bytes);
            },
            description)
        ->type_name("HEX|@FILE");
}

// A whole number of 64 bits; K, M and G may follow and count in 1024s. Nothing when it is none.
std::optional<std::uint64_t> parse_count(std::string_view text) {
    constexpr std::string_view units = "KMG";
    int shift = 0;
    if (!text.empty() && units.find(text.back()) != units.npos) {
        shift = 10 * (static_cast<int>(units.find(text.back())) + 1);
        text.remove_suffix(1);
    }
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool is_number = error == std::errc{} && end == text.data() + text.size();
    if (!is_number || value > std::numeric_limits<std::uint64_t>::max() >> shift)
        return std::nullopt;
    return value << shift;
}

CLI::Option* add_count(CLI::App& app, const std::string& names, std::uint64_t& target,
                       std::string_view label, const std::string& description) {
    return app
        .add_option_function<std::string>(
            names,
            [&target, names](const std::string& text) {
                const auto count = parse_count(text);
                if (!count)
                    throw CLI::ValidationError{
                        names, refusal(text, "no whole number such as 100 or 64K", {})};
                target = *count;
            },
            description)
        ->type_name(std::string{label});
}

void add_general_options(CLI::App& app, GeneralOptions& options) {
    add_choice<ColorChoice>(app, "--color", options.color,
                            {{"auto", ColorChoice::automatic},
                             {"always", ColorChoice::always},
                             {"never", ColorChoice::never}},
                            "when to colour; auto is on a terminal, unless NO_COLOR is set")
        ->default_str("auto")
        ->group(general_group);
    app.add_flag("-q,--quiet", options.quiet,
                 "no progress line; nothing but errors on standard error")
        ->group(general_group);
    add_choice<LogLevel>(app, "--log-level", options.log_level,
                         {{"error", LogLevel::error},
                          {"warning", LogLevel::warning},
                          {"info", LogLevel::info},
                          {"debug", LogLevel::debug}},
                         "what to say on standard error")
        ->default_str("warning")
        ->group(general_group);
    app.set_help_flag("-h,--help", "print this help and exit")->group(general_group);
}

// ---- the commands -----------------------------------------------------------------------------

void add_trace_options(CLI::App& app, TraceArguments& arguments) {
    add_fork(app, arguments.fork,
             "the fork of the trace, instead of all that it is consistent with");
    app.add_option_function<std::string>(
           "--dialect",
           [&arguments](const std::string& text) {
               arguments.dialect = traces::find_dialect(text);
               if (arguments.dialect != nullptr) return;
               throw CLI::ValidationError{
                   "--dialect",
                   refusal(text, "no dialect, `evmmem dialects` lists them", dialect_names())};
           },
           "read the traces as this dialect, instead of recognising it")
        ->type_name(label_with("NAME", dialect_names()));
    add_bytes(app, "--calldata", arguments.calldata,
              "the outermost call's input, which few traces show");
    add_bytes(app, "--code", arguments.code, "the outermost call's code, which no trace shows");
    add_count(app, "--max-line", arguments.line_bytes_max, "BYTES",
              "bytes of the longest line that is read; K, M and G are understood")
        ->default_str("128M");
    add_count(app, "--max-memory", arguments.memory_bytes_max, "BYTES",
              "memory that is followed, of all open call frames with the data they were handed; "
              "128M cost 34 billion gas")
        ->default_str("128M");
    add_count(app, "--max-ratio", arguments.ratio_max, "N",
              "how many times its size a compressed trace may grow, beyond 1G")
        ->default_str("30000");
}

void add_report(CLI::App& app, std::string& path) {
    app.add_option("--report", path,
                   "also write a page to look at: charts, frames, and the memory of every step")
        ->type_name("FILE");
}

void define_replay(CLI::App& app, Invocation& invocation) {
    auto& arguments = invocation.command.emplace<ReplayArguments>();
    app.add_option("FILE", arguments.files,
                   "traces, plain or compressed by gzip or zstd; \"-\" is standard input")
        ->required()
        ->type_name("FILE");
    std::vector<std::pair<std::string, std::string>> formats;
    for (const auto& row : reporter_formats())
        formats.emplace_back(row.name, row.name);
    add_choice<std::string>(app, "--format", arguments.format, formats, "how to print the results")
        ->default_str(arguments.format);
    add_count(app, "--max-findings", arguments.findings_max, "N",
              "findings, warnings and errors that are printed of each file; all are counted")
        ->default_str(fmt::format("{}", arguments.findings_max));
    add_trace_options(app, arguments);
    add_report(app, arguments.report);
    app.add_flag("!--no-blame", arguments.with_blame,
                 "read the trace once only: findings do not tell who wrote the wrong bytes");
    app.add_option("-j,--jobs", arguments.jobs,
                   "files replayed at a time; the output is the same for any number")
        ->type_name("N")
        ->default_str("processors")
        ->check(CLI::Range(std::size_t{1}, std::size_t{256}).description(""));
    app.add_flag("--strict-warnings", arguments.strict_warnings,
                 "a warning is a finding, too: exit 1");
    app.add_flag("!--no-speed", arguments.with_speed,
                 "leave out the figures of speed, the only ones that differ from run to run");
    app.callback([&arguments] {
        if (!arguments.report.empty() && arguments.files.size() > 1)
            throw CLI::ValidationError{"--report", "it is of one trace, not of several"};
    });
}

void add_trace_file(CLI::App& app, std::string& file) {
    app.add_option("TRACE", file,
                   "a trace, plain or compressed by gzip or zstd; \"-\" is standard input")
        ->required()
        ->type_name("FILE");
}

void define_show(CLI::App& app, Invocation& invocation) {
    auto& arguments = invocation.command.emplace<ShowArguments>();
    add_trace_file(app, arguments.file);
    auto* step = app.add_option("--step", arguments.step,
                                "the step to show, counted from 0 as findings count them")
                     ->type_name("N");
    app.add_option("--depth", arguments.depth,
                   "show the caller's memory at this depth, 1 is the outermost; of a history, only "
                   "frames of this depth")
        ->type_name("N");
    app.add_option("--around", arguments.around, "also list so many steps before and behind it")
        ->type_name("N")
        ->needs(step);
    auto* offset = app.add_option("--offset", arguments.offset,
                                  "bytes of memory: of a step, only the rows there")
                       ->type_name("OFFSET");
    app.add_option("--size", arguments.size, "how many bytes at --offset")
        ->type_name("BYTES")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40))
        ->default_str("32")
        ->needs(offset);
    auto* history = app.add_flag("--history", arguments.history,
                                 "every write to the bytes at --offset, with step and value")
                        ->needs(offset)
                        ->excludes(step);
    app.add_option("--frame", arguments.frame, "of a history, only this frame")
        ->type_name("N")
        ->needs(history);
    add_list_format(app, arguments.format);
    add_trace_options(app, arguments);
    app.callback([&arguments] {
        if (!arguments.step && !arguments.history)
            throw CLI::ValidationError{"--step N or --offset OFFSET --history", "one is needed"};
    });
}

void define_stats(CLI::App& app, Invocation& invocation) {
    auto& arguments = invocation.command.emplace<StatsArguments>();
    add_trace_file(app, arguments.file);
    app.add_option("--top", arguments.top, "rows of each list")
        ->type_name("N")
        ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{100'000}))
        ->default_str(fmt::format("{}", arguments.top));
    add_list_format(app, arguments.format);
    add_report(app, arguments.report);
    add_trace_options(app, arguments);
}

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

// "64K", "1M", "1000": bytes.
std::optional<std::uint64_t> parse_size(const std::string& text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{}) return std::nullopt;
    const std::string_view unit{end, text.data() + text.size()};
    const int shift = unit.empty()  ? 0
                      : unit == "K" ? 10
                      : unit == "M" ? 20
                      : unit == "G" ? 30
                                    : -1;
    if (shift < 0 || value > traces::pattern_size_max >> shift) return std::nullopt;
    return value << shift;
}

void add_patterns(CLI::App& app, std::vector<const traces::Pattern*>& target) {
    std::vector<std::string> labels;
    for (const traces::Pattern& pattern : traces::patterns())
        labels.emplace_back(pattern.name);
    app.add_option_function<std::vector<std::string>>(
           "--pattern",
           [&target, labels](const std::vector<std::string>& names) {
               for (const std::string& name : names) {
                   const traces::Pattern* pattern = traces::pattern_named(name);
                   if (pattern == nullptr) {
                       const auto guess = suggestion(name, labels);
                       throw CLI::ValidationError{
                           "--pattern",
                           fmt::format("there is no pattern '{}'{}; see 'evmmem bench --list'",
                                       escaped(name, 60),
                                       guess ? fmt::format(", did you mean '{}'?", *guess) : "")};
                   }
                   target.push_back(pattern);
               }
           },
           "access patterns; all when none and no trace is given")
        ->type_name("NAME")
        ->delimiter(',');
}

void add_sizes(CLI::App& app, std::vector<std::uint64_t>& target) {
    app.add_option_function<std::vector<std::string>>(
           "--size",
           [&target](const std::vector<std::string>& texts) {
               target.clear();
               for (const std::string& text : texts) {
                   const auto size = parse_size(text);
                   if (!size || *size < traces::pattern_size_min)
                       throw CLI::ValidationError{
                           "--size",
                           fmt::format("'{}' is no size from 1K to 1G", escaped(text, 60))};
                   target.push_back(*size);
               }
           },
           "bytes of memory that a pattern plays in")
        ->type_name("SIZE")
        ->default_str("64K")
        ->delimiter(',');
}

void define_bench(CLI::App& app, Invocation& invocation) {
    auto& arguments = invocation.command.emplace<BenchArguments>();
    add_patterns(app, arguments.patterns);
    add_sizes(app, arguments.sizes);
    add_count(app, "--seed", arguments.seed, "N",
              "of the patterns; one seed is one program, everywhere")
        ->default_str("1");
    app.add_option("--ops", arguments.ops, "about how many operations a pattern's program has")
        ->type_name("N")
        ->default_str("4096")
        ->check(CLI::Range(1, 1 << 24).description(""));
    app.add_option("--trace", arguments.traces, "take a program from a trace, of any dialect")
        ->type_name("FILE");
    app.add_option("--backend", arguments.backends,
                   "memory implementations: built-in ones, peers, or plug-ins as ./FILE.so")
        ->type_name("NAME")
        ->delimiter(',');
    add_choice<std::string>(
        app, "--preset", arguments.preset, {{"spec", "spec"}},
        "a fixed set of benchmarks with targets; exit code 1 when one is missed");
    app.add_option("--repetitions", arguments.repetitions, "samples of each benchmark")
        ->type_name("N")
        ->default_str("9")
        ->check(CLI::Range(1, 1000).description(""));
    app.add_option("--seconds", arguments.seconds, "CPU time of each repetition, at least")
        ->type_name("S")
        ->default_str("0.01")
        ->check(CLI::Range(0.0, 60.0).description(""));
    add_choice<BenchFormat>(app, "--format", arguments.format,
                            {{"text", BenchFormat::text},
                             {"json", BenchFormat::json},
                             {"csv", BenchFormat::csv},
                             {"markdown", BenchFormat::markdown},
                             {"gbench", BenchFormat::gbench}},
                            "how to print it")
        ->default_str("text");
    app.add_option("--plot", arguments.plot, "draw the ratios to memcpy as an SVG picture")
        ->type_name("FILE");
    app.add_flag("--list", arguments.is_list, "list patterns, presets and backends, and exit");

    // What gate asks of its children. Without a group they are in no help.
    app.add_flag("--once", arguments.is_once)->group("");
    app.add_flag("--digest", arguments.with_digest)->group("");
    app.add_option("--slowdown", arguments.slowdown)->check(CLI::Range(0.0, 10.0))->group("");
    app.add_option("--runs", arguments.fixed_runs)->group("");
    app.add_flag("--count", arguments.is_counting)->group("");
    app.add_option("--noise-seed", arguments.noise_seed)->group("");
}

const std::vector<std::pair<std::string, GateFormat>>& gate_formats() {
    static const std::vector<std::pair<std::string, GateFormat>> formats = {
        {"text", GateFormat::text},         {"json", GateFormat::json},
        {"gbench", GateFormat::gbench},     {"junit", GateFormat::junit},
        {"markdown", GateFormat::markdown}, {"annotations", GateFormat::annotations}};
    return formats;
}

void add_reports(CLI::App& app, std::vector<std::pair<GateFormat, std::string>>& target) {
    app.add_option_function<std::vector<std::string>>(
           "--report",
           [&target](const std::vector<std::string>& texts) {
               for (const std::string& text : texts) {
                   const auto equals = text.find('=');
                   const auto found = std::ranges::find(gate_formats(), text.substr(0, equals),
                                                        &std::pair<std::string, GateFormat>::first);
                   if (equals == std::string::npos || found == gate_formats().end())
                       throw CLI::ValidationError{
                           "--report", fmt::format("'{}' is no FORMAT=FILE", escaped(text, 60))};
                   target.emplace_back(found->second, text.substr(equals + 1));
               }
           },
           "write a report in another format, too; may be repeated")
        ->type_name("FORMAT=FILE");
}

// A percentage as a fraction.
CLI::Option* add_percent(CLI::App& app, const std::string& names, double& target,
                         const std::string& description) {
    return app
        .add_option_function<double>(
            names, [&target](const double& percent) { target = percent / 100; }, description)
        ->type_name("PERCENT")
        ->check(CLI::Range(0.0, 100.0).description(""));
}

void define_gate(CLI::App& app, Invocation& invocation) {
    auto& arguments = invocation.command.emplace<GateArguments>();
    app.add_option("--base", arguments.base, "the evmmem executable to compare with")
        ->type_name("PROGRAM");
    app.add_option("--head", arguments.head, "the evmmem executable that is judged")
        ->type_name("PROGRAM")
        ->default_str("this one");
    app.add_option("--baseline", arguments.baseline,
                   "instead of --base: a run that --save stored on this machine; weaker")
        ->type_name("FILE");
    app.add_option("--save", arguments.save,
                   "store the head's samples, if it passed, for a later --baseline")
        ->type_name("FILE");
    add_patterns(app, arguments.patterns);
    add_sizes(app, arguments.sizes);
    app.add_option("--seed", arguments.seed, "of the patterns")->type_name("N")->default_str("1");
    app.add_option("--trace", arguments.traces, "gate the replay of this trace: speed and verdict")
        ->type_name("FILE");
    add_percent(app, "--tolerance", arguments.tolerance,
                "how much slower is no regression; with --instructions 1")
        ->default_str("3")
        ->each([&arguments](const std::string&) { arguments.has_tolerance = true; });
    add_percent(app, "--error", arguments.error,
                "probability of a false alarm, all comparisons together, at most")
        ->default_str("1");
    add_choice<InconclusiveIs>(app, "--inconclusive", arguments.inconclusive_is,
                               {{"itself", InconclusiveIs::itself},
                                {"pass", InconclusiveIs::pass},
                                {"fail", InconclusiveIs::fail}},
                               "what INCONCLUSIVE counts as; itself is exit code 3")
        ->default_str("itself");
    app.add_flag("--instructions", arguments.with_instructions,
                 "count instructions under cachegrind instead of time");
    app.add_option("--seconds", arguments.seconds, "CPU time of each sample")
        ->type_name("S")
        ->default_str("0.02")
        ->check(CLI::Range(0.0, 60.0).description(""));
    app.add_flag("--self-test", arguments.is_self_test,
                 "compare the head with itself, plainly and with a planted slowdown of 10 %");
    add_choice<GateFormat>(app, "--format", arguments.format, gate_formats(), "how to print it")
        ->default_str("text");
    add_reports(app, arguments.reports);

    // For the gate's own test, and for experiments with it.
    app.add_option("--slowdown", arguments.slowdown)->check(CLI::Range(0.0, 10.0))->group("");
    app.add_flag("--count", arguments.is_counting)->group("");
    app.add_option("--order-seed", arguments.order_seed)
        ->each([&arguments](const std::string&) { arguments.has_order_seed = true; })
        ->group("");
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

void define_generate(CLI::App& app, Invocation& invocation) {
    auto& arguments = invocation.command.emplace<GenerateArguments>();
    traces::TraceOptions& trace = arguments.trace;
    app.add_option("--steps", trace.steps, "exactly so many")
        ->type_name("N")
        ->default_str("100000")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40).description(""));
    std::vector<std::pair<std::string, const traces::Pattern*>> patterns;
    for (const traces::Pattern& pattern : traces::patterns())
        patterns.emplace_back(pattern.name, &pattern);
    trace.pattern = traces::pattern_named("solidity");
    add_choice(app, "--pattern", trace.pattern, patterns, "how memory is used")
        ->default_str("solidity");
    app.add_option_function<std::string>(
           "--size",
           [&trace](const std::string& text) {
               const auto size = parse_size(text);
               if (!size || *size < traces::pattern_size_min)
                   throw CLI::ValidationError{
                       "--size", fmt::format("'{}' is no size from 1K to 1G", escaped(text, 60))};
               trace.size = *size;
           },
           "bytes of memory that the pattern plays in")
        ->type_name("SIZE")
        ->default_str("4K");
    app.add_option("--seed", trace.seed, "one seed is one trace, everywhere")
        ->type_name("N")
        ->default_str("1");
    app.add_flag("--memory", trace.with_memory, "every line shows the whole memory");
    app.add_flag("--calls", trace.with_calls, "more calls, with return data");
    app.add_option("-o,--output", arguments.file, "where to write it; - is standard output")
        ->type_name("FILE")
        ->default_str("-");
}

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
     "zcat huge.jsonl.gz | evmmem replay --fork cancun -\n"},
    {"show", "Show a step of a trace with its memory, or every write to some bytes.", define_show,
     "evmmem show trace.jsonl --step 120\n"
     "evmmem show trace.jsonl --step 120 --depth 1 --around 3\n"
     "evmmem show trace.jsonl --offset 0x40 --history\n"},
    {"stats", "Tell where the gas of memory goes, and how much of the memory was used.", define_stats,
     "evmmem stats trace.jsonl\n"
     "evmmem stats --report page.html trace.jsonl\n"
     "evmmem stats --format json trace.jsonl | jq .by_opcode\n"},
    {"dialects", "List the trace formats that are understood, and how each is recognised.", define_dialects,
     "evmmem dialects\n"},
    {"checks", "List the checks that a replay makes, and where their rules are written.", define_checks,
     "evmmem checks\n"
     "evmmem checks --format json\n"},
    {"opcodes", "List the instructions: stack, memory, gas, and since when.", define_opcodes,
     "evmmem opcodes\n"
     "evmmem opcodes MCOPY RETURNDATACOPY\n"
     "evmmem opcodes --fork london --format json\n"},
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

const CommandRow* find_row(const std::string& name) {
    const auto* row = std::ranges::find_if(
        command_rows, [&](const CommandRow& each) { return name == each.name; });
    return row == std::end(command_rows) ? nullptr : row;
}

// ---- the program ------------------------------------------------------------------------------

// The options of one command bind to variables of `invocations`, one for each row, and so does no
// other's.
struct Definition {
    CLI::App app{program_description, program_name};
    GeneralOptions general;
    std::vector<Invocation> invocations{std::size(command_rows)};

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
    }
};

OptionDescription describe(const CLI::Option& option) {
    OptionDescription result;
    result.is_positional = option.get_positional();
    if (result.is_positional) result.names.push_back(option.get_name(true, false));
    for (const auto& name : option.get_snames())
        result.names.push_back("-" + name);
    for (const auto& name : option.get_lnames())
        result.names.push_back("--" + name);
    result.description = option.get_description();
    result.group = result.is_positional ? "Arguments" : option.get_group();
    result.is_required = option.get_required();
    result.is_repeatable = option.get_expected_max() > 1;
    result.default_value = option.get_default_str();
    if (option.get_type_size() == 0) return result;

    // "{text,json}" or a label such as "N".
    const std::string label = option.get_type_name();
    result.takes_file = label.find("FILE") != std::string::npos;
    if (!label.starts_with('{')) {
        // "NAME:{geth,besu}", or what a validator appends
        const auto colon = label.find(':');
        result.value = label.substr(0, colon);
        if (colon != label.npos && label.substr(colon + 1).starts_with('{'))
            result.candidates =
                CLI::detail::split(label.substr(colon + 2, label.size() - colon - 3), ',');
        return result;
    }
    for (auto& choice : CLI::detail::split(label.substr(1, label.size() - 2), ','))
        result.choices.push_back(choice);
    if (result.is_positional) return result;
    // --log-level takes a LEVEL.
    const std::string& long_name = result.names.back();
    for (const char c : long_name.substr(long_name.find_last_of('-') + 1))
        result.value += static_cast<char>(c - 'a' + 'A');
    return result;
}

CommandDescription describe(const CLI::App& app) {
    CommandDescription result;
    result.name = app.get_name();
    result.description = app.get_description();
    const CommandRow* row = find_row(result.name);
    result.examples = row != nullptr ? row->examples : program_examples;
    for (const bool is_positional : {true, false})
        for (const CLI::Option* option : app.get_options())
            if (option->get_positional() == is_positional && !option->get_group().empty())
                result.options.push_back(describe(*option));
    for (const CLI::App* command : app.get_subcommands({}))
        result.commands.push_back(describe(*command));
    return result;
}

std::string help(const CLI::App& app) {
    const bool is_program = app.get_parent() == nullptr;
    return help_text(describe(app),
                     is_program ? program_name : program_name + (" " + app.get_name()));
}

// What is wrong with the word that nobody wanted.
std::string describe_unexpected(const std::string& word, const CLI::App& app) {
    const auto description = describe(app);
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

NothingToRun wrong_usage(const CLI::App& program, const CLI::ParseError& error) {
    const auto chosen = program.get_subcommands();
    const CLI::App& app = chosen.empty() ? program : *chosen.front();
    const auto unexpected = program.remaining(true);

    NothingToRun result;
    if (!unexpected.empty())
        result.message = describe_unexpected(unexpected.front(), app);
    else if (chosen.empty())
        result.message = "which command?";
    else
        result.message = escaped(error.what());
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

    const CommandRow* row = find_row(program.get_subcommands().front()->get_name());
    Invocation invocation =
        std::move(definition.invocations[static_cast<std::size_t>(row - command_rows)]);
    invocation.general = definition.general;
    return invocation;
}

CommandDescription describe_command_line() {
    return describe(Definition{}.app);
}

}  // namespace evmmem::app
