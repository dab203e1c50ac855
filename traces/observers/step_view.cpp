// SPDX-License-Identifier: MIT
#include "step_view.hpp"

#include <algorithm>

namespace evmmem::traces {
StepLine step_line(const ReplayMoment& moment) {
    const PendingStep& step = moment.pending;
    StepLine line;
    line.step = reference(step);
    line.gas = step.gas;
    line.memory_size = step.size_before;
    line.failed = step.failed;
    line.has_stack = step.has_stack;
    line.stack_size = step.stack_size;
    line.operands.assign(step.operands.begin(), step.operands.begin() + step.operand_count);
    return line;
}

void StepViewer::on_transaction(std::uint64_t) {
    frames_.clear();
}

void StepViewer::on_frame_entered(const CallFrame& frame, const PendingStep*) {
    frames_.push_back(&frame);
}

void StepViewer::on_frame_left(const CallFrame&, const Memory&) {
    if (!frames_.empty()) frames_.pop_back();
}

void StepViewer::on_step(const ReplayMoment& moment) {
    const std::uint64_t number = moment.pending.number;
    if (number < wanted_.step) {
        if (wanted_.around == 0) return;
        if (before_.size() == wanted_.around) before_.pop_front();
        before_.push_back(step_line(moment));
    } else if (!view_ && number == wanted_.step) {
        show(moment);
    } else if (view_ && !is_done()) {
        view_->after.push_back(step_line(moment));
    }
}

void StepViewer::show(const ReplayMoment& moment) {
    const PendingStep& step = moment.pending;
    StepView& view = view_.emplace();
    view.line = step_line(moment);
    view.gas_cost = step.gas_cost;
    view.transaction = moment.transaction;
    view.stack.assign(moment.step.operands.begin(),
                      moment.step.operands.begin() + moment.step.operand_count);
    view.expansion_gas = step.expansion;
    view.reads = moment.reads();
    view.writes = moment.writes();
    if (is_call(step.op) && step.has_effect && !step.failed && !step.must_fail) {
        view.writes = step.effect.writes;
        view.arrives_later = true;
    }
    view.before.assign(before_.begin(), before_.end());

    open_frames_ = static_cast<std::uint32_t>(frames_.size());
    view.depth = wanted_.depth.value_or(open_frames_);
    if (view.depth == 0 || view.depth > open_frames_) return;
    const CallFrame& frame = *frames_[view.depth - 1];
    view.frame = frame.id;
    view.is_own = view.depth == open_frames_;
    view.is_size_known = frame.is_memory_size_known;
    const auto bytes = moment.memory.frame(view.depth - 1);
    view.memory.assign(bytes.begin(), bytes.end());
    view.unknown = frame.memory_known.unknown_ranges(0, bytes.size());
}

void StepViewer::on_effect(const ReplayMoment& moment) {
    if (!view_ || moment.pending.number != wanted_.step) return;
    view_->size_after = moment.memory.size();
    const MemoryRange range = moment.writes();
    if (range.empty() || moment.memory.size() < range.end()) return;
    const auto bytes = moment.memory.get_slice(range.offset(), range.size());
    if (!bytes) return;
    view_->written.assign(bytes->begin(), bytes->end());
    view_->written_unknown = moment.frame.memory_known.unknown_ranges(range.offset(), range.end());
}

}  // namespace evmmem::traces
