// SPDX-License-Identifier: MIT
// The table against a second one, written out by hand from the Yellow Paper (appendix H.2, columns
// value, delta and alpha, and the definitions of mu'_i) and the EIPs that came after it; nothing is
// derived.
#include "core/opcode_table.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

namespace evmmem {
namespace {

/// Memory is described as the definitions do: which of mu_s[0], mu_s[1] ... are offset and size.
struct Expected {
    int value;
    const char* mnemonic;
    int delta;  // items removed from the stack
    int alpha;  // items added to it
    const char*
        reads;  // "": nothing; "a+b": offset mu_s[a], size mu_s[b]; "a:32": 32 bytes at mu_s[a]
    const char* writes;
    int immediate;
    const char* since;
};

// clang-format off
constexpr Expected yellow_paper[] = {
    // value  mnemonic          delta alpha reads  writes immediate since
    {0x00, "STOP",              0,    0,    "",    "",    0, "frontier"},
    {0x01, "ADD",               2,    1,    "",    "",    0, "frontier"},
    {0x02, "MUL",               2,    1,    "",    "",    0, "frontier"},
    {0x03, "SUB",               2,    1,    "",    "",    0, "frontier"},
    {0x04, "DIV",               2,    1,    "",    "",    0, "frontier"},
    {0x05, "SDIV",              2,    1,    "",    "",    0, "frontier"},
    {0x06, "MOD",               2,    1,    "",    "",    0, "frontier"},
    {0x07, "SMOD",              2,    1,    "",    "",    0, "frontier"},
    {0x08, "ADDMOD",            3,    1,    "",    "",    0, "frontier"},
    {0x09, "MULMOD",            3,    1,    "",    "",    0, "frontier"},
    {0x0a, "EXP",               2,    1,    "",    "",    0, "frontier"},
    {0x0b, "SIGNEXTEND",        2,    1,    "",    "",    0, "frontier"},
    {0x10, "LT",                2,    1,    "",    "",    0, "frontier"},
    {0x11, "GT",                2,    1,    "",    "",    0, "frontier"},
    {0x12, "SLT",               2,    1,    "",    "",    0, "frontier"},
    {0x13, "SGT",               2,    1,    "",    "",    0, "frontier"},
    {0x14, "EQ",                2,    1,    "",    "",    0, "frontier"},
    {0x15, "ISZERO",            1,    1,    "",    "",    0, "frontier"},
    {0x16, "AND",               2,    1,    "",    "",    0, "frontier"},
    {0x17, "OR",                2,    1,    "",    "",    0, "frontier"},
    {0x18, "XOR",               2,    1,    "",    "",    0, "frontier"},
    {0x19, "NOT",               1,    1,    "",    "",    0, "frontier"},
    {0x1a, "BYTE",              2,    1,    "",    "",    0, "frontier"},
    {0x1b, "SHL",               2,    1,    "",    "",    0, "constantinople"},
    {0x1c, "SHR",               2,    1,    "",    "",    0, "constantinople"},
    {0x1d, "SAR",               2,    1,    "",    "",    0, "constantinople"},
    {0x1e, "CLZ",               1,    1,    "",    "",    0, "osaka"},
    {0x20, "KECCAK256",         2,    1,    "0+1", "",    0, "frontier"},
    {0x30, "ADDRESS",           0,    1,    "",    "",    0, "frontier"},
    {0x31, "BALANCE",           1,    1,    "",    "",    0, "frontier"},
    {0x32, "ORIGIN",            0,    1,    "",    "",    0, "frontier"},
    {0x33, "CALLER",            0,    1,    "",    "",    0, "frontier"},
    {0x34, "CALLVALUE",         0,    1,    "",    "",    0, "frontier"},
    {0x35, "CALLDATALOAD",      1,    1,    "",    "",    0, "frontier"},
    {0x36, "CALLDATASIZE",      0,    1,    "",    "",    0, "frontier"},
    {0x37, "CALLDATACOPY",      3,    0,    "",    "0+2", 0, "frontier"},
    {0x38, "CODESIZE",          0,    1,    "",    "",    0, "frontier"},
    {0x39, "CODECOPY",          3,    0,    "",    "0+2", 0, "frontier"},
    {0x3a, "GASPRICE",          0,    1,    "",    "",    0, "frontier"},
    {0x3b, "EXTCODESIZE",       1,    1,    "",    "",    0, "frontier"},
    {0x3c, "EXTCODECOPY",       4,    0,    "",    "1+3", 0, "frontier"},
    {0x3d, "RETURNDATASIZE",    0,    1,    "",    "",    0, "byzantium"},
    {0x3e, "RETURNDATACOPY",    3,    0,    "",    "0+2", 0, "byzantium"},
    {0x3f, "EXTCODEHASH",       1,    1,    "",    "",    0, "constantinople"},
    {0x40, "BLOCKHASH",         1,    1,    "",    "",    0, "frontier"},
    {0x41, "COINBASE",          0,    1,    "",    "",    0, "frontier"},
    {0x42, "TIMESTAMP",         0,    1,    "",    "",    0, "frontier"},
    {0x43, "NUMBER",            0,    1,    "",    "",    0, "frontier"},
    {0x44, "PREVRANDAO",        0,    1,    "",    "",    0, "frontier"},
    {0x45, "GASLIMIT",          0,    1,    "",    "",    0, "frontier"},
    {0x46, "CHAINID",           0,    1,    "",    "",    0, "istanbul"},
    {0x47, "SELFBALANCE",       0,    1,    "",    "",    0, "istanbul"},
    {0x48, "BASEFEE",           0,    1,    "",    "",    0, "london"},
    {0x49, "BLOBHASH",          1,    1,    "",    "",    0, "cancun"},
    {0x4a, "BLOBBASEFEE",       0,    1,    "",    "",    0, "cancun"},
    {0x4b, "SLOTNUM",           0,    1,    "",    "",    0, "amsterdam"},
    {0x50, "POP",               1,    0,    "",    "",    0, "frontier"},
    {0x51, "MLOAD",             1,    1,    "0:32","",    0, "frontier"},
    {0x52, "MSTORE",            2,    0,    "",    "0:32",0, "frontier"},
    {0x53, "MSTORE8",           2,    0,    "",    "0:1", 0, "frontier"},
    {0x54, "SLOAD",             1,    1,    "",    "",    0, "frontier"},
    {0x55, "SSTORE",            2,    0,    "",    "",    0, "frontier"},
    {0x56, "JUMP",              1,    0,    "",    "",    0, "frontier"},
    {0x57, "JUMPI",             2,    0,    "",    "",    0, "frontier"},
    {0x58, "PC",                0,    1,    "",    "",    0, "frontier"},
    {0x59, "MSIZE",             0,    1,    "",    "",    0, "frontier"},
    {0x5a, "GAS",               0,    1,    "",    "",    0, "frontier"},
    {0x5b, "JUMPDEST",          0,    0,    "",    "",    0, "frontier"},
    {0x5c, "TLOAD",             1,    1,    "",    "",    0, "cancun"},
    {0x5d, "TSTORE",            2,    0,    "",    "",    0, "cancun"},
    {0x5e, "MCOPY",             3,    0,    "1+2", "0+2", 0, "cancun"},
    {0x5f, "PUSH0",             0,    1,    "",    "",    0, "shanghai"},
    {0x60, "PUSH1",             0,    1,    "",    "",    1, "frontier"},
    {0x61, "PUSH2",             0,    1,    "",    "",    2, "frontier"},
    {0x62, "PUSH3",             0,    1,    "",    "",    3, "frontier"},
    {0x63, "PUSH4",             0,    1,    "",    "",    4, "frontier"},
    {0x64, "PUSH5",             0,    1,    "",    "",    5, "frontier"},
    {0x65, "PUSH6",             0,    1,    "",    "",    6, "frontier"},
    {0x66, "PUSH7",             0,    1,    "",    "",    7, "frontier"},
    {0x67, "PUSH8",             0,    1,    "",    "",    8, "frontier"},
    {0x68, "PUSH9",             0,    1,    "",    "",    9, "frontier"},
    {0x69, "PUSH10",            0,    1,    "",    "",   10, "frontier"},
    {0x6a, "PUSH11",            0,    1,    "",    "",   11, "frontier"},
    {0x6b, "PUSH12",            0,    1,    "",    "",   12, "frontier"},
    {0x6c, "PUSH13",            0,    1,    "",    "",   13, "frontier"},
    {0x6d, "PUSH14",            0,    1,    "",    "",   14, "frontier"},
    {0x6e, "PUSH15",            0,    1,    "",    "",   15, "frontier"},
    {0x6f, "PUSH16",            0,    1,    "",    "",   16, "frontier"},
    {0x70, "PUSH17",            0,    1,    "",    "",   17, "frontier"},
    {0x71, "PUSH18",            0,    1,    "",    "",   18, "frontier"},
    {0x72, "PUSH19",            0,    1,    "",    "",   19, "frontier"},
    {0x73, "PUSH20",            0,    1,    "",    "",   20, "frontier"},
    {0x74, "PUSH21",            0,    1,    "",    "",   21, "frontier"},
    {0x75, "PUSH22",            0,    1,    "",    "",   22, "frontier"},
    {0x76, "PUSH23",            0,    1,    "",    "",   23, "frontier"},
    {0x77, "PUSH24",            0,    1,    "",    "",   24, "frontier"},
    {0x78, "PUSH25",            0,    1,    "",    "",   25, "frontier"},
    {0x79, "PUSH26",            0,    1,    "",    "",   26, "frontier"},
    {0x7a, "PUSH27",            0,    1,    "",    "",   27, "frontier"},
    {0x7b, "PUSH28",            0,    1,    "",    "",   28, "frontier"},
    {0x7c, "PUSH29",            0,    1,    "",    "",   29, "frontier"},
    {0x7d, "PUSH30",            0,    1,    "",    "",   30, "frontier"},
    {0x7e, "PUSH31",            0,    1,    "",    "",   31, "frontier"},
    {0x7f, "PUSH32",            0,    1,    "",    "",   32, "frontier"},
    {0x80, "DUP1",              1,    2,    "",    "",    0, "frontier"},
    {0x81, "DUP2",              2,    3,    "",    "",    0, "frontier"},
    {0x82, "DUP3",              3,    4,    "",    "",    0, "frontier"},
    {0x83, "DUP4",              4,    5,    "",    "",    0, "frontier"},
    {0x84, "DUP5",              5,    6,    "",    "",    0, "frontier"},
    {0x85, "DUP6",              6,    7,    "",    "",    0, "frontier"},
    {0x86, "DUP7",              7,    8,    "",    "",    0, "frontier"},
    {0x87, "DUP8",              8,    9,    "",    "",    0, "frontier"},
    {0x88, "DUP9",              9,   10,    "",    "",    0, "frontier"},
    {0x89, "DUP10",            10,   11,    "",    "",    0, "frontier"},
    {0x8a, "DUP11",            11,   12,    "",    "",    0, "frontier"},
    {0x8b, "DUP12",            12,   13,    "",    "",    0, "frontier"},
    {0x8c, "DUP13",            13,   14,    "",    "",    0, "frontier"},
    {0x8d, "DUP14",            14,   15,    "",    "",    0, "frontier"},
    {0x8e, "DUP15",            15,   16,    "",    "",    0, "frontier"},
    {0x8f, "DUP16",            16,   17,    "",    "",    0, "frontier"},
    {0x90, "SWAP1",             2,    2,    "",    "",    0, "frontier"},
    {0x91, "SWAP2",             3,    3,    "",    "",    0, "frontier"},
    {0x92, "SWAP3",             4,    4,    "",    "",    0, "frontier"},
    {0x93, "SWAP4",             5,    5,    "",    "",    0, "frontier"},
    {0x94, "SWAP5",             6,    6,    "",    "",    0, "frontier"},
    {0x95, "SWAP6",             7,    7,    "",    "",    0, "frontier"},
    {0x96, "SWAP7",             8,    8,    "",    "",    0, "frontier"},
    {0x97, "SWAP8",             9,    9,    "",    "",    0, "frontier"},
    {0x98, "SWAP9",            10,   10,    "",    "",    0, "frontier"},
    {0x99, "SWAP10",           11,   11,    "",    "",    0, "frontier"},
    {0x9a, "SWAP11",           12,   12,    "",    "",    0, "frontier"},
    {0x9b, "SWAP12",           13,   13,    "",    "",    0, "frontier"},
    {0x9c, "SWAP13",           14,   14,    "",    "",    0, "frontier"},
    {0x9d, "SWAP14",           15,   15,    "",    "",    0, "frontier"},
    {0x9e, "SWAP15",           16,   16,    "",    "",    0, "frontier"},
    {0x9f, "SWAP16",           17,   17,    "",    "",    0, "frontier"},
    {0xa0, "LOG0",              2,    0,    "0+1", "",    0, "frontier"},
    {0xa1, "LOG1",              3,    0,    "0+1", "",    0, "frontier"},
    {0xa2, "LOG2",              4,    0,    "0+1", "",    0, "frontier"},
    {0xa3, "LOG3",              5,    0,    "0+1", "",    0, "frontier"},
    {0xa4, "LOG4",              6,    0,    "0+1", "",    0, "frontier"},
    {0xe6, "DUPN",              0,    1,    "",    "",    1, "amsterdam"},
    {0xe7, "SWAPN",             0,    0,    "",    "",    1, "amsterdam"},
    {0xe8, "EXCHANGE",          0,    0,    "",    "",    1, "amsterdam"},
    {0xf0, "CREATE",            3,    1,    "1+2", "",    0, "frontier"},
    {0xf1, "CALL",              7,    1,    "3+4", "5+6", 0, "frontier"},
    {0xf2, "CALLCODE",          7,    1,    "3+4", "5+6", 0, "frontier"},
    {0xf3, "RETURN",            2,    0,    "0+1", "",    0, "frontier"},
    {0xf4, "DELEGATECALL",      6,    1,    "2+3", "4+5", 0, "homestead"},
    {0xf5, "CREATE2",           4,    1,    "1+2", "",    0, "constantinople"},
    {0xfa, "STATICCALL",        6,    1,    "2+3", "4+5", 0, "byzantium"},
    {0xfd, "REVERT",            2,    0,    "0+1", "",    0, "byzantium"},
    {0xfe, "INVALID",           0,    0,    "",    "",    0, "frontier"},
    {0xff, "SELFDESTRUCT",      1,    0,    "",    "",    0, "frontier"},
};
// clang-format on

std::string spelled(const MemoryOperands& operands) {
    if (!operands.exists()) return "";
    if (operands.size == MemoryOperands::none)
        return std::to_string(operands.offset) + ":" + std::to_string(operands.fixed_size);
    return std::to_string(operands.offset) + "+" + std::to_string(operands.size);
}

}  // namespace

TEST_CASE("every instruction of the Yellow Paper is in the table as the paper has it") {
    for (const Expected& row : yellow_paper) {
        CAPTURE(row.mnemonic);
        const OpcodeInfo& found = info(static_cast<Opcode>(row.value));
        CHECK(found.exists);
        CHECK(found.opcode == static_cast<Opcode>(row.value));
        CHECK(found.name == row.mnemonic);
        CHECK(int{found.pops} == row.delta);
        CHECK(int{found.pushes} == row.alpha);
        CHECK(spelled(found.reads) == row.reads);
        CHECK(spelled(found.writes) == row.writes);
        CHECK(int{found.immediate_bytes} == row.immediate);
        CHECK(name(found.since) == row.since);
        REQUIRE(find_opcode(row.mnemonic));
        CHECK(find_opcode(row.mnemonic)->opcode == found.opcode);
    }
}

TEST_CASE("the table has no instruction that the Yellow Paper does not have") {
    std::array<bool, 256> expected{};
    for (const Expected& row : yellow_paper)
        expected[static_cast<std::size_t>(row.value)] = true;
    for (std::size_t byte = 0; byte < expected.size(); ++byte) {
        CAPTURE(byte);
        CHECK(info(static_cast<Opcode>(byte)).exists == expected[byte]);
    }
    CHECK(opcode_rows().size() == std::size(yellow_paper));
    for (std::size_t i = 0; i < opcode_rows().size(); ++i)
        CHECK(static_cast<int>(opcode_rows()[i].opcode) == yellow_paper[i].value);
}

TEST_CASE("older spellings name the same instruction, and unknown ones none") {
    REQUIRE(find_opcode("SHA3"));
    CHECK(find_opcode("SHA3")->name == "KECCAK256");
    CHECK(find_opcode("SUICIDE")->name == "SELFDESTRUCT");
    CHECK(find_opcode("DIFFICULTY")->name == "PREVRANDAO");
    CHECK(find_opcode("MLOAD2") == nullptr);
    CHECK(find_opcode("") == nullptr);
}

TEST_CASE("constant gas is the Yellow Paper's appendix G") {
    const auto constant_gas = [](const char* mnemonic) {
        const OpcodeInfo* found = find_opcode(mnemonic);
        REQUIRE(found);
        CHECK(found->gas.base == GasRule::Base::constant);
        return found->gas.constant;
    };
    for (const char* zero : {"STOP", "RETURN", "REVERT"})
        CHECK(constant_gas(zero) == 0);
    CHECK(constant_gas("JUMPDEST") == 1);
    for (const char* base :
         {"ADDRESS",     "ORIGIN",   "CALLER",   "CALLVALUE",      "CALLDATASIZE",
          "CODESIZE",    "GASPRICE", "COINBASE", "TIMESTAMP",      "NUMBER",
          "PREVRANDAO",  "GASLIMIT", "CHAINID",  "RETURNDATASIZE", "BASEFEE",
          "BLOBBASEFEE", "POP",      "PC",       "MSIZE",          "GAS",
          "PUSH0"})
        CHECK(constant_gas(base) == 2);
    for (const char* verylow : {"ADD",
                                "SUB",
                                "NOT",
                                "LT",
                                "GT",
                                "SLT",
                                "SGT",
                                "EQ",
                                "ISZERO",
                                "AND",
                                "OR",
                                "XOR",
                                "BYTE",
                                "SHL",
                                "SHR",
                                "SAR",
                                "CALLDATALOAD",
                                "MLOAD",
                                "MSTORE",
                                "MSTORE8",
                                "PUSH1",
                                "PUSH32",
                                "DUP1",
                                "DUP16",
                                "SWAP1",
                                "SWAP16",
                                "CALLDATACOPY",
                                "CODECOPY",
                                "RETURNDATACOPY",
                                "MCOPY",
                                "BLOBHASH"})
        CHECK(constant_gas(verylow) == 3);
    for (const char* low :
         {"MUL", "DIV", "SDIV", "MOD", "SMOD", "SIGNEXTEND", "SELFBALANCE", "CLZ"})
        CHECK(constant_gas(low) == 5);
    for (const char* mid : {"ADDMOD", "MULMOD", "JUMP"})
        CHECK(constant_gas(mid) == 8);
    CHECK(constant_gas("JUMPI") == 10);
    CHECK(constant_gas("BLOCKHASH") == 20);
    CHECK(constant_gas("KECCAK256") == 30);
    CHECK(constant_gas("TLOAD") == 100);
    CHECK(constant_gas("TSTORE") == 100);
    CHECK(constant_gas("LOG0") == 375);
    CHECK(constant_gas("LOG4") == 375 + 4 * 375);
}

TEST_CASE("gas per word and per byte scales with the operand that is the size") {
    struct Scaled {
        const char* mnemonic;
        std::uint32_t per_word;
        std::uint32_t per_byte;
        int operand;
    };
    constexpr Scaled rows[] = {
        {"KECCAK256", 6, 0, 1},   {"CALLDATACOPY", 3, 0, 2}, {"CODECOPY", 3, 0, 2},
        {"EXTCODECOPY", 3, 0, 3}, {"MCOPY", 3, 0, 2},        {"RETURNDATACOPY", 3, 0, 2},
        {"LOG0", 0, 8, 1},        {"LOG4", 0, 8, 1},
    };
    for (const Scaled& row : rows) {
        CAPTURE(row.mnemonic);
        const GasRule& gas = find_opcode(row.mnemonic)->gas;
        CHECK(gas.per_word == row.per_word);
        CHECK(gas.per_byte == row.per_byte);
        CHECK(int{gas.scaled_by} == row.operand);
    }
    CHECK(find_opcode("MSTORE")->gas.scaled_by == MemoryOperands::none);
}

}  // namespace evmmem
