// SPDX-License-Identifier: MIT
#include "frame_ends.hpp"

#include <fmt/format.h>

#include "gas_checks.hpp"
#include "result_checks.hpp"

namespace evmmem::traces {
namespace {

/// Whether the step can fail at all when it has its gas: state, code or the caller's permissions
/// decide.
bool may_fail(const ReplayState& state, const PendingStep& step) {
    if (!step.info->exists || !step.has_effect || step.info->gas.base != GasRule::Base::constant)
        return true;
    if (!state.forks.is_within(ForkSet::from(step.info->since))) return true;
    if (step.op == Opcode::JUMP || step.op == Opcode::JUMPI || step.op == Opcode::RETURNDATACOPY ||
        step.op == Opcode::TSTORE || is_log(step.op) ||
        is_between(step.op, Opcode::DUPN, Opcode::EXCHANGE))
        return true;
    return !step.has_stack || state.dialect.stack_items_max != 0 || !step.expansion ||
           step.stack_size < step.info->pops ||
           step.stack_size - step.info->pops + step.info->pushes > stack_max;
}

/// Whether the printed gasCost can stand for what the frame's last step took.
bool knows_cost(const ReplayState& state, const PendingStep& last) {
    return last.gas_cost && state.gas_cost_trust.is_believed() &&
           state.dialect.gas_cost != GasCostStyle::base && !last.is_call_or_create();
}

/// The frame ended with its last step, which took `cost`, where that is known.
void leave_gas(FrameEnd& end, const PendingStep& last, std::optional<std::uint64_t> cost) {
    if (!cost) return;
    if (*cost <= last.gas) end.gas_left = last.gas - *cost;
    if (last.gas_otherwise && *cost <= *last.gas_otherwise)
        end.gas_left_otherwise = *last.gas_otherwise - *cost;
}

/// The frame ended with an instruction that ends none: with a failure, or with the STOP after the
/// end of the code, which some clients do not print. The caller's `result` says which.
void end_without_a_word(ReplayState& state, CallFrame& frame, const Word* result, FrameEnd& end) {
    const PendingStep& last = frame.last;
    if (result == nullptr) {
        end.how = FrameEnd::How::unknown;
    } else if (result->is_zero()) {
        end.how = FrameEnd::How::failed;
        if (!may_fail(state, last))
            state.failed(Check::out_of_gas, frame.last, "failed", "executed",
                         fmt::format("{} has the gas and the stack it needs, but its frame ends "
                                     "there and fails",
                                     last.info->name));
    } else {
        end.how = FrameEnd::How::succeeded;
        const auto exact = exact_cost(state, last);
        leave_gas(end, last,
                  exact                     ? exact
                  : knows_cost(state, last) ? last.gas_cost
                                            : std::nullopt);
        end.output.assign_empty();
    }
}

/// How the frame ended, what it left and what it returned.
void judge_end(ReplayState& state, CallFrame& frame, const Word* result, FrameEnd& end) {
    const PendingStep& last = frame.last;
    if (!frame.has_last) {
        end.how = FrameEnd::How::unknown;
    } else if (last.failed || last.must_fail || last.op == Opcode::INVALID) {
        end.how = FrameEnd::How::failed;
    } else if (last.op == Opcode::STOP) {
        end.how = FrameEnd::How::succeeded;
        leave_gas(end, last, 0);
        end.output.assign_empty();
    } else if (last.op == Opcode::RETURN || last.op == Opcode::REVERT) {
        end.how = last.op == Opcode::RETURN ? FrameEnd::How::succeeded : FrameEnd::How::reverted;
        leave_gas(end, last, last.expansion);
        if (last.has_effect && state.memory.size() >= last.effect.reads.end())
            state.keep(end.output, frame, last.effect.reads);
    } else if (last.op == Opcode::SELFDESTRUCT) {
        end.how = FrameEnd::How::succeeded;
        if (knows_cost(state, last)) leave_gas(end, last, last.gas_cost);
        end.output.assign_empty();
    } else {
        end_without_a_word(state, frame, result, end);
    }
}

/// What can be checked of the frame's last step, now that it has no next one.
void check_last_step(ReplayState& state, CallFrame& frame, const FrameEnd& end) {
    const bool was_executed =
        end.how == FrameEnd::How::succeeded || end.how == FrameEnd::How::reverted;
    if (was_executed && state.dialect.has_errors && frame.last.info->exists)
        strike_older_forks(state, frame.last);
    if (!frame.has_last) return;
    check_out_of_gas(state, frame.last, false);
    check_return_data_bounds(state, frame, frame.last, false);
    check_final_gas_cost(state, frame.last);
}

}  // namespace

void leave_call(ReplayState& state, const Word* result, FrameEnd& end) {
    CallFrame& frame = state.frames.current();
    end.last = frame.last;
    end.address = is_create(frame.entered_by) ? frame.address : std::nullopt;
    end.gas_left.reset();
    end.gas_left_otherwise.reset();
    end.gas_at_entry = frame.gas_at_entry;
    end.output.forget();
    judge_end(state, frame, result, end);
    check_last_step(state, frame, end);
    if (end.how == FrameEnd::How::failed) {
        end.gas_left = 0;
        end.output.assign_empty();
    }
    if (end.how == FrameEnd::How::failed || end.how == FrameEnd::How::reverted) {
        state.accessed.rollback(frame.access_mark);
        state.deployed.rollback(frame.deployed_mark);
    }
    if (state.options.observer != nullptr)
        state.options.observer->on_frame_left(frame, state.memory);
    state.frames.pop();
    state.leave_memory_frame();
}

}  // namespace evmmem::traces
