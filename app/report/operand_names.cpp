// SPDX-License-Identifier: MIT
#include "operand_names.hpp"

#include <algorithm>

#include "core/opcode_table.hpp"

namespace evmmem::app {
namespace {

struct Row {
    Opcode op;
    std::string_view names;  // separated by one blank
};

using enum Opcode;

// clang-format off
constexpr Row operand_rows[] = {
    {ADD,            "a b"},
    {MUL,            "a b"},
    {SUB,            "a b"},
    {DIV,            "a b"},
    {SDIV,           "a b"},
    {MOD,            "a b"},
    {SMOD,           "a b"},
    {ADDMOD,         "a b modulus"},
    {MULMOD,         "a b modulus"},
    {EXP,            "base exponent"},
    {SIGNEXTEND,     "byte value"},
    {LT,             "a b"},
    {GT,             "a b"},
    {SLT,            "a b"},
    {SGT,            "a b"},
    {EQ,             "a b"},
    {ISZERO,         "a"},
    {AND,            "a b"},
    {OR,             "a b"},
    {XOR,            "a b"},
    {NOT,            "a"},
    {BYTE,           "index value"},
    {SHL,            "shift value"},
    {SHR,            "shift value"},
    {SAR,            "shift value"},
    {CLZ,            "value"},
    {KECCAK256,      "offset size"},
    {BALANCE,        "address"},
    {CALLDATALOAD,   "source"},
    {CALLDATACOPY,   "target source size"},
    {CODECOPY,       "target source size"},
    {EXTCODESIZE,    "address"},
    {EXTCODECOPY,    "address target source size"},
    {RETURNDATACOPY, "target source size"},
    {EXTCODEHASH,    "address"},
    {BLOCKHASH,      "number"},
    {BLOBHASH,       "index"},
    {POP,            "value"},
    {MLOAD,          "offset"},
    {MSTORE,         "offset value"},
    {MSTORE8,        "offset value"},
    {SLOAD,          "slot"},
    {SSTORE,         "slot value"},
    {JUMP,           "target"},
    {JUMPI,          "target condition"},
    {TLOAD,          "slot"},
    {TSTORE,         "slot value"},
    {MCOPY,          "target source size"},
    {CREATE,         "value offset size"},
    {CREATE2,        "value offset size salt"},
    {CALL,           "gas address value input.offset input.size output.offset output.size"},
    {CALLCODE,       "gas address value input.offset input.size output.offset output.size"},
    {DELEGATECALL,   "gas address input.offset input.size output.offset output.size"},
    {STATICCALL,     "gas address input.offset input.size output.offset output.size"},
    {RETURN,         "offset size"},
    {REVERT,         "offset size"},
    {SELFDESTRUCT,   "beneficiary"},
};
// clang-format on

}  // namespace

std::string_view operand_name(Opcode op, std::size_t n) {
    if (is_log(op)) return n == 0 ? "offset" : n == 1 ? "size" : "topic";
    const auto* row = std::ranges::find(operand_rows, op, &Row::op);
    if (row == std::end(operand_rows)) return {};
    std::string_view rest = row->names;
    for (; n > 0; --n) {
        const auto blank = rest.find(' ');
        if (blank == rest.npos) return {};
        rest.remove_prefix(blank + 1);
    }
    return rest.substr(0, rest.find(' '));
}

}  // namespace evmmem::app
