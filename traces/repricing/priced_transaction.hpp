// SPDX-License-Identifier: MIT
// What a transaction would have cost, and what is certain of that.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/memory_pricing.hpp"
#include "traces/step_reference.hpp"

namespace evmmem::traces {

/// Why what a transaction does may be another from a step on.
enum class PathChange : std::uint8_t {
    none,
    gas_is_read,      ///< GAS gives another number, which does not only go to the next call
    call_halts,       ///< memory's rules halt a callee there
    call_out_of_gas,  ///< a callee has not the gas there
    call_lacks,       ///< there is no such instruction under the rules, in a callee
    call_init_code,   ///< a callee creates with more init code than the rules allow
    gas_unknown,      ///< what a call handed on cannot be told from the trace
    ran_out_of_gas,   ///< it ran out of gas there, which it might not
    leaf_failed,      ///< a call without steps failed, or may
    callee_changes,  ///< an address is a precompile's under one of the rules, and not under the other
    code_refused,    ///< the code that a create deploys may be refused, or might not
    instruction_new,  ///< it failed at an instruction that the rules have
    ended_silently,   ///< how a callee ended cannot be told
    memory_unknown,   ///< steps or operands are missing, or the memory's size is not known
    price_unknown,    ///< the trace does not show what decides the price there
};
std::string_view describe(PathChange change);

/// Why the outermost call fails under the rules.
enum class PricedFailure : std::uint8_t {
    none,
    out_of_gas,
    memory,          ///< for its memory: MemoryHalt says why
    no_instruction,  ///< there is no such instruction
    init_code,       ///< a create has more init code than it may have
};

/// A transaction under one set of rules.
struct RulesOutcome {
    std::uint64_t memory = 0;  ///< gas for memory, in all frames
    /// Gas that its steps use, if it does what it did; all that it had, if it fails. Nothing where the trace
    /// does not show its end.
    std::optional<std::uint64_t> gas;
    /// Gas left at its end, likewise.
    std::optional<std::uint64_t> left;
    /// The least gas that a call which did not fail has left at its end, or an SSTORE beyond what it must
    /// leave: so much dearer it may all become before something runs out of gas.
    std::optional<std::uint64_t> slack;
    StepReference slack_at;

    /// The outermost call fails here.
    PricedFailure failure = PricedFailure::none;
    MemoryHalt halt = MemoryHalt::none;
    StepReference fails_at;
    /// From here on it may do something else, or its price is not known.
    PathChange change = PathChange::none;
    std::optional<StepReference> changes_at;  ///< none: before the first step

    bool is_certain() const { return change == PathChange::none && gas; }
    bool fails() const { return failure != PricedFailure::none; }
};

/// What an instruction cost in the trace, and would cost under each of the rules; a call without what it hands
/// on, but with what a precompile takes.
struct InstructionGas {
    std::uint64_t steps = 0;
    std::int64_t before = 0;
    std::vector<std::int64_t> gains;  ///< less gas, by rules
};

/// A call's frame, its callees' gas included.
struct FrameGas {
    StepReference call;       ///< that entered it; of no meaning for the outermost
    std::uint64_t frame = 0;  ///< counted as entered, over the whole file
    std::uint32_t depth = 1;
    std::uint64_t before = 0;
    std::vector<std::uint64_t> after;  ///< by rules
};

struct PricedTransaction {
    std::uint64_t number = 0;  ///< from 0
    std::uint64_t steps = 0;
    std::uint64_t calls = 0;     ///< frames, but for the outermost
    std::uint64_t memory = 0;    ///< gas for memory, in all frames
    std::uint64_t findings = 0;  ///< of the replay
    /// Gas that its steps used; nothing where the trace does not show its end.
    std::optional<std::uint64_t> gas;
    std::vector<RulesOutcome> by_rules;

    // Empty unless they were asked for.
    std::vector<InstructionGas> instructions;  ///< by byte
    std::vector<FrameGas> frames;              ///< those that change most under the last rules
};

}  // namespace evmmem::traces
