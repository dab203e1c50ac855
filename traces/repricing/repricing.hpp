// SPDX-License-Identifier: MIT
// What a trace would have cost under other rules, several at once. Of each step what it cost is known, and what
// decided its price is mostly seen from that (step_prices.hpp). So the gas of every step under the rules follows
// from the gas that the trace shows and from what was cheaper or dearer before it: within a frame, by what a
// call hands on (63/64), and back to the caller. Where gas decides what code does, that is said, and what
// follows is not certain: a GAS that is read, a call that fails or would, a call whose gas cannot be told.
// Refunds and what a transaction pays beside its steps are not looked at.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "core/memory_pricing.hpp"
#include "priced_transaction.hpp"
#include "step_prices.hpp"
#include "traces/replay/replay_observer.hpp"

namespace evmmem::traces {

struct RepricingOptions {
    bool by_instruction = false;
    std::size_t frames = 0;       ///< that are told of each transaction
    bool compares_first = false;  ///< a frame's change is from the first of the rules to the last
};

class Repricing final : public ReplayObserver {
public:
    using Listener = std::function<void(const PricedTransaction&)>;

    /// The rules outlive it. The listener hears of each transaction when it is over.
    Repricing(std::span<const StepPrices> rules, const RepricingOptions& options,
              Listener listener);

    /// The trace is over, and the replay made so many findings in all.
    void finish(std::uint64_t findings);

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
    /// What the frame's next line will show.
    enum class Waiting : std::uint8_t { nothing, price, call, leaf };

    struct EndedFrame {
        Ending ending = Ending::normal;
        std::optional<std::uint64_t> left;  ///< gas, in the trace
        std::uint64_t returned = 0;         ///< bytes
        bool has_reverted = false;
    };
    /// What a precompile takes, by fork.
    struct OwnTerms {
        Fork fork{};
        CalleeTerms terms;
    };
    /// A frame as the trace shows it.
    struct OpenFrame {
        std::uint64_t gas_at_entry = 0;
        std::uint64_t id = 0;
        StepReference call;
        StepReference last;
        Ending ending = Ending::silent;
        /// After its last step, if it ends the frame.
        std::optional<std::uint64_t> gas_left;
        bool is_size_known = true;     ///< of memory
        bool asks_all = false;         ///< the call at hand asks for what GAS gave before it
        std::optional<Word> gas_read;  ///< by the last step, where GAS would give another number
        Waiting waiting = Waiting::nothing;
        PendingStep step;  ///< the call at hand, or another whose price it waits for
        PriceWays ways;    ///< in which that call may have been paid
        bool has_ways = false;
        std::optional<std::uint64_t> handed_on;  ///< by that call to a callee with steps
        std::vector<OwnTerms> terms;  ///< of that call's callee, where some rules have others
        EndedFrame ended;             ///< that call's callee
    };
    /// The same frame under other rules: gas beyond what the trace shows, negative if it is less.
    struct RuledFrame {
        std::int64_t given = 0;          ///< at its begin
        std::int64_t offset = 0;         ///< after its last step that is settled
        std::int64_t memory_gain = 0;    ///< of the call at hand
        std::int64_t paid = 0;           ///< more that it handed on
        std::int64_t callee_offset = 0;  ///< of its callee, at its end
        bool reads_other_gas = false;    ///< the last step was a GAS that gives another number
        std::vector<OwnTerms> terms;     ///< of the callee, in the place of a fork's
    };
    /// All of the transaction under one set of rules.
    struct Run {
        explicit Run(const StepPrices& of_rules)
            : prices{of_rules}, memory{of_rules.rules().of_any_fork()} {}

        RulesView rules() const { return prices.rules().of_any_fork(); }
        RulesView in_place_of(Fork fork) const { return prices.rules().in_place_of(fork); }
        RuledFrame& now() { return open.back(); }
        const RuledFrame& now() const { return open.back(); }

        const StepPrices& prices;
        MemoryPricing memory;
        std::vector<RuledFrame> open;
        RulesOutcome outcome;
    };

    /// How a call without steps used gas, as the gas after it shows.
    struct LeafUse {
        enum class Kind : std::uint8_t { nothing, price, all };

        PriceWay way;
        Callee callee = Callee::account;
        std::uint64_t given = 0;    ///< with the stipend
        std::uint64_t used = 0;     ///< of that
        Kind kind = Kind::nothing;  ///< no code, or refused; a precompile's price; it failed
    };
    /// Less gas by it.
    struct LeafGain {
        std::optional<std::int64_t> gas;
        PathChange change = PathChange::none;
        bool is_too_little = false;  ///< the call cannot be paid
    };

    bool is_running() const { return is_transaction_open_ && !open_.empty(); }
    void end_transaction(std::uint64_t findings);
    void end_run(Run& run) const;
    void note_frame(const OpenFrame& frame);

    static void doubt(Run& run, PathChange change, const StepReference& at);
    static void fail(Run& run, PricedFailure failure, MemoryHalt halt, const StepReference& at);
    static void note_slack(Run& run, std::uint64_t left, const StepReference& at);
    void gain(std::size_t run, std::int64_t gas, Opcode op);
    void count(Opcode op, std::int64_t gas);

    void check_gas(Run& run, const PendingStep& step) const;
    void settle_gas_read(const PendingStep& step);
    void fail_step(const PendingStep& step);
    bool may_be_payable(Run& run, const PendingStep& step) const;
    bool touch_memory(const PendingStep& step);
    void end_frame(const PendingStep& step);
    void settle(const ReplayMoment& moment);
    void settle_price(const PendingStep& step, const PriceWays& ways);

    void begin_call(const ReplayMoment& moment);
    PriceWays& ways_of(OpenFrame& frame) const;
    bool is_call_touched(const PendingStep& call) const;
    static bool reaches_another(const Run& run, const PendingStep& call, ForkSet forks);
    static std::int64_t stipend_gain(const Run& run, const PendingStep& call);
    static std::optional<std::uint64_t> available(const Run& run, const OpenFrame& caller,
                                                  const PriceWay& way, bool& is_too_little);
    static std::optional<std::uint64_t> handed_on(const Run& run, const OpenFrame& caller,
                                                  const PriceWay& way, bool& is_too_little);
    std::int64_t hand_on(Run& run, OpenFrame& caller) const;
    void settle_call(const Step& step);
    void settle_create(std::size_t i, const Step& step);
    std::vector<LeafUse> leaf_uses(OpenFrame& frame, const Step& step) const;
    static LeafGain leaf_gain(const Run& run, const OpenFrame& frame, const LeafUse& use);
    void settle_leaf(const Step& step);

    RepricingOptions options_;
    Listener listener_;
    std::vector<Run> runs_;
    std::array<bool, 256> is_watched_{};  ///< by byte: some rules set its price otherwise
    const ReplayState* state_ = nullptr;  ///< of the last step's replay
    std::vector<OpenFrame> open_;
    bool has_ended_ = false;  ///< the callee whose end `ended_` is
    EndedFrame ended_;
    bool is_transaction_open_ = false;
    std::uint64_t findings_before_ = 0;  ///< of the replay, when the transaction began
    PricedTransaction transaction_;
};

}  // namespace evmmem::traces
