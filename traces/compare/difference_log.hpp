// SPDX-License-Identifier: MIT
// The differences of two traces as they are met: the first ones are kept whole, of all how many there are, and what follows
// from each. The findings that decide about them come in as the replays make them, some of them late.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <span>

#include "compared_trace.hpp"
#include "trace_difference.hpp"

namespace evmmem::traces {

/// A difference, by its number, that another one comes of; or none.
using Cause = std::uint64_t;
inline constexpr Cause no_cause = std::numeric_limits<Cause>::max();

class DifferenceLog {
public:
    DifferenceLog(Both<ComparedTrace*> traces, std::size_t kept_max, std::size_t before_max)
        : traces_{traces}, kept_max_{kept_max}, before_max_{before_max} {}

    /// Both sides were at these steps, and alike but for what was said.
    void note_pair(const StepReference& a, const StepReference& b);
    /// The next difference has no steps before it.
    void forget_pairs() { before_.clear(); }

    /// A difference is met. Its number is set here, and what stands before it.
    Cause open(TraceDifference difference);
    /// What it comes of is wrong in these steps of each side, of which a finding may be.
    void collect(Cause cause, Side side, std::span<const std::uint64_t> steps);
    /// These steps differ for no other reason.
    void follow(Cause cause, const StepReference& a, const StepReference& b);
    /// The difference, if it is one of those kept; else null.
    TraceDifference* kept(Cause cause);

    std::uint64_t count() const { return count_; }
    std::uint64_t count(TraceDifference::Kind kind) const {
        return counts_[static_cast<std::size_t>(kind)];
    }
    std::deque<TraceDifference>& differences() { return kept_; }
    const std::deque<TraceDifference>& differences() const { return kept_; }

    /// All has been read: says of each difference who is right. The summaries are those of the replays.
    void judge();

private:
    void judge(TraceDifference& difference) const;

    Both<ComparedTrace*> traces_;
    std::size_t kept_max_;
    std::size_t before_max_;
    std::deque<Both<StepReference>> before_;
    std::deque<TraceDifference> kept_;  // references to them stay valid
    std::uint64_t count_ = 0;
    std::array<std::uint64_t, TraceDifference::kind_count> counts_{};
};

}  // namespace evmmem::traces
