// SPDX-License-Identifier: MIT
#include "replay_recording.hpp"

#include <algorithm>

namespace evmmem::traces {
namespace {

void join(CoursePoint& point, const CoursePoint& next) {
    point.memory = std::max(point.memory, next.memory);
    point.total_memory = std::max(point.total_memory, next.total_memory);
    point.gas = next.gas;
    point.depth = std::max(point.depth, next.depth);
}

}  // namespace

ReplayRecording::ReplayRecording(const Limits& limits, std::vector<std::uint64_t> steps_that_matter)
    : limits_{limits}, wanted_{std::move(steps_that_matter)}, density_{limits.columns} {
    std::ranges::sort(wanted_);
    wanted_.erase(std::ranges::unique(wanted_).begin(), wanted_.end());
}

void ReplayRecording::finish() {
    while (!open_.empty())
        close_frame(std::nullopt);
}

void ReplayRecording::on_transaction(std::uint64_t number) {
    while (!open_.empty())
        close_frame(std::nullopt);
    transaction_ = number;
    parents_bytes_ = 0;
}

void ReplayRecording::on_frame_entered(const CallFrame& frame, const PendingStep* call) {
    if (!open_.empty()) parents_bytes_ += open_.back().size;
    open_.push_back({frames_.size(), 0, {}});
    ++frame_count_;
    if (frames_.size() >= limits_.frames) {
        open_.back().index = limits_.frames;
        density_.note_entered(step_count_, static_cast<std::uint32_t>(open_.size()));
        return;
    }
    RecordedFrame& record = frames_.emplace_back();
    record.frame = frame.id;
    record.transaction = transaction_;
    record.depth = static_cast<std::uint32_t>(open_.size());
    if (call != nullptr) record.call = reference(*call);
    record.begin = step_count_;
    record.gas_at_entry = frame.gas_at_entry;
}

void ReplayRecording::on_frame_left(const CallFrame& frame, const Memory&) {
    if (open_.empty()) return;
    close_frame(frame.has_last ? std::optional{frame.last.op} : std::nullopt);
    if (!open_.empty()) parents_bytes_ -= std::min(parents_bytes_, open_.back().size);
}

void ReplayRecording::close_frame(std::optional<Opcode> ended_by) {
    const OpenFrame& open = open_.back();
    if (open.index < frames_.size()) {
        RecordedFrame& record = frames_[open.index];
        record.end = step_count_;
        record.memory_size = open.size;
        record.ended_by = ended_by;
    } else if (RecordedFrame::is_failure(ended_by)) {
        density_.note_failed(step_count_ - 1);
    }
    open_.pop_back();
}

void ReplayRecording::on_step(const ReplayMoment& moment) {
    step_count_ = moment.pending.number + 1;
    if (open_.empty()) return;
    note_revealed(moment);
    const StepLine line = step_line(moment);
    note_context(line);
    if (!is_whole_) return;
    lines_.push_back(line);
    if (lines_.size() > limits_.steps) give_up();
}

void ReplayRecording::on_effect(const ReplayMoment& moment) {
    if (open_.empty()) return;
    open_.back().size = moment.memory.size();
    note_course(moment);
    const std::uint64_t step = moment.pending.number;
    density_.note_read(step, moment.reads());
    density_.note_written(step, moment.writes());
    using enum RecordedAccess::Kind;
    if (const auto range = moment.reads(); !range.empty())
        add_access(read, step, step, moment.frame, range.offset(), range.end(), moment.memory);
    if (const auto range = moment.writes(); !range.empty())
        add_access(write, step, step + 1, moment.frame, range.offset(), range.end(), moment.memory);
    remember_unknown(moment.frame, moment.memory.size());
}

void ReplayRecording::on_call_over(const CallFrame& frame, const PendingStep& call,
                                   MemoryRange arrived, bool, const Memory& memory) {
    if (open_.empty() || arrived.empty()) return;
    add_access(RecordedAccess::Kind::arrival, call.number, step_count_, frame, arrived.offset(),
               arrived.end(), memory);
    remember_unknown(frame, memory.size());
}

void ReplayRecording::give_up() {
    is_whole_ = false;
    lines_ = {};
    accesses_ = {};
    for (auto& frame : open_)
        frame.unknown = {};
}

void ReplayRecording::add_access(RecordedAccess::Kind kind, std::uint64_t step, std::uint64_t since,
                                 const CallFrame& frame, std::uint64_t begin, std::uint64_t end,
                                 const Memory& memory) {
    if (!is_whole_ || memory.size() < end) return;
    RecordedAccess access;
    access.kind = kind;
    access.step = step;
    access.since = since;
    access.frame = frame.id;
    access.offset = begin;
    access.size = end - begin;
    if (kind != RecordedAccess::Kind::read) {
        bytes_ += access.size;
        if (bytes_ > limits_.bytes) {
            give_up();
            return;
        }
        const auto bytes = memory.get_slice(begin, end - begin);
        if (!bytes) return;
        access.bytes.assign(bytes->begin(), bytes->end());
        access.unknown = frame.memory_known.unknown_ranges(begin, end);
    }
    accesses_.push_back(std::move(access));
}

// What was unknown after the frame's last step and is known now.
void ReplayRecording::note_revealed(const ReplayMoment& moment) {
    if (!is_whole_) return;
    auto& unknown = open_.back().unknown;
    const KnownBytes& known = moment.frame.memory_known;
    const std::uint64_t size = moment.memory.size();
    const std::uint64_t step = moment.pending.number;
    for (const auto& range : unknown) {
        std::uint64_t at = range.begin;
        while (at < std::min(range.end, size)) {
            const auto hidden = known.first_unknown(at, std::min(range.end, size));
            if (at < hidden.begin)
                add_access(RecordedAccess::Kind::reveal, step, step, moment.frame, at, hidden.begin,
                           moment.memory);
            if (!is_whole_) return;
            at = std::max(hidden.end, at + 1);
        }
    }
    // What became unknown since, but not by a write: a finding, or missing steps.
    auto before = unknown.begin();  // both are in order, and disjoint
    for (const auto& range : known.unknown_ranges(0, size)) {
        while (before != unknown.end() && before->end < range.end)
            ++before;
        const bool is_new = before == unknown.end() || range.begin < before->begin;
        if (is_new)
            add_access(RecordedAccess::Kind::reveal, step, step, moment.frame, range.begin,
                       range.end, moment.memory);
        if (!is_whole_) return;
    }
}

// After a step's effect, or a call's: what is unknown now is so by what was recorded of them.
void ReplayRecording::remember_unknown(const CallFrame& frame, std::uint64_t size) {
    if (!is_whole_) return;
    auto& unknown = open_.back().unknown;
    if (frame.memory_known.all_known())
        unknown.clear();
    else
        unknown = frame.memory_known.unknown_ranges(0, size);
}

void ReplayRecording::note_course(const ReplayMoment& moment) {
    CoursePoint point;
    point.step = moment.pending.number;
    point.memory = moment.memory.size();
    point.total_memory = parents_bytes_ + point.memory;
    point.gas = moment.pending.gas;
    point.depth = static_cast<std::uint32_t>(open_.size());

    if (!course_.empty() && point.step / steps_a_point_ == course_.back().step / steps_a_point_) {
        join(course_.back(), point);
        return;
    }
    course_.push_back(point);
    if (course_.size() <= limits_.points) return;
    steps_a_point_ *= 2;
    std::vector<CoursePoint> fewer;
    for (const auto& each : course_) {
        if (!fewer.empty() && each.step / steps_a_point_ == fewer.back().step / steps_a_point_)
            join(fewer.back(), each);
        else
            fewer.push_back(each);
    }
    course_ = std::move(fewer);
}

void ReplayRecording::note_context(const StepLine& line) {
    for (auto& context : contexts_)
        if (line.step.step > context.step && line.step.step <= context.step + limits_.context)
            context.lines.push_back(line);
    if (next_wanted_ < wanted_.size() && line.step.step >= wanted_[next_wanted_]) {
        RecordedContext& context = contexts_.emplace_back();
        context.step = wanted_[next_wanted_++];
        context.lines.assign(recent_.begin(), recent_.end());
        context.lines.push_back(line);
    }
    recent_.push_back(line);
    if (recent_.size() > limits_.context) recent_.pop_front();
}

}  // namespace evmmem::traces
