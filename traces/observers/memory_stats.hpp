// SPDX-License-Identifier: MIT
// Where the gas of memory goes, and what it buys: by instruction, by frame, by step; how memory
// grew, and how much of it was ever used. One pass, with room for a range map per open frame, one
// record per frame, and a few steps of each kind.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "range_map.hpp"
#include "traces/replay/replay_observer.hpp"

namespace evmmem::traces {

struct OpcodeMemoryStats {
    Opcode op{};
    std::uint64_t steps = 0;       ///< that touched memory
    std::uint64_t expansions = 0;  ///< steps among them that grew it
    std::uint64_t gas = 0;         ///< for growing
    std::uint64_t bytes_grown = 0;
    std::uint64_t bytes_read = 0;
    std::uint64_t bytes_written = 0;  ///< those that a call brings are the call's
};

struct FrameMemoryStats {
    std::uint64_t frame = 0;  ///< counted as entered
    std::uint64_t transaction = 0;
    std::uint32_t depth = 1;
    std::optional<StepReference> call;  ///< that entered it; nothing for an outermost one
    std::uint64_t steps = 0;
    std::uint64_t gas = 0;                 ///< for growing
    std::uint64_t size = 0;                ///< at its end, in bytes
    std::uint64_t bytes_used = 0;          ///< of them, that were ever read or written
    std::uint64_t bytes_written_once = 0;  ///< of them, that were ever written
    bool is_size_known = true;             ///< false: steps were missing
};

struct StepMemoryStats {
    StepReference step;
    std::uint64_t gas = 0;          ///< for growing
    std::uint64_t size_before = 0;  ///< of the frame's memory, in bytes
    std::uint64_t size_after = 0;
    std::uint64_t bytes_written = 0;
};

/// Memory of all open frames together, in bytes, from this step on.
struct GrowthPoint {
    std::uint64_t step = 0;
    std::uint64_t bytes = 0;
};

class MemoryStats final : public ReplayObserver {
public:
    /// Keeps the `top` costliest and largest of steps.
    explicit MemoryStats(std::size_t top) : top_{top} {}

    /// The trace is over; frames that are still open count as they are.
    void finish();

    /// Instructions that touched memory, the costliest first.
    std::vector<OpcodeMemoryStats> opcodes() const;
    /// All frames, in the order in which they ended.
    const std::vector<FrameMemoryStats>& frames() const { return frames_; }
    /// The steps whose growth cost most, and those that wrote most; the costliest, the largest first.
    const std::vector<StepMemoryStats>& costliest() const { return costliest_; }
    const std::vector<StepMemoryStats>& largest() const { return largest_; }
    /// Memory over the steps: points_max points at most, a peak never left out.
    const std::vector<GrowthPoint>& growth() const { return growth_; }

    void on_transaction(std::uint64_t number) override;
    void on_frame_entered(const CallFrame& frame, const PendingStep* call) override;
    void on_frame_left(const CallFrame& frame, const Memory& memory) override;
    void on_call_over(const CallFrame& frame, const PendingStep& call, MemoryRange arrived,
                      bool is_leaf, const Memory& memory) override;
    void on_effect(const ReplayMoment& moment) override;

    static constexpr std::size_t points_max = 512;

private:
    struct OpenFrame {
        FrameMemoryStats stats;
        RangeMap<char> used;
        RangeMap<char> written;
    };

    void close_frame();
    void note_growth(std::uint64_t step, std::uint64_t bytes);

    std::size_t top_;
    std::array<OpcodeMemoryStats, 256> by_opcode_{};
    std::vector<OpenFrame> open_;
    std::uint64_t parents_bytes_ = 0;
    std::uint64_t transaction_ = 0;
    std::vector<FrameMemoryStats> frames_;
    std::vector<StepMemoryStats> costliest_;
    std::vector<StepMemoryStats> largest_;
    std::vector<GrowthPoint> growth_;
};

}  // namespace evmmem::traces
