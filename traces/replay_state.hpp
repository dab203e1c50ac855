// SPDX-License-Identifier: MIT
// What the passes of a replay share: the memory, the frames, the forks still possible, and the way
// to say that something is wrong. Each pass is a file of its own; replayer.cpp calls them in order.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "access_list.hpp"
#include "call_frames.hpp"
#include "checks.hpp"
#include "core/access_program.hpp"
#include "core/fork.hpp"
#include "core/memory.hpp"
#include "deployed_codes.hpp"
#include "finding.hpp"
#include "replay_summary.hpp"
#include "replayer.hpp"

namespace evmmem::traces {

/// What a client's gasCost counts on calls and creates: clients differ, and dialects look alike, so
/// the trace's own calls decide. A style that one of them contradicts is struck.
class CallCostStyles {
public:
    explicit CallCostStyles(GasCostStyle style);

    /// Whether the trace prints a cost that can be compared at all.
    bool is_told() const { return mask_ != 0; }
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
/// disagreements wait until enough steps have spoken for or against it.
class GasCostTrust {
public:
    bool is_believed() const { return !is_lost_; }
    void lose() { is_lost_ = true; }
    void agree() { ++agreed_; }
    /// Whether a disagreement is the client's bug and no sign of a field that means something else.
    bool is_earned() const { return agreed_ >= agreed_min; }

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
};

struct ReplayState {
    ReplayState(const Dialect& dialect_of_trace, ReplayOptions replay_options,
                FindingSink& findings)
        : dialect{dialect_of_trace},
          options{std::move(replay_options)},
          sink{findings},
          memory{Memory::with_limit(options.memory_max)},
          forks{options.forks},
          timings{dialect_of_trace.timings},
          call_cost_styles{dialect_of_trace.gas_cost} {}

    const Dialect& dialect;
    const ReplayOptions options;
    FindingSink& sink;
    ReplaySummary summary;

    Memory memory;  ///< its frames are those of `frames`
    CallFrames frames;
    std::uint64_t parents_bytes = 0;  ///< memory of all open frames but the current one
    AccessList accessed;
    DeployedCodes deployed;

    ForkSet forks;          ///< that every step so far allows
    MemoryTimings timings;  ///< that every line so far allows
    GasCostTrust gas_cost_trust;
    CallCostStyles call_cost_styles;
    bool is_gas_in_doubt = false;   ///< a finding about gas was made in this transaction
    bool has_shown_memory = false;  ///< some line printed bytes: now an empty memory means empty
    std::uint64_t steps = 0;        ///< read so far
    std::uint64_t line = 0;         ///< of the step at hand
    std::optional<std::int64_t> refund;                   ///< as the last step prints it
    std::optional<std::vector<std::uint8_t>> call_input;  ///< of the next outermost frame, as told
    std::optional<std::vector<std::uint8_t>> creation_code;  ///< what it runs, if it is a creation
    bool is_transaction_over = false;  ///< its summary was read, or the next array of steps begins
    bool is_line_missing = false;      ///< a line before the next step could not be read

    /// A check was made and holds, or could not be made.
    void passed(Check check) { ++count(check).made; }
    void impossible(Check check) { ++count(check).impossible; }

    /// A check was made and does not hold. The step is the one whose effect is wrong; when a
    /// finding names it already, the failure is counted and nothing more is said: one bug, one
    /// finding.
    void failed(Check check, PendingStep& step, std::string claimed, std::string computed,
                std::string detail, Severity severity = Severity::finding,
                std::optional<Finding::Bytes> bytes = std::nullopt);

    /// Opens a frame of memory for the frame that was or will be pushed, and ends it: the program
    /// that is recorded goes along.
    void enter_memory_frame();
    void leave_memory_frame();
    /// Grows the current frame's memory; returns false where the replay may not hold so much.
    bool grow_memory_to(std::uint64_t size);
    /// Copies a range of the current frame's memory, or data, for a frame to keep; where the replay
    /// may not hold so much, nothing of it is known but the size of a range.
    void keep(KnownData& target, const CallFrame& frame, MemoryRange range);
    void keep(KnownData& target, const KnownData& data);
    void keep(KnownData& target, std::span<const std::uint8_t> bytes);

    /// A number that stands for the storage of the account at `address`; of one not met before.
    std::uint64_t storage_of(const Word& address);
    std::uint64_t new_storage() { return ++storages_; }

    /// Keeps the forks that `allows`; when none would be left, keeps all and returns false.
    template <typename Allows>
    bool strike_forks(Allows allows) {
        ForkSet left;
        forks.for_each([&](Fork fork) {
            if (allows(fork)) left |= fork;
        });
        if (left.empty()) return false;
        forks = left;
        return true;
    }

    /// Findings that only Amsterdam's rules could contradict are warnings: those rules are not
    /// settled.
    Severity severity_by_fork() const {
        return forks == ForkSet{Fork::amsterdam} ? Severity::warning : Severity::finding;
    }

    void agree_on_gas_cost();
    void disagree_on_gas_cost(PendingStep& step, std::uint64_t expected);
    void fail_gas_cost(PendingStep& step, std::uint64_t expected);
    /// The trace is over: doubts that nothing has confirmed or refuted are findings.
    void settle_gas_cost_doubts();

    CheckCount& count(Check check) { return summary.checks[static_cast<std::size_t>(check)]; }

    /// A transaction begins: what the last one touched and deployed is of no matter.
    void begin_transaction();
    /// The number of the current one, from 0.
    std::uint64_t transaction() const {
        return summary.transactions == 0 ? 0 : summary.transactions - 1;
    }

private:
    bool may_hold(std::uint64_t others, std::uint64_t size, std::uint64_t added);
    void reach_limit(std::uint64_t bytes, bool is_hosts);

    /// Warnings given, so that each is given once for each instruction.
    std::vector<std::pair<Check, Opcode>> warned_;
    std::uint64_t storages_ = 0;
    std::unordered_map<Word, std::uint64_t, WordHash> storage_by_address_;
};

/// "0x2a", for offsets, sizes and gas in messages.
std::string hex(std::uint64_t value);

}  // namespace evmmem::traces
