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
#include "accounts.hpp"
#include "call_frames.hpp"
#include "core/access_program.hpp"
#include "core/fork.hpp"
#include "core/memory.hpp"
#include "core/memory_pricing.hpp"
#include "deployed_codes.hpp"
#include "gas_cost_trust.hpp"
#include "learned_codes.hpp"
#include "memory_hashes.hpp"
#include "nested_reach.hpp"
#include "replay_options.hpp"
#include "traces/check.hpp"
#include "traces/finding.hpp"
#include "traces/replay_summary.hpp"
#include "work_budget.hpp"

namespace evmmem::traces {

/// What a step uses of storage, and what was known of it before.
struct StorageAccess {
    std::uint64_t step = ~std::uint64_t{0};  ///< PendingStep::number
    Storage::Slot* slot = nullptr;           ///< null: it cannot be told
    bool is_first = false;                   ///< no step has touched the slot before
    SlotState before;
    std::optional<Word> shown;  ///< what an SLOAD's own line shows of the slot, beside the stack
};

struct ReplayState {
    ReplayState(const Dialect& dialect_of_trace, ReplayOptions replay_options,
                FindingSink& findings)
        : dialect{dialect_of_trace},
          options{std::move(replay_options)},
          sink{findings},
          memory{Memory::with_limit(sizes_max())},
          hashing{options.hash_max},
          copying{options.copy_max},
          forks{options.forks},
          gas_cost_trust{dialect_of_trace.has_sure_gas_cost},
          call_cost_styles{dialect_of_trace.gas_cost} {}

    /// Of the trace; it may become clear late, and then another is set.
    Dialect dialect;
    const ReplayOptions options;
    FindingSink& sink;
    ReplaySummary summary;

    Memory memory;  ///< its frames are those of `frames`
    CallFrames frames;
    std::uint64_t parents_bytes = 0;  ///< memory of all open frames but the current one
    WorkBudget hashing;               ///< of bytes of memory
    WorkBudget copying;               ///< of bytes of memory, and of data that frames keep
    MemoryHashes hashes;
    AccessList accessed;
    Storage storage;
    StorageAccess storage_access;  ///< of the last step that used storage
    DeployedCodes deployed;
    LearnedCodes learned_codes;
    Accounts accounts;
    std::uint64_t nonces_tried = 0;  ///< to find out what a creator's is

    ForkSet forks;  ///< that every step of the transaction so far allows
    /// What holds in a fork.
    RulesView rules(Fork fork) const { return options.rules.of(fork); }
    const OpcodeInfo& info(Opcode op) const { return options.rules.info(op); }
    GasCostTrust gas_cost_trust;
    CallCostStyles call_cost_styles;
    /// Part of the transaction's state gas may be paid by a reservoir (EIP-8037).
    bool has_reservoir = true;
    /// Failures that only Amsterdam's rules explain, while other forks are left.
    std::vector<PendingStep> amsterdam_failures;
    /// The first step that paid for a warm slot which no step had touched: an access list must have it.
    std::optional<PendingStep> of_access_list;
    bool are_errors_meaningless = false;  ///< those without a name: steps that have one go on
    bool prints_callee_ends = false;      ///< the transaction has shown a callee's end by a line
    bool is_gas_in_doubt = false;         ///< a finding about gas was made in this transaction
    /// Words that the trace says memory has more than it has, negative if fewer, as a finding said.
    std::int64_t memory_slip = 0;
    std::uint64_t steps = 0;           ///< read so far
    std::uint64_t line = 0;            ///< of the step at hand
    bool is_transaction_over = false;  ///< its summary was read, or the next array of steps begins
    bool is_stack_perhaps_decimal = false;  ///< its items have no 0x, and fewer than 64 digits
    bool is_line_missing = false;           ///< a line before the next step could not be read
    bool shows_storage_always = false;      ///< and not only on lines that use it
    bool leaves_steps_out = false;          ///< so may any line be: a filter, or a sample of steps

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
    /// What the current frame pays for what the step touches, where the rules price memory in their own way:
    /// sets its expansion, and why it must halt.
    void price_memory(const CallFrame& frame, PendingStep& step);
    /// What growing from so many bytes to `end` costs; nothing where that is more gas than exists, or where
    /// it does not depend on memory's size.
    std::optional<std::uint64_t> growth_cost(std::uint64_t bytes, std::uint64_t end) const;
    /// Whether the current frame's memory, which is that large, may be written or read up to `end`.
    bool may_touch(std::uint64_t end) { return end <= touched_.held() || may_touch_more(end); }
    /// Copies a range of the current frame's memory, or data, for a frame to keep; where the replay
    /// may not hold or copy so much, nothing of it is known but its size.
    void keep(KnownData& target, const CallFrame& frame, MemoryRange range);
    void keep(KnownData& target, const KnownData& data);
    void keep(KnownData& target, std::span<const std::uint8_t> bytes);
    /// Bytes of data that a frame keeps were revealed; nothing is learned where that would take too
    /// large a copy.
    void learn(KnownData& data, std::uint64_t offset, std::span<const std::uint8_t> bytes);

    /// The hash of a range of the current frame's memory; nothing where not all of it is known, or
    /// where the replay may not hash so much.
    std::optional<Bytes32> hash(HashFunction function, const CallFrame& frame, MemoryRange range);
    /// Whether so many bytes may be copied at this step.
    bool may_copy(std::uint64_t size);
    /// To be called by all that write to the current frame's memory.
    void has_written(const CallFrame& frame, std::uint64_t begin, std::uint64_t end) {
        hashes.forget(frame.id, begin, end);
    }

    /// Where the journals stand now; and back to where they stood.
    JournalMarks marks();
    void take_back(const JournalMarks& marks);
    /// What came after the marks may have been taken back, or not: codes, balances and nonces are
    /// unknown.
    void forget_accounts(const JournalMarks& marks);
    /// A transaction begins, or steps are missing: nothing is known of what one changes.
    void clear_journals();

    /// The storage of the account at `address`; a number that stands for one not met before.
    StorageOwner storage_of(const Word& address);
    std::uint64_t new_storage() { return ++storages_; }
    /// The account with this storage turns out to be the one at `address`.
    void name_storage(std::uint64_t id, const Word& address);
    /// A create has made the account at `address`, whose init code used this storage.
    void deploy_storage(std::uint64_t id, const Word& address);

    /// Keeps the forks that `allows`, for what came of `step`; when none would be left, keeps all
    /// and returns false.
    template <typename Allows>
    bool strike_forks(const PendingStep& step, Allows allows) {
        ForkSet left;
        forks.for_each([&](Fork fork) {
            if (allows(fork)) left |= fork;
        });
        if (left.empty()) return false;
        if (left != forks) keep_forks(step, left);
        return true;
    }

    /// `left` of the forks remain: `step` has struck the others.
    void keep_forks(const PendingStep& step, ForkSet left);

    /// Whether the trace shows Amsterdam, and Amsterdam changes what the step costs. Its rules are
    /// not settled.
    bool is_price_unsettled(const PendingStep& step) const {
        const GasRule::Base base = step.info->gas.base;
        return forks == ForkSet{Fork::amsterdam} &&
               (base == GasRule::Base::by_state || base == GasRule::Base::call ||
                base == GasRule::Base::create);
    }
    /// A finding about the step is a warning where only Amsterdam's rules can contradict it: those
    /// of state gas and of access are not settled. What else Amsterdam has is as in the forks
    /// before it.
    Severity severity_of(const PendingStep& step) const;

    void agree_on_gas_cost();
    void disagree_on_gas_cost(PendingStep& step, std::uint64_t expected);
    void fail_gas_cost(PendingStep& step, std::uint64_t expected);
    /// The trace is over: doubts that nothing has confirmed or refuted are findings.
    void report_gas_cost_doubts();

    /// `size` bytes of memory with that slip; nothing where there is none, or not so many.
    std::optional<std::uint64_t> slipped(std::uint64_t size) const;

    CheckCount& count(Check check) { return summary.checks[static_cast<std::size_t>(check)]; }

    /// What the steps of this transaction have struck, and what the client says that its fork is.
    const std::vector<ForkStrike>& fork_strikes() const { return fork_strikes_; }
    void set_fork(Fork fork) { forks = fork; }
    /// The first of them that struck one of these forks; null when none did.
    const ForkStrike* strike_of(ForkSet some) const;
    /// The transaction's forks are decided: notes them, and begins with all again.
    void conclude_forks();

    /// Counts nothing of the checks that were not asked for.
    void leave_out_unchosen();

    /// A transaction begins: what the last one touched and deployed is of no matter.
    void begin_transaction();
    /// The number of the current one, from 0.
    std::uint64_t transaction() const {
        return summary.transactions == 0 ? 0 : summary.transactions - 1;
    }

private:
    /// What a finding of that kind may come of, where the trace is not what it seems.
    std::string hint(Check check, Opcode op) const;

    /// What memory that is neither written nor read counts: one byte for so many.
    static constexpr std::uint64_t untouched_share = 8;

    std::uint64_t sizes_max() const;
    bool may_touch_more(std::uint64_t end);
    bool may_keep(KnownData& target, std::uint64_t size);
    void reach_limit(std::uint64_t bytes, bool is_hosts);

    /// Only asked where the rules price memory in their own way.
    MemoryPricing pricing_{options.rules.everywhere()};
    NestedReach sizes_;    ///< of memory
    NestedReach touched_;  ///< where memory was written or read, the far end of it

    /// Warnings given, so that each is given once for each instruction.
    std::vector<std::pair<Check, Opcode>> warned_;
    std::uint64_t storages_ = 0;
    std::vector<ForkStrike> fork_strikes_;
    std::unordered_map<Word, StorageOwner, WordHash> storage_by_address_;
};

/// "0x2a", for offsets, sizes and gas in messages.
std::string hex(std::uint64_t value);

/// "; 0x5e was also JUMPSUB ..", where the byte is another instruction elsewhere; else nothing.
std::string also_meant(Opcode op);

}  // namespace evmmem::traces
