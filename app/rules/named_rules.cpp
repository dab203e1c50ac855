// SPDX-License-Identifier: MIT
#include "named_rules.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "app/text/suggestion.hpp"
#include "core/rule_presets.hpp"

namespace evmmem::app {

std::vector<std::string> rule_names() {
    std::vector<std::string> names;
    for (const RulePreset& preset : rule_presets())
        names.emplace_back(preset.name);
    return names;
}

std::string no_such_number(const std::string& name, std::vector<std::string> others) {
    for (const RuleKey key : all_rule_keys())
        others.push_back(key.text());
    return refusal(name, "no number of the rules, `evmmem rules` lists them", others);
}

std::expected<RuleSet, std::string> named_rules(const std::string& name) {
    if (auto rules = rule_preset(name)) return *std::move(rules);
    const auto unsupported = std::ranges::find(unsupported_rules(), name, &UnsupportedRules::name);
    if (unsupported != unsupported_rules().end())
        return std::unexpected{fmt::format("the rules '{}' are not supported: {} ({})",
                                           unsupported->name, unsupported->reason,
                                           unsupported->source)};
    return std::unexpected{refusal(name, rule_names())};
}

}  // namespace evmmem::app
