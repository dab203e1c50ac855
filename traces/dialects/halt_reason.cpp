// SPDX-License-Identifier: MIT
#include "halt_reason.hpp"

#include <algorithm>
#include <optional>

#include "core/hex.hpp"

namespace evmmem::traces {
namespace {

using enum HaltReason;

struct HaltSpelling {
    std::string_view text;
    HaltReason reason;
    /// What the client calls by that name, too.
    HaltReasons also{};
};

// What cannot pay for its code, or has too much of it, is out of gas to many clients.
constexpr HaltReasons ends_of_creation =
    deposit_out_of_gas | code_too_large | HaltReasons{init_code_too_large};

// clang-format off
/// Texts without parameters.
constexpr HaltSpelling spellings[] = {
    // normal ends: revm names them (InstructionResult)
    {"Stop", none}, {"Return", none}, {"SelfDestruct", none}, {"Continue", none}, {"CallOrCreate", none},
    {"ReturnContract", none}, {"stop", none},

    // reverts: geth and its kin, with its older prefix; revm, eels, nethermind; ethereumjs; besu's name;
    // openethereum; evmone (EVMC), nimbus
    {"execution reverted", revert}, {"evm: execution reverted", revert}, {"Revert", revert}, {"revert", revert},
    {"REVERT", revert}, {"Reverted", revert}, {"Reverted by bytecode", revert}, {"REVERT opcode executed", revert},

    // geth (core/vm/errors.go), erigon, bor, coreth, scroll, and revm-inspectors, silkworm, nethermind in geth's words
    {"out of gas", out_of_gas, ends_of_creation},
    {"gas uint64 overflow", out_of_gas},
    {"not enough gas for reentrancy sentry", out_of_gas},
    {"not enough gas for slot access", out_of_gas},
    {"contract creation code storage out of gas", deposit_out_of_gas, out_of_gas},
    {"max call depth exceeded", call_depth},
    {"evm: max call depth exceeded", call_depth},
    {"insufficient balance for transfer", insufficient_balance},
    {"contract address collision", address_collision},
    {"max code size exceeded", code_too_large},
    {"evm: max code size exceeded", code_too_large},
    {"max initcode size exceeded", init_code_too_large},
    {"invalid jump destination", invalid_jump},
    {"evm: invalid jump destination", invalid_jump},
    {"write protection", write_protection},
    {"evm: write protection", write_protection},
    {"return data out of bounds", return_data_out_of_bounds},
    {"evm: return data out of bounds", return_data_out_of_bounds},
    {"invalid code: must not begin with 0xef", code_starts_with_0xef},
    {"invalid code: format validation failed", code_starts_with_0xef},
    {"nonce uint64 overflow", nonce_overflow},
    {"stack underflow", stack_underflow},
    {"stack limit reached", stack_overflow},
    {"stack overflow", stack_overflow},
    {"invalid opcode", invalid_instruction},

    // besu (ExceptionalHaltReason: the description, and in older releases the name)
    {"Out of gas", out_of_gas, ends_of_creation},
    {"Stack underflow", stack_underflow},
    {"Bad jump destination", invalid_jump},
    {"Bad instruction", invalid_instruction},
    {"Out of bounds", return_data_out_of_bounds},
    {"Out of stack", stack_overflow},
    {"Illegal state change", write_protection, address_collision},
    {"Code is too large", code_too_large, init_code_too_large},
    {"Code is invalid", code_starts_with_0xef},
    {"Precompile error", precompile_failed},
    {"INSUFFICIENT_GAS", out_of_gas, ends_of_creation},
    {"INSUFFICIENT_STACK_ITEMS", stack_underflow},
    {"INVALID_JUMP_DESTINATION", invalid_jump},
    {"INVALID_OPERATION", invalid_instruction},
    {"INVALID_RETURN_DATA_BUFFER_ACCESS", return_data_out_of_bounds},
    {"TOO_MANY_STACK_ITEMS", stack_overflow},
    {"ILLEGAL_STATE_CHANGE", write_protection, address_collision},
    {"OUT_OF_BOUNDS", return_data_out_of_bounds},
    {"CODE_TOO_LARGE", code_too_large, init_code_too_large},
    {"INVALID_CODE", code_starts_with_0xef},
    {"PRECOMPILE_ERROR", precompile_failed},

    // revm, revme, reth, anvil, EDR (InstructionResult; HaltReason in results). Its DUP on a short stack is
    // an overflow to it.
    {"OutOfGas", out_of_gas, ends_of_creation},
    {"MemoryOOG", out_of_gas},
    {"MemoryLimitOOG", memory_limit, out_of_gas},
    {"PrecompileOOG", precompile_failed, out_of_gas},
    {"InvalidOperandOOG", out_of_gas},
    {"ReentrancySentryOOG", out_of_gas},
    {"OutOfGas(Basic)", out_of_gas, ends_of_creation},
    {"OutOfGas(Memory)", out_of_gas},
    {"OutOfGas(MemoryLimit)", memory_limit, out_of_gas},
    {"OutOfGas(Precompile)", precompile_failed, out_of_gas},
    {"OutOfGas(InvalidOperand)", out_of_gas},
    {"OutOfGas(ReentrancySentry)", out_of_gas},
    {"OpcodeNotFound", invalid_instruction},
    {"InvalidFEOpcode", invalid_instruction},
    {"NotActivated", invalid_instruction},
    {"EOFOpcodeDisabledInLegacy", invalid_instruction},
    {"InvalidImmediateEncoding", invalid_instruction},
    {"CallNotAllowedInsideStatic", write_protection},
    {"StateChangeDuringStaticCall", write_protection},
    {"InvalidJump", invalid_jump},
    {"StackUnderflow", stack_underflow},
    {"StackOverflow", stack_overflow, stack_underflow},
    {"OutOfOffset", return_data_out_of_bounds},
    {"CreateCollision", address_collision},
    {"OverflowPayment", insufficient_balance},
    {"OutOfFund", insufficient_balance},
    {"OutOfFunds", insufficient_balance},
    {"PrecompileError", precompile_failed},
    {"NonceOverflow", nonce_overflow},
    {"CreateContractSizeLimit", code_too_large},
    {"CreateContractStartingWithEF", code_starts_with_0xef},
    {"CreateInitCodeStartingEF00", code_starts_with_0xef},
    {"InvalidEOFInitCode", code_starts_with_0xef},
    {"CreateInitcodeSizeLimit", init_code_too_large},
    {"CreateInitCodeSizeLimit", init_code_too_large},
    {"CallTooDeep", call_depth},

    // eels (execution-specs, vm/exceptions.py), ethereum-spec-evm. Code and init code too large are
    // out of gas to it, and so is a depth that its own limit forbids.
    {"OutOfGasError", out_of_gas, ends_of_creation},
    {"StackUnderflowError", stack_underflow},
    {"StackOverflowError", stack_overflow},
    {"InvalidOpcode", invalid_instruction},
    {"InvalidJumpDestError", invalid_jump},
    {"StackDepthLimitError", call_depth},
    {"MessageDepthLimitError", call_depth},
    {"WriteInStaticContext", write_protection},
    {"OutOfBoundsRead", return_data_out_of_bounds},
    {"InvalidParameter", precompile_failed, invalid_instruction},
    {"InvalidContractPrefix", code_starts_with_0xef},
    {"AddressCollision", address_collision},
    {"KZGProofError", precompile_failed},

    // py-evm (eth/exceptions.py); its OutOfGas is spelled as revm's
    {"InsufficientStack", stack_underflow},
    {"FullStack", stack_overflow},
    {"InvalidJumpDestination", invalid_jump},
    {"InvalidInstruction", invalid_instruction},
    {"WriteProtection", write_protection},
    {"StackDepthLimit", call_depth},
    {"ContractCreationCollision", address_collision},
    {"InsufficientFunds", insufficient_balance},
    {"ReservedBytesInCode", code_starts_with_0xef},

    // nethermind (EvmExceptionType); StackUnderflow, StackOverflow and OutOfGas as revm
    {"BadInstruction", invalid_instruction},
    {"BadJumpDestination", invalid_jump},
    {"AccessViolation", return_data_out_of_bounds},
    {"StaticCallViolation", write_protection},
    {"PrecompileFailure", precompile_failed},
    {"TransactionCollision", address_collision},
    {"CallDepthExceeded", call_depth},
    {"GasUInt64Overflow", out_of_gas},
    {"NotEnoughBalance", insufficient_balance},
    {"InvalidCode", code_starts_with_0xef, code_too_large},
    // its names for all that has none of its own, reverts among them
    {"Error", unnamed},
    {"Other", unnamed},

    // nimbus (EvmErrorCode), after its prefix, which is a pattern below
    {"MemoryFull", out_of_gas},
    {"StackFull", stack_overflow},
    {"StackInsufficient", stack_underflow},
    {"GasIntOverflow", out_of_gas},
    {"StaticContext", write_protection},
    {"InvalidJumpDest", invalid_jump},
    {"OutOfBounds", return_data_out_of_bounds},
    {"InvalidInitCode", init_code_too_large, code_starts_with_0xef},
    {"PrcInvalidSig", precompile_failed},
    {"PrcInvalidPoint", precompile_failed},
    {"PrcInvalidParam", precompile_failed},
    {"PrcValidationError", precompile_failed},

    // evmone, silkworm (EVMC status codes in words)
    {"bad jump destination", invalid_jump},
    {"undefined instruction", invalid_instruction},
    {"invalid instruction", invalid_instruction},
    {"invalid memory access", return_data_out_of_bounds},
    {"call depth exceeded", call_depth},
    {"static mode violation", write_protection},
    {"precompile failure", precompile_failed},
    {"contract validation failure", code_starts_with_0xef},
    {"argument out of range", nonce_overflow},
    {"insufficient balance", insufficient_balance},
    {"failure", unnamed},

    // ethereumjs, ganache, hardhat's older node (EvmErrorMessage)
    {"code store out of gas", deposit_out_of_gas, out_of_gas},
    {"code size to deposit exceeds maximum code size", code_too_large},
    {"initcode exceeds max initcode size", init_code_too_large},
    {"invalid JUMP", invalid_jump},
    {"value out of range", return_data_out_of_bounds, out_of_gas},
    {"static state change", write_protection},
    {"create collision", address_collision},
    {"value overflow", insufficient_balance},
    {"invalid bytecode deployed", code_starts_with_0xef},
    {"invalid EOF format", code_starts_with_0xef},
    {"invalid input length", precompile_failed},
    {"point not on curve", precompile_failed},
    {"input is empty", precompile_failed},
    {"fp point not in field", precompile_failed},
    {"kzg commitment does not match versioned hash", precompile_failed},
    {"kzg inputs invalid", precompile_failed},
    {"kzg proof invalid", precompile_failed},

    // openethereum (vm::Error); most with parameters, which are patterns below
    {"Mutable Call In Static Context", write_protection},
    {"Mutable call in static context", write_protection},
    {"Built-in failed", precompile_failed},
};

/// Texts with parameters: what stands before them, and after.
struct Pattern {
    std::string_view begin, end;
    HaltReason reason;
};
constexpr Pattern patterns[] = {
    {"execution reverted: ", "", revert},                             // geth: the reason in words
    {"stack underflow (", ")", stack_underflow},                      // geth: (0 <=> 2)
    {"stack limit reached ", ")", stack_overflow},                    // geth: 1024 (1023)
    {"invalid opcode: ", "", invalid_instruction},                    // geth: REVERT; opcode 0xc not defined
    {"invalid opcode 0x", "", invalid_instruction},                   // geth until 1.8
    {"max code size exceeded: ", "", code_too_large},                 // geth: code size 24577 limit 24576
    {"max initcode size exceeded: ", "", init_code_too_large},        // geth: size 49153
    {"Invalid opcode: 0x", "", invalid_instruction},                  // besu
    {"Out of gas: ", "", out_of_gas},                                 // py-evm: Needed 3 - Remaining 2 - Reason: ..
    {"Bad jump destination ", "", invalid_jump},                      // openethereum: 2a
    {"Bad instruction ", "", invalid_instruction},                    // openethereum: c
    {"Stack underflow ", "", stack_underflow},                        // openethereum: ADD 2/1
    {"Out of stack ", "", stack_overflow},                            // openethereum: DUP1 1/1024
    {"Built-in failed: ", "", precompile_failed},                     // openethereum
    {"PrecompileErrorWithContext(", ")", precompile_failed},          // revm
};

/// Verdicts on tests, not on what ran: geth, parity.
constexpr std::string_view verdicts[] = {
    "post state root mismatch", "post state logs hash mismatch", "State root mismatch", "state root mismatch",
    "logs root mismatch",
};
// clang-format on

constexpr std::string_view geth_out_of_gas = "out of gas: ";
constexpr std::string_view nimbus_prefix = "Opcode Dispatch Error: ";
constexpr std::string_view nimbus_suffix = ", depth=";

Halt as_halt(HaltReason reason, HaltReasons also = {}) {
    if (reason == none || reason == revert) return {reason, {}};
    if (reason == unnamed) return {unnamed, HaltReasons::all()};
    return {reason, HaltReasons{reason} | also};
}

std::optional<Halt> known(std::string_view text) {
    for (const HaltSpelling& spelling : spellings)
        if (spelling.text == text) return as_halt(spelling.reason, spelling.also);
    for (const Pattern& pattern : patterns)
        if (text.size() > pattern.begin.size() + pattern.end.size() &&
            text.starts_with(pattern.begin) && text.ends_with(pattern.end))
            return as_halt(pattern.reason);
    return std::nullopt;
}

Halt halt_named(std::string_view text) {
    // revm-inspectors print Rust's Option.
    if (text.starts_with("Some(") && text.ends_with(')')) text = text.substr(5, text.size() - 6);
    if (text.empty() || text == "false" || text == "null" || text == "None") return {};
    if (text.starts_with(nimbus_prefix)) {
        text.remove_prefix(nimbus_prefix.size());
        text = text.substr(0, text.find(nimbus_suffix));
    }
    if (const auto found = known(text)) return *found;
    // geth puts these words before whatever a price function fails with: write protection, too.
    if (text.starts_with(geth_out_of_gas)) {
        const auto inner = known(text.substr(geth_out_of_gas.size()));
        if (inner && !inner->meant.empty() && inner->reason != unnamed)
            return {inner->reason, inner->meant | HaltReasons{out_of_gas}};
        return as_halt(out_of_gas);
    }
    return as_halt(unnamed);
}

bool is_hex(std::string_view text) {
    return text.starts_with("0x") && are_hex_digits(text.substr(2));
}

/// What a REVERT returned, in the place of an error.
bool is_revert_reason(std::string_view text) {
    return is_hex(text) || text.find_first_not_of("0123456789,") == std::string_view::npos;
}

}  // namespace

bool is_by_an_instruction(HaltReason reason) {
    switch (reason) {
        case revert:
        case stack_underflow:
        case stack_overflow:
        case invalid_jump:
        case invalid_instruction:
        case write_protection:
        case return_data_out_of_bounds: return true;
        default: return false;
    }
}

Halt halt_of_step(std::string_view error, Opcode op) {
    const Halt halt = halt_named(error);
    if (op == Opcode::REVERT && halt.reason == unnamed && is_revert_reason(error))
        return as_halt(revert);
    return halt;
}

Halt halt_of_end(std::string_view error) {
    const Halt halt = halt_named(error);
    if (halt.reason != unnamed) return halt;
    const bool is_verdict = std::ranges::any_of(
        verdicts, [&](std::string_view verdict) { return error.starts_with(verdict); });
    if (is_verdict) return {};
    return is_hex(error) ? as_halt(revert) : halt;
}

std::string_view describe(HaltReason reason) {
    switch (reason) {
        case none: return "no failure";
        case revert: return "a revert";
        case unnamed: return "a failure without a reason";
        case out_of_gas: return "out of gas";
        case stack_underflow: return "stack underflow";
        case stack_overflow: return "stack overflow";
        case invalid_jump: return "an invalid jump";
        case invalid_instruction: return "an invalid instruction";
        case write_protection: return "a write in a static call";
        case return_data_out_of_bounds: return "return data out of bounds";
        case code_too_large: return "code that is too large";
        case init_code_too_large: return "init code that is too large";
        case code_starts_with_0xef: return "code that starts with 0xef";
        case deposit_out_of_gas: return "a code deposit that is not paid";
        case address_collision: return "an address that is taken";
        case call_depth: return "calls nested too deeply";
        case insufficient_balance: return "a balance that is too low";
        case nonce_overflow: return "a nonce that overflows";
        case precompile_failed: return "a precompile that fails";
        case memory_limit: return "the client's own limit of memory";
    }
    return {};
}

}  // namespace evmmem::traces
