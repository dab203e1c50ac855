// SPDX-License-Identifier: MIT
#include "step_placement.hpp"

#include "memory_effects.hpp"
#include "step_cost.hpp"

namespace evmmem::traces {
namespace {

using Kind = Placement::Kind;
using Slip = Placement::Slip;

/// The pc after a step that does not jump.
std::uint64_t pc_after(const PendingStep& step) {
    return step.pc + 1 + step.info->immediate_bytes;
}

/// The one pc that comes after the step, where there is one.
void expect_pc(Placement& placement, const PendingStep& step) {
    placement.has_expected_pc = step.info->exists;
    placement.expected_pc = pc_after(step);
    const bool jumps =
        step.op == Opcode::JUMP ||
        (step.op == Opcode::JUMPI && step.has_operand(1) && !step.operand(1).is_zero());
    if (jumps && step.has_operand(0))
        placement.expected_pc = step.operand(0).clamped_to(~std::uint64_t{0});
}

/// Whether gas and stack, whatever pc and depth say, are those after the step in its frame.
bool continues(const ReplayState& state, const PendingStep& step, const Step& next) {
    if (step.ends_its_frame() || step.is_call_or_create()) return false;
    const auto cost = exact_cost(state, step);
    if (cost ? step.gas - *cost != next.gas : step.gas < next.gas) return false;
    if (!step.has_stack || !next.has_stack) return cost.has_value();
    return next.stack_size + step.info->pops == step.stack_size + step.info->pushes;
}

/// Whether the stack is the one after the call, whatever pc says.
bool has_height_after_call(const PendingStep& call, const Step& next) {
    return call.has_stack && next.has_stack &&
           next.stack_size + call.info->pops == call.stack_size + call.info->pushes;
}

bool starts_a_transaction(const Step& step) {
    return step.depth == 1 && step.pc == 0 && (!step.has_stack || step.stack_size == 0);
}

Placement place_in_same_frame(ReplayState& state, const PendingStep& last, const Step& step) {
    const auto depth = static_cast<std::uint32_t>(state.frames.size());
    Placement result{.kind = Kind::same_frame, .depth = depth};
    if (step.pc == last.pc && step.op == last.op && step.gas == last.gas) {
        result.kind = Kind::repetition;
        const bool tells_failure = step.failed || last.failed || !step.error.empty();
        // A client that prints failing steps twice may have been told to leave errors out.
        const CallFrame& frame = state.frames.current();
        const bool may_fail =
            last.op == Opcode::REVERT || last.op == Opcode::INVALID || last.must_fail ||
            (last.op == Opcode::RETURNDATACOPY &&
             !(last.has_effect && is_inside_return_data(frame, last).value_or(false))) ||
            (writes_state(last.op) && frame.is_static == true);
        // geth shows the operands of the second print popped.
        const bool has_popped = last.has_stack && step.has_stack && last.info->pops != 0 &&
                                step.stack_size + last.info->pops == last.stack_size;
        if (!tells_failure && !has_popped && !(may_fail && last.info->exists))
            result.slip = Slip::doubled;
        return result;
    }
    if (last.must_fail && !last.failed && !starts_a_transaction(step))
        return result;  // it went on regardless: no gas pays for the step, as its checks will say
    if (!last.ends_its_frame()) {
        if (may_follow(last, step.pc)) return result;
        if (last.is_call_or_create() && step.pc == 0 && step.stack_size == 0)
            return {.kind = Kind::callee, .slip = Slip::depth, .depth = depth + 1};
        if (starts_a_transaction(step)) return {.kind = Kind::transaction};
        expect_pc(result, last);
        if (continues(state, last, step) ||
            (last.is_call_or_create() && has_height_after_call(last, step)))
            result.slip = Slip::pc;
        else
            result.kind = Kind::gap;
        return result;
    }
    if (depth == 1) {
        if (step.pc == 0) return {.kind = Kind::transaction};
    } else if (const CallFrame& caller = state.frames.parent();
               caller.has_last && may_follow(caller.last, step.pc)) {
        return {.kind = Kind::caller, .slip = Slip::depth, .depth = depth - 1};
    }
    result.kind = Kind::gap;
    return result;
}

Placement place_deeper(ReplayState& state, const PendingStep& last, const Step& step) {
    const auto depth = static_cast<std::uint32_t>(state.frames.size());
    const bool is_one_deeper = step.depth == depth + 1;
    if (last.is_call_or_create() && !last.failed) {
        Placement result{.kind = Kind::callee,
                         .slip = is_one_deeper ? Slip::none : Slip::depth,
                         .depth = depth + 1};
        if (step.pc == 0) return result;
        if (may_follow(last, step.pc) && has_height_after_call(last, step))
            return {.kind = Kind::same_frame, .slip = Slip::depth, .depth = depth};
        result.slip = Slip::pc;
        result.has_expected_pc = true;
        if (step.stack_size == 0) return result;
        return {.kind = Kind::gap, .depth = step.depth};
    }
    if (may_follow(last, step.pc) && continues(state, last, step))
        return {.kind = Kind::same_frame, .slip = Slip::depth, .depth = depth};
    return {.kind = Kind::gap, .slip = Slip::depth, .depth = step.depth, .expected_depth = depth};
}

Placement place_shallower(ReplayState& state, const PendingStep& last, const Step& step) {
    const CallFrame& caller = state.frames.at(step.depth - 1);
    if (!caller.has_last) return {.kind = Kind::gap, .depth = step.depth, .is_expected = true};
    Placement result{.kind = Kind::caller, .depth = step.depth};
    if (may_follow(caller.last, step.pc)) return result;
    const auto depth = static_cast<std::uint32_t>(state.frames.size());
    if (may_follow(last, step.pc) && continues(state, last, step))
        return {.kind = Kind::same_frame, .slip = Slip::depth, .depth = depth};
    if (starts_a_transaction(step)) return {.kind = Kind::transaction};
    // The line's own caller fits where the claimed one does not: only the depth is off.
    for (std::uint32_t other = depth - 1; other >= 1; --other) {
        const CallFrame& frame = state.frames.at(other - 1);
        if (other != step.depth && frame.has_last && last.ends_its_frame() &&
            may_follow(frame.last, step.pc) && has_height_after_call(frame.last, step))
            return {.kind = Kind::caller, .slip = Slip::depth, .depth = other};
    }
    expect_pc(result, caller.last);
    if (has_height_after_call(caller.last, step))
        result.slip = Slip::pc;
    else
        result.kind = Kind::gap;
    return result;
}

static_assert(1 + rule_table::number_everywhere(Rule::call_depth_max) <= Memory::frames_max,
              "every frame that can be open has its memory");

Placement place_by_depth_and_pc(ReplayState& state, const Step& step) {
    const bool is_first = state.frames.is_empty() || state.is_transaction_over;
    if (is_first && step.depth == 1 && step.pc == 0) return {.kind = Kind::transaction};
    const bool is_depth_possible =
        step.depth >= 1 && step.depth <= state.options.rules.frame_depth_max();
    if (state.frames.is_empty())
        return {.kind = Kind::gap,
                .depth = step.depth,
                .is_expected = true,
                .is_excerpt = state.dialect.has_summary};  // goevmlab keeps excerpts only

    const CallFrame& frame = state.frames.current();
    const std::size_t depth = state.frames.size();
    Placement result;
    if (!frame.has_last) {
        result = {.kind = Kind::gap, .depth = step.depth, .is_expected = true};
    } else if (step.depth == depth || !is_depth_possible) {
        result = place_in_same_frame(state, frame.last, step);
    } else if (step.depth > depth) {
        result = place_deeper(state, frame.last, step);
    } else {
        result = place_shallower(state, frame.last, step);
    }
    // A line that could not be read may have been a callee's, or a frame's end.
    const bool may_have_been_more =
        (result.kind == Kind::caller && !frame.last.ends_its_frame()) ||
        (result.kind == Kind::same_frame && frame.last.is_call_or_create());
    if (state.is_line_missing &&
        (result.kind == Kind::gap || result.slip != Slip::none || may_have_been_more)) {
        result.kind = Kind::gap;
        result.depth = step.depth;
        result.is_expected = true;
        result.slip = Slip::none;
    }
    if (!is_depth_possible && result.slip == Slip::none) result.slip = Slip::depth;
    return result;
}

}  // namespace

bool begins_a_transaction(const ReplayState& state, const Step& step) {
    return starts_a_transaction(step) && !state.frames.is_empty() && !state.is_transaction_over;
}

bool may_end_code(const CallFrame& frame) {
    const PendingStep& last = frame.last;
    // A jump leads to a JUMPDEST, which prints a line.
    const bool jumps =
        last.op == Opcode::JUMP ||
        (last.op == Opcode::JUMPI && last.has_operand(1) && !last.operand(1).is_zero());
    if (jumps) return false;
    const std::uint64_t end = pc_after(last);
    return end > frame.pc_max && frame.code.size().value_or(0) <= end;
}

bool goes_on_after(const ReplayState& state, const PendingStep& step, const Step& next) {
    if (step.must_fail || ends_frame(step.op) || !step.info->exists) return false;
    if (next.pc == step.pc && next.op == step.op && next.gas == step.gas) return false;
    const std::size_t depth = state.frames.size();
    if (next.depth == depth + 1)
        return step.is_call_or_create() && next.pc == 0 &&
               (!next.has_stack || next.stack_size == 0);
    if (next.depth != depth || !may_follow(step, next.pc)) return false;
    if (step.has_stack && next.has_stack &&
        next.stack_size + step.info->pops != step.stack_size + step.info->pushes)
        return false;
    if (step.is_call_or_create()) return next.gas <= step.gas;
    const auto cost = exact_cost(state, step);
    return cost ? step.gas - *cost == next.gas : next.gas < step.gas;
}

bool may_follow(const PendingStep& step, std::uint64_t pc) {
    if (!step.info->exists) return true;
    const bool is_next =
        pc == pc_after(step) ||
        (step.pc_otherwise && pc == *step.pc_otherwise + 1 + step.info->immediate_bytes);
    if (step.op != Opcode::JUMP && step.op != Opcode::JUMPI) return is_next;
    if (!step.has_operand(0)) return true;
    const bool is_target = step.operand(0) == Word{pc};
    if (step.op == Opcode::JUMP) return is_target;
    if (!step.has_operand(1)) return is_target || is_next;
    return step.operand(1).is_zero() ? is_next : is_target;
}

Placement place(ReplayState& state, const Step& step) {
    Placement result = place_by_depth_and_pc(state, step);
    if (result.depth >= 1 && result.depth <= state.options.rules.frame_depth_max()) return result;
    result.kind = Kind::gap;
    result.slip = Slip::depth;
    result.depth = state.frames.is_empty() ? 1 : static_cast<std::uint32_t>(state.frames.size());
    result.expected_depth = result.depth;
    return result;
}

}  // namespace evmmem::traces
