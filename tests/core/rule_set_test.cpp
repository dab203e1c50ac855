// SPDX-License-Identifier: MIT
// Published rules against second tables, typed from the proposals, and what a set of rules is.
#include "core/rule_set.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "core/memory_pricing.hpp"
#include "core/rule_presets.hpp"

using namespace evmmem;

namespace {

using Numbers = std::map<std::string, std::uint64_t>;

/// What the rules change of their fork's numbers.
Numbers changes_of(std::string_view name) {
    const auto set = rule_preset(name);
    REQUIRE(set);
    REQUIRE(set->fork);
    const Rules& before = fork_rules[static_cast<std::size_t>(*set->fork)];
    const Rules after = set->on(*set->fork);
    Numbers changes;
    for (const RuleKey key : all_rule_keys())
        if (key.of(before) != key.of(after)) changes[key.text()] = key.of(after);
    return changes;
}

}  // namespace

TEST_CASE("PIP-88: cold slots, refunds and precompiles of Polygon's Chicago") {
    CHECK(rule_preset("polygon-pip88")->fork == Fork::osaka);
    const Numbers expected{
        {"access.cold_slot_gas", 5460},
        {"storage.cold_gas", 2940},
        {"storage.change_gas", 2060},
        {"refund.clear", 3960},
        {"refund.restore", 1960},
        {"bn254_add.gas", 540},
        {"bn254_mul.gas", 12600},
        {"bn254_pairing.gas", 67500},
        {"bn254_pairing.pair_gas", 51000},
        {"blake2f.round_gas", 22},
        {"bls_g1_add.gas", 1050},
        {"bls_g1_msm.point_gas", 73200},
        {"bls_g2_add.gas", 1620},
        {"bls_g2_msm.point_gas", 144000},
        {"bls_pairing.gas", 109330},
        {"bls_pairing.pair_gas", 94540},
        {"bls_map_fp_to_g1.gas", 15400},
        {"bls_map_fp2_to_g2.gas", 66640},
        {"create.code_max", 0x8000},
        {"create.code_max_agreed", 0x8000},
        {"point_evaluation.gas", no_number},
        {"transaction.gas_max", 1 << 25},
    };
    CHECK(changes_of("polygon-pip88") == expected);
    // Its invariant: a cold change of a slot costs what it did.
    const Rules rules = rule_preset("polygon-pip88")->on(Fork::osaka);
    CHECK(rules[Rule::storage_cold_gas] + rules[Rule::storage_change_gas] == 5000);
}

TEST_CASE(
    "Monad: cold access, precompiles, code of 128 KiB, and from MONAD_NINE on linear memory") {
    Numbers expected{
        {"access.cold_account_gas", 10100},
        {"access.cold_slot_gas", 8100},
        {"storage.cold_gas", 8100},
        {"ecrecover.gas", 2 * 3000},
        {"bn254_add.gas", 2 * 150},
        {"bn254_mul.gas", 5 * 6000},
        {"bn254_pairing.gas", 5 * 45000},
        {"bn254_pairing.pair_gas", 5 * 34000},
        {"blake2f.round_gas", 2},
        {"point_evaluation.gas", 4 * 50000},
        {"p256_verify.gas", 6900},
        {"create.code_max", 128 << 10},
        {"create.code_max_agreed", 128 << 10},
        {"create.init_code_max", 256 << 10},
        {"create.init_code_max_agreed", 256 << 10},
        {"transaction.gas_max", 30'000'000},
    };
    CHECK(rule_preset("monad-eight")->fork == Fork::prague);
    CHECK(changes_of("monad-eight") == expected);
    expected.erase("p256_verify.gas");  // Osaka's
    expected["memory.model"] = static_cast<std::uint64_t>(MemoryModel::linear);
    expected["memory.word_gas"] = 1;
    expected["memory.words_paid"] = 2;
    expected["memory.transaction_bytes_max"] = 8 << 20;
    CHECK(rule_preset("monad-nine")->fork == Fork::osaka);
    CHECK(changes_of("monad-nine") == expected);
}

TEST_CASE("chains that differ from mainnet in a precompile or an instruction") {
    for (const char* name : {"optimism-fjord", "optimism-isthmus", "bsc-haber", "bsc-pascal"})
        CHECK(changes_of(name) == Numbers{{"p256_verify.gas", 3450}});
    CHECK(changes_of("polygon-bhilai") == Numbers{{"p256_verify.gas", 3450},
                                                  {"point_evaluation.gas", no_number},
                                                  {"create.code_max", 32768},
                                                  {"create.code_max_agreed", 32768}});
    for (const char* name : {"etc-mystique", "etc-spiral"})
        CHECK(changes_of(name) == Numbers{{"instructions.BASEFEE", no_number}});
}

TEST_CASE("proposals for memory change memory alone, on any fork") {
    for (const char* name : {"eip-7923", "eip-7686", "mip-3"}) {
        const auto set = rule_preset(name);
        CHECK_FALSE(set->fork);
        for (const RuleSet::Setting& setting : set->settings())
            CHECK_MESSAGE((setting.key.text().starts_with("memory.") ||
                           setting.key == Rule::call_keeps_memory),
                          setting.key.text());
    }
}

TEST_CASE("a number that is set again counts once, and the last time") {
    RuleSet set;
    CHECK(set.is_plain());
    set.set(Rule::copy_word_gas, 4, "first");
    set.set(Rule::copy_word_gas, 5, "second");
    CHECK(set.settings().size() == 1);
    CHECK(set.find(Rule::copy_word_gas)->source == "second");
    CHECK(set.on(Fork::berlin)[Rule::copy_word_gas] == 5);
    CHECK_FALSE(set.is_plain());
    RuleSet fork_only;
    fork_only.fork = Fork::london;
    CHECK_FALSE(fork_only.is_plain());
}

TEST_CASE("every number that a fork sets is in the range that rules may set it to") {
    for (const RuleKey key : all_rule_keys())
        for (const RuleChange& change : key.changes())
            CHECK_MESSAGE(is_in_range(key, change.number), key.text());
    CHECK_FALSE(is_in_range(Rule::copy_word_gas, std::uint64_t{1} << 32));
    CHECK_FALSE(is_in_range(Rule::copy_word_gas, no_number));
    CHECK(is_in_range(Rule::p256_verify_gas, no_number));
    CHECK(is_in_range(Opcode::ADD, no_number));
    CHECK_FALSE(is_in_range(Rule::modexp_formula, 200));
    CHECK_FALSE(is_in_range(Rule::refund_part, 1));
    CHECK_FALSE(is_in_range(Opcode::INVALID, 1));
}
