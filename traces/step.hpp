// SPDX-License-Identifier: MIT
// One instruction as a client reports it: where it is, what it is about to do, and the state before
// it. Readers fill it in whatever dialect; from here on dialects print alike. Views point into the
// reader's buffers and are valid until the reader's next record.
#pragma once

#include <array>
#include <cassert>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/opcode_table.hpp"
#include "core/word.hpp"
#include "traces/dialects/halt_reason.hpp"

namespace evmmem::traces {

/// The stack of a step as it is printed.
struct StepStack {
    bool has_stack = false;
    std::uint32_t stack_size = 0;  ///< items printed, all of them
    /// How many of `operands` are filled: min(stack_size, operands_max) at most.
    std::uint32_t operand_count = 0;
    /// JSON text of all items, bottom first, with what separates them: all that stands between the
    /// brackets. Its data() is null where no stack is printed, or one that is cut to its top.
    std::string_view stack_text;
    /// Where in `stack_text` the items of `operands` begin, each at its opening quote; valid where
    /// there is a text.
    std::array<const char*, operands_max> operand_text{};
    std::array<Word, operands_max> operands;  ///< top first; a client lists its stack bottom first

    bool has_operand(std::size_t n) const { return n < operand_count; }
    /// Operand n, 0 the top of the stack. The caller has asked has_operand().
    const Word& operand(std::size_t n) const {
        assert(n < operand_count);
        return operands[n];
    }
    /// As `=`, but of operands only what is filled.
    void take(const StepStack& other) {
        has_stack = other.has_stack;
        stack_size = other.stack_size;
        operand_count = other.operand_count;
        stack_text = other.stack_text;
        for (std::size_t i = 0; i < operand_count; ++i) {
            operands[i] = other.operands[i];
            operand_text[i] = other.operand_text[i];
        }
    }
};

struct Step : StepStack {
    std::uint64_t line = 0;  ///< in the file, from 1
    std::uint64_t pc = 0;    ///< in bytes of code
    Opcode op{};
    /// Of calls; 1 is the outermost frame, whatever the client counts from.
    std::uint32_t depth = 1;

    std::uint64_t gas = 0;  ///< left before the instruction
    /// As printed, gas_cost_max for all that needs more bits; absent when the client prints none.
    std::optional<std::uint64_t> gas_cost;
    static constexpr std::uint64_t gas_cost_max = ~std::uint64_t{0};

    // ---- memory: what the trace claims, at the dialect's own moment -----------------------------
    std::optional<std::uint64_t> memory_size;  ///< in bytes, where the client prints one
    /// Where the client prints it; may be empty.
    std::optional<std::span<const std::uint8_t>> memory;

    // ---- the rest -------------------------------------------------------------------------------
    /// The frame's buffer, where believable.
    std::optional<std::span<const std::uint8_t>> return_data;
    std::string_view op_name;  ///< as printed, foreign text; empty when the client prints none
    /// `op_name` is neither the instruction's name nor another client's for it.
    bool has_other_name = false;
    std::string_view error;  ///< as printed, foreign text; empty when there is none
    /// What `error` says of the halt: the reason, and all that the client means by that text.
    HaltReason halt = HaltReason::none;
    HaltReasons halts_meant;
    /// `halt` is an exceptional halt: no revert by REVERT, and not none.
    bool failed = false;
    /// JSON text of the slots that the client shows beside the step: an object. Empty where it shows
    /// none, or cannot be believed.
    std::string_view storage_text;
    std::optional<std::int64_t> refund;
    std::optional<std::uint64_t> reservoir;  ///< state gas left in the reservoir (EIP-8037)
    std::optional<std::uint64_t> state_gas;  ///< state gas spent so far (EIP-8037)
};

}  // namespace evmmem::traces
