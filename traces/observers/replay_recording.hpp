// SPDX-License-Identifier: MIT
// A replay kept to be looked at: its steps, its frames, what they read and wrote, and the bytes, so
// that the memory of any step can be put together again. Of a trace too long for that, the courses
// of memory and gas in a few thousand points, how much was read and written where, and no bytes.
// Bounded, whatever the trace.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "access_density.hpp"
#include "core/known_bytes.hpp"
#include "step_view.hpp"
#include "traces/replay/replay_observer.hpp"

namespace evmmem::traces {

/// Some steps in a row, as one point of a chart.
struct CoursePoint {
    std::uint64_t step = 0;          ///< the first of them
    std::uint64_t memory = 0;        ///< of the running frame, in bytes: the most
    std::uint64_t total_memory = 0;  ///< of all open frames together: the most
    std::uint64_t gas = 0;           ///< left, before the last of them
    std::uint32_t depth = 0;         ///< the deepest
};

struct RecordedFrame {
    std::uint64_t frame = 0;
    std::uint64_t transaction = 0;
    std::uint32_t depth = 1;
    std::optional<StepReference> call;
    std::uint64_t begin = 0;  ///< its first step
    std::uint64_t end = 0;    ///< one past its last step
    std::uint64_t gas_at_entry = 0;
    std::uint64_t memory_size = 0;  ///< at its end
    std::optional<Opcode> ended_by;

    /// Whether a frame that ends by this has taken back what it did.
    static bool is_failure(std::optional<Opcode> ended_by) {
        return ended_by == Opcode::REVERT || ended_by == Opcode::INVALID;
    }
};

/// A range of a frame's memory that was read, written or revealed.
struct RecordedAccess {
    enum class Kind : std::uint8_t {
        read,
        write,
        arrival,  ///< of a call's output
        reveal,   ///< bytes that were unknown until the trace showed them
    };
    Kind kind = Kind::read;
    std::uint64_t step = 0;   ///< whose doing it is; of a reveal, that shows them
    std::uint64_t since = 0;  ///< the first step that finds the bytes so; of a read, `step`
    std::uint64_t frame = 0;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    std::vector<std::uint8_t> bytes;         ///< empty of a read
    std::vector<KnownBytes::Range> unknown;  ///< by memory's offsets
};

/// Steps around one that matters.
struct RecordedContext {
    std::uint64_t step = 0;
    std::vector<StepLine> lines;
};

class ReplayRecording final : public ReplayObserver {
public:
    struct Limits {
        std::uint64_t steps = 20'000;
        std::uint64_t bytes = std::uint64_t{2} << 20;  ///< of data written, all together
        std::size_t points = 2'048;
        std::size_t frames = 2'000;
        std::size_t columns = 512;  ///< of the density
        std::size_t context = 3;    ///< steps before and after one that matters
    };

    /// `steps_that_matter` get a context, whatever the length of the trace.
    ReplayRecording(const Limits& limits, std::vector<std::uint64_t> steps_that_matter);

    /// The trace is over.
    void finish();

    /// Whether lines() and accesses() hold all of the trace; otherwise they are empty.
    bool is_whole() const { return is_whole_; }
    const std::vector<StepLine>& lines() const { return lines_; }
    const std::vector<RecordedAccess>& accesses() const { return accesses_; }

    const std::vector<CoursePoint>& course() const { return course_; }
    /// The first `limits.frames` frames, in the order in which they were entered.
    const std::vector<RecordedFrame>& frames() const { return frames_; }
    std::uint64_t frame_count() const { return frame_count_; }
    /// Where all steps read and write, and, by number, the frames that are not among frames().
    const AccessDensity& density() const { return density_; }
    std::uint64_t step_count() const { return step_count_; }
    const std::vector<RecordedContext>& contexts() const { return contexts_; }

    void on_transaction(std::uint64_t number) override;
    void on_frame_entered(const CallFrame& frame, const PendingStep* call) override;
    void on_frame_left(const CallFrame& frame, const Memory& memory) override;
    void on_step(const ReplayMoment& moment) override;
    void on_effect(const ReplayMoment& moment) override;
    void on_call_over(const CallFrame& frame, const PendingStep& call, MemoryRange arrived,
                      bool is_leaf, const Memory& memory) override;

private:
    struct OpenFrame {
        std::size_t index = 0;  ///< in frames_; beyond it when there was no room
        std::uint64_t size = 0;
        std::vector<KnownBytes::Range> unknown;  ///< after the frame's last step
    };

    void give_up();
    void add_access(RecordedAccess::Kind kind, std::uint64_t step, std::uint64_t since,
                    const CallFrame& frame, std::uint64_t begin, std::uint64_t end,
                    const Memory& memory);
    void note_revealed(const ReplayMoment& moment);
    void remember_unknown(const CallFrame& frame, std::uint64_t size);
    void note_course(const ReplayMoment& moment);
    void note_context(const StepLine& line);
    void close_frame(std::optional<Opcode> ended_by);

    Limits limits_;
    std::vector<std::uint64_t> wanted_;  // steps that matter, in order
    std::size_t next_wanted_ = 0;
    std::deque<StepLine> recent_;

    bool is_whole_ = true;
    std::uint64_t bytes_ = 0;
    std::uint64_t step_count_ = 0;
    std::uint64_t frame_count_ = 0;
    std::uint64_t transaction_ = 0;
    std::uint64_t parents_bytes_ = 0;
    std::uint64_t steps_a_point_ = 1;
    std::vector<StepLine> lines_;
    std::vector<RecordedAccess> accesses_;
    std::vector<CoursePoint> course_;
    AccessDensity density_;
    std::vector<RecordedFrame> frames_;
    std::vector<OpenFrame> open_;
    std::vector<RecordedContext> contexts_;
};

}  // namespace evmmem::traces
