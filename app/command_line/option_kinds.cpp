// SPDX-License-Identifier: MIT
#include "option_kinds.hpp"

#include <charconv>
#include <limits>

#include "app/rules/named_rules.hpp"
#include "app/rules/rule_file.hpp"
#include "app/text/escape.hpp"
#include "hex_argument.hpp"

namespace evmmem::app {
namespace {

std::vector<std::string> fork_names() {
    std::vector<std::string> names;
    ForkSet::all().for_each([&](Fork fork) { names.emplace_back(name(fork)); });
    return names;
}

std::expected<Fork, std::string> read_fork(const std::string& text) {
    if (const auto fork = fork_from_name(text)) return *fork;
    return std::unexpected{refusal(text, fork_names())};
}

// A whole number of 64 bits; K, M and G may follow and count in 1024s.
std::expected<std::uint64_t, std::string> read_count(const std::string& argument) {
    std::string_view text = argument;
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
        return std::unexpected{refusal(argument, "no whole number such as 100 or 64K", {})};
    return value << shift;
}

}  // namespace

std::expected<std::uint64_t, std::string> read_number(const std::string& argument) {
    std::string_view text = argument;
    const bool is_hex = text.starts_with("0x");
    if (is_hex) text.remove_prefix(2);
    std::uint64_t value = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value, is_hex ? 16 : 10);
    if (error != std::errc{} || end != text.data() + text.size())
        return std::unexpected{refusal(argument, "no whole number such as 12 or 0x40", {})};
    return value;
}

CLI::Option* add_list_format(CLI::App& app, ListFormat& target) {
    return add_choice<ListFormat>(app, "--format", target,
                                  {{"text", ListFormat::text}, {"json", ListFormat::json}},
                                  "how to print it")
        ->default_str("text");
}

CLI::Option* add_fork(CLI::App& app, std::optional<Fork>& target, const std::string& description) {
    return add_read(app, "--fork", target, read_fork, description)
        ->type_name(label_with("NAME", fork_names()));
}

CLI::Option* add_rules(CLI::App& app, std::optional<RuleSet>& target,
                       const std::string& description) {
    return add_read(app, "--rules", target, rules_asked_for, description)
        ->type_name(label_with("NAME|FILE", rule_names()));
}

CLI::Option* add_bytes(CLI::App& app, const std::string& names,
                       std::optional<std::vector<std::uint8_t>>& target,
                       std::vector<std::string>& files, const std::string& description) {
    const auto read = [&files](const std::string& text) {
        if (text.starts_with('@')) files.push_back(text.substr(1));
        return read_hex_argument(text);
    };
    return add_read(app, names, target, read, description)->type_name("HEX|@FILE");
}

CLI::Option* add_count(CLI::App& app, const std::string& names, std::uint64_t& target,
                       std::string_view label, const std::string& description) {
    return add_read(app, names, target, read_count, description)->type_name(std::string{label});
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

}  // namespace evmmem::app
