// SPDX-License-Identifier: MIT
// How a frame ends: whether it succeeded, what gas it leaves to its caller, and what it returns.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "traces/record.hpp"
#include "traces/replay/replay_state.hpp"

namespace evmmem::traces {

/// Gas that a frame may have left at its end, and the forks in which it may.
struct GasLeft {
    std::uint64_t gas = 0;
    ForkSet forks;
    std::uint64_t state_gas_most = 0;  ///< that its last step may have taken besides (EIP-8037)
};

/// More ways than these to leave gas are not distinguished.
inline constexpr std::size_t gas_left_max = 64;

/// Adds a way to leave gas, or the forks of one that is there.
void add_gas_left(std::vector<GasLeft>& ways, const GasLeft& way);

/// Adds what a frame may have left if `last` ends it: a way for each cost that its rules allow and its
/// gas pays for.
void add_gas_left_after(const ReplayState& state, const PendingStep& last,
                        std::vector<GasLeft>& ways);

/// What a client says of a frame's end on a line of its own, after the frame's last step.
struct FrameReport {
    explicit FrameReport(const Report& report);

    std::optional<KnownData> output;
    std::optional<std::uint64_t> gas_used;
    bool has_error = false;
    HaltReason halt = HaltReason::none;  ///< that the error names
};

/// How a frame ended, as its last step and its caller's next line show.
struct FrameEnd {
    enum class How : std::uint8_t { succeeded, reverted, failed, unknown };

    How how = How::unknown;
    /// That goes back to the caller: one of these; empty when it is not known.
    std::vector<GasLeft> gas_left;
    /// The same where a finding said that the last line's gas is a slip.
    std::optional<std::uint64_t> gas_left_otherwise;
    std::uint64_t gas_at_entry = 0;
    std::uint64_t state_gas_most = 0;  ///< that the frame can have taken; comes back if it fails
    std::optional<Word> address;       ///< of a create's new account, where it can be known
    PendingStep last;                  ///< the frame's last step
    bool may_have_failed = false;      ///< the last step may have failed though it has its gas
    KnownData output;                  ///< what it returned: of a create, the deployed code
    JournalMarks marks;                ///< CallFrame::marks
    std::uint64_t storage = 0;         ///< CallFrame::storage
    std::optional<Word> made_at;       ///< CallFrame::made_at
    std::uint64_t creates_before = 0;
};

/// Ends the current frame, of which there is a parent; `end` is refilled with what came of it.
/// `result` is what the caller's next line shows on top of its stack, where it does. `after_call`
/// is what the frame may have left if its last step is a call that is over, and an unprinted STOP
/// followed; `report` what the client said of the frame's end, and may be null.
void leave_call(ReplayState& state, const Word* result, const std::vector<GasLeft>& after_call,
                const FrameReport* report, FrameEnd& end);

/// The create that ended so failed after all: nothing is left of its gas, it returned nothing, and
/// what its frame touched and deployed is taken back.
void fail_create(ReplayState& state, FrameEnd& end);

}  // namespace evmmem::traces
