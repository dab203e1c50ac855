// SPDX-License-Identifier: MIT
// The names by which people call the numbers of the rules: "memory.word_gas", and "instructions.MCOPY" for
// an instruction's price.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "opcode.hpp"
#include "rules.hpp"

namespace evmmem {

/// Which number of the rules; by value.
class RuleKey {
public:
    /// That number.
    constexpr RuleKey(Rule rule) : subject_{rule} {}  // NOLINT: it is one
    /// That instruction's price.
    constexpr RuleKey(Opcode op) : subject_{op} {}  // NOLINT: its price

    /// "memory.word_gas"; the part before the point is the group.
    std::string text() const;
    /// Whether it is an instruction's price.
    constexpr bool is_price() const { return std::holds_alternative<Opcode>(subject_); }
    /// What it counts; gas for a price.
    RuleUnit unit() const;
    /// What it means, in a few words.
    std::string_view meaning() const;
    /// All that forks have set it to, oldest first.
    std::vector<RuleChange> changes() const;

    /// The number in these rules; no_number where there is none.
    std::uint64_t of(RulesView rules) const;
    /// Sets the number in these rules, whatever its range.
    void set(Rules& rules, std::uint64_t number) const;

    constexpr bool operator==(const RuleKey&) const = default;

private:
    std::variant<Rule, Opcode> subject_;
};

/// The group of the instructions' prices.
inline constexpr std::string_view instructions_group = "instructions";

/// All of them: the rules in their order, then the instructions by their bytes.
std::vector<RuleKey> all_rule_keys();
/// The number of that name; nothing when there is none.
std::optional<RuleKey> find_rule_key(std::string_view text);

}  // namespace evmmem
