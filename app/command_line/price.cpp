// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "app/text/escape.hpp"
#include "definitions.hpp"
#include "option_kinds.hpp"
#include "trace_options.hpp"

namespace evmmem::app {
namespace {

bool is_about_memory(RuleKey key) {
    return std::ranges::any_of(memory_rules(), [key](Rule rule) { return key == RuleKey{rule}; });
}

std::vector<std::string> memory_keys() {
    std::vector<std::string> keys;
    for (const RuleKey key : all_rule_keys())
        if (is_about_memory(key)) keys.push_back(key.text());
    return keys;
}

std::optional<std::uint64_t> read_rule_number(RuleKey key, std::string_view text) {
    if (text == "none") return no_number;
    if (key.unit() == RuleUnit::flag && (text == "true" || text == "false"))
        return text == "true" ? 1 : 0;
    if (key.unit() == RuleUnit::model) {
        for (int i = 0; i < memory_model_count; ++i)
            if (name(static_cast<MemoryModel>(i)) == text) return static_cast<std::uint64_t>(i);
        return std::nullopt;
    }
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if (key.unit() == RuleUnit::flag && number > 1) return std::nullopt;
    return number;
}

std::expected<std::pair<RuleKey, std::uint64_t>, std::string> read_setting(
    const std::string& text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos)
        return std::unexpected{fmt::format("'{}' is no KEY=NUMBER", escaped(text, 60))};
    const std::string name = text.substr(0, equals);
    const auto key = find_rule_key(name);
    if (!key || !is_about_memory(*key))
        return std::unexpected{refusal(name, "no number of memory's price", memory_keys())};
    const auto number = read_rule_number(*key, std::string_view{text}.substr(equals + 1));
    if (!number)
        return std::unexpected{
            fmt::format("'{}' is no value of {}", escaped(text.substr(equals + 1), 60), name)};
    return std::pair{*key, *number};
}

}  // namespace

void define_price(CLI::App& app, Invocation& invocation) {
    auto& arguments = invocation.command.emplace<PriceArguments>();
    app.add_option("TRACE", arguments.files, "traces; - is standard input")
        ->required()
        ->type_name("FILE");
    std::vector<std::pair<std::string, const MemoryPreset*>> presets;
    for (const MemoryPreset& preset : memory_presets())
        presets.emplace_back(preset.name, &preset);
    arguments.preset = presets.front().second;
    add_choice<const MemoryPreset*>(app, "--rules", arguments.preset, presets,
                                    "what memory is to cost")
        ->default_str(presets.front().first);
    app.add_option_function<std::vector<std::string>>(
           "--set",
           [&arguments](const std::vector<std::string>& texts) {
               for (const std::string& text : texts) {
                   const auto setting = read_setting(text);
                   if (!setting) throw CLI::ValidationError{"--set", setting.error()};
                   arguments.settings.push_back(*setting);
               }
           },
           "another number for memory, as memory.page_gas=50; `evmmem rules memory` names them")
        ->type_name("KEY=NUMBER")
        ->allow_extra_args(false);
    add_list_format(app, arguments.format);
    add_trace_options(app, arguments);
}

}  // namespace evmmem::app
