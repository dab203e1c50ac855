// SPDX-License-Identifier: MIT
#include "code_deposit.hpp"

#include <fmt/format.h>

namespace evmmem::traces {
namespace {

bool is_too_long(std::uint64_t size, RulesView rules) {
    return size > rules[Rule::create_code_max];
}

bool may_be_forbidden(const KnownData& code, RulesView rules) {
    const std::uint64_t forbidden = rules[Rule::create_forbidden_byte];
    return forbidden != no_number && *code.size() != 0 &&
           (!code.is_known(0, 1) || code.bytes()[0] == forbidden);
}

bool is_forbidden(const KnownData& code, RulesView rules) {
    return may_be_forbidden(code, rules) && code.is_known(0, 1);
}

}  // namespace

bool may_become(Deposit deposit, const KnownData& code, std::uint64_t gas_left, RulesView rules) {
    const std::uint64_t size = *code.size();
    const bool is_payable = code_deposit_cost(size, rules) <= gas_left;
    const bool must_be_paid = rules.holds(Rule::create_unpaid_code_fails);
    if (deposit == Deposit::skipped) return !must_be_paid && !is_payable;
    const bool must_fail =
        is_too_long(size, rules) || is_forbidden(code, rules) || (!is_payable && must_be_paid);
    if (deposit == Deposit::paid) return !must_fail && is_payable;
    // Amsterdam's code size is not settled, and a reservoir may or may not pay its state gas.
    const bool may_fail = must_fail || may_be_forbidden(code, rules) ||
                          size > rules[Rule::create_code_max_agreed] ||
                          (has_state_gas(rules) &&
                           code_deposit_cost(size, rules) + state_gas(size, rules) > gas_left);
    return may_fail;
}

std::string why_refused(const KnownData& code, std::uint64_t gas_left, ForkSet forks,
                        const ReplayRules& rules_of) {
    std::string reason;
    forks.for_each([&](Fork fork) {
        if (!reason.empty()) return;
        const RulesView rules = rules_of.of(fork);
        const std::uint64_t size = *code.size();
        const std::uint64_t cost = code_deposit_cost(size, rules);
        if (is_too_long(size, rules))
            reason =
                fmt::format("its {} bytes are more than {}", size, rules[Rule::create_code_max]);
        else if (is_forbidden(code, rules))
            reason = fmt::format("it starts with {:#x}", rules[Rule::create_forbidden_byte]);
        else if (cost > gas_left)
            reason = fmt::format("its {} bytes cost {} gas, and {} is left", size, cost, gas_left);
    });
    return reason;
}

}  // namespace evmmem::traces
