// SPDX-License-Identifier: MIT
#include "rule_key.hpp"

#include "opcode_table.hpp"

namespace evmmem {

std::string RuleKey::text() const {
    if (const Rule* rule = std::get_if<Rule>(&subject_)) return std::string{info(*rule).key};
    return std::string{instructions_group} + "." + op_name(std::get<Opcode>(subject_));
}

RuleUnit RuleKey::unit() const {
    const Rule* rule = std::get_if<Rule>(&subject_);
    return rule != nullptr ? info(*rule).unit : RuleUnit::gas;
}

std::string_view RuleKey::meaning() const {
    const Rule* rule = std::get_if<Rule>(&subject_);
    return rule != nullptr ? info(*rule).meaning
                           : "what it costs whatever its operands and the state are";
}

std::vector<RuleChange> RuleKey::changes() const {
    return std::visit([](auto subject) { return changes_of(subject); }, subject_);
}

std::uint64_t RuleKey::of(RulesView rules) const {
    if (const Rule* rule = std::get_if<Rule>(&subject_)) return rules[*rule];
    return rules.price(std::get<Opcode>(subject_));
}

void RuleKey::set(Rules& rules, std::uint64_t number) const {
    if (const Rule* rule = std::get_if<Rule>(&subject_))
        rules.set(*rule, number);
    else
        rules.set_price(std::get<Opcode>(subject_), number);
}

std::vector<RuleKey> all_rule_keys() {
    std::vector<RuleKey> keys;
    for (std::size_t i = 0; i < rule_count; ++i)
        keys.emplace_back(static_cast<Rule>(i));
    for (const OpcodeInfo& row : opcode_rows())
        keys.emplace_back(row.opcode);
    return keys;
}

std::optional<RuleKey> find_rule_key(std::string_view text) {
    const std::size_t point = text.find('.');
    if (point != std::string_view::npos && text.substr(0, point) == instructions_group) {
        const OpcodeInfo* row = find_opcode(text.substr(point + 1));
        return row != nullptr ? std::optional<RuleKey>{row->opcode} : std::nullopt;
    }
    const auto rule = find_rule(text);
    return rule ? std::optional<RuleKey>{*rule} : std::nullopt;
}

}  // namespace evmmem
