// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "app/host/json.hpp"
#include "app/host/palette.hpp"
#include "app/host/table_text.hpp"
#include "app/text/text_table.hpp"
#include "commands.hpp"
#include "core/memory_pricing.hpp"
#include "core/rule_key.hpp"

namespace evmmem::app {
namespace {

/// A number of the rules as one fork has set it.
struct RuleRow {
    RuleKey key;
    RuleChange change;

    std::string group() const {
        const std::string text = key.text();
        return text.substr(0, text.find('.'));
    }
    std::string name_in_group() const {
        const std::string text = key.text();
        return text.substr(text.find('.') + 1);
    }
    bool is_there() const { return change.number != no_number; }
};

bool is_asked_for(const RulesArguments& arguments, const RuleRow& row) {
    const auto is_it = [&](const std::string& name) {
        return name == row.key.text() || name == row.group();
    };
    return arguments.names.empty() || std::ranges::any_of(arguments.names, is_it);
}

/// What is in force in the fork, or, of all forks, each change.
std::vector<RuleRow> rule_rows(const RulesArguments& arguments) {
    std::vector<RuleRow> rows;
    for (const RuleKey key : all_rule_keys()) {
        std::vector<RuleChange> changes = key.changes();
        if (arguments.fork) {
            std::erase_if(changes,
                          [&](const RuleChange& change) { return change.since > *arguments.fork; });
            if (changes.size() > 1) changes.erase(changes.begin(), changes.end() - 1);
        }
        for (const RuleChange& change : changes)
            if (const RuleRow row{key, change}; is_asked_for(arguments, row)) rows.push_back(row);
    }
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
        case RuleUnit::flag: return row.change.number != 0 ? "yes" : "no";
        case RuleUnit::eip: return fmt::format("EIP-{}", row.change.number);
        case RuleUnit::model: return model_name(row.change.number);
        default: return fmt::format("{}", row.change.number);
    }
}

nlohmann::ordered_json number_json(const RuleRow& row) {
    if (!row.is_there()) return nullptr;
    if (row.key.unit() == RuleUnit::flag) return row.change.number != 0;
    if (row.key.unit() == RuleUnit::model) return model_name(row.change.number);
    return row.change.number;
}

std::string number_toml(const RuleRow& row) {
    if (!row.is_there()) return "\"none\"";
    if (row.key.unit() == RuleUnit::flag) return row.change.number != 0 ? "true" : "false";
    if (row.key.unit() == RuleUnit::model)
        return fmt::format("\"{}\"", model_name(row.change.number));
    return fmt::format("{}", row.change.number);
}

void print_text(const std::vector<RuleRow>& rows, const GeneralOptions& general, Output& output) {
    using enum TextTable::Align;
    TextTable table{{left, right, left, left, left, left}};
    table.add_row({"rule", "number", "unit", "since", "source", "what it is"});
    for (const RuleRow& row : rows)
        table.add_row({row.key.text(), number_text(row), std::string{unit_name(row.key.unit())},
                       std::string{name(row.change.since)}, std::string{row.change.source},
                       std::string{row.key.meaning()}});
    const Palette palette{wants_color(general.color, STDOUT_FILENO)};
    output.write(table_text(table, palette));
}

void print_json(const std::vector<RuleRow>& rows, Output& output) {
    for (const RuleRow& row : rows) {
        const nlohmann::ordered_json object = {{"rule", row.key.text()},
                                               {"number", number_json(row)},
                                               {"unit", unit_name(row.key.unit())},
                                               {"since", name(row.change.since)},
                                               {"source", row.change.source},
                                               {"meaning", row.key.meaning()}};
        output.write(object.dump() + "\n");
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
                                 row.change.source));
    }
}

void print_toml(const RulesArguments& arguments, const std::vector<RuleRow>& rows, Output& output) {
    if (arguments.fork) {
        output.write(fmt::format("fork = \"{}\"\n", name(*arguments.fork)));
        print_toml(rows, "", output);
        return;
    }
    output.write("# Each fork's table has what it changes of the fork before it.\n");
    ForkSet::all().for_each([&](Fork fork) {
        std::vector<RuleRow> of_fork;
        std::ranges::copy_if(rows, std::back_inserter(of_fork),
                             [fork](const RuleRow& row) { return row.change.since == fork; });
        print_toml(of_fork, std::string{name(fork)} + ".", output);
    });
}

}  // namespace

ExitCode run(const RulesArguments& arguments, const GeneralOptions& general, Output& output) {
    const std::vector<RuleRow> rows = rule_rows(arguments);
    switch (arguments.format) {
        case RulesFormat::text: print_text(rows, general, output); break;
        case RulesFormat::json: print_json(rows, output); break;
        case RulesFormat::toml: print_toml(arguments, rows, output); break;
    }
    return ExitCode::agrees;
}

}  // namespace evmmem::app
