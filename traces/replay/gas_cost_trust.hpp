// SPDX-License-Identifier: MIT
// How far this client's gasCost can be believed, and what it counts: clients differ, and some print it wrong.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "call_frames.hpp"
#include "traces/dialects/dialect.hpp"

namespace evmmem::traces {

/// What a client's gasCost counts on calls and creates: clients differ, and dialects look alike, so
/// the trace's own calls decide. A style that one of them contradicts is struck.
class CallCostStyles {
public:
    explicit CallCostStyles(GasCostStyle style);

    /// Whether the trace prints a cost that can be compared at all.
    bool is_printed() const { return mask_ != 0; }
    /// Whether `printed` is what some style that is left counts; `matches(style)` says so of one.
    template <typename Matches>
    bool any(Matches matches) const {
        return (matching(matches) & mask_) != 0;
    }
    /// Keeps the styles that match, if there are any.
    template <typename Matches>
    void keep(Matches matches) {
        if (const unsigned left = matching(matches) & mask_; left != 0) mask_ = left;
    }
    /// One that is left.
    GasCostStyle likely() const;

private:
    static constexpr std::array candidates{GasCostStyle::full, GasCostStyle::full_create,
                                           GasCostStyle::own};
    template <typename Matches>
    static unsigned matching(Matches matches) {
        unsigned result = 0;
        for (std::size_t i = 0; i < candidates.size(); ++i)
            if (matches(candidates[i])) result |= 1U << i;
        return result;
    }

    unsigned mask_ = 0;
};

/// Whether this client's gasCost can be believed. Some versions printed stale ones; so the first
/// disagreements wait until enough steps have spoken for or against it. Not so where the dialect is
/// known to print it right.
class GasCostTrust {
public:
    explicit GasCostTrust(bool is_sure) : is_sure_{is_sure} {}

    bool is_believed() const { return !is_lost_; }
    void lose() { is_lost_ = true; }
    void agree() { ++agreed_; }
    /// Whether a disagreement is the client's bug and no sign of a field that means something else.
    bool is_earned() const { return is_sure_ || agreed_ >= agreed_min; }

    struct Doubt {
        PendingStep step;
        std::uint64_t expected = 0;
    };
    std::vector<Doubt> doubts;  ///< that wait; three of them, and trust is lost
    static constexpr std::size_t doubts_max = 3;

private:
    static constexpr std::uint64_t agreed_min = 32;
    std::uint64_t agreed_ = 0;
    bool is_lost_ = false;
    bool is_sure_ = false;
};

}  // namespace evmmem::traces
