// SPDX-License-Identifier: MIT
#include "stack_provenance.hpp"

#include <algorithm>
#include <utility>

namespace evmmem::traces {

std::vector<std::optional<StepReference>> StackProvenance::operands_of(std::uint64_t frame,
                                                                       std::uint64_t step) const {
    const auto open = std::ranges::find(stacks_, frame, &Stack::frame);
    const Stack* const stack = open != stacks_.end()  ? &*open
                               : left_.frame == frame ? &left_
                                                      : nullptr;
    std::vector<std::optional<StepReference>> pushers;
    if (stack == nullptr || stack->last_step != step) return pushers;
    for (const Pusher& pusher : stack->operands)
        pushers.push_back(pusher.line == 0 ? std::nullopt
                                           : std::optional{StepReference{
                                                 .line = pusher.line,
                                                 .step = pusher.step,
                                                 .pc = pusher.pc,
                                                 .frame = stack->frame,
                                                 .op = pusher.op,
                                                 .depth = stack->depth,
                                             }});
    return pushers;
}

void StackProvenance::on_transaction(std::uint64_t /*number*/) {
    stacks_.clear();
}

void StackProvenance::on_frame_entered(const CallFrame& frame, const PendingStep* /*call*/) {
    stacks_.emplace_back().frame = frame.id;
}

void StackProvenance::on_frame_left(const CallFrame& frame, const Memory& /*memory*/) {
    if (stacks_.empty() || stacks_.back().frame != frame.id) return;
    left_ = std::move(stacks_.back());
    stacks_.pop_back();
}

void StackProvenance::on_gap() {
    for (Stack& stack : stacks_)
        stack.items.assign(stack.items.size(), {});
}

StackProvenance::Stack& StackProvenance::stack_of(const ReplayMoment& moment) {
    if (stacks_.empty() || stacks_.back().frame != moment.frame.id)
        stacks_.emplace_back().frame = moment.frame.id;
    return stacks_.back();
}

void StackProvenance::on_step(const ReplayMoment& moment) {
    const PendingStep& step = moment.pending;
    Stack& stack = stack_of(moment);
    stack.depth = step.depth;
    stack.last_step = step.number;
    stack.operands.clear();
    auto& items = stack.items;
    if (!moment.step.has_stack || !step.info->exists) {
        items.clear();
        return;
    }
    // As high as the line says: where that is another height, it is not known whose the top is.
    if (items.size() != moment.step.stack_size) items.assign(moment.step.stack_size, {});
    const std::size_t pops = step.info->pops;
    if (items.size() < pops) return;  // it fails
    stack.operands.assign(items.rbegin(), items.rbegin() + static_cast<std::ptrdiff_t>(pops));
    if (is_between(step.op, Opcode::DUP1, Opcode::DUP16)) {
        items.push_back(items[items.size() - pops]);
        return;
    }
    if (is_between(step.op, Opcode::SWAP1, Opcode::SWAP16)) {
        std::swap(items.back(), items[items.size() - pops]);
        return;
    }
    items.resize(items.size() - pops);
    items.resize(items.size() + step.info->pushes,
                 {.line = step.line, .step = step.number, .pc = step.pc, .op = step.op});
}

}  // namespace evmmem::traces
