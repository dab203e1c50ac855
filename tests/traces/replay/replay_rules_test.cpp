// SPDX-License-Identifier: MIT
#include "traces/replay/replay_rules.hpp"

#include <doctest/doctest.h>

#include "core/rule_presets.hpp"

using namespace evmmem;
using namespace evmmem::traces;

namespace {

ReplayRules with(RuleKey key, std::uint64_t number, std::optional<Fork> fork = std::nullopt) {
    RuleSet set;
    set.name = "mine";
    set.fork = fork;
    set.set(key, number, "test");
    return ReplayRules{set};
}

}  // namespace

TEST_CASE("without rules of its own a replay follows each fork's") {
    const ReplayRules rules;
    CHECK(rules.are_own());
    CHECK(rules.forks() == ForkSet::all());
    CHECK(in_words(rules) == "Ethereum's rules");
    ForkSet::all().for_each([&](Fork fork) {
        CHECK(rules.of(fork).rules() == fork_rules[static_cast<std::size_t>(fork)]);
    });
    for (int byte = 0; byte < 256; ++byte) {
        const auto op = static_cast<Opcode>(byte);
        CHECK(rules.info(op).gas == info(op).gas);
        CHECK(rules.info(op).name == info(op).name);
        CHECK(rules.having(op) == (info(op).exists ? ForkSet::from(info(op).since) : ForkSet{}));
    }
    CHECK(rules.stack_items_max() == 1024);
    CHECK(rules.frame_depth_max() == 1025);
    CHECK(rules.call_stipend() == 2300);
    CHECK(rules.state_gas().account == 183'600);
    CHECK(rules.state_gas().slot == 97'920);
    CHECK_FALSE(rules.price_memory());
    CHECK_FALSE(rules.price_pages());
    CHECK(rules.ends_are_free());
    CHECK(ReplayRules{*rule_preset("mainnet")}.are_own());
}

TEST_CASE("rules hold on top of every fork, or of the one that they are for") {
    const ReplayRules rules = with(Rule::exp_byte_gas, 60);
    CHECK(rules.of(Fork::frontier)[Rule::exp_byte_gas] == 60);
    CHECK(rules.of(Fork::osaka)[Rule::exp_byte_gas] == 60);
    CHECK(rules.of(Fork::osaka)[Rule::p256_verify_gas] == 6900);
    CHECK(rules.forks() == ForkSet::all());
    CHECK(in_words(rules) == "the rules mine");
    CHECK(with(Rule::exp_byte_gas, 60, Fork::berlin).forks() == ForkSet{Fork::berlin});
}

TEST_CASE(
    "the instructions' rows have the prices of the rules, and each exists where they price it") {
    CHECK(with(Opcode::MSTORE, 70'000).info(Opcode::MSTORE).gas.constant == 70'000);
    CHECK(with(Rule::copy_word_gas, 400).info(Opcode::MCOPY).gas.per_word == 400);
    CHECK(with(Rule::copy_word_gas, 400).info(Opcode::KECCAK256).gas.per_word == 6);
    CHECK(with(Rule::hash_word_gas, 400).info(Opcode::KECCAK256).gas.per_word == 400);
    CHECK(with(Rule::log_byte_gas, 9).info(Opcode::LOG4).gas.per_byte == 9);
    CHECK(with(Rule::log_topic_gas, 1).info(Opcode::LOG4).gas.constant == 379);
    CHECK(with(Opcode::CLZ, 5).having(Opcode::CLZ) == ForkSet::all());
    const ReplayRules without = with(Opcode::BASEFEE, no_number);
    CHECK(without.having(Opcode::BASEFEE).empty());
    CHECK(without.info(Opcode::BASEFEE).exists);
    CHECK_FALSE(with(Opcode::RETURN, 1).ends_are_free());
}

TEST_CASE("memory is priced in another way only where a number of its price is another") {
    CHECK(with(Rule::memory_word_gas, 4).price_memory());
    CHECK(with(Rule::memory_frame_bytes_max, 1 << 20).price_memory());
    CHECK_FALSE(with(Rule::memory_word_gas, 3).price_memory());
    CHECK_FALSE(with(Rule::call_keeps_memory, 1).price_memory());
    CHECK(ReplayRules{*rule_preset("eip-7923")}.price_pages());
    CHECK_FALSE(ReplayRules{*rule_preset("eip-7686")}.price_pages());
}
