// SPDX-License-Identifier: MIT
// The refund counter that lines print: it moves by what SSTORE and SELFDESTRUCT refund, and goes back
// when a frame fails. Clients differ in two ways, which the trace itself shows: some print the counter
// of the transaction, some that of the frame; and some print a line's own refund on that line already,
// some on the next, ethereumjs that of SSTORE here and that of SELFDESTRUCT there. Where it begins is
// not checked (EIP-7702 refunds before the first step).
// Sources: EIP-2200, EIP-3529; EIP-3155 refund.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "frame_ends.hpp"
#include "traces/replay/replay_state.hpp"
#include "traces/replay/step_placement.hpp"
#include "traces/step.hpp"

namespace evmmem::traces {

/// Checks gas.refund.
class RefundChecks {
public:
    explicit RefundChecks(ReplayState& state) : state_{state} {}

    /// What the last line prints.
    const std::optional<std::int64_t>& shown() const { return shown_; }

    /// The counter after `last`, the last step of the transaction, as far as it is known.
    std::optional<std::int64_t> at_end(const PendingStep& last) const;

    /// Another client prints the counter from here on.
    void forget_style() { styles_left_ = 0xff; }

    /// The line `next`, which is placed so, shows the counter after its frame's last step `last`; null
    /// where there is none. `ended` is how the callee ended that `last` called and whose steps are over;
    /// null where there is none, or where several frames ended at once.
    void conclude(const Placement& placement, const Step& next, PendingStep* last, FrameEnd* ended);

private:
    /// How a client prints the counter.
    struct Style {
        bool is_of_frame;
        /// Of SSTORE, and of SELFDESTRUCT: its own line has its refund already.
        bool is_store_early;
        bool is_destruct_early;

        bool is_early(Opcode op) const {
            return op == Opcode::SSTORE ? is_store_early : is_destruct_early;
        }
    };
    static constexpr std::array<Style, 8> styles{{{false, false, false},
                                                  {false, false, true},
                                                  {false, true, false},
                                                  {false, true, true},
                                                  {true, false, false},
                                                  {true, false, true},
                                                  {true, true, false},
                                                  {true, true, true}}};

    struct Expected {
        std::array<std::optional<std::int64_t>, 2> counter;  ///< of the transaction, of the frame
        PendingStep* by = nullptr;  ///< the step before, if it is one that may refund
        /// By how much its own line had more than the one before, where that is known.
        std::array<std::optional<std::int64_t>, 2> early{0, 0};
    };
    /// What one style and one fork make of a line.
    struct Reading {
        bool is_allowed = true;
        bool is_known = false;  ///< what the step refunded, as the line has it
        std::int64_t refund = 0;
    };

    void note_left_out(const Placement& placement, const Step& line);
    std::optional<std::int64_t> value_of(const Step& line) const;
    Expected expect(const Placement& placement, PendingStep* last, FrameEnd* ended);
    Expected with_refunding(Expected expected, PendingStep& by) const;
    Reading read(Style style, Fork fork, const Expected& expected, const Step& next,
                 std::int64_t value) const;
    bool may_refund(const PendingStep& step, std::int64_t refund, Fork fork) const;
    void judge(const Expected& expected, const Step& next, PendingStep& blamed, std::int64_t value);
    std::string computed(const Expected& expected) const;

    ReplayState& state_;
    std::optional<std::int64_t> shown_;
    std::optional<std::int64_t> printed_;  ///< the same, and 0 where that is left out
    bool has_printed_ = false;             ///< in this transaction, a counter that is not 0
    bool was_left_out_ = false;            ///< on all lines of the transaction so far
    bool may_refund_ = false;              ///< a step of the transaction that is over
    std::uint8_t styles_left_ = 0xff;
    /// Of the callers of the open frames, outermost first: the counter on their calls' lines.
    std::vector<std::optional<std::int64_t>> at_calls_;
    /// By how much the line of an SSTORE or SELFDESTRUCT had another counter than the line before, in
    /// either way of counting; nothing where that was not known.
    struct EarlyRefund {
        std::uint64_t step = ~std::uint64_t{0};
        std::array<std::optional<std::int64_t>, 2> refund{};
    };
    EarlyRefund early_;
};

}  // namespace evmmem::traces
