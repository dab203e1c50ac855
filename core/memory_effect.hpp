// SPDX-License-Identifier: MIT
// From an instruction and its operands to the ranges of memory it reads and writes, and what it
// costs to reach them. CALL grows memory for both of its ranges at once; the bytes arrive when the
// callee ends.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "memory_range.hpp"
#include "opcode_table.hpp"
#include "word.hpp"

namespace evmmem {

/// What an instruction does to memory, from its operands alone.
struct MemoryEffect {
    MemoryRange reads;   ///< that the instruction reads; it is grown to, as the other
    MemoryRange writes;  ///< that it writes, at once or when its callee returns
    /// A range is beyond 64 bits: no gas pays for it, so the instruction must run out of gas.
    bool is_unaddressable = false;

    /// Memory must hold this many bytes; 0 when the instruction touches nothing.
    std::uint64_t end() const { return reads.end() > writes.end() ? reads.end() : writes.end(); }
};

/// The effect of an instruction; `operands` are the top of the stack first, at least as many as it
/// pops.
MemoryEffect effect_of(const OpcodeInfo& info, std::span<const Word> operands);

/// The part of the instruction's gas that an operand scales: per word copied or hashed, per byte
/// logged. Nothing when that is more gas than exists. `operands` as in effect_of().
std::optional<std::uint64_t> scaled_cost(const GasRule& rule, std::span<const Word> operands);

}  // namespace evmmem
