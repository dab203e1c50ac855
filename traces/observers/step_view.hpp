// SPDX-License-Identifier: MIT
// One step of a trace with everything that can be seen of it: where it stands, its operands, the
// memory of an open frame as it finds it, and what it reads and writes; and the steps around it.
#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <vector>

#include "core/known_bytes.hpp"
#include "traces/replay/replay_observer.hpp"

namespace evmmem::traces {

/// A step in one line.
struct StepLine {
    StepReference step;
    std::uint64_t gas = 0;
    std::uint64_t memory_size = 0;  ///< in bytes, as the step finds it
    bool failed = false;            ///< the trace says so
    bool has_stack = false;
    std::uint32_t stack_size = 0;
    std::vector<Word> operands;  ///< that it pops, top first, as far as the trace shows them
};

StepLine step_line(const ReplayMoment& moment);

struct StepView {
    StepLine line;
    std::optional<std::uint64_t> gas_cost;  ///< as printed
    std::uint64_t transaction = 0;
    std::vector<Word> stack;  ///< the top of it, top first: operands_max items at most
    std::optional<std::uint64_t> expansion_gas;  ///< for growing memory, where that is known
    MemoryRange reads;
    MemoryRange writes;                 ///< of a call: the range that its output goes to
    bool arrives_later = false;         ///< it is a call: its bytes are written when it ends
    std::uint64_t size_after = 0;       ///< of the step's own frame, in bytes
    std::vector<std::uint8_t> written;  ///< the bytes of `writes` after the step; none of a call

    // ---- the frame whose memory is shown: the step's own, or one of its callers ----------------
    std::uint32_t depth = 1;  ///< 1 is the outermost
    std::uint64_t frame = 0;
    bool is_own = true;  ///< whether it is the step's
    bool is_size_known = true;
    std::vector<std::uint8_t> memory;
    std::vector<KnownBytes::Range> unknown;  ///< ranges of `memory` that cannot be vouched for
    std::vector<KnownBytes::Range> written_unknown;  ///< the same of `written`, by memory's offsets

    std::vector<StepLine> before;  ///< in the order of the trace
    std::vector<StepLine> after;
};

class StepViewer final : public ReplayObserver {
public:
    struct Wanted {
        std::uint64_t step = 0;              ///< from 0, over the whole file
        std::optional<std::uint32_t> depth;  ///< nothing: the step's own frame
        std::uint64_t around = 0;            ///< how many steps before it and after it
    };
    explicit StepViewer(Wanted wanted) : wanted_{wanted} {}

    /// The step, when it was met.
    const std::optional<StepView>& view() const { return view_; }
    /// How deep the step's frame is; valid when the step was met. The wanted depth may be beyond
    /// it, and `view().memory` is empty then.
    std::uint32_t open_frames() const { return open_frames_; }
    /// Nothing more is wanted of the trace.
    bool is_done() const { return view_ && view_->after.size() >= wanted_.around; }

    void on_transaction(std::uint64_t number) override;
    void on_frame_entered(const CallFrame& frame, const PendingStep* call) override;
    void on_frame_left(const CallFrame& frame, const Memory& memory) override;
    void on_step(const ReplayMoment& moment) override;
    void on_effect(const ReplayMoment& moment) override;

private:
    void show(const ReplayMoment& moment);

    Wanted wanted_;
    std::optional<StepView> view_;
    std::uint32_t open_frames_ = 0;
    std::deque<StepLine> before_;
    std::vector<const CallFrame*> frames_;
};

}  // namespace evmmem::traces
