// SPDX-License-Identifier: MIT
#include "rule_set.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "memory_pricing.hpp"

namespace evmmem {
namespace {

/// A limit, and what all sources agree that it is at least.
constexpr std::array<std::pair<Rule, Rule>, 2> agreed_limits{{
    {Rule::create_code_max, Rule::create_code_max_agreed},
    {Rule::create_init_code_max, Rule::create_init_code_max_agreed},
}};

/// The EIPs whose formula of modexp's price is known.
std::vector<std::uint64_t> formulas() {
    std::vector<std::uint64_t> known;
    for (const RuleChange& change : changes_of(Rule::modexp_formula))
        if (change.number != no_number) known.push_back(change.number);
    return known;
}

bool is_none_somewhere(RuleKey key) {
    if (key.is_price()) return true;
    return std::ranges::any_of(key.changes(),
                               [](const RuleChange& change) { return change.number == no_number; });
}

std::string_view contradiction_beyond_memory(RulesView rules) {
    if (rules[Rule::modexp_formula] != no_number && rules[Rule::modexp_divisor] == 0)
        return "modexp.divisor is 0";
    if (rules[Rule::create_code_max_agreed] > rules[Rule::create_code_max])
        return "create.code_max_agreed is more than create.code_max";
    if (rules[Rule::create_init_code_max_agreed] > rules[Rule::create_init_code_max])
        return "create.init_code_max_agreed is more than create.init_code_max";
    return {};
}

}  // namespace

void RuleSet::set(RuleKey key, std::uint64_t number, std::string source) {
    const auto place = std::ranges::find(settings_, key, &Setting::key);
    if (place != settings_.end())
        *place = {key, number, std::move(source)};
    else
        settings_.push_back({key, number, std::move(source)});
}

const RuleSet::Setting* RuleSet::find(RuleKey key) const {
    const auto place = std::ranges::find(settings_, key, &Setting::key);
    return place != settings_.end() ? &*place : nullptr;
}

Rules RuleSet::on(Fork base) const {
    Rules rules = fork_rules[static_cast<std::size_t>(base)];
    for (const auto& [key, number, source] : settings_)
        key.set(rules, number);
    for (const auto& [limit, agreed] : agreed_limits)
        if (find(limit) != nullptr && find(agreed) == nullptr) rules.set(agreed, rules[limit]);
    return rules;
}

std::string_view contradiction(const RuleSet& set) {
    std::string_view found;
    const ForkSet forks = set.fork ? ForkSet{*set.fork} : ForkSet::all();
    forks.for_each([&](Fork fork) {
        const Rules rules = set.on(fork);
        if (found.empty()) found = contradiction(rules);
        if (found.empty()) found = contradiction_beyond_memory(rules);
    });
    return found;
}

RuleRange range_of(RuleKey key) {
    constexpr std::uint64_t gas_max = std::numeric_limits<std::uint32_t>::max();
    constexpr std::uint64_t count_max = std::uint64_t{1} << 32;
    constexpr std::uint64_t bytes_max = std::numeric_limits<std::int64_t>::max();
    const bool may_be_none = is_none_somewhere(key);
    if (key == Rule::create_forbidden_byte) return {0, 0xff, may_be_none};
    if (key == Rule::stack_items_max)
        return {1, fork_rules.front()[Rule::stack_items_max], may_be_none};
    if (key == Rule::call_depth_max)
        return {0, fork_rules.front()[Rule::call_depth_max], may_be_none};
    if (key == Rule::refund_part) return {2, count_max, may_be_none};
    if (key == Opcode::INVALID) return {0, 0, may_be_none};  // it takes all there is
    switch (key.unit()) {
        case RuleUnit::gas: return {0, gas_max, may_be_none};
        case RuleUnit::bytes: return {0, bytes_max, may_be_none};
        case RuleUnit::count: return {0, count_max, may_be_none};
        case RuleUnit::flag: return {0, 1, may_be_none};
        case RuleUnit::model: return {0, memory_model_count - 1, may_be_none};
        case RuleUnit::eip: return {formulas().front(), formulas().back(), may_be_none};
    }
    return {};
}

bool is_in_range(RuleKey key, std::uint64_t number) {
    const RuleRange range = range_of(key);
    if (number == no_number) return range.may_be_none;
    if (key.unit() == RuleUnit::eip && !std::ranges::count(formulas(), number)) return false;
    return range.least <= number && number <= range.most;
}

std::optional<std::uint64_t> number_from_word(RuleKey key, std::string_view word) {
    if (word == "none") return no_number;
    if (key.unit() != RuleUnit::model) return std::nullopt;
    for (int model = 0; model < memory_model_count; ++model)
        if (name(static_cast<MemoryModel>(model)) == word) return static_cast<std::uint64_t>(model);
    return std::nullopt;
}

std::string describe_range(RuleKey key) {
    const RuleRange range = range_of(key);
    std::string text;
    switch (key.unit()) {
        case RuleUnit::flag: text = "true or false"; break;
        case RuleUnit::model:
            for (int model = 0; model < memory_model_count; ++model)
                text += (model == 0 ? "\"" : ", \"") +
                        std::string{evmmem::name(static_cast<MemoryModel>(model))} + "\"";
            break;
        case RuleUnit::eip:
            for (const std::uint64_t formula : formulas())
                text += (text.empty() ? "" : ", ") + std::to_string(formula);
            break;
        default:
            text = "a whole number from " + std::to_string(range.least) + " to " +
                   std::to_string(range.most);
    }
    return range.may_be_none ? text + ", or \"none\"" : text;
}

}  // namespace evmmem
