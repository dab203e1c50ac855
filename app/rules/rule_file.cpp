// SPDX-License-Identifier: MIT
#include "rule_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <system_error>
#include <vector>

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

#include "app/host/whole_file.hpp"
#include "app/text/escape.hpp"
#include "app/text/suggestion.hpp"
#include "core/memory_pricing.hpp"
#include "core/rule_presets.hpp"
#include "named_rules.hpp"

namespace evmmem::app {
namespace {

constexpr std::string_view fork_key = "fork";
constexpr std::string_view preset_key = "preset";

/// A value as it may stand in a sentence.
std::string shown(const toml::node& node) {
    if (const auto* number = node.as_integer()) return fmt::format("{}", number->get());
    if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
    if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
    if (const auto* text = node.as_string()) return fmt::format("\"{}\"", escaped(text->get(), 60));
    if (node.is_array()) return "an array";
    if (node.is_table()) return "a table";
    return "a date or time";
}

/// The number that a value stands for; nothing where it is of another kind.
std::optional<std::uint64_t> number_of(RuleKey key, const toml::node& node) {
    if (const auto* text = node.as_string()) return number_from_word(key, text->get());
    if (const auto* flag = node.as_boolean())
        return key.unit() == RuleUnit::flag ? std::optional{std::uint64_t{flag->get()}}
                                            : std::nullopt;
    const auto* number = node.as_integer();
    if (number == nullptr || number->get() < 0) return std::nullopt;
    if (key.unit() == RuleUnit::flag || key.unit() == RuleUnit::model) return std::nullopt;
    return static_cast<std::uint64_t>(number->get());
}

/// Reads a file's tables, and keeps what is wrong with them.
class RuleReader {
public:
    explicit RuleReader(const std::string& file) : file_{escaped(file, 200)} { set_.name = file; }

    void read(const toml::table& root) {
        // What the rules are based on is set before they are, wherever it stands.
        if (const toml::node* node = root.get(preset_key)) read_preset(*node);
        if (const toml::node* node = root.get(fork_key)) read_fork(*node);
        for (const auto& [key, node] : root) {
            if (key == fork_key || key == preset_key) continue;
            if (const toml::table* table = node.as_table())
                read_group(key, *table);
            else
                read_number(std::string{key.str()}, key.source(), node);
        }
    }

    std::expected<RuleSet, std::string> result() {
        if (errors_.empty()) {
            if (const std::string_view wrong = contradiction(set_); !wrong.empty())
                return std::unexpected{fmt::format("{}: {}", file_, wrong)};
            return std::move(set_);
        }
        const auto& [line, text] = *errors_.begin();
        const std::size_t more = errors_.size() - 1;
        return std::unexpected{fmt::format(
            "{}:{}: {}{}", file_, line, text,
            more == 0
                ? ""
                : fmt::format(" (and {} more that {} wrong)", more, more == 1 ? "is" : "are"))};
    }

private:
    void refuse(const toml::source_region& place, const std::string& text) {
        errors_.emplace(place.begin.line, text);
    }

    void read_preset(const toml::node& node) {
        const auto* text = node.as_string();
        auto named = text != nullptr ? named_rules(text->get())
                                     : std::unexpected{fmt::format(
                                           "{} is no name of rules, which are text", shown(node))};
        if (!named) return refuse(node.source(), fmt::format("preset: {}", named.error()));
        named->name = set_.name;
        set_ = *std::move(named);
    }

    void read_fork(const toml::node& node) {
        const auto* text = node.as_string();
        const auto fork = text != nullptr ? fork_from_name(text->get()) : std::nullopt;
        if (fork) {
            set_.fork = fork;
            return;
        }
        if (text == nullptr)
            return refuse(node.source(),
                          fmt::format("fork: {} is no fork's name, which is text", shown(node)));
        std::vector<std::string> names;
        ForkSet::all().for_each([&](Fork each) { names.emplace_back(name(each)); });
        refuse(node.source(), fmt::format("fork: {}", refusal(text->get(), names)));
    }

    void read_group(const toml::key& group, const toml::table& table) {
        if (fork_from_name(group.str()))
            return refuse(group.source(),
                          fmt::format("'{}' is a fork, and rules are based on one: fork = \"{}\"; "
                                      "`evmmem rules --fork {} --format toml` prints them",
                                      escaped(group.str(), 60), escaped(group.str(), 60),
                                      escaped(group.str(), 60)));
        for (const auto& [key, node] : table)
            read_number(fmt::format("{}.{}", group.str(), key.str()), key.source(), node);
    }

    void read_number(const std::string& text, const toml::source_region& place,
                     const toml::node& node) {
        const auto key = find_rule_key(text);
        if (!key)
            return refuse(place,
                          no_such_number(text, {std::string{fork_key}, std::string{preset_key}}));
        const std::string name = key->text();
        const std::string as_written =
            text == name ? "" : fmt::format("'{}' is ", escaped(text, 60));
        if (const auto [before, is_new] = lines_.emplace(name, place.begin.line); !is_new)
            return refuse(place, fmt::format("{}{}, which line {} sets too", as_written, name,
                                             before->second));
        const auto number = number_of(*key, node);
        if (!number || !is_in_range(*key, *number))
            return refuse(place, fmt::format("{}{} is {}, and must be {}", as_written, name,
                                             shown(node), describe_range(*key)));
        set_.set(*key, *number, fmt::format("{}:{}", file_, place.begin.line));
    }

    std::string file_;
    RuleSet set_;
    std::map<std::string, std::uint32_t> lines_;        ///< in which a number is set
    std::multimap<std::uint32_t, std::string> errors_;  ///< by line
};

}  // namespace

std::expected<RuleSet, std::string> read_rules(std::string_view text, const std::string& name) {
    const toml::parse_result parsed = toml::parse(text);
    if (!parsed) {
        const toml::parse_error& error = parsed.error();
        return std::unexpected{fmt::format("{}:{}:{}: no TOML: {}", escaped(name, 200),
                                           error.source().begin.line, error.source().begin.column,
                                           escaped(error.description(), 200))};
    }
    RuleReader reader{name};
    reader.read(parsed.table());
    return reader.result();
}

std::expected<RuleSet, std::string> read_rule_file(const std::string& path) {
    constexpr std::size_t bytes_max = 1 << 20;
    const auto text = read_whole(path, bytes_max);
    if (!text) return std::unexpected{fmt::format("{}: {}", escaped(path, 200), text.error())};
    return read_rules(*text, path);
}

std::expected<RuleSet, std::string> rules_asked_for(const std::string& name_or_file) {
    std::error_code ignored;
    const bool is_file =
        name_or_file.find_first_of("/.") != std::string::npos ||
        (!rule_preset(name_or_file) && std::filesystem::exists(name_or_file, ignored));
    return is_file ? read_rule_file(name_or_file) : named_rules(name_or_file);
}

}  // namespace evmmem::app
