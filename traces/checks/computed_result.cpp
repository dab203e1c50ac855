// SPDX-License-Identifier: MIT
#include "computed_result.hpp"

#include "core/word_arithmetic.hpp"

namespace evmmem::traces {
namespace {

constexpr auto rules = [] {
    using enum Opcode;
    std::array<ResultRule, 256> table{};
    const auto set = [&table](Opcode first, Opcode last, ResultRule rule) {
        for (auto op = static_cast<unsigned>(first); op <= static_cast<unsigned>(last); ++op)
            table[op] = rule;
    };
    const auto one = [&set](Opcode op, ResultRule rule) { set(op, op, rule); };
    set(ADD, SIGNEXTEND, ResultRule::operands);
    set(LT, CLZ, ResultRule::operands);
    one(KECCAK256, ResultRule::elsewhere);
    one(ADDRESS, ResultRule::frame);
    one(BALANCE, ResultRule::account);
    one(ORIGIN, ResultRule::transaction);
    one(CALLER, ResultRule::frame);
    one(CALLVALUE, ResultRule::frame);
    one(CALLDATALOAD, ResultRule::elsewhere);
    one(CALLDATASIZE, ResultRule::elsewhere);
    one(CODESIZE, ResultRule::elsewhere);
    one(GASPRICE, ResultRule::transaction);
    one(EXTCODESIZE, ResultRule::account);
    one(RETURNDATASIZE, ResultRule::elsewhere);
    one(EXTCODEHASH, ResultRule::account);
    one(BLOCKHASH, ResultRule::by_argument);
    set(COINBASE, CHAINID, ResultRule::transaction);
    one(SELFBALANCE, ResultRule::account);
    one(BASEFEE, ResultRule::transaction);
    one(BLOBHASH, ResultRule::by_argument);
    set(BLOBBASEFEE, SLOTNUM, ResultRule::transaction);
    one(MLOAD, ResultRule::elsewhere);
    one(SLOAD, ResultRule::storage);
    one(PC, ResultRule::pc);
    one(MSIZE, ResultRule::elsewhere);
    one(GAS, ResultRule::gas);
    one(TLOAD, ResultRule::storage);
    set(PUSH0, PUSH32, ResultRule::immediate);
    set(DUP1, DUP16, ResultRule::copy);
    set(SWAP1, SWAP16, ResultRule::exchange);
    set(DUPN, EXCHANGE, ResultRule::deep);
    set(CREATE, CALLCODE, ResultRule::elsewhere);
    set(DELEGATECALL, CREATE2, ResultRule::elsewhere);
    one(STATICCALL, ResultRule::elsewhere);
    return table;
}();

}  // namespace

ResultRule result_rule(Opcode op) {
    return rules[static_cast<std::size_t>(op)];
}

std::optional<Word> computed_result(Opcode op, std::span<const Word> operands) {
    const Word& a = operands[0];
    switch (op) {
        case Opcode::ISZERO: return op_iszero(a);
        case Opcode::NOT: return op_not(a);
        case Opcode::CLZ: return op_clz(a);
        default: break;
    }
    if (operands.size() < 2) return std::nullopt;
    const Word& b = operands[1];
    switch (op) {
        case Opcode::ADD: return op_add(a, b);
        case Opcode::MUL: return op_mul(a, b);
        case Opcode::SUB: return op_sub(a, b);
        case Opcode::DIV: return op_div(a, b);
        case Opcode::SDIV: return op_sdiv(a, b);
        case Opcode::MOD: return op_mod(a, b);
        case Opcode::SMOD: return op_smod(a, b);
        case Opcode::EXP: return op_exp(a, b);
        case Opcode::SIGNEXTEND: return op_signextend(a, b);
        case Opcode::LT: return op_lt(a, b);
        case Opcode::GT: return op_gt(a, b);
        case Opcode::SLT: return op_slt(a, b);
        case Opcode::SGT: return op_sgt(a, b);
        case Opcode::EQ: return op_eq(a, b);
        case Opcode::AND: return op_and(a, b);
        case Opcode::OR: return op_or(a, b);
        case Opcode::XOR: return op_xor(a, b);
        case Opcode::BYTE: return op_byte(a, b);
        case Opcode::SHL: return op_shl(a, b);
        case Opcode::SHR: return op_shr(a, b);
        case Opcode::SAR: return op_sar(a, b);
        default: break;
    }
    if (operands.size() < 3) return std::nullopt;
    if (op == Opcode::ADDMOD) return op_addmod(a, b, operands[2]);
    if (op == Opcode::MULMOD) return op_mulmod(a, b, operands[2]);
    return std::nullopt;
}

std::optional<std::uint32_t> touched_items(const OpcodeInfo& row) {
    if (!row.exists || row.opcode == Opcode::SWAPN || row.opcode == Opcode::EXCHANGE)
        return std::nullopt;
    return is_between(row.opcode, Opcode::DUP1, Opcode::DUP16) ? std::uint32_t{0} : row.pops;
}

}  // namespace evmmem::traces
