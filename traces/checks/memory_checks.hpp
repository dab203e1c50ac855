// SPDX-License-Identifier: MIT
// What a trace claims of memory (memSize, memory) against the memory that the replay keeps. Clients
// take it at one of three moments; a trace's first expanding instruction shows which.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "traces/replay/replay_state.hpp"

namespace evmmem::traces {

/// What the lines so far have shown of how this trace claims memory.
struct MemoryClaimHistory {
    MemoryTimings timings;           ///< that every line so far allows
    bool has_shown_memory = false;   ///< some line printed bytes: now an empty memory means empty
    std::uint64_t slipped_size = 0;  ///< the last size that a finding named, or off as that one
};

/// Whether the line's claims are of the moment before its step, and agree with memory as it is;
/// counts them if so. When it returns false nothing has changed, and MemoryClaims finds out what is
/// wrong, if anything is. The claims of most lines hold.
bool claims_hold(ReplayState& state, MemoryClaimHistory& history, const CallFrame& frame,
                 const Step& step);

/// The claims of one line, compared at each moment that the dialect may have taken them.
class MemoryClaims {
public:
    /// `before` is the frame's step before this line, `ended` the last step of the callee that has
    /// just handed over its output, `own` the line's own; each may be to blame, the first two may
    /// be null.
    MemoryClaims(ReplayState& state, MemoryClaimHistory& history, CallFrame& frame,
                 const Step& step, PendingStep* before, PendingStep* ended, PendingStep& own);

    /// Memory is now as it is at this moment.
    void compare_at(MemoryTiming moment) {
        if (history_.timings.contains(moment) && (size_ || bytes_)) compare(moment);
    }
    /// All moments have passed: says what does not agree, or strikes the moments that did not.
    void conclude();

private:
    struct Mismatch {
        bool is_size = false;
        std::uint64_t claimed_size = 0;
        std::uint64_t computed_size = 0;
        std::uint64_t offset = 0;  ///< of the first differing byte
    };

    bool is_decided() const;
    bool may_learn() const;
    void compare(MemoryTiming moment);
    std::optional<Mismatch> mismatch();
    bool is_known_slip(std::uint64_t claimed, std::uint64_t computed);
    void learn();
    void learn_size(std::uint64_t size);
    void fail_no_word_count();
    void report(MemoryTiming moment, const Mismatch& found);
    PendingStep& culprit(MemoryTiming moment, const Mismatch& found);

    ReplayState& state_;
    MemoryClaimHistory& history_;
    CallFrame& frame_;
    PendingStep* before_;
    PendingStep* ended_;
    PendingStep& own_;
    std::optional<std::uint64_t> size_;
    std::optional<std::span<const std::uint8_t>> bytes_;
    MemoryTimings agreeing_;
    bool has_slip_ = false;     ///< the size is off as a finding has said before
    bool is_unusable_ = false;  ///< memory's size was unknown, and the claimed one cannot be held
    std::optional<Mismatch> first_mismatch_;
    MemoryTiming first_moment_ = MemoryTiming::before;
};

}  // namespace evmmem::traces
