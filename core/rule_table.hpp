// SPDX-License-Identifier: MIT
// The one table of the EVM's numbers: a row for each fork, with what it changes of the fork before it, and
// where that is written: "Yellow Paper G, log" is the number G_log of its appendix G. Amsterdam's numbers are
// proposals.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "fork.hpp"
#include "opcode.hpp"
#include "rules.hpp"

namespace evmmem::rule_table {

/// A set of instructions.
class OpcodeSet {
public:
    constexpr bool contains(Opcode op) const {
        const auto byte = static_cast<std::uint8_t>(op);
        return (bits_[byte / 64] >> byte % 64 & 1) != 0;
    }
    constexpr void add(Opcode op) {
        const auto byte = static_cast<std::uint8_t>(op);
        bits_[byte / 64] |= std::uint64_t{1} << byte % 64;
    }

private:
    std::array<std::uint64_t, 4> bits_{};
};

constexpr OpcodeSet only(std::same_as<Opcode> auto... ops) {
    OpcodeSet set;
    (set.add(ops), ...);
    return set;
}
constexpr OpcodeSet from_to(Opcode first, Opcode last) {
    OpcodeSet set;
    for (int byte = static_cast<int>(first); byte <= static_cast<int>(last); ++byte)
        set.add(static_cast<Opcode>(byte));
    return set;
}

/// A number that a fork sets: a rule's, or the price of instructions, which exist from then on.
struct Change {
    constexpr Change(Rule which, std::uint64_t value, std::string_view where)
        : rule{which}, number{value}, source{where} {}
    constexpr Change(OpcodeSet which, std::uint64_t gas, std::string_view where)
        : is_price{true}, instructions{which}, number{gas}, source{where} {}

    bool is_price = false;
    Rule rule{};             ///< if it is no price
    OpcodeSet instructions;  ///< if it is one
    std::uint64_t number;
    std::string_view source;

    constexpr bool is_of(Rule which) const { return !is_price && rule == which; }
    constexpr bool is_of(Opcode op) const { return instructions.contains(op); }
};

using enum Opcode;
using enum Rule;

// clang-format off

// ---- Frontier: what holds unless a later fork changes it -------------------------------------------
inline constexpr Change frontier[] = {
    {memory_model,                            0, "Yellow Paper H.1, C_mem"},              // MemoryModel::quadratic
    {memory_word_gas,                         3, "Yellow Paper G, memory"},
    {memory_words_paid,                       1, "Yellow Paper H.1, C_mem"},
    {memory_quadratic_divisor,              512, "Yellow Paper H.1, C_mem"},
    {memory_frame_bytes_max,          no_number, "Yellow Paper H.1, C_mem"},
    {memory_transaction_bytes_max,    no_number, "Yellow Paper H.1, C_mem"},
    {memory_address_max,              no_number, "Yellow Paper H.1, C_mem"},

    {only(STOP, RETURN),                      0, "Yellow Paper G, zero"},
    {only(INVALID),                           0, "Yellow Paper H.2, 0xfe; EIP-141"},     // it takes all there is
    {only(JUMPDEST),                          1, "Yellow Paper G, jumpdest"},
    {only(ADDRESS, ORIGIN, CALLER, CALLVALUE, CALLDATASIZE, CODESIZE, GASPRICE, COINBASE, TIMESTAMP, NUMBER,
          PREVRANDAO, GASLIMIT, POP, PC, MSIZE, GAS),
                                              2, "Yellow Paper G, base"},
    {only(ADD, SUB, LT, GT, SLT, SGT, EQ, ISZERO, AND, OR, XOR, NOT, BYTE, CALLDATALOAD, MLOAD, MSTORE, MSTORE8),
                                              3, "Yellow Paper G, verylow"},
    {from_to(PUSH1, SWAP16),                  3, "Yellow Paper G, verylow"},
    {only(CALLDATACOPY, CODECOPY),            3, "Yellow Paper G, verylow"},
    {only(MUL, DIV, SDIV, MOD, SMOD, SIGNEXTEND),
                                              5, "Yellow Paper G, low"},
    {only(ADDMOD, MULMOD, JUMP),              8, "Yellow Paper G, mid"},
    {only(JUMPI),                            10, "Yellow Paper G, high"},
    {only(EXP),                              10, "Yellow Paper G, exp"},
    {exp_byte_gas,                           10, "Yellow Paper G, expbyte"},
    {only(KECCAK256),                        30, "Yellow Paper G, keccak256"},
    {hash_word_gas,                           6, "Yellow Paper G, keccak256word"},
    {copy_word_gas,                           3, "Yellow Paper G, copy"},
    {from_to(LOG0, LOG4),                   375, "Yellow Paper G, log"},
    {log_topic_gas,                         375, "Yellow Paper G, logtopic"},
    {log_byte_gas,                            8, "Yellow Paper G, logdata"},
    {only(BLOCKHASH),                        20, "Yellow Paper G, blockhash"},
    {block_hashes,                          256, "Yellow Paper H.2, 0x40"},
    {stack_items_max,                      1024, "Yellow Paper 9.1"},

    // state
    {only(BALANCE),                          20, "Yellow Paper G, balance"},
    {only(EXTCODESIZE, EXTCODECOPY),         20, "Yellow Paper G, extcode"},
    {only(SLOAD),                            50, "Yellow Paper G, sload"},
    {only(SSTORE),                            0, "Yellow Paper H.2, 0x55"},              // beside the prices of changes
    {storage_unchanged_gas,                5000, "Yellow Paper G, sreset"},
    {storage_set_gas,                     20000, "Yellow Paper G, sset"},
    {storage_change_gas,                   5000, "Yellow Paper G, sreset"},
    {storage_change_again_from_zero_gas,  20000, "Yellow Paper G, sset"},
    {storage_change_again_gas,             5000, "Yellow Paper G, sreset"},
    {refund_clear,                        15000, "Yellow Paper G, R_sclear"},
    {refund_selfdestruct,                 24000, "Yellow Paper G, R_selfdestruct"},
    {refund_part,                             2, "Yellow Paper 6.2"},
    {only(SELFDESTRUCT),                      0, "Yellow Paper G, selfdestruct"},

    // calls and creates
    {call_depth_max,                       1024, "Yellow Paper 8"},
    {only(CALL, CALLCODE),                   40, "Yellow Paper G, call"},
    {call_value_gas,                       9000, "Yellow Paper G, callvalue"},
    {call_stipend,                         2300, "Yellow Paper G, callstipend"},
    {call_new_account_gas,                25000, "Yellow Paper G, newaccount"},
    {only(CREATE),                        32000, "Yellow Paper G, create"},
    {create_init_code_max,            no_number, "Yellow Paper 7"},
    {create_init_code_max_agreed,     no_number, "Yellow Paper 7"},
    {create_code_byte_gas,                  200, "Yellow Paper G, codedeposit"},
    {create_code_max,                 no_number, "Yellow Paper 7"},
    {create_code_max_agreed,          no_number, "Yellow Paper 7"},
    {create_forbidden_byte,           no_number, "Yellow Paper 7"},

    // transactions
    {transaction_gas,                     21000, "Yellow Paper G, transaction"},
    {transaction_gas_max,             no_number, "Yellow Paper 6"},
    {transaction_zero_byte_gas,               4, "Yellow Paper G, txdatazero"},
    {transaction_byte_gas,                   68, "Yellow Paper G, txdatanonzero"},

    // precompiles
    {ecrecover_gas,                        3000, "Yellow Paper E.1"},
    {sha256_gas,                             60, "Yellow Paper E.1"},
    {sha256_word_gas,                        12, "Yellow Paper E.1"},
    {ripemd160_gas,                         600, "Yellow Paper E.1"},
    {ripemd160_word_gas,                    120, "Yellow Paper E.1"},
    {identity_gas,                           15, "Yellow Paper E.1"},
    {identity_word_gas,                       3, "Yellow Paper E.1"},
    {modexp_formula,                  no_number, "Yellow Paper E.1"},
    {modexp_length_max,               no_number, "Yellow Paper E.1"},
    {bn254_add_gas,                   no_number, "Yellow Paper E.1"},
    {bn254_mul_gas,                   no_number, "Yellow Paper E.1"},
    {bn254_pairing_gas,               no_number, "Yellow Paper E.1"},
    {blake2f_round_gas,               no_number, "Yellow Paper E.1"},
    {point_evaluation_gas,            no_number, "Yellow Paper E.1"},
    {bls_g1_add_gas,                  no_number, "Yellow Paper E.1"},
    {bls_g1_msm_point_gas,            no_number, "Yellow Paper E.1"},
    {bls_g2_add_gas,                  no_number, "Yellow Paper E.1"},
    {bls_g2_msm_point_gas,            no_number, "Yellow Paper E.1"},
    {bls_pairing_gas,                 no_number, "Yellow Paper E.1"},
    {bls_map_fp_to_g1_gas,            no_number, "Yellow Paper E.1"},
    {bls_map_fp2_to_g2_gas,           no_number, "Yellow Paper E.1"},
    {p256_verify_gas,                 no_number, "Yellow Paper E.1"},
};

// ---- Homestead -------------------------------------------------------------------------------------
inline constexpr Change homestead[] = {
    {only(DELEGATECALL),                     40, "EIP-7"},
    {transaction_create_gas,              32000, "EIP-2"},
    {create_unpaid_code_fails,                1, "EIP-2"},
};

// ---- Tangerine Whistle: prices after an attack -----------------------------------------------------
inline constexpr Change tangerine_whistle[] = {
    {only(BALANCE),                         400, "EIP-150"},
    {only(EXTCODESIZE, EXTCODECOPY),        700, "EIP-150"},
    {only(SLOAD),                           200, "EIP-150"},
    {only(CALL, CALLCODE, DELEGATECALL),    700, "EIP-150"},
    {call_kept_part,                         64, "EIP-150"},
    {only(SELFDESTRUCT),                   5000, "EIP-150"},
    {selfdestruct_new_account_gas,        25000, "EIP-150"},
};

// ---- Spurious Dragon -------------------------------------------------------------------------------
inline constexpr Change spurious_dragon[] = {
    {exp_byte_gas,                           50, "EIP-160"},
    {call_new_account_needs_value,            1, "EIP-161"},
    {create_nonce,                            1, "EIP-161"},
    {create_code_max,                     24576, "EIP-170"},
    {create_code_max_agreed,              24576, "EIP-170"},
};

// ---- Byzantium -------------------------------------------------------------------------------------
inline constexpr Change byzantium[] = {
    {only(REVERT),                            0, "EIP-140"},
    {only(RETURNDATASIZE),                    2, "EIP-211"},
    {only(RETURNDATACOPY),                    3, "EIP-211"},
    {only(STATICCALL),                      700, "EIP-214"},
    {modexp_formula,                        198, "EIP-198"},
    {modexp_divisor,                         20, "EIP-198"},
    {modexp_exponent_byte,                    8, "EIP-198"},
    {bn254_add_gas,                         500, "EIP-196"},
    {bn254_mul_gas,                       40000, "EIP-196"},
    {bn254_pairing_gas,                  100000, "EIP-197"},
    {bn254_pairing_pair_gas,              80000, "EIP-197"},
};

// ---- Constantinople --------------------------------------------------------------------------------
inline constexpr Change constantinople[] = {
    {only(SHL, SHR, SAR),                     3, "EIP-145"},
    {only(EXTCODEHASH),                     400, "EIP-1052"},
    {only(CREATE2),                       32000, "EIP-1014"},
    {storage_is_net,                          1, "EIP-1283"},
    {storage_unchanged_gas,                 200, "EIP-1283"},
    {storage_change_again_from_zero_gas,    200, "EIP-1283"},
    {storage_change_again_gas,              200, "EIP-1283"},
    {refund_unset,                        19800, "EIP-1283"},
    {refund_restore,                       4800, "EIP-1283"},
};

// ---- Petersburg: EIP-1283 is taken back ------------------------------------------------------------
inline constexpr Change petersburg[] = {
    {storage_is_net,                          0, "EIP-1716"},
    {storage_unchanged_gas,                5000, "EIP-1716"},
    {storage_change_again_from_zero_gas,  20000, "EIP-1716"},
    {storage_change_again_gas,             5000, "EIP-1716"},
    {refund_unset,                            0, "EIP-1716"},
    {refund_restore,                          0, "EIP-1716"},
};

// ---- Istanbul --------------------------------------------------------------------------------------
inline constexpr Change istanbul[] = {
    {only(CHAINID),                           2, "EIP-1344"},
    {only(SELFBALANCE),                       5, "EIP-1884"},
    {only(BALANCE, EXTCODEHASH),            700, "EIP-1884"},
    {only(SLOAD),                           800, "EIP-1884"},
    {storage_is_net,                          1, "EIP-2200"},
    {storage_unchanged_gas,                 800, "EIP-2200"},
    {storage_change_again_from_zero_gas,    800, "EIP-2200"},
    {storage_change_again_gas,              800, "EIP-2200"},
    {storage_gas_kept,                     2300, "EIP-2200"},
    {refund_unset,                        19200, "EIP-2200"},
    {refund_restore,                       4200, "EIP-2200"},
    {transaction_byte_gas,                   16, "EIP-2028"},
    {blake2f_round_gas,                       1, "EIP-152"},
    {bn254_add_gas,                         150, "EIP-1108"},
    {bn254_mul_gas,                        6000, "EIP-1108"},
    {bn254_pairing_gas,                   45000, "EIP-1108"},
    {bn254_pairing_pair_gas,              34000, "EIP-1108"},
};

// ---- Berlin: what was touched before is cheap ------------------------------------------------------
inline constexpr Change berlin[] = {
    {access_warm_gas,                       100, "EIP-2929"},
    {access_cold_account_gas,              2600, "EIP-2929"},
    {access_cold_slot_gas,                 2100, "EIP-2929"},
    {only(BALANCE, EXTCODESIZE, EXTCODECOPY, EXTCODEHASH, SLOAD, CALL, CALLCODE, DELEGATECALL, STATICCALL),
                                              0, "EIP-2929"},                            // beside the access
    {storage_unchanged_gas,                 100, "EIP-2929"},
    {storage_change_gas,                   2900, "EIP-2929"},
    {storage_change_again_from_zero_gas,    100, "EIP-2929"},
    {storage_change_again_gas,              100, "EIP-2929"},
    {storage_cold_gas,                     2100, "EIP-2929"},
    {refund_unset,                        19900, "EIP-2929"},
    {refund_restore,                       2800, "EIP-2929"},
    {transaction_listed_address_gas,       2400, "EIP-2930"},
    {transaction_listed_slot_gas,          1900, "EIP-2930"},
    {modexp_formula,                       2565, "EIP-2565"},
    {modexp_divisor,                          3, "EIP-2565"},
    {modexp_gas_least,                      200, "EIP-2565"},
};

// ---- London ----------------------------------------------------------------------------------------
inline constexpr Change london[] = {
    {only(BASEFEE),                           2, "EIP-3198"},
    {refund_clear,                         4800, "EIP-3529"},
    {refund_selfdestruct,                     0, "EIP-3529"},
    {refund_part,                             5, "EIP-3529"},
    {create_forbidden_byte,                0xef, "EIP-3541"},
};

// ---- Shanghai --------------------------------------------------------------------------------------
inline constexpr Change shanghai[] = {
    {only(PUSH0),                             2, "EIP-3855"},
    {create_init_code_word_gas,               2, "EIP-3860"},
    {create_init_code_max,                49152, "EIP-3860"},
    {create_init_code_max_agreed,         49152, "EIP-3860"},
};

// ---- Cancun ----------------------------------------------------------------------------------------
inline constexpr Change cancun[] = {
    {only(TLOAD, TSTORE),                   100, "EIP-1153"},
    {only(BLOBHASH),                          3, "EIP-4844"},
    {point_evaluation_gas,                50000, "EIP-4844"},
    {only(MCOPY),                             3, "EIP-5656"},
    {only(BLOBBASEFEE),                       2, "EIP-7516"},
};

// ---- Prague ----------------------------------------------------------------------------------------
inline constexpr Change prague[] = {
    {access_follows_delegations,              1, "EIP-7702"},
    {transaction_authorization_gas,       25000, "EIP-7702"},
    {transaction_floor_token_gas,            10, "EIP-7623"},
    {transaction_floor_byte_tokens,           4, "EIP-7623"},
    {bls_g1_add_gas,                        375, "EIP-2537"},
    {bls_g1_msm_point_gas,                12000, "EIP-2537"},
    {bls_g2_add_gas,                        600, "EIP-2537"},
    {bls_g2_msm_point_gas,                22500, "EIP-2537"},
    {bls_pairing_gas,                     37700, "EIP-2537"},
    {bls_pairing_pair_gas,                32600, "EIP-2537"},
    {bls_map_fp_to_g1_gas,                 5500, "EIP-2537"},
    {bls_map_fp2_to_g2_gas,               23800, "EIP-2537"},
};

// ---- Osaka -----------------------------------------------------------------------------------------
inline constexpr Change osaka[] = {
    {only(CLZ),                               5, "EIP-7939"},
    {transaction_gas_max,              16777216, "EIP-7825"},
    {modexp_length_max,                    1024, "EIP-7823"},
    {modexp_formula,                       7883, "EIP-7883"},
    {modexp_divisor,                          1, "EIP-7883"},
    {modexp_exponent_byte,                   16, "EIP-7883"},
    {modexp_gas_least,                      500, "EIP-7883"},
    {p256_verify_gas,                      6900, "EIP-7951"},
};

// ---- Amsterdam: proposed, and not settled ----------------------------------------------------------
inline constexpr Change amsterdam[] = {
    {only(SLOTNUM),                           2, "EIP-7843"},
    {from_to(DUPN, EXCHANGE),                 3, "EIP-8024"},
    {transaction_gas,                     12000, "EIP-2780"},
    {create_init_code_max,               131072, "EIP-7954"},
    {create_code_max,                     65536, "EIP-7954"},
    {state_byte_gas,                       1530, "EIP-8037"},
    {state_account_bytes,                   120, "EIP-8037"},
    {state_slot_bytes,                       64, "EIP-8037"},
    {only(CREATE, CREATE2),               12000, "EIP-8037"},
    {create_code_byte_gas,                    0, "EIP-8037"},
    {create_code_word_gas,                    6, "EIP-8037"},
    {call_new_account_gas,                    0, "EIP-8037"},
    {access_cold_account_gas,              3000, "EIP-8038"},
    {access_code_gas,                       100, "EIP-8038"},
    {call_value_gas,                      11300, "EIP-8038"},
    {storage_set_gas,                     10100, "EIP-8038"},
    {storage_change_gas,                  10100, "EIP-8038"},
    {storage_cold_gas,                     2000, "EIP-8038"},
    {refund_clear,                        11616, "EIP-8038"},
    {refund_unset,                        10000, "EIP-8038"},
    {refund_restore,                      10000, "EIP-8038"},
    {selfdestruct_new_account_gas,         9000, "EIP-8038"},
};
// clang-format on

/// A fork, and what it changes.
struct Row {
    Fork fork;
    std::span<const Change> changes;
};
/// In order, one row for each fork.
inline constexpr std::array<Row, fork_count> rows{{
    {Fork::frontier, frontier},
    {Fork::homestead, homestead},
    {Fork::tangerine_whistle, tangerine_whistle},
    {Fork::spurious_dragon, spurious_dragon},
    {Fork::byzantium, byzantium},
    {Fork::constantinople, constantinople},
    {Fork::petersburg, petersburg},
    {Fork::istanbul, istanbul},
    {Fork::berlin, berlin},
    {Fork::london, london},
    {Fork::paris, {}},  // PREVRANDAO takes the place of DIFFICULTY (EIP-4399)
    {Fork::shanghai, shanghai},
    {Fork::cancun, cancun},
    {Fork::prague, prague},
    {Fork::osaka, osaka},
    {Fork::amsterdam, amsterdam},
}};

/// What a rule says in `fork`.
constexpr std::uint64_t number_in(Fork fork, Rule rule) {
    std::uint64_t number = 0;
    for (const Row& row : rows) {
        if (row.fork > fork) break;
        for (const Change& change : row.changes)
            if (change.is_of(rule)) number = change.number;
    }
    return number;
}

/// What a rule says in every fork. One that a fork changes is refused, in a constant expression by the compiler.
constexpr std::uint64_t number_everywhere(Rule rule) {
    for (const Row& row : rows)
        for (const Change& change : row.changes)
            if (change.is_of(rule) && row.fork != first_fork) throw "a fork changes it";
    return number_in(first_fork, rule);
}

/// All numbers of all forks: each row is the one before it, and what the fork changes.
constexpr std::array<Rules, fork_count> by_fork() {
    std::array<Rules, fork_count> result{};
    Rules rules;
    for (int byte = 0; byte < 256; ++byte)
        rules.set_price(static_cast<Opcode>(byte), no_number);
    for (std::size_t i = 0; i < result.size(); ++i) {
        if (rows[i].fork != static_cast<Fork>(i)) throw "a row is not its fork's";
        for (const Change& change : rows[i].changes) {
            if (!change.is_price) rules.set(change.rule, change.number);
            for (int byte = 0; byte < 256 && change.is_price; ++byte)
                if (const auto op = static_cast<Opcode>(byte); change.is_of(op))
                    rules.set_price(op, change.number);
        }
        result[i] = rules;
    }
    return result;
}

}  // namespace evmmem::rule_table
