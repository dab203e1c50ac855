// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <charconv>

#include "app/rules/named_rules.hpp"
#include "app/rules/rule_file.hpp"
#include "app/text/escape.hpp"
#include "core/rule_presets.hpp"
#include "definitions.hpp"
#include "option_kinds.hpp"
#include "trace_options.hpp"

namespace evmmem::app {
namespace {

std::vector<std::string> all_rule_names() {
    std::vector<std::string> names = rule_names();
    ForkSet::all().for_each([&](Fork fork) { names.emplace_back(name(fork)); });
    return names;
}

/// The name of a fork is that fork's rules, whatever the trace's.
std::expected<RuleSet, std::string> read_rule_set(const std::string& text) {
    const auto fork = fork_from_name(text);
    if (!fork) return rules_asked_for(text);
    RuleSet rules;
    rules.name = name(*fork);
    rules.fork = fork;
    return rules;
}

std::optional<std::uint64_t> read_rule_number(RuleKey key, std::string_view text) {
    if (const auto number = number_from_word(key, text)) return number;
    if (key.unit() == RuleUnit::model) return std::nullopt;
    if (key.unit() == RuleUnit::flag && (text == "true" || text == "false"))
        return text == "true" ? 1 : 0;
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

/// The same, where it is one that the key may have.
std::optional<std::uint64_t> read_value(RuleKey key, std::string_view text) {
    const auto number = read_rule_number(key, text);
    return number && is_in_range(key, *number) ? number : std::nullopt;
}

/// The key before '=', and the text after it.
struct Assignment {
    RuleKey key;
    std::string name;
    std::string_view value;
};
std::expected<Assignment, std::string> read_assignment(std::string_view text,
                                                       std::string_view form) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos)
        return std::unexpected{fmt::format("'{}' is no {}", escaped(text, 60), form)};
    const std::string name{text.substr(0, equals)};
    const auto key = find_rule_key(name);
    if (key) return Assignment{*key, name, text.substr(equals + 1)};
    return std::unexpected{no_such_number(name)};
}

std::string no_value(const Assignment& assignment) {
    return fmt::format("{} is '{}', and must be {}", assignment.name, escaped(assignment.value, 60),
                       describe_range(assignment.key));
}

std::expected<RuleSetting, std::string> read_setting(const std::string& text) {
    const auto assignment = read_assignment(text, "KEY=NUMBER");
    if (!assignment) return std::unexpected{assignment.error()};
    const auto number = read_value(assignment->key, assignment->value);
    if (!number) return std::unexpected{no_value(*assignment)};
    return RuleSetting{assignment->key, *number};
}

/// "50..200:50"
std::expected<std::vector<std::uint64_t>, std::string> read_range(const Assignment& assignment) {
    const std::string_view text = assignment.value;
    const std::size_t dots = text.find("..");
    const std::size_t colon = text.find(':', dots);
    const auto first = read_value(assignment.key, text.substr(0, dots));
    const auto last = read_value(assignment.key, text.substr(dots + 2, colon - dots - 2));
    const auto step = colon == text.npos
                          ? std::optional<std::uint64_t>{1}
                          : read_rule_number(Rule::memory_word_gas, text.substr(colon + 1));
    if (!first || !last || !step || *step == 0 || *first > *last || *last == no_number)
        return std::unexpected{no_value(assignment) + ", as in 50..200:50"};
    if ((*last - *first) / *step >= sweep_points_max)
        return std::unexpected{fmt::format("{} has more than {} values",
                                           escaped(assignment.value, 60), sweep_points_max)};
    std::vector<std::uint64_t> numbers;
    for (std::uint64_t i = 0; i <= (*last - *first) / *step; ++i)
        numbers.push_back(*first + i * *step);
    return numbers;
}

/// "50,100"
std::expected<std::vector<std::uint64_t>, std::string> read_list(const Assignment& assignment) {
    std::vector<std::uint64_t> numbers;
    std::string_view rest = assignment.value;
    for (bool is_last = false; !is_last;) {
        const std::string_view item = rest.substr(0, rest.find(','));
        is_last = item.size() == rest.size();
        if (!is_last) rest.remove_prefix(item.size() + 1);
        const auto number = read_value(assignment.key, item);
        if (!number) return std::unexpected{no_value({assignment.key, assignment.name, item})};
        numbers.push_back(*number);
    }
    if (numbers.size() > sweep_points_max)
        return std::unexpected{
            fmt::format("{} has more than {} values", assignment.name, sweep_points_max)};
    return numbers;
}

std::expected<RuleSweep, std::string> read_sweep(const std::string& text) {
    const auto assignment = read_assignment(text, "KEY=FROM..TO:STEP or KEY=NUMBER,NUMBER");
    if (!assignment) return std::unexpected{assignment.error()};
    const bool is_range = assignment->value.find("..") != std::string_view::npos;
    auto numbers = is_range ? read_range(*assignment) : read_list(*assignment);
    if (!numbers) return std::unexpected{numbers.error()};
    return RuleSweep{assignment->key, *std::move(numbers)};
}

/// An option that is given once for each value.
template <typename Value, typename Read>
CLI::Option* add_each(CLI::App& app, const std::string& names, std::vector<Value>& target,
                      const Read& read, const std::string& description) {
    return app
        .add_option_function<std::vector<std::string>>(
            names,
            [&target, names, read](const std::vector<std::string>& texts) {
                for (const std::string& text : texts) {
                    auto value = read(text);
                    if (!value) throw CLI::ValidationError{names, value.error()};
                    target.push_back(*std::move(value));
                }
            },
            description)
        ->allow_extra_args(false);
}

}  // namespace

void define_price(CLI::App& app, Invocation& invocation) {
    auto& arguments = invocation.command.emplace<PriceArguments>();
    app.add_option("TRACE", arguments.files, "traces, or folders of them; - is standard input")
        ->required()
        ->type_name("FILE");
    arguments.rules = *rule_preset("mainnet");
    add_read(app, "--rules", arguments.rules, read_rule_set,
             "what it is to cost: the trace's own fork with what these rules change (`evmmem rules "
             "--list` names them), or what a TOML file does, or another fork")
        ->type_name(label_with("NAME|FILE", all_rule_names()))
        ->default_str(arguments.rules.name);
    add_each(app, "--set", arguments.settings, read_setting,
             "another number, as memory.page_gas=50; `evmmem rules` names them")
        ->type_name("KEY=NUMBER");
    add_read(app, "--against", arguments.against, read_rule_set,
             "rules to compare with, named likewise, instead of those of the trace")
        ->type_name(label_with("NAME|FILE", all_rule_names()));
    add_each(app, "--sweep", arguments.sweeps, read_sweep,
             fmt::format("a table over several numbers, as memory.page_gas=50..200:50 or "
                         "memory.word_gas=1,3,5; several options make a grid of at most {}",
                         sweep_points_max))
        ->type_name("KEY=NUMBERS");
    add_choice<PriceBreakdownBy>(app, "--by", arguments.by,
                                 {{"transaction", PriceBreakdownBy::transaction},
                                  {"instruction", PriceBreakdownBy::instruction},
                                  {"frame", PriceBreakdownBy::frame}},
                                 "what is listed beside the transactions")
        ->default_str("transaction");
    add_count(app, "--top", arguments.top, "N", "transactions and frames that change most to list")
        ->default_str("10");
    add_choice<PriceFormat>(
        app, "--format", arguments.format,
        {{"text", PriceFormat::text}, {"json", PriceFormat::json}, {"csv", PriceFormat::csv}},
        "how to print it")
        ->default_str("text");
    app.add_option("--plot", arguments.plot,
                   "also draw how many transactions change by how much, as SVG")
        ->type_name("FILE");
    add_trace_options(app, arguments);
}

}  // namespace evmmem::app
