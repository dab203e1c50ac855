// SPDX-License-Identifier: MIT
#include "memory_effects.hpp"

#include <algorithm>
#include <cassert>
#include <string_view>

#include "precompiles.hpp"
#include "step_cost.hpp"
#include "storage_effects.hpp"

namespace evmmem::traces {
namespace {

/// Whether value may make an account of that address: not where it has shown code, a balance or a nonce.
bool may_be_new(ReplayState& state, const Word& address) {
    if (state.deployed.find(address) != nullptr || state.accounts.exists(address).value_or(false))
        return false;
    const auto balance = state.accounts.balance({.address = address});
    if (balance && !balance->is_zero()) return false;
    const LearnedCodes::Code* code = state.learned_codes.find(address);
    return code == nullptr || (!code->hash && code->bytes.size().value_or(0) == 0);
}

/// Whether a call's printed gasCost leaves out the gas that it hands on. ethereumjs prints so, and without memory its
/// lines look like geth's.
bool leaves_out_forwarded_gas(const PendingStep& step) {
    return is_call(step.op) && step.gas_cost && step.has_operand(0) &&
           *step.gas_cost < step.operand(0).clamped_to(step.gas / 2);
}

/// The account or slot that the step touches, and whether the transaction touched it before.
Access touch(ReplayState& state, const CallFrame& frame, PendingStep& step) {
    // Precompiles are warm from the start. Source: EIP-2929. Not so where a call runs without a transaction, as
    // ethereumjs lets it.
    const auto touch_address = [&state, &step](const Word& address) {
        const Access access = state.accessed.touch_address(address);
        const bool is_warm = state.dialect.warms_precompiles && !leaves_out_forwarded_gas(step) &&
                             is_precompile(address, state.forks, state.options.rules);
        return is_warm ? Access::warm : access;
    };
    const auto touch_any = [&state] {
        state.accessed.forget_cold_addresses();
        return Access::unknown;
    };
    switch (step.op) {
        case Opcode::BALANCE:
        case Opcode::EXTCODESIZE:
        case Opcode::EXTCODECOPY:
        case Opcode::EXTCODEHASH:
        case Opcode::SELFDESTRUCT:
            if (!step.has_operand(0)) return touch_any();
            return touch_address(step.operand(0));
        case Opcode::CALL:
        case Opcode::CALLCODE:
        case Opcode::DELEGATECALL:
        case Opcode::STATICCALL:
            if (!step.has_operand(1)) return touch_any();
            return touch_address(step.operand(1));
        case Opcode::SLOAD:
        case Opcode::SSTORE: return touch_storage(state, frame, step);
        default: return Access::unknown;
    }
}

/// Whether the client has a name for an instruction that no fork of Ethereum has: other chains do,
/// and geth prints "opcode 0xc not defined".
bool names_an_instruction(std::string_view op_name) {
    if (op_name.empty() || op_name.find(' ') != std::string_view::npos) return false;
    for (const std::string_view none :
         {"0x", "INVALID", "UNKNOWN", "Unknown", "invalid", "unknown"})
        if (op_name.starts_with(none)) return false;
    return true;
}

/// How many items the stack has on a line that does not print it, by the frame's step before, which
/// `last` still is.
std::uint32_t count_height(const CallFrame& frame, const Step& step, const PendingStep& last) {
    if (!frame.has_last)
        return frame.is_entry_seen && step.gas == frame.gas_at_entry ? 0 : unknown_height;
    const std::uint32_t height = last.has_stack ? last.stack_size : last.counted_height;
    if (height == unknown_height || !last.info->exists || height < last.info->pops)
        return unknown_height;
    return height - last.info->pops + last.info->pushes;
}

}  // namespace

void make_pending(ReplayState& state, CallFrame& frame, const Step& step, std::uint32_t sure,
                  PendingStep& pending) {
    const OpcodeInfo& row = state.info(step.op);
    // Of a store where only the value is in doubt, the rest of the effect stands.
    pending.is_value_in_doubt =
        sure == 1 && (step.op == Opcode::MSTORE || step.op == Opcode::MSTORE8);
    if (pending.is_value_in_doubt) sure = operands_max;
    if (!step.has_stack) pending.counted_height = count_height(frame, step, pending);
    pending.line = step.line;
    pending.number = state.steps;
    pending.pc = step.pc;
    pending.gas = step.gas;
    pending.gas_cost = step.gas_cost;
    pending.info = &row;
    pending.op = step.op;
    pending.depth = step.depth;
    pending.frame = frame.id;
    pending.has_stack = step.has_stack;
    pending.stack_size = step.stack_size;
    pending.operand_count = std::min(std::min<std::uint32_t>(step.operand_count, row.pops), sure);
    std::copy_n(step.operands.begin(), pending.operand_count, pending.operands.begin());
    const bool says_nothing = state.are_errors_meaningless && step.halt == HaltReason::unnamed;
    pending.failed = step.failed && !says_nothing;
    pending.halt = step.halt;
    pending.halts_meant = step.halts_meant;
    pending.is_undefined_to_client = !row.exists && !names_an_instruction(step.op_name);
    pending.must_fail = false;
    pending.memory_halt = MemoryHalt::none;
    pending.is_reported = false;
    pending.is_result_wrong = false;
    pending.access = Access::unknown;
    pending.may_be_new = true;
    pending.effect = {};
    pending.scaled_cost = 0;
    pending.size_was_known = frame.is_memory_size_known;
    pending.size_before = state.memory.size();
    pending.gas_otherwise.reset();
    pending.stack_size_otherwise.reset();
    pending.pc_otherwise.reset();

    pending.has_effect = row.exists && (!row.touches_memory() || pending.operand_count == row.pops);
    pending.expansion = 0;
    if (row.touches_memory() && pending.has_effect) {
        const std::span operands{pending.operands.data(), pending.operand_count};
        pending.effect = effect_of(row, operands);
        const auto scaled = scaled_cost(row.gas, operands);
        pending.scaled_cost = scaled.value_or(0);
        const std::uint64_t end = pending.effect.end();
        if (state.options.rules.price_memory()) [[unlikely]] {
            pending.must_fail = !scaled || pending.effect.is_unaddressable;
            state.price_memory(frame, pending);
        } else {
            auto expansion = expansion_cost(pending.size_before / word_size, num_words(end));
            if (!scaled || !expansion || pending.effect.is_unaddressable) pending.must_fail = true;
            const bool is_size_clear = frame.is_memory_size_known || end == 0;
            if (!is_size_clear || pending.must_fail) expansion.reset();
            pending.expansion = expansion;
        }
    } else if (!pending.has_effect) {
        pending.expansion.reset();
    }
    if (row.gas.base != GasRule::Base::constant) {
        pending.stipend_given = state.options.rules.call_stipend();
        if (pending.op == Opcode::CALL && pending.has_value())
            pending.may_be_new = may_be_new(state, address_of(pending.operand(1)));
        if (!pending.failed)
            pending.access = touch(state, frame, pending);
        else if (pending.op == Opcode::SSTORE)
            look_at_storage(state, frame, pending);
    }
    if (pending.must_fail || !row.exists) return;
    if (row.gas.base != GasRule::Base::constant) {
        pending.must_fail = least_gas(state, pending) > step.gas;
        return;
    }
    const std::uint64_t least = row.gas.constant;
    const std::uint64_t scaled = pending.scaled_cost;
    const std::uint64_t expansion = pending.expansion.value_or(0);
    pending.must_fail =
        least > step.gas || scaled > step.gas - least || expansion > step.gas - least - scaled;
}

bool depends_on_operands(Opcode op) {
    switch (op) {
        case Opcode::JUMP:
        case Opcode::JUMPI:
        case Opcode::CALLDATALOAD:
        case Opcode::BLOCKHASH:
        case Opcode::BLOBHASH:
        case Opcode::TLOAD:
        case Opcode::TSTORE: return true;
        default: break;
    }
    const OpcodeInfo& row = info(op);
    return row.touches_memory() || row.gas.base != GasRule::Base::constant;
}

void make_successful(ReplayState& state, CallFrame& frame, PendingStep& step) {
    step.failed = false;
    step.halt = HaltReason::none;
    step.halts_meant = {};
    if (step.info->gas.base != GasRule::Base::constant) step.access = touch(state, frame, step);
    if (!step.info->touches_memory()) return;
    grow_memory(state, frame, step);
    write_memory(state, frame, step);
}

void grow_memory(ReplayState& state, CallFrame& frame, const PendingStep& step) {
    if (step.failed || step.must_fail) return;
    if (!step.has_effect) {
        // The operands, or the instruction itself, are not known; so is what it does to memory.
        if (!step.info->exists || step.info->touches_memory()) forget_memory(frame);
        return;
    }
    const std::uint64_t end = step.effect.end();
    if (end <= step.size_before) {  // pages may have a price all the same
        state.summary.memory_gas += step.expansion.value_or(0);
        return;
    }
    if (!state.grow_memory_to(end)) {
        forget_memory(frame);
        return;
    }
    state.summary.expansions += 1;
    state.summary.memory_gas += step.expansion.value_or(0);
    state.summary.peak_bytes =
        std::max(state.summary.peak_bytes, state.parents_bytes + state.memory.size());
}

namespace {

/// The code that the step copies is not known: what memory is shown to hold there will be learned.
void note_copied_code(const ReplayState& state, CallFrame& frame, const PendingStep& step) {
    constexpr std::size_t copies_max = 64;
    const MemoryRange range = step.effect.writes;
    if (frame.copied_codes.size() == copies_max || !step.operand(2).fits_u64() ||
        frame.memory_known.unknown_in(range.offset(), range.end()) == 0)
        return;
    frame.copied_codes.push_back({.address = address_of(step.operand(0)),
                                  .source = step.operand(2).limbs[0],
                                  .target = range,
                                  .findings = state.summary.findings});
}

}  // namespace

void write_memory(ReplayState& state, CallFrame& frame, const PendingStep& step) {
    const MemoryRange range = step.effect.writes;
    if (step.failed || step.must_fail) return;
    if (!step.has_effect) {  // whatever was shown of memory before the write
        if (!step.info->exists || step.info->touches_memory())
            frame.memory_known.mark_unknown(0, state.memory.size());
        return;
    }
    if (range.empty()) return;
    const std::uint64_t touched_end = step.op == Opcode::MCOPY ? step.effect.end() : range.end();
    const bool is_store = step.op == Opcode::MSTORE || step.op == Opcode::MSTORE8;
    if (!is_store && !frame.copied_codes.empty()) frame.forget_copied(range);
    const bool may_touch = state.may_touch(touched_end);
    if (state.memory.size() < step.effect.end()) return;  // a limit was reached
    state.has_written(frame, range.offset(), range.end());
    if (!may_touch || (range.size() > word_size && !state.may_copy(range.size()))) {
        frame.memory_known.mark_unknown(range.offset(), range.end());
        return;
    }
    Memory& memory = state.memory;
    const auto written_from = [&](const KnownData& source, std::size_t offset_operand) {
        const Word& offset = step.operand(offset_operand);
        KnownData nothing;  // no calldata and no code is longer than 2^64 bytes
        nothing.assign_empty();
        (offset.fits_u64() ? source : nothing)
            .write_to(memory, frame.memory_known, range.offset(), offset.limbs[0], range.size());
    };
    const auto mark_stored = [&] {
        if (step.is_value_in_doubt)
            frame.memory_known.mark_unknown(range.offset(), range.end());
        else
            frame.memory_known.mark_known(range.offset(), range.end());
    };
    switch (step.op) {
        case Opcode::MSTORE: {
            const Bytes32 value = step.operand(1).to_big_endian();
            memory.set_unsafe(range.offset(), value);
            mark_stored();
            break;
        }
        case Opcode::MSTORE8: {
            const auto value = static_cast<std::uint8_t>(step.operand(1).limbs[0]);
            memory.set_unsafe(range.offset(), {&value, 1});
            mark_stored();
            break;
        }
        case Opcode::MCOPY: {
            [[maybe_unused]] const auto copied =
                memory.copy(range.offset(), step.effect.reads.offset(), range.size());
            assert(copied);
            frame.memory_known.copy_from(frame.memory_known, step.effect.reads.offset(),
                                         range.offset(), range.size());
            break;
        }
        case Opcode::CALLDATACOPY: written_from(frame.calldata, 1); break;
        case Opcode::CODECOPY: written_from(frame.code, 1); break;
        case Opcode::RETURNDATACOPY: written_from(frame.return_data, 1); break;
        case Opcode::EXTCODECOPY: {
            const Word address = address_of(step.operand(0));
            const LearnedCodes::Code* const learned = state.learned_codes.find(address);
            if (const KnownData* code = state.deployed.find(address)) {
                written_from(*code, 2);
            } else {
                written_from(learned != nullptr ? learned->bytes : KnownData{}, 2);
                note_copied_code(state, frame, step);
            }
            break;
        }
        default: break;  // a call: write_call_output()
    }
}

void write_call_output(ReplayState& state, CallFrame& frame, const PendingStep& call,
                       const KnownData& output) {
    const MemoryRange range = call.effect.writes;
    if (!call.has_effect) forget_memory(frame);
    if (!call.has_effect || range.empty()) return;
    frame.forget_copied(range);
    if (state.memory.size() < range.end()) {  // a limit was reached, and this asks for it, too
        static_cast<void>(state.may_touch(range.first(output.size().value_or(0)).end()));
        return;
    }
    if (!output.size()) {  // anything from nothing to all of it may have been written
        frame.memory_known.mark_unknown(range.offset(), range.end());
        return;
    }
    const MemoryRange arrived = range.first(*output.size());
    state.has_written(frame, arrived.offset(), arrived.end());
    if (state.may_touch(arrived.end()) && state.may_copy(arrived.size()))
        output.write_to(state.memory, frame.memory_known, arrived.offset(), 0, arrived.size());
    else
        frame.memory_known.mark_unknown(arrived.offset(), arrived.end());
}

std::optional<bool> is_inside_return_data(const CallFrame& frame, const PendingStep& step) {
    const std::optional<std::uint64_t> size = frame.return_data.size();
    if (!size) return std::nullopt;
    const Word& source = step.operand(1);
    const Word& len = step.operand(2);
    return source.fits_u64() && len.fits_u64() && source.limbs[0] <= *size &&
           len.limbs[0] <= *size - source.limbs[0];
}

void count_read(ReplayState& state, const CallFrame& frame, MemoryRange range) {
    const std::uint64_t unknown = frame.memory_known.unknown_in(range.offset(), range.end());
    state.summary.unknown_bytes += unknown;
    state.summary.known_bytes += range.size() - unknown;
}

}  // namespace evmmem::traces
