// SPDX-License-Identifier: MIT
#include "rule_table.hpp"

#include <vector>

namespace evmmem {
namespace {

template <typename Subject>
std::vector<RuleChange> changes_to(Subject subject) {
    std::vector<RuleChange> changes;
    for (const rule_table::Row& row : rule_table::rows)
        for (const rule_table::Change& change : row.changes)
            if (change.is_of(subject)) changes.push_back({row.fork, change.number, change.source});
    return changes;
}

}  // namespace

// NOLINTNEXTLINE(cert-err58-cpp): what throws, throws when this is compiled
constinit const std::array<Rules, fork_count> fork_rules = rule_table::by_fork();

std::vector<RuleChange> changes_of(Rule rule) {
    return changes_to(rule);
}

std::vector<RuleChange> changes_of(Opcode op) {
    return changes_to(op);
}

}  // namespace evmmem
