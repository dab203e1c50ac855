// SPDX-License-Identifier: MIT
// Rules that are not a fork's own: another chain's, a proposal's, or somebody's idea. What they change of a
// fork's numbers, and nothing else, so that they can be told of any fork.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fork.hpp"
#include "rule_key.hpp"
#include "rules.hpp"

namespace evmmem {

/// Named numbers in the place of a fork's.
class RuleSet {
public:
    /// A number that is set, and who says so.
    struct Setting {
        RuleKey key;               ///< which number
        std::uint64_t number = 0;  ///< what it is
        std::string source;        ///< "EIP-7923", "my.toml:12"
    };

    /// What they are called: "monad-nine", or a file's name. Empty: a fork's own rules.
    std::string name;
    /// The fork whose numbers hold where nothing is set; nothing: any fork's.
    std::optional<Fork> fork;

    /// A number in the place of the fork's, and of one set before. Who sets a size of code says what all
    /// sources agree on: create.code_max_agreed follows create.code_max, and so for init code, unless it is set.
    void set(RuleKey key, std::uint64_t number, std::string source);
    /// The last for each number.
    const std::vector<Setting>& settings() const { return settings_; }
    /// The setting of that number; null when it is not set.
    const Setting* find(RuleKey key) const;

    /// Whether there is nothing in them that a fork does not say.
    bool is_plain() const { return !fork && settings_.empty(); }
    /// The numbers that hold on top of `base`, whatever `fork` says.
    Rules on(Fork base) const;

private:
    std::vector<Setting> settings_;
};

/// Why no gas can be computed by these rules, on the fork that they are for or on one of all; empty when nothing
/// is wrong.
std::string_view contradiction(const RuleSet& set);

/// What a number of the rules may be, as far as all that computes with it allows.
struct RuleRange {
    std::uint64_t least = 0;   ///< included
    std::uint64_t most = 0;    ///< included
    bool may_be_none = false;  ///< also no_number: no limit, or nothing that has a price
};
/// What that number may be.
RuleRange range_of(RuleKey key);
/// Whether the number is in its range; a flag is 0 or 1, a formula one that there is.
bool is_in_range(RuleKey key, std::uint64_t number);
/// The number that a word stands for: "none", or a model of memory's name where that is what is asked for.
std::optional<std::uint64_t> number_from_word(RuleKey key, std::string_view word);
/// "a whole number from 0 to 4294967295", "true or false": for who set another.
std::string describe_range(RuleKey key);

}  // namespace evmmem
