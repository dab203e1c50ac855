// SPDX-License-Identifier: MIT
// What a trace would have cost if memory had been priced otherwise. Everything else costs what it did, so the
// gas of every step follows from the gas that the trace shows and from what memory cost more or less before
// it: within a frame, by what a call hands on (63/64), and back to the caller. Where gas decides what code
// does, that is said and what follows is not certain: a GAS that is read, a call that fails or would, a call
// whose gas cannot be told. Deployed code, refunds and what a transaction pays before its first step are as
// they were.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/memory_pricing.hpp"
#include "core/rules.hpp"
#include "traces/replay/replay_observer.hpp"

namespace evmmem::traces {

/// Why what a transaction does may be another from a step on.
enum class PathChange : std::uint8_t {
    none,
    gas_is_read,      ///< GAS gives another number, which does not only go to the next call
    call_halts,       ///< memory's rules halt a callee there
    call_out_of_gas,  ///< a callee has not the gas there
    gas_unknown,      ///< what a call handed on cannot be told from the trace
    ran_out_of_gas,   ///< it ran out of gas there, which it might not
    leaf_failed,      ///< a call without steps failed, or may
    ended_silently,   ///< how a callee ended cannot be told
    memory_unknown,   ///< steps or operands are missing, or the memory's size is not known
};
std::string_view describe(PathChange change);

struct RepricedTransaction {
    std::uint64_t number = 0;  ///< from 0
    std::uint64_t steps = 0;
    std::uint64_t calls = 0;          ///< frames, but for the outermost
    std::uint64_t memory_before = 0;  ///< gas, of all frames
    std::uint64_t memory_after = 0;
    /// Gas that its steps used; nothing where the trace does not show its end.
    std::optional<std::uint64_t> gas_before;
    /// The same under the rules, if it does what it did; all that it had, if it fails.
    std::optional<std::uint64_t> gas_after;
    /// Gas left at its end, if it does what it did; nothing as above.
    std::optional<std::uint64_t> left_after;

    /// The outermost frame fails here: its memory is halted, or it has not the gas (`halt` is none).
    std::optional<StepReference> fails_at;
    MemoryHalt halt = MemoryHalt::none;
    /// From here on it may do something else.
    PathChange change = PathChange::none;
    StepReference changes_at;
};

class MemoryRepricing final : public ReplayObserver {
public:
    /// The rules outlive it; only those of memory, and call_keeps_memory, are other than those of the trace.
    explicit MemoryRepricing(RulesView rules) : rules_{rules}, pricing_{rules} {}

    /// The trace is over.
    void finish();
    const std::vector<RepricedTransaction>& transactions() const { return transactions_; }

    void on_transaction(std::uint64_t number) override;
    void on_step(const ReplayMoment& moment) override;
    void on_effect(const ReplayMoment& moment) override;
    void on_frame_entered(const CallFrame& frame, const PendingStep* call) override;
    void on_frame_left(const CallFrame& frame, const Memory& memory) override;
    void on_call_over(const CallFrame& frame, const PendingStep& call, MemoryRange arrived,
                      bool is_leaf, const Memory& memory) override;
    void on_gap() override;

private:
    /// How a frame's last step leaves it.
    enum class Ending : std::uint8_t { normal, failed, silent };

    struct EndedFrame {
        std::int64_t given = 0;
        std::int64_t offset = 0;
        Ending ending = Ending::normal;
        std::uint64_t left = 0;      ///< gas, in the trace; 0 where that is not known
        std::uint64_t returned = 0;  ///< bytes
        bool has_reverted = false;
    };
    struct OpenFrame {
        std::uint64_t gas_at_entry = 0;
        std::int64_t given = 0;   ///< gas at its begin under the rules, less what the trace shows
        std::int64_t offset = 0;  ///< the same after its last step
        StepReference last;
        Ending ending = Ending::silent;
        std::optional<std::uint64_t>
            gas_left;                  ///< in the trace, after its last step, if it ends the frame
        std::int64_t call_gain = 0;    ///< of memory, by a call that is not over
        bool is_size_known = true;     ///< of memory, in the trace
        bool asks_all = false;         ///< that call's gas is what GAS gave before it
        std::optional<Word> gas_read;  ///< by the last step, where GAS would give another number
        std::optional<std::uint64_t> leaf_gas;  ///< before a leaf call that the last step was
        std::optional<EndedFrame> created;      ///< by a create that the last step was
    };

    bool is_running() const { return !transactions_.empty() && !open_.empty(); }
    RepricedTransaction& now() { return transactions_.back(); }
    void doubt(PathChange change, const StepReference& at);
    void fail(const StepReference& at, MemoryHalt halt);
    void check_gas(const PendingStep& step);
    bool may_be_payable(const PendingStep& step);
    void settle_gas_read(const PendingStep& step);
    void settle_leaf(const Step& step);
    void settle_create(const Step& step);
    std::int64_t given_to_callee(const CallFrame& callee, const PendingStep& call);
    void end_transaction();

    RulesView rules_;
    MemoryPricing pricing_;
    std::vector<OpenFrame> open_;
    std::optional<EndedFrame> ended_;
    std::vector<RepricedTransaction> transactions_;
};

}  // namespace evmmem::traces
