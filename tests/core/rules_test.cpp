// SPDX-License-Identifier: MIT
// The table of rules against a second one, by number instead of by fork, typed from the Yellow Paper and the
// EIPs. A number that one of them does not have, or has otherwise in one fork, is noticed.
#include "core/rules.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

#include "core/opcode_table.hpp"

using namespace evmmem;

namespace {

struct History {
    const char* key;
    const char* by_fork;  // from the named fork on; "none" is no limit, or nothing to be priced
};

// clang-format off
constexpr History numbers[] = {
    {"memory.model",                        "frontier 0"},
    {"memory.word_gas",                     "frontier 3"},
    {"memory.words_paid",                   "frontier 1"},
    {"memory.page_bytes",                   "frontier 0"},
    {"memory.page_gas",                     "frontier 0"},
    {"memory.page_again_gas",               "frontier 0"},
    {"memory.pages_recent",                 "frontier 0"},
    {"memory.frame_bytes_max",              "frontier none"},
    {"memory.transaction_bytes_max",        "frontier none"},
    {"memory.address_max",                  "frontier none"},
    {"memory.is_bounded_by_gas",            "frontier 0"},
    {"call.keeps_memory",                   "frontier 0"},
    {"memory.quadratic_divisor",            "frontier 512"},
    {"copy.word_gas",                       "frontier 3"},
    {"hash.word_gas",                       "frontier 6"},
    {"exp.byte_gas",                        "frontier 10 spurious_dragon 50"},
    {"log.topic_gas",                       "frontier 375"},
    {"log.byte_gas",                        "frontier 8"},
    {"stack.items_max",                     "frontier 1024"},
    {"block.hashes",                        "frontier 256"},
    {"call.depth_max",                      "frontier 1024"},
    {"call.stipend",                        "frontier 2300"},
    {"call.kept_part",                      "frontier 0 tangerine_whistle 64"},
    {"call.value_gas",                      "frontier 9000 amsterdam 11300"},
    {"call.new_account_gas",                "frontier 25000 amsterdam 0"},
    {"call.new_account_needs_value",        "frontier 0 spurious_dragon 1"},
    {"access.warm_gas",                     "frontier 0 berlin 100"},
    {"access.cold_account_gas",             "frontier 0 berlin 2600 amsterdam 3000"},
    {"access.cold_slot_gas",                "frontier 0 berlin 2100"},
    {"access.code_gas",                     "frontier 0 amsterdam 100"},
    {"access.follows_delegations",          "frontier 0 prague 1"},
    {"storage.unchanged_gas",               "frontier 5000 constantinople 200 petersburg 5000 istanbul 800 berlin 100"},
    {"storage.set_gas",                     "frontier 20000 amsterdam 10100"},
    {"storage.change_gas",                  "frontier 5000 berlin 2900 amsterdam 10100"},
    {"storage.change_again_from_zero_gas",  "frontier 20000 constantinople 200 petersburg 20000 istanbul 800 berlin 100"},
    {"storage.change_again_gas",            "frontier 5000 constantinople 200 petersburg 5000 istanbul 800 berlin 100"},
    {"storage.cold_gas",                    "frontier 0 berlin 2100 amsterdam 2000"},
    {"storage.gas_kept",                    "frontier 0 istanbul 2300"},
    {"storage.is_net",                      "frontier 0 constantinople 1 petersburg 0 istanbul 1"},
    {"refund.clear",                        "frontier 15000 london 4800 amsterdam 11616"},
    {"refund.unset",                        "frontier 0 constantinople 19800 petersburg 0 istanbul 19200 berlin 19900 amsterdam 10000"},
    {"refund.restore",                      "frontier 0 constantinople 4800 petersburg 0 istanbul 4200 berlin 2800 amsterdam 10000"},
    {"refund.selfdestruct",                 "frontier 24000 london 0"},
    {"refund.part",                         "frontier 2 london 5"},
    {"selfdestruct.new_account_gas",        "frontier 0 tangerine_whistle 25000 amsterdam 9000"},
    {"create.init_code_word_gas",           "frontier 0 shanghai 2"},
    {"create.init_code_max",                "frontier none shanghai 49152 amsterdam 131072"},
    {"create.init_code_max_agreed",         "frontier none shanghai 49152"},
    {"create.code_byte_gas",                "frontier 200 amsterdam 0"},
    {"create.code_word_gas",                "frontier 0 amsterdam 6"},
    {"create.code_max",                     "frontier none spurious_dragon 24576 amsterdam 65536"},
    {"create.code_max_agreed",              "frontier none spurious_dragon 24576"},
    {"create.unpaid_code_fails",            "frontier 0 homestead 1"},
    {"create.forbidden_byte",               "frontier none london 239"},
    {"create.nonce",                        "frontier 0 spurious_dragon 1"},
    {"state.byte_gas",                      "frontier 0 amsterdam 1530"},
    {"state.account_bytes",                 "frontier 0 amsterdam 120"},
    {"state.slot_bytes",                    "frontier 0 amsterdam 64"},
    {"transaction.gas",                     "frontier 21000 amsterdam 12000"},
    {"transaction.gas_max",                 "frontier none osaka 16777216"},
    {"transaction.create_gas",              "frontier 0 homestead 32000"},
    {"transaction.zero_byte_gas",           "frontier 4"},
    {"transaction.byte_gas",                "frontier 68 istanbul 16"},
    {"transaction.floor_token_gas",         "frontier 0 prague 10"},
    {"transaction.floor_byte_tokens",       "frontier 0 prague 4"},
    {"transaction.listed_address_gas",      "frontier 0 berlin 2400"},
    {"transaction.listed_slot_gas",         "frontier 0 berlin 1900"},
    {"transaction.authorization_gas",       "frontier 0 prague 25000"},
    {"ecrecover.gas",                       "frontier 3000"},
    {"sha256.gas",                          "frontier 60"},
    {"sha256.word_gas",                     "frontier 12"},
    {"ripemd160.gas",                       "frontier 600"},
    {"ripemd160.word_gas",                  "frontier 120"},
    {"identity.gas",                        "frontier 15"},
    {"identity.word_gas",                   "frontier 3"},
    {"modexp.formula",                      "frontier none byzantium 198 berlin 2565 osaka 7883"},
    {"modexp.divisor",                      "frontier 0 byzantium 20 berlin 3 osaka 1"},
    {"modexp.exponent_byte",                "frontier 0 byzantium 8 osaka 16"},
    {"modexp.gas_least",                    "frontier 0 berlin 200 osaka 500"},
    {"modexp.length_max",                   "frontier none osaka 1024"},
    {"bn254_add.gas",                       "frontier none byzantium 500 istanbul 150"},
    {"bn254_mul.gas",                       "frontier none byzantium 40000 istanbul 6000"},
    {"bn254_pairing.gas",                   "frontier none byzantium 100000 istanbul 45000"},
    {"bn254_pairing.pair_gas",              "frontier 0 byzantium 80000 istanbul 34000"},
    {"blake2f.round_gas",                   "frontier none istanbul 1"},
    {"point_evaluation.gas",                "frontier none cancun 50000"},
    {"bls_g1_add.gas",                      "frontier none prague 375"},
    {"bls_g1_msm.point_gas",                "frontier none prague 12000"},
    {"bls_g2_add.gas",                      "frontier none prague 600"},
    {"bls_g2_msm.point_gas",                "frontier none prague 22500"},
    {"bls_pairing.gas",                     "frontier none prague 37700"},
    {"bls_pairing.pair_gas",                "frontier 0 prague 32600"},
    {"bls_map_fp_to_g1.gas",                "frontier none prague 5500"},
    {"bls_map_fp2_to_g2.gas",               "frontier none prague 23800"},
    {"p256_verify.gas",                     "frontier none osaka 6900"},
};

// Without what their operands, the account or slot that they touch, or a change of storage adds.
constexpr History instructions[] = {
    {"STOP RETURN INVALID SSTORE",                    "frontier 0"},
    {"REVERT",                                        "frontier none byzantium 0"},
    {"JUMPDEST",                                      "frontier 1"},
    {"ADDRESS ORIGIN CALLER CALLVALUE CALLDATASIZE CODESIZE GASPRICE COINBASE TIMESTAMP NUMBER PREVRANDAO GASLIMIT "
     "POP PC MSIZE GAS",                              "frontier 2"},
    {"RETURNDATASIZE",                                "frontier none byzantium 2"},
    {"CHAINID",                                       "frontier none istanbul 2"},
    {"BASEFEE",                                       "frontier none london 2"},
    {"PUSH0",                                         "frontier none shanghai 2"},
    {"BLOBBASEFEE",                                   "frontier none cancun 2"},
    {"SLOTNUM",                                       "frontier none amsterdam 2"},
    {"ADD SUB LT GT SLT SGT EQ ISZERO AND OR XOR NOT BYTE CALLDATALOAD MLOAD MSTORE MSTORE8 CALLDATACOPY CODECOPY "
     "PUSH1 PUSH2 PUSH3 PUSH4 PUSH5 PUSH6 PUSH7 PUSH8 PUSH9 PUSH10 PUSH11 PUSH12 PUSH13 PUSH14 PUSH15 PUSH16 "
     "PUSH17 PUSH18 PUSH19 PUSH20 PUSH21 PUSH22 PUSH23 PUSH24 PUSH25 PUSH26 PUSH27 PUSH28 PUSH29 PUSH30 PUSH31 PUSH32 "
     "DUP1 DUP2 DUP3 DUP4 DUP5 DUP6 DUP7 DUP8 DUP9 DUP10 DUP11 DUP12 DUP13 DUP14 DUP15 DUP16 "
     "SWAP1 SWAP2 SWAP3 SWAP4 SWAP5 SWAP6 SWAP7 SWAP8 SWAP9 SWAP10 SWAP11 SWAP12 SWAP13 SWAP14 SWAP15 SWAP16",
                                                      "frontier 3"},
    {"RETURNDATACOPY",                                "frontier none byzantium 3"},
    {"SHL SHR SAR",                                   "frontier none constantinople 3"},
    {"MCOPY BLOBHASH",                                "frontier none cancun 3"},
    {"DUPN SWAPN EXCHANGE",                           "frontier none amsterdam 3"},
    {"MUL DIV SDIV MOD SMOD SIGNEXTEND",              "frontier 5"},
    {"SELFBALANCE",                                   "frontier none istanbul 5"},
    {"CLZ",                                           "frontier none osaka 5"},
    {"ADDMOD MULMOD JUMP",                            "frontier 8"},
    {"JUMPI EXP",                                     "frontier 10"},
    {"BLOCKHASH",                                     "frontier 20"},
    {"KECCAK256",                                     "frontier 30"},
    {"TLOAD TSTORE",                                  "frontier none cancun 100"},
    {"LOG0 LOG1 LOG2 LOG3 LOG4",                      "frontier 375"},
    {"BALANCE",                                       "frontier 20 tangerine_whistle 400 istanbul 700 berlin 0"},
    {"EXTCODESIZE EXTCODECOPY",                       "frontier 20 tangerine_whistle 700 berlin 0"},
    {"EXTCODEHASH",                                   "frontier none constantinople 400 istanbul 700 berlin 0"},
    {"SLOAD",                                         "frontier 50 tangerine_whistle 200 istanbul 800 berlin 0"},
    {"CALL CALLCODE",                                 "frontier 40 tangerine_whistle 700 berlin 0"},
    {"DELEGATECALL",                                  "frontier none homestead 40 tangerine_whistle 700 berlin 0"},
    {"STATICCALL",                                    "frontier none byzantium 700 berlin 0"},
    {"CREATE",                                        "frontier 32000 amsterdam 12000"},
    {"CREATE2",                                       "frontier none constantinople 32000 amsterdam 12000"},
    {"SELFDESTRUCT",                                  "frontier 0 tangerine_whistle 5000"},
};
// clang-format on

/// The number in each fork, as the second table has it.
std::array<std::uint64_t, fork_count> spread(const char* by_fork) {
    std::array<std::uint64_t, fork_count> result{};
    std::istringstream words{by_fork};
    std::string since, number;
    while (words >> since >> number) {
        const auto fork = fork_from_name(since);
        REQUIRE(fork);
        const std::uint64_t value =
            number == "none" ? no_number : std::strtoull(number.c_str(), nullptr, 10);
        std::fill(result.begin() + static_cast<int>(*fork), result.end(), value);
    }
    return result;
}

}  // namespace

TEST_CASE("every number of every fork is what the Yellow Paper and the EIPs say") {
    std::set<std::string_view> seen;
    for (const History& history : numbers) {
        CAPTURE(history.key);
        const auto rule = find_rule(history.key);
        REQUIRE(rule);
        CHECK(info(*rule).key == history.key);
        CHECK(seen.insert(history.key).second);
        const auto expected = spread(history.by_fork);
        ForkSet::all().for_each([&](Fork fork) {
            CAPTURE(name(fork));
            CHECK(RulesView{fork}[*rule] == expected[static_cast<std::size_t>(fork)]);
        });
    }
    CHECK(seen.size() == rule_infos().size());
    CHECK_FALSE(find_rule("memory.no_such_number"));
}

TEST_CASE("every instruction of every fork has the price that the Yellow Paper and the EIPs say") {
    std::set<Opcode> seen;
    for (const History& history : instructions) {
        const auto expected = spread(history.by_fork);
        std::istringstream mnemonics{history.key};
        for (std::string mnemonic; mnemonics >> mnemonic;) {
            CAPTURE(mnemonic);
            const OpcodeInfo* row = find_opcode(mnemonic);
            REQUIRE(row);
            CHECK(seen.insert(row->opcode).second);
            ForkSet::all().for_each([&](Fork fork) {
                CAPTURE(name(fork));
                CHECK(RulesView{fork}.price(row->opcode) ==
                      expected[static_cast<std::size_t>(fork)]);
                CHECK(RulesView{fork}.has(row->opcode) == (fork >= row->since));
            });
        }
    }
    CHECK(seen.size() == opcode_rows().size());
    for (int byte = 0; byte < 256; ++byte)
        CHECK(RulesView{last_fork}.has(static_cast<Opcode>(byte)) ==
              info(static_cast<Opcode>(byte)).exists);
}

TEST_CASE(
    "a number's changes are those of the forks, each with its source, and none says what was so "
    "before") {
    const auto check_all = [](const auto& subject, auto number_of) {
        const auto changes = changes_of(subject);
        if (changes.empty()) CHECK(number_of(last_fork) == 0);  // no fork has it
        for (std::size_t i = 0; i < changes.size(); ++i) {
            const RuleChange& change = changes[i];
            CHECK(
                (change.source.starts_with("EIP-") || change.source.starts_with("Yellow Paper ")));
            CHECK(number_of(change.since) == change.number);
            if (i != 0) {
                CHECK(changes[i - 1].since < change.since);
                CHECK(changes[i - 1].number != change.number);
            }
        }
    };
    for (std::size_t i = 0; i < rule_count; ++i) {
        const auto rule = static_cast<Rule>(i);
        CAPTURE(info(rule).key);
        check_all(rule, [rule](Fork fork) { return RulesView{fork}[rule]; });
    }
    for (const OpcodeInfo& row : opcode_rows()) {
        CAPTURE(row.name);
        check_all(row.opcode, [&row](Fork fork) { return RulesView{fork}.price(row.opcode); });
    }
}
