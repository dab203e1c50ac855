// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "app/host/json.hpp"
#include "app/host/log.hpp"
#include "app/host/palette.hpp"
#include "app/host/table_text.hpp"
#include "app/host/terminal.hpp"
#include "app/text/escape.hpp"
#include "app/text/text_table.hpp"
#include "app/text/wrapped_text.hpp"
#include "commands.hpp"
#include "core/memory_pricing.hpp"
#include "core/rule_key.hpp"
#include "core/rule_presets.hpp"

namespace evmmem::app {
namespace {

/// A number of the rules as one fork has set it, or other rules.
struct RuleRow {
    RuleKey key;
    std::uint64_t number = 0;
    std::string since;  ///< a fork, or the rules' name
    std::string source;

    RuleRow(RuleKey which, const RuleChange& change)
        : key{which}, number{change.number}, since{name(change.since)}, source{change.source} {}
    RuleRow(const RuleSet::Setting& setting, std::string rules)
        : key{setting.key},
          number{setting.number},
          since{std::move(rules)},
          source{setting.source} {}

    std::string group() const {
        const std::string text = key.text();
        return text.substr(0, text.find('.'));
    }
    std::string name_in_group() const {
        const std::string text = key.text();
        return text.substr(text.find('.') + 1);
    }
    bool is_there() const { return number != no_number; }
};

bool is_asked_for(const RulesArguments& arguments, const RuleRow& row) {
    const auto is_it = [&](const std::string& name) {
        return name == row.key.text() || name == row.group();
    };
    return arguments.names.empty() || std::ranges::any_of(arguments.names, is_it);
}

/// What forks have set the number to: in the end, if one is asked for.
std::vector<RuleChange> fork_changes(RuleKey key, std::optional<Fork> fork) {
    std::vector<RuleChange> changes = key.changes();
    if (!fork) return changes;
    std::erase_if(changes, [&](const RuleChange& change) { return change.since > *fork; });
    if (changes.size() > 1) changes.erase(changes.begin(), changes.end() - 1);
    return changes;
}

/// What is in force in the fork, or, of all forks, each change; of other rules, what they set in its place.
std::vector<RuleRow> rule_rows(const RulesArguments& arguments) {
    std::vector<RuleRow> rows;
    const bool is_change_asked = arguments.rules && !arguments.fork;
    for (const RuleKey key : all_rule_keys()) {
        const RuleSet::Setting* setting = arguments.rules ? arguments.rules->find(key) : nullptr;
        if (setting != nullptr) {
            rows.emplace_back(*setting, arguments.rules->name);
        } else if (!is_change_asked) {
            for (const RuleChange& change : fork_changes(key, arguments.fork))
                rows.emplace_back(key, change);
        }
    }
    std::erase_if(rows, [&](const RuleRow& row) { return !is_asked_for(arguments, row); });
    return rows;
}

std::string_view unit_name(RuleUnit unit) {
    switch (unit) {
        case RuleUnit::gas: return "gas";
        case RuleUnit::bytes: return "bytes";
        case RuleUnit::count: return "count";
        case RuleUnit::flag: return "flag";
        case RuleUnit::eip: return "eip";
        case RuleUnit::model: return "model";
    }
    return {};
}

std::string model_name(std::uint64_t number) {
    return std::string{name(static_cast<MemoryModel>(number))};
}

std::string number_text(const RuleRow& row) {
    if (!row.is_there()) return "none";
    switch (row.key.unit()) {
        case RuleUnit::flag: return row.number != 0 ? "yes" : "no";
        case RuleUnit::eip: return fmt::format("EIP-{}", row.number);
        case RuleUnit::model: return model_name(row.number);
        default: return fmt::format("{}", row.number);
    }
}

nlohmann::ordered_json number_json(const RuleRow& row) {
    if (!row.is_there()) return nullptr;
    if (row.key.unit() == RuleUnit::flag) return row.number != 0;
    if (row.key.unit() == RuleUnit::model) return model_name(row.number);
    return row.number;
}

std::string number_toml(const RuleRow& row) {
    if (!row.is_there()) return "\"none\"";
    if (row.key.unit() == RuleUnit::flag) return row.number != 0 ? "true" : "false";
    if (row.key.unit() == RuleUnit::model) return fmt::format("\"{}\"", model_name(row.number));
    return fmt::format("{}", row.number);
}

void print_text(const std::vector<RuleRow>& rows, const GeneralOptions& general, Output& output) {
    using enum TextTable::Align;
    TextTable table{{left, right, left, left, left, left}};
    table.add_row({"rule", "number", "unit", "since", "source", "what it is"});
    for (const RuleRow& row : rows)
        table.add_row({row.key.text(), number_text(row), std::string{unit_name(row.key.unit())},
                       row.since, row.source, std::string{row.key.meaning()}});
    const Palette palette{wants_color(general.color, STDOUT_FILENO)};
    output.write(table_text(table, palette));
}

void print_json(const std::vector<RuleRow>& rows, Output& output) {
    for (const RuleRow& row : rows) {
        const nlohmann::ordered_json object = {{"rule", row.key.text()},
                                               {"number", number_json(row)},
                                               {"unit", unit_name(row.key.unit())},
                                               {"since", row.since},
                                               {"source", row.source},
                                               {"meaning", row.key.meaning()}};
        output.write(json_line(object));
    }
}

/// One fork's numbers, by group; `prefix` is that of the tables' names.
void print_toml(const std::vector<RuleRow>& rows, const std::string& prefix, Output& output) {
    std::string group;
    for (const RuleRow& row : rows) {
        if (row.group() != group) {
            group = row.group();
            output.write(fmt::format("\n[{}{}]\n", prefix, group));
        }
        output.write(fmt::format("{} = {}  # {}\n", row.name_in_group(), number_toml(row),
                                 escaped(row.source)));
    }
}

void print_toml(const RulesArguments& arguments, const std::vector<RuleRow>& rows, Output& output) {
    if (arguments.fork || arguments.rules) {
        const auto fork = arguments.fork ? arguments.fork : arguments.rules->fork;
        if (fork) output.write(fmt::format("fork = \"{}\"\n", name(*fork)));
        print_toml(rows, "", output);
        return;
    }
    output.write("# Each fork's table has what it changes of the fork before it.\n");
    ForkSet::all().for_each([&](Fork fork) {
        std::vector<RuleRow> of_fork;
        std::ranges::copy_if(rows, std::back_inserter(of_fork),
                             [fork](const RuleRow& row) { return row.since == name(fork); });
        print_toml(of_fork, std::string{name(fork)} + ".", output);
    });
}

/// The rules that have a name: what they are, and what they are not.
void list_presets(const RulesArguments& arguments, const GeneralOptions& general, Output& output) {
    if (arguments.format == RulesFormat::json) {
        for (const RulePreset& preset : rule_presets()) {
            const auto fork = rule_preset(preset.name)->fork;
            const nlohmann::ordered_json object = {
                {"rules", preset.name},
                {"is_supported", true},
                {"what", preset.what},
                {"fork", fork ? nlohmann::ordered_json(name(*fork)) : nullptr},
                {"source", preset.source},
                {"missing", preset.missing}};
            output.write(json_line(object));
        }
        for (const UnsupportedRules& rules : unsupported_rules()) {
            const nlohmann::ordered_json object = {
                {"rules", rules.name}, {"is_supported", false},  {"what", rules.reason},
                {"fork", nullptr},     {"source", rules.source}, {"missing", ""}};
            output.write(json_line(object));
        }
        return;
    }
    using enum TextTable::Align;
    TextTable table{{left, left, left, left}};
    table.add_row({"rules", "on", "what they are", "source"});
    for (const RulePreset& preset : rule_presets()) {
        const auto fork = rule_preset(preset.name)->fork;
        table.add_row({std::string{preset.name}, std::string{fork ? name(*fork) : "any fork"},
                       std::string{preset.what}, std::string{preset.source}});
    }
    const Palette palette{wants_color(general.color, STDOUT_FILENO)};
    output.write(table_text(table, palette));
    const std::size_t columns = text_columns(STDOUT_FILENO);
    output.write("\nNot followed:\n");
    for (const RulePreset& preset : rule_presets())
        if (!preset.missing.empty())
            output.write(
                wrapped_text(fmt::format("  {}: {}", preset.name, preset.missing), columns, 4) +
                "\n");
    output.write("\nNot supported:\n");
    for (const UnsupportedRules& rules : unsupported_rules())
        output.write(
            wrapped_text(fmt::format("  {}: {} ({})", rules.name, rules.reason, rules.source),
                         columns, 4) +
            "\n");
}

}  // namespace

ExitCode run(const RulesArguments& arguments, const GeneralOptions& general, Output& output) {
    if (arguments.is_list && arguments.format == RulesFormat::toml) {
        log_error(
            "--list: not as toml; `evmmem rules --rules NAME --format toml` prints one of them");
        return ExitCode::usage;
    }
    if (arguments.is_list) {
        list_presets(arguments, general, output);
        return ExitCode::agrees;
    }
    const std::vector<RuleRow> rows = rule_rows(arguments);
    switch (arguments.format) {
        case RulesFormat::text: print_text(rows, general, output); break;
        case RulesFormat::json: print_json(rows, output); break;
        case RulesFormat::toml: print_toml(arguments, rows, output); break;
    }
    return ExitCode::agrees;
}

}  // namespace evmmem::app
