// SPDX-License-Identifier: MIT
#include "gas_schedule.hpp"

#include <bit>

#include "memory_cost.hpp"
#include "storage_gas.hpp"

namespace evmmem {
namespace {

/// What the access to the account or slot costs that the instruction names: where forks tell cold and warm
/// apart, and not of SSTORE, whose prices are those of changes.
struct AccessPrice {
    std::uint64_t warm = 0;
    std::uint64_t cold = 0;
};
AccessPrice access_price(Opcode op, RulesView rules) {
    const std::uint64_t warm = rules[Rule::access_warm_gas];
    const std::uint64_t account = rules[Rule::access_cold_account_gas];
    switch (op) {
        case Opcode::SLOAD: return {warm, rules[Rule::access_cold_slot_gas]};
        case Opcode::SELFDESTRUCT: return {0, account};
        default: return {warm, account};
    }
}

/// What may come on top of the access.
std::uint64_t surcharge(Opcode op, RulesView rules) {
    if (op == Opcode::SELFDESTRUCT) return rules[Rule::selfdestruct_new_account_gas];
    const bool reads_code = op == Opcode::EXTCODESIZE || op == Opcode::EXTCODECOPY;
    return reads_code ? rules[Rule::access_code_gas] : 0;
}

FewCosts store_costs(RulesView rules, Access access) {
    FewCosts costs;
    const bool is_told_apart = rules.holds(Rule::storage_cold_gas);
    for (const bool is_cold : {false, true}) {
        if (is_cold && !is_told_apart) continue;
        if (is_told_apart && access == (is_cold ? Access::warm : Access::cold)) continue;
        for (int i = 0; i < slot_change_count; ++i)
            costs.add(store_cost(static_cast<SlotChange>(i), rules, is_cold));
    }
    return costs;
}

/// The price of an instruction, or of the older one of its kind where it does not exist yet.
std::uint64_t price_or(Opcode op, Opcode older, RulesView rules) {
    return rules.price(rules.has(op) ? op : older);
}

constexpr bool is_priced_by_access(Opcode op) {
    using enum Opcode;
    return op == BALANCE || op == EXTCODESIZE || op == EXTCODECOPY || op == EXTCODEHASH ||
           op == SLOAD || op == SELFDESTRUCT;
}

}  // namespace

std::uint64_t base_cost(Opcode op, const PricedState& state, RulesView rules) {
    if (op == Opcode::SSTORE) return store_cost(state.change, rules, state.is_cold);
    const AccessPrice price = access_price(op, rules);
    return rules.price(op) + (state.is_cold ? price.cold : price.warm) +
           (state.has_surcharge ? surcharge(op, rules) : 0);
}

std::uint64_t call_overhead(Opcode op, bool has_value, const PricedState& state, RulesView rules) {
    const AccessPrice price = access_price(op, rules);
    std::uint64_t cost =
        price_or(op, Opcode::CALL, rules) + (state.is_cold ? price.cold : price.warm);
    if (has_value) cost += rules[Rule::call_value_gas];
    const bool pays_for_new = has_value || !rules.holds(Rule::call_new_account_needs_value);
    if (state.has_surcharge && pays_for_new) cost += rules[Rule::call_new_account_gas];
    switch (state.delegation) {
        case PricedState::Delegation::none: return cost;
        case PricedState::Delegation::warm: return cost + price.warm;
        case PricedState::Delegation::cold: return cost + price.cold;
    }
    return cost;
}

FewCosts base_costs(Opcode op, RulesView rules, Access access) {
    if (op == Opcode::SSTORE) return store_costs(rules, access);
    FewCosts costs;
    if (!is_priced_by_access(op) || !rules.has(op)) return costs;
    const AccessPrice price = access_price(op, rules);
    const bool is_told_apart = price.warm != price.cold;
    for (const bool is_cold : {false, true}) {
        if (is_told_apart && access == (is_cold ? Access::warm : Access::cold)) continue;
        for (const bool has_surcharge : {false, true})
            costs.add(base_cost(op, {.is_cold = is_cold, .has_surcharge = has_surcharge}, rules));
    }
    return costs;
}

std::uint64_t exp_cost(const Word& exponent, RulesView rules) {
    std::uint64_t bytes = 0;
    for (std::uint64_t i = 0; i < 4; ++i)
        if (exponent.limbs[i] != 0)
            bytes = 8 * i + (71 - static_cast<unsigned>(std::countl_zero(exponent.limbs[i]))) / 8;
    return rules.price(Opcode::EXP) + rules[Rule::exp_byte_gas] * bytes;
}

CallOverheads::CallOverheads(Opcode op, bool has_value, RulesView rules, Access access,
                             bool may_be_new, bool may_be_delegated) {
    using enum PricedState::Delegation;
    const bool may_create = may_be_new && op == Opcode::CALL;
    const bool may_delegate = may_be_delegated && rules.holds(Rule::access_follows_delegations);
    const AccessPrice price = access_price(op, rules);
    const bool is_told_apart = price.warm != price.cold;
    for (const bool is_cold : {false, true}) {
        if (access == Access::cold && is_told_apart && !is_cold) continue;
        for (const auto delegation : {none, warm, cold}) {
            const PricedState state{.is_cold = is_cold, .delegation = delegation};
            add(call_overhead(op, has_value, state, rules));
            PricedState created = state;
            created.has_surcharge = true;
            if (may_create) add(call_overhead(op, has_value, created, rules));
            if (!may_delegate) break;
        }
        if (access == Access::warm) break;
    }
}

std::uint64_t create_cost(Opcode op, std::uint64_t init_code_size, RulesView rules) {
    const std::uint64_t words = num_words(init_code_size);
    const std::uint64_t hashing = op == Opcode::CREATE2 ? rules[Rule::hash_word_gas] * words : 0;
    const std::uint64_t metering = rules[Rule::create_init_code_word_gas] * words;
    return price_or(op, Opcode::CREATE, rules) + hashing + metering;
}

std::uint64_t code_deposit_cost(std::uint64_t size, RulesView rules) {
    return rules[Rule::create_code_byte_gas] * size +
           rules[Rule::create_code_word_gas] * num_words(size);
}

}  // namespace evmmem
