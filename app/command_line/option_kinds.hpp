// SPDX-License-Identifier: MIT
// The kinds of options that several commands have, each written once: a choice of names, a fork, a
// count, bytes. A value that is none of them is refused with what is wrong and what may be meant.
// The label of an option keeps the values worth proposing where describe() finds them.
#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/text/suggestion.hpp"
#include "command_description.hpp"
#include "options.hpp"

namespace evmmem::app {

/// The label of a value, followed by values to propose.
template <typename Names>
std::string label_with(std::string_view label, const Names& names) {
    return fmt::format("{}:{{{}}}", label, fmt::join(names, ","));
}

/// A whole number of 64 bits, or 0x and its hex digits; the library would wrap what is below zero.
std::expected<std::uint64_t, std::string> read_number(const std::string& argument);

/// An option whose text `read` turns into an std::expected: the value, or what is wrong with it.
template <typename Target, typename Read>
CLI::Option* add_read(CLI::App& app, const std::string& names, Target& target, const Read& read,
                      const std::string& description) {
    return app.add_option_function<std::string>(
        names,
        [&target, names, read](const std::string& text) {
            auto value = read(text);
            if (!value) throw CLI::ValidationError{names, value.error()};
            target = *std::move(value);
        },
        description);
}

/// An option that takes one of a few names.
template <typename Value>
CLI::Option* add_choice(CLI::App& app, const std::string& names, Value& target,
                        const std::vector<std::pair<std::string, Value>>& choices,
                        const std::string& description) {
    const std::map<std::string, Value> values{choices.begin(), choices.end()};
    std::vector<std::string> labels;
    for (const auto& [label, value] : choices)
        labels.push_back(label);
    const auto read = [values,
                       labels](const std::string& text) -> std::expected<Value, std::string> {
        const auto found = values.find(text);
        if (found != values.end()) return found->second;
        return std::unexpected{refusal(text, labels)};
    };
    return add_read(app, names, target, read, description)
        ->type_name(fmt::format("{{{}}}", fmt::join(labels, ",")));
}

CLI::Option* add_list_format(CLI::App& app, ListFormat& target);
CLI::Option* add_fork(CLI::App& app, std::optional<Fork>& target, const std::string& description);

/// Rules by their name, or by a file of them.
CLI::Option* add_rules(CLI::App& app, std::optional<RuleSet>& target,
                       const std::string& description);

/// Bytes as hex digits, or as a file of them, which is added to `files`.
CLI::Option* add_bytes(CLI::App& app, const std::string& names,
                       std::optional<std::vector<std::uint8_t>>& target,
                       std::vector<std::string>& files, const std::string& description);

/// A whole number of 64 bits; K, M and G may follow and count in 1024s.
CLI::Option* add_count(CLI::App& app, const std::string& names, std::uint64_t& target,
                       std::string_view label, const std::string& description);

/// A percentage, as a fraction.
CLI::Option* add_percent(CLI::App& app, const std::string& names, double& target,
                         const std::string& description);

/// The options that every command has.
void add_general_options(CLI::App& app, GeneralOptions& options);

}  // namespace evmmem::app
