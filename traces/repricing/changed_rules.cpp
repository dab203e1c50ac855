// SPDX-License-Identifier: MIT
#include "changed_rules.hpp"

namespace evmmem::traces {
namespace {

/// What a transaction pays besides its steps and gets back, and limits that only matter to code that does
/// something else.
constexpr Rule rules_not_priced[] = {
    Rule::stack_items_max,
    Rule::block_hashes,
    Rule::call_depth_max,
    Rule::storage_is_net,
    Rule::refund_clear,
    Rule::refund_unset,
    Rule::refund_restore,
    Rule::refund_selfdestruct,
    Rule::refund_part,
    Rule::create_unpaid_code_fails,
    Rule::create_forbidden_byte,
    Rule::create_nonce,
    Rule::transaction_gas,
    Rule::transaction_gas_max,
    Rule::transaction_create_gas,
    Rule::transaction_zero_byte_gas,
    Rule::transaction_byte_gas,
    Rule::transaction_floor_token_gas,
    Rule::transaction_floor_byte_tokens,
    Rule::transaction_listed_address_gas,
    Rule::transaction_listed_slot_gas,
    Rule::transaction_authorization_gas,
};

}  // namespace

ChangedRules::ChangedRules(const RuleSet& set) {
    ForkSet::all().for_each([&](Fork fork) {
        by_fork_[static_cast<std::size_t>(fork)] = set.on(set.fork.value_or(fork));
    });
}

std::vector<RuleKey> ChangedRules::not_priced(ForkSet forks, const ChangedRules* before) const {
    std::vector<RuleKey> keys;
    for (const Rule rule : rules_not_priced) {
        const auto is_other = [&](Fork fork) {
            const RulesView own = before != nullptr ? before->in_place_of(fork) : RulesView{fork};
            return in_place_of(fork)[rule] != own[rule];
        };
        if (forks.any_of(is_other)) keys.emplace_back(rule);
    }
    return keys;
}

}  // namespace evmmem::traces
