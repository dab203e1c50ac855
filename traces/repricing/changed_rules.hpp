// SPDX-License-Identifier: MIT
// Rules in the place of those that a trace was made under. Either the same whatever the trace's fork is, or
// that fork's own with some numbers changed: then nothing else needs to be known of the fork.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/fork.hpp"
#include "core/rule_key.hpp"
#include "core/rule_set.hpp"
#include "core/rules.hpp"

namespace evmmem::traces {

class ChangedRules {
public:
    /// Where the set is for one fork, that fork's in the place of every one.
    explicit ChangedRules(const RuleSet& set);

    RulesView in_place_of(Fork fork) const { return by_fork_[static_cast<std::size_t>(fork)]; }
    /// For numbers that no fork changes.
    RulesView of_any_fork() const { return in_place_of(last_fork); }

    /// Numbers that are others in the place of one of these forks than `before`, or, without it, than the fork's own,
    /// and that repricing does not look at.
    std::vector<RuleKey> not_priced(ForkSet forks, const ChangedRules* before = nullptr) const;

private:
    std::array<Rules, fork_count> by_fork_;
};

}  // namespace evmmem::traces
