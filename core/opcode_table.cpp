// SPDX-License-Identifier: MIT
#include "opcode_table.hpp"

#include <algorithm>
#include <array>

#include "hex.hpp"
#include "rule_table.hpp"

namespace evmmem {
namespace {

using enum Opcode;
using enum Rule;

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

constexpr GasRule priced{};
constexpr GasRule by_state{.base = GasRule::Base::by_state};
constexpr GasRule by_exponent{.base = GasRule::Base::exp};
constexpr GasRule as_call{.base = GasRule::Base::call};
constexpr GasRule as_create{.base = GasRule::Base::create};
constexpr GasRule never{.base = GasRule::Base::none};

/// What an operand scales, and the number that says by how much.
struct Scale {
    Rule rate{};
    bool is_by_word = false;
    std::int8_t operand = MemoryOperands::none;
};
constexpr Scale per_word(Rule gas, std::int8_t operand) {
    return {gas, true, operand};
}
constexpr Scale per_byte(Rule gas, std::int8_t operand) {
    return {gas, false, operand};
}
/// A row's cell of gas.
struct Gas {
    constexpr Gas(GasRule base) : rule{base} {}  // NOLINT: one without a scale
    GasRule rule;
    Scale scale;
};
constexpr Gas operator+(GasRule rule, Scale scale) {
    Gas gas{rule};
    gas.rule.scaled_by = scale.operand;
    gas.scale = scale;
    return gas;
}

struct Row {
    Opcode opcode;
    std::string_view name;
    std::uint8_t pops;
    std::uint8_t pushes;
    MemoryOperands reads;
    MemoryOperands writes;
    Gas gas;
};

// Only instructions that are no family's; the families follow in build_rows().
// clang-format off
constexpr Row single_rows[] = {
    // opcode        name             pops pushes  reads           writes          gas
    {STOP,           "STOP",           0,   0,     nothing,        nothing,        priced},
    {ADD,            "ADD",            2,   1,     nothing,        nothing,        priced},
    {MUL,            "MUL",            2,   1,     nothing,        nothing,        priced},
    {SUB,            "SUB",            2,   1,     nothing,        nothing,        priced},
    {DIV,            "DIV",            2,   1,     nothing,        nothing,        priced},
    {SDIV,           "SDIV",           2,   1,     nothing,        nothing,        priced},
    {MOD,            "MOD",            2,   1,     nothing,        nothing,        priced},
    {SMOD,           "SMOD",           2,   1,     nothing,        nothing,        priced},
    {ADDMOD,         "ADDMOD",         3,   1,     nothing,        nothing,        priced},
    {MULMOD,         "MULMOD",         3,   1,     nothing,        nothing,        priced},
    {EXP,            "EXP",            2,   1,     nothing,        nothing,        by_exponent},
    {SIGNEXTEND,     "SIGNEXTEND",     2,   1,     nothing,        nothing,        priced},
    {LT,             "LT",             2,   1,     nothing,        nothing,        priced},
    {GT,             "GT",             2,   1,     nothing,        nothing,        priced},
    {SLT,            "SLT",            2,   1,     nothing,        nothing,        priced},
    {SGT,            "SGT",            2,   1,     nothing,        nothing,        priced},
    {EQ,             "EQ",             2,   1,     nothing,        nothing,        priced},
    {ISZERO,         "ISZERO",         1,   1,     nothing,        nothing,        priced},
    {AND,            "AND",            2,   1,     nothing,        nothing,        priced},
    {OR,             "OR",             2,   1,     nothing,        nothing,        priced},
    {XOR,            "XOR",            2,   1,     nothing,        nothing,        priced},
    {NOT,            "NOT",            1,   1,     nothing,        nothing,        priced},
    {BYTE,           "BYTE",           2,   1,     nothing,        nothing,        priced},
    {SHL,            "SHL",            2,   1,     nothing,        nothing,        priced},
    {SHR,            "SHR",            2,   1,     nothing,        nothing,        priced},
    {SAR,            "SAR",            2,   1,     nothing,        nothing,        priced},
    {CLZ,            "CLZ",            1,   1,     nothing,        nothing,        priced},
    {KECCAK256,      "KECCAK256",      2,   1,     range_at(0, 1), nothing,        priced + per_word(hash_word_gas, 1)},
    {ADDRESS,        "ADDRESS",        0,   1,     nothing,        nothing,        priced},
    {BALANCE,        "BALANCE",        1,   1,     nothing,        nothing,        by_state},
    {ORIGIN,         "ORIGIN",         0,   1,     nothing,        nothing,        priced},
    {CALLER,         "CALLER",         0,   1,     nothing,        nothing,        priced},
    {CALLVALUE,      "CALLVALUE",      0,   1,     nothing,        nothing,        priced},
    {CALLDATALOAD,   "CALLDATALOAD",   1,   1,     nothing,        nothing,        priced},
    {CALLDATASIZE,   "CALLDATASIZE",   0,   1,     nothing,        nothing,        priced},
    {CALLDATACOPY,   "CALLDATACOPY",   3,   0,     nothing,        range_at(0, 2), priced + per_word(copy_word_gas, 2)},
    {CODESIZE,       "CODESIZE",       0,   1,     nothing,        nothing,        priced},
    {CODECOPY,       "CODECOPY",       3,   0,     nothing,        range_at(0, 2), priced + per_word(copy_word_gas, 2)},
    {GASPRICE,       "GASPRICE",       0,   1,     nothing,        nothing,        priced},
    {EXTCODESIZE,    "EXTCODESIZE",    1,   1,     nothing,        nothing,        by_state},
    {EXTCODECOPY,    "EXTCODECOPY",    4,   0,     nothing,        range_at(1, 3), by_state + per_word(copy_word_gas, 3)},
    {RETURNDATASIZE, "RETURNDATASIZE", 0,   1,     nothing,        nothing,        priced},
    {RETURNDATACOPY, "RETURNDATACOPY", 3,   0,     nothing,        range_at(0, 2), priced + per_word(copy_word_gas, 2)},
    {EXTCODEHASH,    "EXTCODEHASH",    1,   1,     nothing,        nothing,        by_state},
    {BLOCKHASH,      "BLOCKHASH",      1,   1,     nothing,        nothing,        priced},
    {COINBASE,       "COINBASE",       0,   1,     nothing,        nothing,        priced},
    {TIMESTAMP,      "TIMESTAMP",      0,   1,     nothing,        nothing,        priced},
    {NUMBER,         "NUMBER",         0,   1,     nothing,        nothing,        priced},
    {PREVRANDAO,     "PREVRANDAO",     0,   1,     nothing,        nothing,        priced},  // DIFFICULTY before EIP-4399
    {GASLIMIT,       "GASLIMIT",       0,   1,     nothing,        nothing,        priced},
    {CHAINID,        "CHAINID",        0,   1,     nothing,        nothing,        priced},
    {SELFBALANCE,    "SELFBALANCE",    0,   1,     nothing,        nothing,        priced},
    {BASEFEE,        "BASEFEE",        0,   1,     nothing,        nothing,        priced},
    {BLOBHASH,       "BLOBHASH",       1,   1,     nothing,        nothing,        priced},
    {BLOBBASEFEE,    "BLOBBASEFEE",    0,   1,     nothing,        nothing,        priced},
    {SLOTNUM,        "SLOTNUM",        0,   1,     nothing,        nothing,        priced},
    {POP,            "POP",            1,   0,     nothing,        nothing,        priced},
    {MLOAD,          "MLOAD",          1,   1,     word_at(0),     nothing,        priced},
    {MSTORE,         "MSTORE",         2,   0,     nothing,        word_at(0),     priced},
    {MSTORE8,        "MSTORE8",        2,   0,     nothing,        byte_at(0),     priced},
    {SLOAD,          "SLOAD",          1,   1,     nothing,        nothing,        by_state},
    {SSTORE,         "SSTORE",         2,   0,     nothing,        nothing,        by_state},
    {JUMP,           "JUMP",           1,   0,     nothing,        nothing,        priced},
    {JUMPI,          "JUMPI",          2,   0,     nothing,        nothing,        priced},
    {PC,             "PC",             0,   1,     nothing,        nothing,        priced},
    {MSIZE,          "MSIZE",          0,   1,     nothing,        nothing,        priced},
    {GAS,            "GAS",            0,   1,     nothing,        nothing,        priced},
    {JUMPDEST,       "JUMPDEST",       0,   0,     nothing,        nothing,        priced},
    {TLOAD,          "TLOAD",          1,   1,     nothing,        nothing,        priced},
    {TSTORE,         "TSTORE",         2,   0,     nothing,        nothing,        priced},
    {MCOPY,          "MCOPY",          3,   0,     range_at(1, 2), range_at(0, 2), priced + per_word(copy_word_gas, 2)},
    {DUPN,           "DUPN",           0,   1,     nothing,        nothing,        priced},
    {SWAPN,          "SWAPN",          0,   0,     nothing,        nothing,        priced},
    {EXCHANGE,       "EXCHANGE",       0,   0,     nothing,        nothing,        priced},
    {CREATE,         "CREATE",         3,   1,     range_at(1, 2), nothing,        as_create},
    {CALL,           "CALL",           7,   1,     range_at(3, 4), range_at(5, 6), as_call},
    {CALLCODE,       "CALLCODE",       7,   1,     range_at(3, 4), range_at(5, 6), as_call},
    {RETURN,         "RETURN",         2,   0,     range_at(0, 1), nothing,        priced},
    {DELEGATECALL,   "DELEGATECALL",   6,   1,     range_at(2, 3), range_at(4, 5), as_call},
    {CREATE2,        "CREATE2",        4,   1,     range_at(1, 2), nothing,        as_create},
    {STATICCALL,     "STATICCALL",     6,   1,     range_at(2, 3), range_at(4, 5), as_call},
    {REVERT,         "REVERT",         2,   0,     range_at(0, 1), nothing,        priced},
    {INVALID,        "INVALID",        0,   0,     nothing,        nothing,        never},
    {SELFDESTRUCT,   "SELFDESTRUCT",   1,   0,     nothing,        nothing,        by_state},
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
    return std::max<int>({row.reads.offset, row.reads.size, row.writes.offset, row.writes.size,
                          row.gas.scale.operand});
}

constexpr std::array<Rules, fork_count> rules = rule_table::by_fork();

/// The fork that brought the instruction.
constexpr Fork first_with(Opcode op) {
    for (int i = 0; i < fork_count; ++i)
        if (rules[static_cast<std::size_t>(i)].has(op)) return static_cast<Fork>(i);
    throw "an instruction that no fork has";
}

/// Refuses a constant price that a fork changes; in a constant expression the compiler does.
constexpr void check_constant(Opcode op) {
    for (const Rules& fork : rules)
        if (fork.has(op) && fork.price(op) != rules.back().price(op))
            throw "a constant that a fork changes";
}

/// The rows without their prices, by the opcode's byte; bytes that no instruction has are left as
/// `exists == false`.
struct Unpriced {
    OpcodeTable table{};
    std::array<Scale, 256> scales{};
};
constexpr Unpriced unpriced = [] {
    Unpriced result;
    OpcodeTable& table = result.table;
    for (std::size_t byte = 0; byte < table.size(); ++byte)
        table[byte].opcode = static_cast<Opcode>(byte);
    const auto add = [&](const Row& row, std::size_t immediate_bytes) {
        OpcodeInfo& cell = table[static_cast<std::size_t>(row.opcode)];
        // Reached in a constant expression, each of these is a compile error.
        if (cell.exists) throw "two rows for one opcode";
        if (highest_operand(row) >= row.pops) throw "a cell names an operand beyond what is popped";
        cell = {row.opcode,
                row.name,
                row.pops,
                row.pushes,
                row.reads,
                row.writes,
                row.gas.rule,
                static_cast<std::uint8_t>(immediate_bytes),
                first_with(row.opcode),
                true};
        if (cell.gas.base == GasRule::Base::constant) check_constant(row.opcode);
        const Scale& scale = row.gas.scale;
        if (scale.operand == MemoryOperands::none) return;
        static_cast<void>(rule_table::number_everywhere(scale.rate));
        result.scales[static_cast<std::size_t>(row.opcode)] = scale;
    };
    for (const Row& row : single_rows)
        add(row, is_between(row.opcode, DUPN, EXCHANGE) ? 1 : 0);
    for (std::size_t n = 0; n < std::size(push_names); ++n)
        add({nth(PUSH0, n), push_names[n], 0, 1, nothing, nothing, priced}, n);
    for (std::size_t n = 0; n < std::size(dup_names); ++n) {
        const auto depth = static_cast<std::uint8_t>(n + 1);
        add({nth(DUP1, n), dup_names[n], depth, static_cast<std::uint8_t>(depth + 1), nothing,
             nothing, priced},
            0);
    }
    for (std::size_t n = 0; n < std::size(swap_names); ++n) {
        const auto depth = static_cast<std::uint8_t>(n + 2);
        add({nth(SWAP1, n), swap_names[n], depth, depth, nothing, nothing, priced}, 0);
    }
    for (std::size_t n = 0; n < std::size(log_names); ++n)
        add({nth(LOG0, n), log_names[n], static_cast<std::uint8_t>(2 + n), 0, range_at(0, 1),
             nothing, priced + per_byte(log_byte_gas, 1)},
            0);
    static_cast<void>(rule_table::number_everywhere(log_topic_gas));
    return result;
}();

constexpr std::uint64_t topics(Opcode op) {
    return is_between(op, LOG0, LOG4)
               ? static_cast<std::uint64_t>(op) - static_cast<std::uint64_t>(LOG0)
               : 0;
}

constexpr OpcodeTable priced_by(const Rules& prices) {
    OpcodeTable table = unpriced.table;
    for (std::size_t byte = 0; byte < table.size(); ++byte) {
        GasRule& gas = table[byte].gas;
        const Opcode op = table[byte].opcode;
        if (table[byte].exists && gas.base == GasRule::Base::constant)
            gas.constant = (prices.has(op) ? prices : rules.back()).price(op) +
                           topics(op) * prices[log_topic_gas];
        const Scale& scale = unpriced.scales[byte];
        if (scale.operand == MemoryOperands::none) continue;
        const auto rate = static_cast<std::uint32_t>(prices[scale.rate]);
        (scale.is_by_word ? gas.per_word : gas.per_byte) = rate;
    }
    return table;
}
constexpr OpcodeTable by_byte = priced_by(rules.back());

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

OpcodeTable opcode_table_by(RulesView prices) {
    return priced_by(prices.rules());
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
