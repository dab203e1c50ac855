// SPDX-License-Identifier: MIT
// What is known of the item that an instruction pushes, by which rule: the table that the stack
// checks are driven by.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "core/opcode.hpp"
#include "core/opcode_table.hpp"
#include "core/word.hpp"

namespace evmmem::traces {

/// What decides the item that an instruction pushes.
enum class ResultRule : std::uint8_t {
    none,         ///< it pushes nothing
    elsewhere,    ///< another check's business: memory, calldata, return data, calls
    operands,     ///< its operands alone
    copy,         ///< DUP1 to DUP16: an item of the stack
    exchange,     ///< SWAP1 to SWAP16: two items of the stack
    deep,         ///< DUPN, SWAPN, EXCHANGE: items of the stack that the code names
    immediate,    ///< PUSH0 to PUSH32: the code
    pc,           ///< PC
    gas,          ///< GAS
    transaction,  ///< constant in a transaction
    by_argument,  ///< constant in a transaction for one operand: BLOCKHASH, BLOBHASH
    frame,        ///< constant in a frame: ADDRESS, CALLER, CALLVALUE
    storage,      ///< SLOAD, TLOAD: what the slot holds
    account,      ///< an account's code or balance: EXTCODESIZE, EXTCODEHASH, BALANCE, SELFBALANCE
};

ResultRule result_rule(Opcode op);

/// The result of an instruction whose operands alone decide it, top first; all of them must be
/// there. Nothing for any other.
std::optional<Word> computed_result(Opcode op, std::span<const Word> operands);

/// How many items at the top of the stack an instruction reads away, moves or exchanges: those below
/// stay. Nothing where the code's immediates say so (EIP-8024).
std::optional<std::uint32_t> touched_items(const OpcodeInfo& row);

}  // namespace evmmem::traces
