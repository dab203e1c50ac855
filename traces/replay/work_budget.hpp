// SPDX-License-Identifier: MIT
// How many bytes of memory a replay hashes, or copies, because a trace says so. A line of a hundred
// bytes can ask for megabytes of work, and only gas, of which a trace may claim any amount, bounds
// how often. So there is a limit for the whole replay; each step adds a little to it, so that what
// ordinary instructions ask for is never refused, however long the trace is.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

namespace evmmem::traces {

/// Work was refused.
struct WorkLimit {
    std::uint64_t line = 0;      ///< of the first time; from 1
    std::uint64_t times = 0;     ///< how often
    std::uint64_t suffices = 0;  ///< the limit, in bytes, that would have refused nothing
};

class WorkBudget {
public:
    /// What each step adds, in bytes.
    static constexpr std::uint64_t bytes_a_step = 256;

    explicit WorkBudget(std::uint64_t bytes_max) : max_{bytes_max} {}

    /// Whether `bytes` more may be worked through at a step, before which there were `steps`. When
    /// not, they are counted as missing.
    bool take(std::uint64_t bytes, std::uint64_t steps, std::uint64_t line) {
        const std::uint64_t earned = bytes_a_step * steps;
        wanted_ = add(wanted_, bytes);
        suffices_ = std::max(suffices_, wanted_ - std::min(wanted_, earned));
        const std::uint64_t allowed = add(max_, earned);
        if (taken_ <= allowed && bytes <= allowed - taken_) {
            taken_ += bytes;
            return true;
        }
        refuse(line);
        return false;
    }
    /// What was refused before is asked for again.
    void refuse(std::uint64_t line) {
        if (!limit_) limit_ = {line, 0, 0};
        ++limit_->times;
    }

    /// Of all bytes that were worked through.
    std::uint64_t taken() const { return taken_; }
    /// Nothing when nothing was refused.
    std::optional<WorkLimit> limit() const {
        if (!limit_) return std::nullopt;
        return WorkLimit{limit_->line, limit_->times, suffices_};
    }

private:
    static std::uint64_t add(std::uint64_t a, std::uint64_t b) {
        return b > ~a ? ~std::uint64_t{0} : a + b;
    }

    std::uint64_t max_;
    std::uint64_t taken_ = 0;
    std::uint64_t wanted_ = 0;    // refused bytes included
    std::uint64_t suffices_ = 0;  // as a limit, so far
    std::optional<WorkLimit> limit_;
};

}  // namespace evmmem::traces
