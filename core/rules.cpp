// SPDX-License-Identifier: MIT
#include "rules.hpp"

#include <algorithm>

namespace evmmem {
namespace {

using enum RuleUnit;

// In the order of Rule.
// clang-format off
constexpr std::array<RuleInfo, rule_count> infos{{
    {"memory.model",                     model, "how memory is priced"},
    {"memory.word_gas",                  gas,   "words of a call's memory, once"},
    {"memory.words_paid",                count, "for so many words"},
    {"memory.quadratic_divisor",         count, "the square of the words costs one gas for so many, if quadratic"},
    {"memory.page_bytes",                bytes, "of a page, if paged"},
    {"memory.page_gas",                  gas,   "a page touched first in a call, on top of the next"},
    {"memory.page_again_gas",            gas,   "a page that is none of those touched last in the call"},
    {"memory.pages_recent",              count, "pages that are"},
    {"memory.frame_bytes_max",           bytes, "of a call's memory, at most"},
    {"memory.transaction_bytes_max",     bytes, "of all open calls; of all pages touched first, if paged"},
    {"memory.address_max",               bytes, "the last address of memory"},
    {"memory.is_bounded_by_gas",         flag,  "memory has no more bytes than the call began with gas"},

    {"copy.word_gas",                    gas,   "a word copied to memory"},
    {"hash.word_gas",                    gas,   "a word hashed, by KECCAK256 or CREATE2"},
    {"exp.byte_gas",                     gas,   "a byte of EXP's exponent"},
    {"log.topic_gas",                    gas,   "a topic of a log"},
    {"log.byte_gas",                     gas,   "a byte of a log's data"},

    {"stack.items_max",                  count, "items that a stack can have"},
    {"block.hashes",                     count, "blocks back that BLOCKHASH knows"},

    {"call.depth_max",                   count, "calls that can be open inside the outermost"},
    {"call.stipend",                     gas,   "given to the callee of a call with value"},
    {"call.kept_part",                   count, "a call keeps one part in so many of the gas left; 0: none"},
    {"call.keeps_memory",                flag,  "and no less gas than its memory has bytes"},
    {"call.value_gas",                   gas,   "a call with value"},
    {"call.new_account_gas",             gas,   "a call to an account that does not exist"},
    {"call.new_account_needs_value",     flag,  "and only one with value pays for it"},

    {"access.warm_gas",                  gas,   "an account or slot that was touched before"},
    {"access.cold_account_gas",          gas,   "an account that was not"},
    {"access.cold_slot_gas",             gas,   "a slot that was not, of SLOAD"},
    {"access.code_gas",                  gas,   "another account's code, on top"},
    {"access.follows_delegations",       flag,  "a call also pays for the account whose code it runs"},

    {"storage.unchanged_gas",            gas,   "SSTORE of the value that is there"},
    {"storage.set_gas",                  gas,   "of another, where a zero was since the transaction began"},
    {"storage.change_gas",               gas,   "of another, where something else was since then"},
    {"storage.change_again_from_zero_gas", gas, "of another, where the transaction has stored zero"},
    {"storage.change_again_gas",         gas,   "of another, where it has stored something else"},
    {"storage.cold_gas",                 gas,   "on top, where the slot was not touched before"},
    {"storage.gas_kept",                 gas,   "SSTORE fails with so much gas or less"},
    {"storage.is_net",                   flag,  "what the transaction found in the slot matters"},

    {"refund.clear",                     gas,   "for storing zero where something else was"},
    {"refund.unset",                     gas,   "for storing zero again where the transaction found zero"},
    {"refund.restore",                   gas,   "for storing again what else it found"},
    {"refund.selfdestruct",              gas,   "for an account's first SELFDESTRUCT"},
    {"refund.part",                      count, "at most one part in so many of the gas used comes back"},

    {"selfdestruct.new_account_gas",     gas,   "SELFDESTRUCT to an account that does not exist"},

    {"create.init_code_word_gas",        gas,   "a word of init code"},
    {"create.init_code_max",             bytes, "of init code, at most"},
    {"create.init_code_max_agreed",      bytes, "the same, where sources differ the least that one says"},
    {"create.code_byte_gas",             gas,   "a byte of deployed code"},
    {"create.code_word_gas",             gas,   "a word of deployed code"},
    {"create.code_max",                  bytes, "of deployed code, at most"},
    {"create.code_max_agreed",           bytes, "the same, where sources differ the least that one says"},
    {"create.unpaid_code_fails",         flag,  "a create fails whose code cannot be paid for"},
    {"create.forbidden_byte",            count, "deployed code must not begin with it"},
    {"create.nonce",                     count, "that a new account begins with"},

    {"state.byte_gas",                   gas,   "state gas of a byte of state"},
    {"state.account_bytes",              bytes, "that a new account counts"},
    {"state.slot_bytes",                 bytes, "that a new slot counts"},

    {"transaction.gas",                  gas,   "of every transaction"},
    {"transaction.gas_max",              gas,   "that a transaction may use, state gas apart"},
    {"transaction.create_gas",           gas,   "of a transaction that creates a contract, on top"},
    {"transaction.zero_byte_gas",        gas,   "a byte of calldata that is zero"},
    {"transaction.byte_gas",             gas,   "another byte of calldata"},
    {"transaction.floor_token_gas",      gas,   "paid at least for each token of calldata; a zero byte is one"},
    {"transaction.floor_byte_tokens",    count, "another byte is so many"},
    {"transaction.listed_address_gas",   gas,   "an address of the access list"},
    {"transaction.listed_slot_gas",      gas,   "a slot of it"},
    {"transaction.authorization_gas",    gas,   "an authorization"},

    {"ecrecover.gas",                    gas,   "precompile 0x1"},
    {"sha256.gas",                       gas,   "precompile 0x2"},
    {"sha256.word_gas",                  gas,   "and each word of its input"},
    {"ripemd160.gas",                    gas,   "precompile 0x3"},
    {"ripemd160.word_gas",               gas,   "and each word of its input"},
    {"identity.gas",                     gas,   "precompile 0x4"},
    {"identity.word_gas",                gas,   "and each word of its input"},
    {"modexp.formula",                   eip,   "precompile 0x5: what its lengths count"},
    {"modexp.divisor",                   count, "one gas for so many of what they count"},
    {"modexp.exponent_byte",             count, "what a byte of the exponent beyond 32 counts"},
    {"modexp.gas_least",                 gas,   "its price at least"},
    {"modexp.length_max",                bytes, "it fails where a number is longer"},
    {"bn254_add.gas",                    gas,   "precompile 0x6"},
    {"bn254_mul.gas",                    gas,   "precompile 0x7"},
    {"bn254_pairing.gas",                gas,   "precompile 0x8"},
    {"bn254_pairing.pair_gas",           gas,   "and each pair of points"},
    {"blake2f.round_gas",                gas,   "precompile 0x9: each round"},
    {"point_evaluation.gas",             gas,   "precompile 0xa"},
    {"bls_g1_add.gas",                   gas,   "precompile 0xb"},
    {"bls_g1_msm.point_gas",             gas,   "precompile 0xc: a point, before the discount"},
    {"bls_g2_add.gas",                   gas,   "precompile 0xd"},
    {"bls_g2_msm.point_gas",             gas,   "precompile 0xe: a point, before the discount"},
    {"bls_pairing.gas",                  gas,   "precompile 0xf"},
    {"bls_pairing.pair_gas",             gas,   "and each pair of points"},
    {"bls_map_fp_to_g1.gas",             gas,   "precompile 0x10"},
    {"bls_map_fp2_to_g2.gas",            gas,   "precompile 0x11"},
    {"p256_verify.gas",                  gas,   "precompile 0x100"},
}};
// clang-format on

}  // namespace

std::span<const RuleInfo> rule_infos() {
    return infos;
}

const RuleInfo& info(Rule rule) {
    return infos[static_cast<std::size_t>(rule)];
}

std::optional<Rule> find_rule(std::string_view key) {
    const auto found = std::ranges::find(infos, key, &RuleInfo::key);
    if (found == infos.end()) return std::nullopt;
    return static_cast<Rule>(found - infos.begin());
}

}  // namespace evmmem
