// SPDX-License-Identifier: MIT
// Why a frame halted, as the client's error text names it. Texts are matched whole against a table
// of each client's spellings, never by words in them: geth's "invalid opcode: REVERT" is no revert.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/opcode_table.hpp"

namespace evmmem::traces {

enum class HaltReason : std::uint8_t {
    none,     ///< no failure: no text, or one that names a normal end
    revert,   ///< REVERT, which is no exceptional halt
    unnamed,  ///< a failure whose text names no reason that is known
    out_of_gas,
    stack_underflow,
    stack_overflow,
    invalid_jump,
    invalid_instruction,
    write_protection,           ///< in a static call
    return_data_out_of_bounds,  ///< RETURNDATACOPY
    code_too_large,             ///< that a creation returns (EIP-170)
    init_code_too_large,        ///< EIP-3860
    code_starts_with_0xef,      ///< that a creation returns (EIP-3541)
    deposit_out_of_gas,         ///< the gas left does not pay for the code that is returned
    address_collision,
    call_depth,
    insufficient_balance,
    nonce_overflow,
    precompile_failed,
    memory_limit,  ///< of a client's own: no rule of the EVM
};
constexpr HaltReason last_halt_reason = HaltReason::memory_limit;

/// Reasons out of out_of_gas to memory_limit.
class HaltReasons {
public:
    constexpr HaltReasons() = default;
    constexpr HaltReasons(HaltReason one)  // NOLINT: a set of one
        : bits_{1U << static_cast<unsigned>(one)} {}
    static constexpr HaltReasons all() {
        HaltReasons result;
        for (auto i = static_cast<unsigned>(HaltReason::out_of_gas);
             i <= static_cast<unsigned>(last_halt_reason); ++i)
            result.bits_ |= 1U << i;
        return result;
    }
    constexpr HaltReasons operator|(HaltReasons other) const {
        HaltReasons result;
        result.bits_ = bits_ | other.bits_;
        return result;
    }
    constexpr bool contains(HaltReason one) const {
        return (bits_ >> static_cast<unsigned>(one) & 1U) != 0;
    }
    constexpr bool has_any_of(HaltReasons others) const { return (bits_ & others.bits_) != 0; }
    constexpr bool empty() const { return bits_ == 0; }
    constexpr bool operator==(const HaltReasons&) const = default;

private:
    std::uint32_t bits_ = 0;
};
constexpr HaltReasons operator|(HaltReason a, HaltReason b) {
    return HaltReasons{a} | HaltReasons{b};
}

/// Whether `op` halting for that reason is an exceptional halt: no normal end, and no revert by the
/// one instruction that may revert.
constexpr bool is_failure(HaltReason reason, Opcode op) {
    return reason != HaltReason::none && (reason != HaltReason::revert || op != Opcode::REVERT);
}

/// What an error text says of a halt.
struct Halt {
    HaltReason reason = HaltReason::none;
    /// All that clients mean who print this text: `reason`, and what they call by the same name.
    /// Empty for none and revert, every reason for unnamed.
    HaltReasons meant;

    bool operator==(const Halt&) const = default;
};

/// Whether only an instruction ends a transaction so, and no call to a precompile or to nothing.
bool is_by_an_instruction(HaltReason reason);

/// What `error`, the unescaped text of a step's `error` field, says of its instruction's halt.
/// Besides the table's texts a REVERT's may be its reason: in hex (besu), in decimal (ethereumjs).
/// A revert that another instruction than REVERT claims is HaltReason::revert all the same.
Halt halt_of_step(std::string_view error, Opcode op);

/// The same of an end's `error`, where the verdict on a test ("State root mismatch ..") is none.
Halt halt_of_end(std::string_view error);

/// "out of gas", "stack underflow", ..: for findings, as a reason after "because of".
std::string_view describe(HaltReason reason);

}  // namespace evmmem::traces
