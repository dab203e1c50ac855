// SPDX-License-Identifier: MIT
// What the passes of a replay share: the memory, the frames, the forks still possible, and the way
// to say that something is wrong. Each pass is a file of its own; replayer.cpp calls them in order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "access_list.hpp"
#include "call_frames.hpp"
#include "core/access_program.hpp"
#include "core/fork.hpp"
#include "core/memory.hpp"
#include "deployed_codes.hpp"
#include "gas_cost_trust.hpp"
#include "replay_options.hpp"
#include "traces/check.hpp"
#include "traces/finding.hpp"
#include "traces/replay_summary.hpp"

namespace evmmem::traces {

struct ReplayState {
    ReplayState(const Dialect& dialect_of_trace, ReplayOptions replay_options,
                FindingSink& findings)
        : dialect{dialect_of_trace},
          options{std::move(replay_options)},
          sink{findings},
          memory{Memory::with_limit(options.memory_max)},
          forks{options.forks},
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

    ForkSet forks;  ///< that every step so far allows
    GasCostTrust gas_cost_trust;
    CallCostStyles call_cost_styles;
    /// Part of the transaction's state gas may be paid by a reservoir (EIP-8037).
    bool has_reservoir = true;
    bool is_gas_in_doubt = false;      ///< a finding about gas was made in this transaction
    std::uint64_t steps = 0;           ///< read so far
    std::uint64_t line = 0;            ///< of the step at hand
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

    /// Whether the trace shows Amsterdam, and Amsterdam changes what the step costs. Its rules are
    /// not settled.
    bool is_price_unsettled(const PendingStep& step) const {
        const GasRule::Base base = step.info->gas.base;
        return forks == ForkSet{Fork::amsterdam} &&
               (base == GasRule::Base::by_state || base == GasRule::Base::call ||
                base == GasRule::Base::create);
    }
    /// Of what only unsettled rules contradict: a warning. Of everything else: a finding.
    Severity severity_of(const PendingStep& step) const {
        return is_price_unsettled(step) ? Severity::warning : Severity::finding;
    }

    void agree_on_gas_cost();
    void disagree_on_gas_cost(PendingStep& step, std::uint64_t expected);
    void fail_gas_cost(PendingStep& step, std::uint64_t expected);
    /// The trace is over: doubts that nothing has confirmed or refuted are findings.
    void report_gas_cost_doubts();

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
