// SPDX-License-Identifier: MIT
// What a replay shows to those who want more than its verdict: every step, twice, with the
// memory as the step finds it and as it leaves it, and the frames as they come and go. A replay
// without an observer pays one comparison a step. Everything handed out is the replay's own and
// valid during the call.
#pragma once

#include <cstdint>

#include "call_frames.hpp"
#include "core/memory.hpp"
#include "core/memory_range.hpp"
#include "traces/dialects/dialect.hpp"
#include "traces/record.hpp"
#include "traces/step.hpp"
#include "traces/step_reference.hpp"

namespace evmmem::traces {

struct ReplayState;

/// A step in the course of the replay. `memory` is that of all open frames; the current one is the
/// step's own.
struct ReplayMoment {
    const Step& step;            ///< as the trace prints it
    const PendingStep& pending;  ///< as the replay understands it
    const CallFrame& frame;
    const Memory& memory;
    std::uint64_t transaction = 0;  ///< from 0
    const ReplayState& state;       ///< for those who ask what the step may cost
    /// At which moments the line's claims of memory may have been taken, as far as is known by now.
    MemoryTimings timings;

    /// The bytes that the step itself writes when it is over; what a call brings arrives later.
    MemoryRange writes() const;
    /// The bytes that the step reads. Empty, as writes() is, when it fails or shows no operands.
    MemoryRange reads() const;
};

/// The end of a transaction, its last frames still open.
struct TransactionEnd {
    const CallFrame& frame;  ///< the innermost; it has a last step
    const Memory& memory;    ///< the current frame is that one
    bool is_outermost;       ///< and no other is open
    const Report* report;    ///< the client's words on the end; null where there are none
    bool is_whole;           ///< no step is missing at the end
    const ReplayState& state;
};

/// All functions do nothing until they are overridden.
class ReplayObserver {
public:
    virtual ~ReplayObserver() = default;

    /// A transaction begins; no frame is open.
    virtual void on_transaction(std::uint64_t /*number*/) {}

    /// Memory is as the step finds it; of the bytes, those are known that the trace has shown.
    virtual void on_step(const ReplayMoment& /*moment*/) {}
    /// Memory is as the step leaves it.
    virtual void on_effect(const ReplayMoment& /*moment*/) {}

    /// A frame was entered; its memory is empty. `call` is null for an outermost one, and where
    /// steps are missing.
    virtual void on_frame_entered(const CallFrame& /*frame*/, const PendingStep* /*call*/) {}
    /// The current frame ends; its memory is still there, and `frame.last` is what ended it.
    virtual void on_frame_left(const CallFrame& /*frame*/, const Memory& /*memory*/) {}
    /// A call or create of the current frame is over: `frame.return_data` is what it returned, and
    /// the bytes `arrived` in memory. `is_leaf`: nothing ran for it that the trace shows.
    virtual void on_call_over(const CallFrame& /*frame*/, const PendingStep& /*call*/,
                              MemoryRange /*arrived*/, bool /*is_leaf*/, const Memory& /*memory*/) {
    }
    /// The line repeats the step before it, and may say only now that it fails.
    virtual void on_repetition(const Step& /*step*/) {}
    /// A transaction that has steps is over.
    virtual void on_transaction_over(const TransactionEnd& /*end*/) {}
    /// Steps are missing here: what they did to the open frames is unknown.
    virtual void on_gap() {}
};

/// Two observers of one replay; both outlive it.
class ObserverPair final : public ReplayObserver {
public:
    ObserverPair(ReplayObserver& first, ReplayObserver& second) : first_{first}, second_{second} {}

    void on_transaction(std::uint64_t number) override {
        first_.on_transaction(number);
        second_.on_transaction(number);
    }
    void on_step(const ReplayMoment& moment) override {
        first_.on_step(moment);
        second_.on_step(moment);
    }
    void on_effect(const ReplayMoment& moment) override {
        first_.on_effect(moment);
        second_.on_effect(moment);
    }
    void on_frame_entered(const CallFrame& frame, const PendingStep* call) override {
        first_.on_frame_entered(frame, call);
        second_.on_frame_entered(frame, call);
    }
    void on_frame_left(const CallFrame& frame, const Memory& memory) override {
        first_.on_frame_left(frame, memory);
        second_.on_frame_left(frame, memory);
    }
    void on_call_over(const CallFrame& frame, const PendingStep& call, MemoryRange arrived,
                      bool is_leaf, const Memory& memory) override {
        first_.on_call_over(frame, call, arrived, is_leaf, memory);
        second_.on_call_over(frame, call, arrived, is_leaf, memory);
    }
    void on_repetition(const Step& step) override {
        first_.on_repetition(step);
        second_.on_repetition(step);
    }
    void on_transaction_over(const TransactionEnd& end) override {
        first_.on_transaction_over(end);
        second_.on_transaction_over(end);
    }
    void on_gap() override {
        first_.on_gap();
        second_.on_gap();
    }

private:
    ReplayObserver& first_;
    ReplayObserver& second_;
};

StepReference reference(const PendingStep& step);

/// The bytes of the call's output range that its output overwrites: no more than there are, and
/// all of them where it is not known how many there are.
MemoryRange arrived_bytes(const CallFrame& frame, const PendingStep& call);

}  // namespace evmmem::traces
