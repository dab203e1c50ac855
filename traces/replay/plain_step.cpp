// SPDX-License-Identifier: MIT
#include "plain_step.hpp"

#include "step_placement.hpp"

namespace evmmem::traces {
namespace {

/// Whether the trace is one whose checks can all be made, and goes on without a break.
bool is_plain(const ReplayState& state) {
    return !state.is_transaction_over && !state.is_line_missing &&
           state.gas_cost_trust.is_believed() && state.dialect.gas_cost != GasCostStyle::base &&
           state.dialect.stack_items_max == 0;
}

/// Whether the step goes on in its frame, and costs what its operands say in every fork that has
/// it. What ends a frame costs no constant, or 0; RETURNDATACOPY has a check of its own.
bool is_plain(const PendingStep& step) {
    const OpcodeInfo& row = *step.info;
    return row.gas.base == GasRule::Base::constant && row.gas.constant != 0 && step.has_effect &&
           step.expansion && step.gas_cost && step.has_stack && !step.failed && !step.must_fail &&
           step.op != Opcode::RETURNDATACOPY;
}

/// Whether a jump leads to a JUMPDEST, or is not taken; known code has more to say, and so has a doubt about its operands.
bool jumps_plainly(const CallFrame& frame, const PendingStep& jump, const Step& next) {
    if (!frame.code.is_unseen() || !jump.has_operands()) return false;
    return next.op == Opcode::JUMPDEST || (jump.op == Opcode::JUMPI && jump.operand(1).is_zero());
}

}  // namespace

bool follows_plainly(ReplayState& state, const Step& next) {
    if (state.frames.is_empty() || next.depth != state.frames.size() || !is_plain(state))
        return false;
    const CallFrame& frame = state.frames.current();
    const PendingStep& last = frame.last;
    if (!frame.has_last || !is_plain(last)) return false;

    const OpcodeInfo& row = *last.info;
    const std::uint64_t cost = row.gas.constant + last.scaled_cost + *last.expansion;
    const bool may_jump = last.op == Opcode::JUMP || last.op == Opcode::JUMPI;
    if (may_jump && !jumps_plainly(frame, last, next)) return false;
    if (frame.is_static != false && writes_state(last.op)) return false;
    const bool is_next =
        may_jump ? may_follow(last, next.pc) : next.pc == last.pc + 1 + row.immediate_bytes;
    return is_next && next.gas == last.gas - cost && *last.gas_cost == cost && next.has_stack &&
           last.stack_size >= row.pops &&
           next.stack_size + row.pops == last.stack_size + row.pushes &&
           next.stack_size <= state.options.rules.stack_items_max() &&
           state.forks.is_within(state.options.rules.having(last.op));
}

void count_plain_step(ReplayState& state, const PendingStep& step) {
    if (step.op == Opcode::JUMP || step.op == Opcode::JUMPI) state.passed(Check::failure_reason);
    state.passed(Check::pc_continuity);
    state.passed(Check::depth_step);
    state.passed(Check::out_of_gas);
    state.passed(Check::gas_continuity);
    state.passed(Check::gas_cost);
    state.passed(Check::stack_height);
    state.agree_on_gas_cost();
}

}  // namespace evmmem::traces
