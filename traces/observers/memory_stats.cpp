// SPDX-License-Identifier: MIT
#include "memory_stats.hpp"

#include <algorithm>
#include <tuple>

#include "keep_most.hpp"
#include "traces/replay/replay_state.hpp"

namespace evmmem::traces {

void MemoryStats::on_transaction(std::uint64_t number) {
    while (!open_.empty())
        close_frame();
    transaction_ = number;
    parents_bytes_ = 0;
    if (!growth_.empty()) note_growth(growth_.back().step, 0);
}

void MemoryStats::finish() {
    while (!open_.empty())
        close_frame();
}

void MemoryStats::on_frame_entered(const CallFrame& frame, const PendingStep* call) {
    if (!open_.empty()) parents_bytes_ += open_.back().stats.size;
    auto& stats = open_.emplace_back().stats;
    stats.frame = frame.id;
    stats.transaction = transaction_;
    stats.depth = static_cast<std::uint32_t>(open_.size());
    if (call != nullptr) stats.call = reference(*call);
}

void MemoryStats::on_frame_left(const CallFrame& frame, const Memory&) {
    if (open_.empty()) return;
    close_frame();
    if (open_.empty()) return;
    parents_bytes_ -= std::min(parents_bytes_, open_.back().stats.size);
    note_growth(frame.has_last ? frame.last.number + 1 : 0,
                parents_bytes_ + open_.back().stats.size);
}

void MemoryStats::close_frame() {
    OpenFrame& open = open_.back();
    open.stats.bytes_used = open.used.covered(0, open.stats.size);
    open.stats.bytes_written_once = open.written.covered(0, open.stats.size);
    frames_.push_back(open.stats);
    open_.pop_back();
}

void MemoryStats::on_call_over(const CallFrame&, const PendingStep& call, MemoryRange arrived, bool,
                               const Memory&) {
    if (open_.empty() || arrived.empty()) return;
    open_.back().used.assign(arrived.offset(), arrived.end(), 1);
    open_.back().written.assign(arrived.offset(), arrived.end(), 1);
    by_opcode_[static_cast<std::uint8_t>(call.op)].bytes_written += arrived.size();
    StepMemoryStats step;
    step.step = reference(call);
    step.size_before = call.size_before;
    step.size_after = open_.back().stats.size;
    step.bytes_written = arrived.size();
    keep_most(largest_, step, &StepMemoryStats::bytes_written, top_);
}

void MemoryStats::on_effect(const ReplayMoment& moment) {
    if (open_.empty()) return;
    OpenFrame& frame = open_.back();
    const PendingStep& pending = moment.pending;
    ++frame.stats.steps;
    frame.stats.is_size_known = moment.frame.is_memory_size_known;
    const std::uint64_t size = moment.memory.size();
    const bool has_grown = size > pending.size_before && pending.expansion;
    const bool has_paid = has_grown || (moment.state.options.rules.price_pages() &&
                                        !pending.failed && pending.expansion.value_or(0) > 0);
    if (frame.stats.size != size) {
        frame.stats.size = size;
        note_growth(pending.number, parents_bytes_ + size);
    }
    if (!pending.info->touches_memory()) return;

    StepMemoryStats step;
    step.step = reference(pending);
    step.size_before = pending.size_before;
    step.size_after = size;
    step.bytes_written = moment.writes().size();
    auto& row = by_opcode_[static_cast<std::uint8_t>(pending.op)];
    const MemoryRange reads = moment.reads();
    const MemoryRange writes = moment.writes();
    if (!reads.empty() || !writes.empty() || has_paid) ++row.steps;
    if (has_grown) {
        ++row.expansions;
        row.bytes_grown += size - pending.size_before;
    }
    if (has_paid) {
        step.gas = *pending.expansion;
        row.gas += step.gas;
        frame.stats.gas += step.gas;
        keep_most(costliest_, step, &StepMemoryStats::gas, top_);
    }
    if (!reads.empty()) {
        row.bytes_read += reads.size();
        frame.used.assign(reads.offset(), reads.end(), 1);
    }
    if (!writes.empty()) {
        row.bytes_written += writes.size();
        frame.used.assign(writes.offset(), writes.end(), 1);
        frame.written.assign(writes.offset(), writes.end(), 1);
        keep_most(largest_, step, &StepMemoryStats::bytes_written, top_);
    }
}

// When there are too many points, of every four neighbours the highest and the last stay.
void MemoryStats::note_growth(std::uint64_t step, std::uint64_t bytes) {
    if (!growth_.empty() && growth_.back().bytes == bytes) return;
    growth_.push_back({step, bytes});
    if (growth_.size() <= points_max) return;
    std::vector<GrowthPoint> fewer;
    for (std::size_t i = 0; i < growth_.size(); i += 4) {
        const std::size_t end = std::min(i + 4, growth_.size());
        std::size_t highest = i;
        for (std::size_t k = i; k < end; ++k)
            if (growth_[k].bytes > growth_[highest].bytes) highest = k;
        fewer.push_back(growth_[highest]);
        if (highest != end - 1) fewer.push_back(growth_[end - 1]);
    }
    growth_ = std::move(fewer);
}

std::vector<OpcodeMemoryStats> MemoryStats::opcodes() const {
    std::vector<OpcodeMemoryStats> rows;
    for (std::size_t i = 0; i < by_opcode_.size(); ++i) {
        if (by_opcode_[i].steps == 0) continue;
        rows.push_back(by_opcode_[i]);
        rows.back().op = static_cast<Opcode>(i);
    }
    std::ranges::sort(rows, [](const auto& a, const auto& b) {
        return std::tuple{b.gas, b.bytes_written, a.op} < std::tuple{a.gas, a.bytes_written, b.op};
    });
    return rows;
}

}  // namespace evmmem::traces
