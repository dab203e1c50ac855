// SPDX-License-Identifier: MIT
#include "replay_observer.hpp"

namespace evmmem::traces {
namespace {

bool takes_effect(const PendingStep& step) {
    return step.has_effect && !step.failed && !step.must_fail;
}

}  // namespace

MemoryRange ReplayMoment::writes() const {
    return takes_effect(pending) && !is_call(pending.op) ? pending.effect.writes : MemoryRange{};
}

MemoryRange ReplayMoment::reads() const {
    return takes_effect(pending) ? pending.effect.reads : MemoryRange{};
}

StepReference reference(const PendingStep& step) {
    return {step.line, step.number, step.pc, step.frame, step.op, step.depth};
}

MemoryRange arrived_bytes(const CallFrame& frame, const PendingStep& call) {
    if (!is_call(call.op) || !takes_effect(call)) return {};
    const auto size = frame.return_data.size();
    return size ? call.effect.writes.first(*size) : call.effect.writes;
}

}  // namespace evmmem::traces
