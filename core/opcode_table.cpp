// SPDX-License-Identifier: MIT
#include "opcode_table.hpp"

#include <algorithm>
#include <array>

#include "hex.hpp"

namespace evmmem {
namespace {

using enum Fork;
using enum Opcode;

// The vocabulary of the cells below.
constexpr MemoryOperands nothing{};
constexpr MemoryOperands range_at(std::int8_t offset, std::int8_t size) {
    return {offset, size, 0};
}
constexpr MemoryOperands word_at(std::int8_t offset) {
    return {offset, MemoryOperands::none, 32};
}
constexpr MemoryOperands byte_at(std::int8_t offset) {
    return {offset, MemoryOperands::none, 1};
}

constexpr GasRule costs(std::uint16_t constant) {
    return {.constant = constant};
}
constexpr GasRule by_state{.base = GasRule::Base::by_state};
constexpr GasRule by_exponent{.base = GasRule::Base::exp};
constexpr GasRule as_call{.base = GasRule::Base::call};
constexpr GasRule as_create{.base = GasRule::Base::create};
constexpr GasRule never{.base = GasRule::Base::none};
constexpr GasRule operator+(GasRule rule, GasRule scaled) {
    rule.per_word = scaled.per_word;
    rule.per_byte = scaled.per_byte;
    rule.scaled_by = scaled.scaled_by;
    return rule;
}
constexpr GasRule per_word(std::uint8_t gas, std::int8_t operand) {
    return {.per_word = gas, .scaled_by = operand};
}
constexpr GasRule per_byte(std::uint8_t gas, std::int8_t operand) {
    return {.per_byte = gas, .scaled_by = operand};
}

struct Row {
    Opcode opcode;
    std::string_view name;
    std::uint8_t pops;
    std::uint8_t pushes;
    MemoryOperands reads;
    MemoryOperands writes;
    GasRule gas;
    Fork since;
};

// Only instructions that are no family's; the families follow in build_rows().
// clang-format off
constexpr Row single_rows[] = {
    // opcode        name             pops pushes  reads           writes          gas                            since
    {STOP,           "STOP",           0,   0,     nothing,        nothing,        costs(0),                      frontier},
    {ADD,            "ADD",            2,   1,     nothing,        nothing,        costs(3),                      frontier},
    {MUL,            "MUL",            2,   1,     nothing,        nothing,        costs(5),                      frontier},
    {SUB,            "SUB",            2,   1,     nothing,        nothing,        costs(3),                      frontier},
    {DIV,            "DIV",            2,   1,     nothing,        nothing,        costs(5),                      frontier},
    {SDIV,           "SDIV",           2,   1,     nothing,        nothing,        costs(5),                      frontier},
    {MOD,            "MOD",            2,   1,     nothing,        nothing,        costs(5),                      frontier},
    {SMOD,           "SMOD",           2,   1,     nothing,        nothing,        costs(5),                      frontier},
    {ADDMOD,         "ADDMOD",         3,   1,     nothing,        nothing,        costs(8),                      frontier},
    {MULMOD,         "MULMOD",         3,   1,     nothing,        nothing,        costs(8),                      frontier},
    {EXP,            "EXP",            2,   1,     nothing,        nothing,        by_exponent,                   frontier},
    {SIGNEXTEND,     "SIGNEXTEND",     2,   1,     nothing,        nothing,        costs(5),                      frontier},
    {LT,             "LT",             2,   1,     nothing,        nothing,        costs(3),                      frontier},
    {GT,             "GT",             2,   1,     nothing,        nothing,        costs(3),                      frontier},
    {SLT,            "SLT",            2,   1,     nothing,        nothing,        costs(3),                      frontier},
    {SGT,            "SGT",            2,   1,     nothing,        nothing,        costs(3),                      frontier},
    {EQ,             "EQ",             2,   1,     nothing,        nothing,        costs(3),                      frontier},
    {ISZERO,         "ISZERO",         1,   1,     nothing,        nothing,        costs(3),                      frontier},
    {AND,            "AND",            2,   1,     nothing,        nothing,        costs(3),                      frontier},
    {OR,             "OR",             2,   1,     nothing,        nothing,        costs(3),                      frontier},
    {XOR,            "XOR",            2,   1,     nothing,        nothing,        costs(3),                      frontier},
    {NOT,            "NOT",            1,   1,     nothing,        nothing,        costs(3),                      frontier},
    {BYTE,           "BYTE",           2,   1,     nothing,        nothing,        costs(3),                      frontier},
    {SHL,            "SHL",            2,   1,     nothing,        nothing,        costs(3),                      constantinople},  // EIP-145
    {SHR,            "SHR",            2,   1,     nothing,        nothing,        costs(3),                      constantinople},
    {SAR,            "SAR",            2,   1,     nothing,        nothing,        costs(3),                      constantinople},
    {CLZ,            "CLZ",            1,   1,     nothing,        nothing,        costs(5),                      osaka},           // EIP-7939
    {KECCAK256,      "KECCAK256",      2,   1,     range_at(0, 1), nothing,        costs(30) + per_word(6, 1),    frontier},
    {ADDRESS,        "ADDRESS",        0,   1,     nothing,        nothing,        costs(2),                      frontier},
    {BALANCE,        "BALANCE",        1,   1,     nothing,        nothing,        by_state,                      frontier},
    {ORIGIN,         "ORIGIN",         0,   1,     nothing,        nothing,        costs(2),                      frontier},
    {CALLER,         "CALLER",         0,   1,     nothing,        nothing,        costs(2),                      frontier},
    {CALLVALUE,      "CALLVALUE",      0,   1,     nothing,        nothing,        costs(2),                      frontier},
    {CALLDATALOAD,   "CALLDATALOAD",   1,   1,     nothing,        nothing,        costs(3),                      frontier},
    {CALLDATASIZE,   "CALLDATASIZE",   0,   1,     nothing,        nothing,        costs(2),                      frontier},
    {CALLDATACOPY,   "CALLDATACOPY",   3,   0,     nothing,        range_at(0, 2), costs(3) + per_word(3, 2),     frontier},
    {CODESIZE,       "CODESIZE",       0,   1,     nothing,        nothing,        costs(2),                      frontier},
    {CODECOPY,       "CODECOPY",       3,   0,     nothing,        range_at(0, 2), costs(3) + per_word(3, 2),     frontier},
    {GASPRICE,       "GASPRICE",       0,   1,     nothing,        nothing,        costs(2),                      frontier},
    {EXTCODESIZE,    "EXTCODESIZE",    1,   1,     nothing,        nothing,        by_state,                      frontier},
    {EXTCODECOPY,    "EXTCODECOPY",    4,   0,     nothing,        range_at(1, 3), by_state + per_word(3, 3),     frontier},
    {RETURNDATASIZE, "RETURNDATASIZE", 0,   1,     nothing,        nothing,        costs(2),                      byzantium},       // EIP-211
    {RETURNDATACOPY, "RETURNDATACOPY", 3,   0,     nothing,        range_at(0, 2), costs(3) + per_word(3, 2),     byzantium},       // EIP-211
    {EXTCODEHASH,    "EXTCODEHASH",    1,   1,     nothing,        nothing,        by_state,                      constantinople},  // EIP-1052
    {BLOCKHASH,      "BLOCKHASH",      1,   1,     nothing,        nothing,        costs(20),                     frontier},
    {COINBASE,       "COINBASE",       0,   1,     nothing,        nothing,        costs(2),                      frontier},
    {TIMESTAMP,      "TIMESTAMP",      0,   1,     nothing,        nothing,        costs(2),                      frontier},
    {NUMBER,         "NUMBER",         0,   1,     nothing,        nothing,        costs(2),                      frontier},
    {PREVRANDAO,     "PREVRANDAO",     0,   1,     nothing,        nothing,        costs(2),                      frontier},        // DIFFICULTY before EIP-4399
    {GASLIMIT,       "GASLIMIT",       0,   1,     nothing,        nothing,        costs(2),                      frontier},
    {CHAINID,        "CHAINID",        0,   1,     nothing,        nothing,        costs(2),                      istanbul},        // EIP-1344
    {SELFBALANCE,    "SELFBALANCE",    0,   1,     nothing,        nothing,        costs(5),                      istanbul},        // EIP-1884
    {BASEFEE,        "BASEFEE",        0,   1,     nothing,        nothing,        costs(2),                      london},          // EIP-3198
    {BLOBHASH,       "BLOBHASH",       1,   1,     nothing,        nothing,        costs(3),                      cancun},          // EIP-4844
    {BLOBBASEFEE,    "BLOBBASEFEE",    0,   1,     nothing,        nothing,        costs(2),                      cancun},          // EIP-7516
    {SLOTNUM,        "SLOTNUM",        0,   1,     nothing,        nothing,        costs(2),                      amsterdam},       // EIP-7843
    {POP,            "POP",            1,   0,     nothing,        nothing,        costs(2),                      frontier},
    {MLOAD,          "MLOAD",          1,   1,     word_at(0),     nothing,        costs(3),                      frontier},
    {MSTORE,         "MSTORE",         2,   0,     nothing,        word_at(0),     costs(3),                      frontier},
    {MSTORE8,        "MSTORE8",        2,   0,     nothing,        byte_at(0),     costs(3),                      frontier},
    {SLOAD,          "SLOAD",          1,   1,     nothing,        nothing,        by_state,                      frontier},
    {SSTORE,         "SSTORE",         2,   0,     nothing,        nothing,        by_state,                      frontier},
    {JUMP,           "JUMP",           1,   0,     nothing,        nothing,        costs(8),                      frontier},
    {JUMPI,          "JUMPI",          2,   0,     nothing,        nothing,        costs(10),                     frontier},
    {PC,             "PC",             0,   1,     nothing,        nothing,        costs(2),                      frontier},
    {MSIZE,          "MSIZE",          0,   1,     nothing,        nothing,        costs(2),                      frontier},
    {GAS,            "GAS",            0,   1,     nothing,        nothing,        costs(2),                      frontier},
    {JUMPDEST,       "JUMPDEST",       0,   0,     nothing,        nothing,        costs(1),                      frontier},
    {TLOAD,          "TLOAD",          1,   1,     nothing,        nothing,        costs(100),                    cancun},          // EIP-1153
    {TSTORE,         "TSTORE",         2,   0,     nothing,        nothing,        costs(100),                    cancun},          // EIP-1153
    {MCOPY,          "MCOPY",          3,   0,     range_at(1, 2), range_at(0, 2), costs(3) + per_word(3, 2),     cancun},          // EIP-5656
    {DUPN,           "DUPN",           0,   1,     nothing,        nothing,        costs(3),                      amsterdam},       // EIP-8024
    {SWAPN,          "SWAPN",          0,   0,     nothing,        nothing,        costs(3),                      amsterdam},       // EIP-8024
    {EXCHANGE,       "EXCHANGE",       0,   0,     nothing,        nothing,        costs(3),                      amsterdam},       // EIP-8024
    {CREATE,         "CREATE",         3,   1,     range_at(1, 2), nothing,        as_create,                     frontier},
    {CALL,           "CALL",           7,   1,     range_at(3, 4), range_at(5, 6), as_call,                       frontier},
    {CALLCODE,       "CALLCODE",       7,   1,     range_at(3, 4), range_at(5, 6), as_call,                       frontier},
    {RETURN,         "RETURN",         2,   0,     range_at(0, 1), nothing,        costs(0),                      frontier},
    {DELEGATECALL,   "DELEGATECALL",   6,   1,     range_at(2, 3), range_at(4, 5), as_call,                       homestead},       // EIP-7
    {CREATE2,        "CREATE2",        4,   1,     range_at(1, 2), nothing,        as_create,                     constantinople},  // EIP-1014
    {STATICCALL,     "STATICCALL",     6,   1,     range_at(2, 3), range_at(4, 5), as_call,                       byzantium},       // EIP-214
    {REVERT,         "REVERT",         2,   0,     range_at(0, 1), nothing,        costs(0),                      byzantium},       // EIP-140
    {INVALID,        "INVALID",        0,   0,     nothing,        nothing,        never,                         frontier},        // EIP-141
    {SELFDESTRUCT,   "SELFDESTRUCT",   1,   0,     nothing,        nothing,        by_state,                      frontier},
};
// clang-format on

constexpr std::string_view push_names[] = {
    "PUSH0",  "PUSH1",  "PUSH2",  "PUSH3",  "PUSH4",  "PUSH5",  "PUSH6",  "PUSH7",  "PUSH8",
    "PUSH9",  "PUSH10", "PUSH11", "PUSH12", "PUSH13", "PUSH14", "PUSH15", "PUSH16", "PUSH17",
    "PUSH18", "PUSH19", "PUSH20", "PUSH21", "PUSH22", "PUSH23", "PUSH24", "PUSH25", "PUSH26",
    "PUSH27", "PUSH28", "PUSH29", "PUSH30", "PUSH31", "PUSH32"};
constexpr std::string_view dup_names[] = {"DUP1",  "DUP2",  "DUP3",  "DUP4",  "DUP5",  "DUP6",
                                          "DUP7",  "DUP8",  "DUP9",  "DUP10", "DUP11", "DUP12",
                                          "DUP13", "DUP14", "DUP15", "DUP16"};
constexpr std::string_view swap_names[] = {
    "SWAP1", "SWAP2",  "SWAP3",  "SWAP4",  "SWAP5",  "SWAP6",  "SWAP7",  "SWAP8",
    "SWAP9", "SWAP10", "SWAP11", "SWAP12", "SWAP13", "SWAP14", "SWAP15", "SWAP16"};
constexpr std::string_view log_names[] = {"LOG0", "LOG1", "LOG2", "LOG3", "LOG4"};

constexpr std::size_t row_count = std::size(single_rows) + std::size(push_names) +
                                  std::size(dup_names) + std::size(swap_names) +
                                  std::size(log_names);

constexpr Opcode nth(Opcode first, std::size_t n) {
    return static_cast<Opcode>(static_cast<std::size_t>(first) + n);
}

/// The highest operand that a row's memory or gas cells name; none when they name none.
constexpr int highest_operand(const Row& row) {
    return std::max<int>(
        {row.reads.offset, row.reads.size, row.writes.offset, row.writes.size, row.gas.scaled_by});
}

/// By the opcode's byte; bytes that no instruction has are left as `exists == false`.
constexpr std::array<OpcodeInfo, 256> by_byte = [] {
    std::array<OpcodeInfo, 256> table{};
    for (std::size_t byte = 0; byte < table.size(); ++byte)
        table[byte].opcode = static_cast<Opcode>(byte);
    const auto add = [&table](const Row& row, std::size_t immediate_bytes) {
        OpcodeInfo& cell = table[static_cast<std::size_t>(row.opcode)];
        // Reached in a constant expression, each of these is a compile error.
        if (cell.exists) throw "two rows for one opcode";
        if (highest_operand(row) >= row.pops) throw "a cell names an operand beyond what is popped";
        cell = {row.opcode, row.name,   row.pops, row.pushes,
                row.reads,  row.writes, row.gas,  static_cast<std::uint8_t>(immediate_bytes),
                row.since,  true};
    };
    for (const Row& row : single_rows)
        add(row, is_between(row.opcode, DUPN, EXCHANGE) ? 1 : 0);
    for (std::size_t n = 0; n < std::size(push_names); ++n) {
        const GasRule gas = n == 0 ? costs(2) : costs(3);
        const Fork since = n == 0 ? shanghai : frontier;  // EIP-3855
        add({nth(PUSH0, n), push_names[n], 0, 1, nothing, nothing, gas, since}, n);
    }
    for (std::size_t n = 0; n < std::size(dup_names); ++n) {
        const auto depth = static_cast<std::uint8_t>(n + 1);
        add({nth(DUP1, n), dup_names[n], depth, static_cast<std::uint8_t>(depth + 1), nothing,
             nothing, costs(3), frontier},
            0);
    }
    for (std::size_t n = 0; n < std::size(swap_names); ++n) {
        const auto depth = static_cast<std::uint8_t>(n + 2);
        add({nth(SWAP1, n), swap_names[n], depth, depth, nothing, nothing, costs(3), frontier}, 0);
    }
    for (std::size_t n = 0; n < std::size(log_names); ++n)
        add({nth(LOG0, n), log_names[n], static_cast<std::uint8_t>(2 + n), 0, range_at(0, 1),
             nothing, costs(static_cast<std::uint16_t>(375 + 375 * n)) + per_byte(8, 1), frontier},
            0);
    return table;
}();

constexpr std::array<OpcodeInfo, row_count> rows = [] {
    std::array<OpcodeInfo, row_count> result{};
    std::size_t n = 0;
    for (const OpcodeInfo& cell : by_byte)
        if (cell.exists) result[n++] = cell;
    return result;
}();

struct OldName {
    std::string_view name;
    Opcode opcode;
};
constexpr OldName old_names[] = {
    {"SHA3", KECCAK256},
    {"SUICIDE", SELFDESTRUCT},
    {"DIFFICULTY", PREVRANDAO},
};

}  // namespace

const OpcodeInfo& info(Opcode op) {
    return by_byte[static_cast<std::uint8_t>(op)];
}

const OpcodeInfo* find_opcode(std::string_view mnemonic) {
    for (const OpcodeInfo& row : rows)
        if (row.name == mnemonic) return &row;
    for (const OldName& old : old_names)
        if (old.name == mnemonic) return &info(old.opcode);
    return nullptr;
}

std::string op_name(Opcode op) {
    if (const OpcodeInfo& row = info(op); row.exists) return std::string{row.name};
    const auto byte = static_cast<std::uint8_t>(op);
    return "0x" + encode_hex({&byte, 1});
}

std::span<const OpcodeInfo> opcode_rows() {
    return rows;
}

}  // namespace evmmem
