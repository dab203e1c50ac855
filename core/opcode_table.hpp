// SPDX-License-Identifier: MIT
// One row per instruction, read like the Yellow Paper's appendix H.2: what it removes from the
// stack and adds to it, which memory it reads and writes, what it costs, and the fork that brought
// it.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "fork.hpp"
#include "opcode.hpp"
#include "rules.hpp"

namespace evmmem {

/// Which operands of an instruction name a range of memory; operand 0 is the top of the stack.
struct MemoryOperands {
    /// No operand.
    static constexpr std::int8_t none = -1;

    std::int8_t offset = none;    ///< the operand that is the offset; none: touches no memory
    std::int8_t size = none;      ///< the operand that is the size; none: `fixed_size` instead
    std::uint8_t fixed_size = 0;  ///< in bytes

    /// Whether the instruction has such a range.
    constexpr bool exists() const { return offset != none; }
    constexpr bool operator==(const MemoryOperands&) const = default;
};

/// What an instruction costs besides the expansion of memory.
struct GasRule {
    /// How the part that no operand scales is found.
    enum class Base : std::uint8_t {
        constant,  ///< `constant`, in every fork that has the instruction
        by_state,  ///< one of the few values that gas_schedule lists for the fork: state decides
        exp,       ///< by the exponent's size and the fork: exp_cost()
        call,      ///< by value, account and fork, and gas is passed on: call_costs()
        create,    ///< by fork, and gas is passed on: create_cost()
        none,      ///< there is no such rule: the instruction always fails
    };

    Base base = Base::constant;  ///< of these
    std::uint64_t constant = 0;  ///< in gas
    std::uint32_t per_word = 0;  ///< for each word of operand `scaled_by`
    std::uint32_t per_byte = 0;  ///< for each byte of operand `scaled_by`
    std::int8_t scaled_by =
        MemoryOperands::none;  ///< the operand that counts bytes; none: nothing scales

    constexpr bool operator==(const GasRule&) const = default;
};

/// A row of the table. `Opcode`s without a row have `exists == false` and an empty name.
struct OpcodeInfo {
    Opcode opcode{};                   ///< its byte
    std::string_view name;             ///< "MCOPY"
    std::uint8_t pops = 0;             ///< items that it removes from the stack
    std::uint8_t pushes = 0;           ///< items that it adds to it
    MemoryOperands reads;              ///< the range that it reads
    MemoryOperands writes;             ///< the range that it writes
    GasRule gas;                       ///< besides the expansion of memory
    std::uint8_t immediate_bytes = 0;  ///< that follow the opcode in the code
    Fork since = first_fork;           ///< the fork that brought it
    bool exists = false;               ///< whether any fork has it

    /// Whether it reads or writes memory.
    constexpr bool touches_memory() const { return reads.exists() || writes.exists(); }
};

/// More operands than these no instruction needs: CALL's seven.
inline constexpr std::size_t operands_max = 7;

/// The row of an opcode, by its byte; O(1).
const OpcodeInfo& info(Opcode op);

/// All rows by their bytes; what no byte's is does not exist.
using OpcodeTable = std::array<OpcodeInfo, 256>;
/// With the prices that these rules have in the place of those that no fork changes. What they have no price
/// for keeps its own.
OpcodeTable opcode_table_by(RulesView rules);

/// The row of a mnemonic, also by its older spellings (SHA3, SUICIDE, DIFFICULTY, RANDOM); null
/// when unknown.
const OpcodeInfo* find_opcode(std::string_view mnemonic);

/// The mnemonic of an opcode; where there is none, "0x" and its byte in two digits.
std::string op_name(Opcode op);

/// All rows, in the order of their bytes.
std::span<const OpcodeInfo> opcode_rows();

}  // namespace evmmem
