// SPDX-License-Identifier: MIT
// The rules of a fork as numbers: its gas schedule and its limits, each with a name. rule_table.hpp has
// the numbers, fork by fork; what computes gas or judges a limit asks here and holds none of its own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "fork.hpp"
#include "opcode.hpp"

namespace evmmem {

/// A number that forks may set otherwise. What each means is in rule_infos(), which lists them in this order.
enum class Rule : std::uint8_t {
    memory_model,
    memory_word_gas,
    memory_words_paid,
    memory_quadratic_divisor,
    memory_page_bytes,
    memory_page_gas,
    memory_page_again_gas,
    memory_pages_recent,
    memory_frame_bytes_max,
    memory_transaction_bytes_max,
    memory_address_max,
    memory_is_bounded_by_gas,

    copy_word_gas,
    hash_word_gas,
    exp_byte_gas,
    log_topic_gas,
    log_byte_gas,

    stack_items_max,
    block_hashes,

    call_depth_max,
    call_stipend,
    call_kept_part,
    call_keeps_memory,
    call_value_gas,
    call_new_account_gas,
    call_new_account_needs_value,

    access_warm_gas,
    access_cold_account_gas,
    access_cold_slot_gas,
    access_code_gas,
    access_follows_delegations,

    storage_unchanged_gas,
    storage_set_gas,
    storage_change_gas,
    storage_change_again_from_zero_gas,
    storage_change_again_gas,
    storage_cold_gas,
    storage_gas_kept,
    storage_is_net,

    refund_clear,
    refund_unset,
    refund_restore,
    refund_selfdestruct,
    refund_part,

    selfdestruct_new_account_gas,

    create_init_code_word_gas,
    create_init_code_max,
    create_init_code_max_agreed,
    create_code_byte_gas,
    create_code_word_gas,
    create_code_max,
    create_code_max_agreed,
    create_unpaid_code_fails,
    create_forbidden_byte,
    create_nonce,

    state_byte_gas,
    state_account_bytes,
    state_slot_bytes,

    transaction_gas,
    transaction_gas_max,
    transaction_create_gas,
    transaction_zero_byte_gas,
    transaction_byte_gas,
    transaction_floor_token_gas,
    transaction_floor_byte_tokens,
    transaction_listed_address_gas,
    transaction_listed_slot_gas,
    transaction_authorization_gas,

    ecrecover_gas,
    sha256_gas,
    sha256_word_gas,
    ripemd160_gas,
    ripemd160_word_gas,
    identity_gas,
    identity_word_gas,
    modexp_formula,
    modexp_divisor,
    modexp_exponent_byte,
    modexp_gas_least,
    modexp_length_max,
    bn254_add_gas,
    bn254_mul_gas,
    bn254_pairing_gas,
    bn254_pairing_pair_gas,
    blake2f_round_gas,
    point_evaluation_gas,
    bls_g1_add_gas,
    bls_g1_msm_point_gas,
    bls_g2_add_gas,
    bls_g2_msm_point_gas,
    bls_pairing_gas,
    bls_pairing_pair_gas,
    bls_map_fp_to_g1_gas,
    bls_map_fp2_to_g2_gas,
    p256_verify_gas,
};
/// How many rules there are.
inline constexpr std::size_t rule_count = static_cast<std::size_t>(Rule::p256_verify_gas) + 1;

/// In the place of a number: a limit that there is not, the price of what does not exist.
inline constexpr std::uint64_t no_number = ~std::uint64_t{0};

/// All numbers of one fork.
class Rules {
public:
    /// The number of a rule; no_number where there is none.
    constexpr std::uint64_t operator[](Rule rule) const {
        return numbers_[static_cast<std::size_t>(rule)];
    }
    /// Puts a number in its place.
    constexpr void set(Rule rule, std::uint64_t number) {
        numbers_[static_cast<std::size_t>(rule)] = number;
    }

    /// Whether there is such an instruction.
    constexpr bool has(Opcode op) const { return price(op) != no_number; }
    /// What the instruction costs whatever its operands and the state are, in gas; no_number when there is
    /// no such instruction.
    constexpr std::uint64_t price(Opcode op) const {
        return prices_[static_cast<std::uint8_t>(op)];
    }
    /// Puts a price in its place; no_number: there is no such instruction.
    constexpr void set_price(Opcode op, std::uint64_t gas) {
        prices_[static_cast<std::uint8_t>(op)] = gas;
    }

    constexpr bool operator==(const Rules&) const = default;

private:
    std::array<std::uint64_t, rule_count> numbers_{};
    std::array<std::uint64_t, 256> prices_{};
};

/// By fork, oldest first.
extern const std::array<Rules, fork_count> fork_rules;

/// Where a fork is not to be taken for rules without a word, as in a replay that may have others for it, this
/// is `explicit`.
#ifndef EVMMEM_EXPLICIT_RULES
#define EVMMEM_EXPLICIT_RULES
#endif

/// The rules of a fork, or rules of one's own; by value, one pointer. Where a function takes them, a fork
/// will do.
class RulesView {
public:
    /// Those of a fork.
    EVMMEM_EXPLICIT_RULES RulesView(Fork fork)
        : rules_{&fork_rules[static_cast<std::size_t>(fork)]} {}  // NOLINT: it has rules
    /// Rules of one's own, which must outlive this.
    constexpr RulesView(const Rules& rules) : rules_{&rules} {}  // NOLINT
    RulesView(Rules&&) = delete;

    /// The number of a rule; no_number where there is none.
    constexpr std::uint64_t operator[](Rule rule) const { return (*rules_)[rule]; }
    /// Whether the number is not 0.
    constexpr bool holds(Rule flag) const { return (*rules_)[flag] != 0; }
    /// As Rules::price().
    constexpr std::uint64_t price(Opcode op) const { return rules_->price(op); }
    /// As Rules::has().
    constexpr bool has(Opcode op) const { return rules_->has(op); }
    /// All of the numbers.
    constexpr const Rules& rules() const { return *rules_; }

private:
    const Rules* rules_;
};

/// What a number counts.
enum class RuleUnit : std::uint8_t {
    gas,
    bytes,
    count,
    flag,   ///< 1: it is so
    eip,    ///< the number of the EIP whose formula it is
    model,  ///< a MemoryModel
};

/// What a number means.
struct RuleInfo {
    std::string_view key;      ///< "memory.word_gas"
    RuleUnit unit{};           ///< what it counts
    std::string_view meaning;  ///< in a few words
};

/// What each number means, in the order of Rule.
std::span<const RuleInfo> rule_infos();
/// What that number means.
const RuleInfo& info(Rule rule);
/// The number of that key; nothing when there is none.
std::optional<Rule> find_rule(std::string_view key);

/// A number, and the fork that set it so.
struct RuleChange {
    Fork since{};              ///< the fork
    std::uint64_t number = 0;  ///< from then on
    std::string_view source;   ///< "EIP-2929"
};

/// All that forks have set it to, oldest first; before the first, 0 or no price.
std::vector<RuleChange> changes_of(Rule rule);
/// Likewise of an instruction's price.
std::vector<RuleChange> changes_of(Opcode op);

}  // namespace evmmem
