// SPDX-License-Identifier: MIT
#include "provenance.hpp"

#include <algorithm>
#include <utility>

#include "traces/replay/precompiles.hpp"

namespace evmmem::traces {
namespace {

std::uint64_t narrow(const Word& word) {
    return word.clamped_to(~std::uint64_t{0});
}

Blame& add(std::vector<Blame>& runs, std::uint64_t begin, std::uint64_t end) {
    Blame& run = runs.emplace_back();
    run.offset = begin;
    run.size = end - begin;
    return run;
}

}  // namespace

void Provenance::Frame::begin(std::uint64_t new_id) {
    id = new_id;
    memory.clear();
    calldata.clear();
    code.clear();
    return_data.clear();
    growths.clear();
    is_partial = false;
}

// The bytes of `source` are now in `target`, too; those that no step wrote there are new here.
void Provenance::copy(Histories& target, std::uint64_t target_offset, const Histories& source,
                      std::uint64_t source_offset, std::uint64_t size,
                      const StepReference& writer) {
    std::vector<std::pair<std::uint64_t, std::pair<std::uint64_t, History>>> copies;
    const std::uint64_t source_end =
        source_offset + std::min(size, ~std::uint64_t{0} - source_offset);
    const std::uint64_t allowed = pieces_max + pieces_a_step * steps_ - pieces_copied_;
    const bool is_followed =
        source.for_each_while(source_offset, source_end,
                              [&](std::uint64_t begin, std::uint64_t end, const History& history) {
                                  copies.push_back({begin, {end, history}});
                                  return copies.size() <= allowed;
                              });
    pieces_copied_ += std::min<std::uint64_t>(copies.size(), allowed);
    if (!is_followed) {
        target.assign(target_offset, target_offset + size, {writer, writer, 0, true});
        return;
    }
    const std::uint64_t moved = source_offset - target_offset;  // wraps, and so does its inverse
    target.assign(target_offset, target_offset + size, {writer, writer, 0, false});
    for (auto& [begin, rest] : copies) {
        auto& [end, history] = rest;
        target.assign(begin - moved, end - moved,
                      {writer, history.origin, history.shift + moved, history.is_origin_lost});
    }
}

void Provenance::note_growth(Frame& frame, std::uint64_t size, const StepReference& step) {
    if (frame.growths.empty() ? size > 0 : size > frame.growths.back().size)
        frame.growths.push_back({size, step});
}

void Provenance::on_transaction(std::uint64_t) {
    open_ = 0;
    returned_.clear();
}

void Provenance::on_gap() {
    for (std::size_t i = 0; i < open_; ++i) {
        frames_[i]->begin(frames_[i]->id);
        frames_[i]->is_partial = true;
    }
}

void Provenance::on_frame_entered(const CallFrame& frame, const PendingStep* call) {
    if (open_ == frames_.size()) frames_.push_back(std::make_unique<Frame>());
    Frame& callee = *frames_[open_++];
    callee.begin(frame.id);
    if (call == nullptr || open_ < 2 || !call->has_effect) return;
    const Frame& caller = *frames_[open_ - 2];
    copy(is_create(call->op) ? callee.code : callee.calldata, 0, caller.memory,
         call->effect.reads.offset(), call->effect.reads.size(), reference(*call));
}

void Provenance::on_frame_left(const CallFrame& frame, const Memory&) {
    if (open_ == 0) return;
    returned_.clear();
    const Frame& left = *frames_[--open_];
    const bool returns = frame.last.op == Opcode::RETURN || frame.last.op == Opcode::REVERT;
    if (!frame.has_last || !returns || !frame.last.has_effect) return;
    copy(returned_, 0, left.memory, frame.last.effect.reads.offset(),
         frame.last.effect.reads.size(), reference(frame.last));
}

void Provenance::on_call_over(const CallFrame& caller, const PendingStep& call, MemoryRange arrived,
                              bool is_leaf, const Memory&) {
    if (open_ == 0) return;
    Frame& frame = *frames_[open_ - 1];
    if (is_leaf) {
        returned_.clear();
        const bool is_identity =
            is_call(call.op) && call.has_operand(1) && call.has_effect &&
            callee_at(call.operand(1), RulesView{first_fork}) == Callee::identity;
        if (is_identity)
            copy(returned_, 0, frame.memory, call.effect.reads.offset(), call.effect.reads.size(),
                 reference(call));
    }
    std::swap(frame.return_data, returned_);
    if (caller.return_data.size() == 0) frame.return_data.clear();  // a create that succeeded
    if (!arrived.empty())
        copy(frame.memory, arrived.offset(), frame.return_data, 0, arrived.size(), reference(call));
}

void Provenance::on_effect(const ReplayMoment& moment) {
    ++steps_;
    if (open_ == 0) return;
    Frame& frame = *frames_[open_ - 1];
    const PendingStep& step = moment.pending;
    const StepReference self = reference(step);
    if (moment.memory.size() > step.size_before) note_growth(frame, moment.memory.size(), self);
    const MemoryRange range = moment.writes();
    if (range.empty()) return;
    switch (step.op) {
        case Opcode::MCOPY:
            copy(frame.memory, range.offset(), frame.memory, step.effect.reads.offset(),
                 range.size(), self);
            break;
        case Opcode::CALLDATACOPY:
            copy(frame.memory, range.offset(), frame.calldata, narrow(step.operand(1)),
                 range.size(), self);
            break;
        case Opcode::CODECOPY:
            copy(frame.memory, range.offset(), frame.code, narrow(step.operand(1)), range.size(),
                 self);
            break;
        case Opcode::RETURNDATACOPY:
            copy(frame.memory, range.offset(), frame.return_data, narrow(step.operand(1)),
                 range.size(), self);
            break;
        default: frame.memory.assign(range.offset(), range.end(), {self, self, 0, false}); break;
    }
}

Provenance::Frame* Provenance::find(std::uint64_t id) const {
    for (std::size_t i = open_; i > 0; --i)
        if (frames_[i - 1]->id == id) return frames_[i - 1].get();
    return nullptr;
}

Provenance::Story Provenance::of(std::uint64_t frame_id, Finding::Buffer buffer,
                                 std::uint64_t offset, std::uint64_t size,
                                 std::size_t runs_max) const {
    Story story;
    const Frame* frame = find(frame_id);
    if (frame == nullptr) return story;
    const bool is_memory = buffer == Finding::Buffer::memory;
    const Histories& histories = is_memory                              ? frame->memory
                                 : buffer == Finding::Buffer::call_data ? frame->calldata
                                                                        : frame->return_data;
    // The next run, when there is room for it.
    const auto next_run = [&](std::uint64_t begin, std::uint64_t end) -> Blame* {
        if (story.runs.size() < runs_max) return &add(story.runs, begin, end);
        ++story.rest.runs;
        story.rest.bytes += end - begin;
        return nullptr;
    };
    const auto add_unwritten = [&](std::uint64_t begin, std::uint64_t end) {
        if (begin >= end || !is_memory || frame->is_partial) return;
        Blame* run = next_run(begin, end);
        if (run == nullptr) return;
        const auto growth = std::ranges::upper_bound(frame->growths, begin, {}, &Growth::size);
        if (growth != frame->growths.end()) run->grown_by = growth->step;
    };
    std::uint64_t done = offset;
    histories.for_each(offset, offset + size,
                       [&](std::uint64_t begin, std::uint64_t end, const History& history) {
                           add_unwritten(done, begin);
                           done = end;
                           Blame* run = next_run(begin, end);
                           if (run == nullptr) return;
                           run->writer = history.writer;
                           run->is_origin_lost = history.is_origin_lost;
                           if (history.origin != history.writer)
                               run->origin = Blame::Origin{history.origin, begin + history.shift};
                       });
    add_unwritten(done, offset + size);
    return story;
}

}  // namespace evmmem::traces
