// SPDX-License-Identifier: MIT
#include "write_history.hpp"

#include <algorithm>

namespace evmmem::traces {

void WriteHistory::on_effect(const ReplayMoment& moment) {
    const MemoryRange range = moment.writes();
    if (!range.empty()) report(moment.pending, moment.frame, range, moment.memory, false);
}

void WriteHistory::on_call_over(const CallFrame& frame, const PendingStep& call,
                                MemoryRange arrived, bool, const Memory& memory) {
    if (!arrived.empty()) report(call, frame, arrived, memory, true);
}

void WriteHistory::report(const PendingStep& step, const CallFrame& frame, MemoryRange range,
                          const Memory& memory, bool is_output) {
    if (wanted_.depth && *wanted_.depth != step.depth) return;
    if (wanted_.frame && *wanted_.frame != frame.id) return;
    const std::uint64_t begin = std::max(range.offset(), wanted_.range.offset());
    const std::uint64_t end = std::min(range.end(), wanted_.range.end());
    if (begin >= end || memory.size() < range.end()) return;
    const auto bytes = memory.get_slice(begin, end - begin);
    if (!bytes) return;
    MemoryWrite write;
    write.step = reference(step);
    write.transaction = transaction_;
    write.range = range;
    write.offset = begin;
    write.bytes.assign(bytes->begin(), bytes->end());
    write.unknown = frame.memory_known.unknown_ranges(begin, end);
    write.is_output = is_output;
    sink_(write);
}

}  // namespace evmmem::traces
