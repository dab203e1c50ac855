// SPDX-License-Identifier: MIT
// One of two traces that are compared: replays it step by step, with what its own replay finds wrong in it, and hands
// the steps out one after the other. A second line of a step that fails is folded into the first. Some steps
// can be looked at ahead; these are kept without their memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "trace_difference.hpp"
#include "traces/replay/replay_observer.hpp"
#include "traces/replayer.hpp"
#include "traces/step_reader.hpp"
#include "traces/transactions.hpp"

namespace evmmem::traces {

/// What the replay makes of a step, beside what the trace prints of it.
struct StepFacts {
    StepReference reference;
    std::uint64_t transaction = 0;  ///< from 0
    std::uint64_t memory_size = 0;  ///< in bytes, as the step finds it
    MemoryRange reads;
    MemoryRange writes;         ///< of a call: the range that its output goes to
    bool failed = false;        ///< the trace says so, also on a second line of the step
    bool is_after_gap = false;  ///< lines before it could not be read, or were left out on purpose
};

/// How a transaction ended, as the trace reports it.
struct ComparedEnd {
    std::optional<std::vector<std::uint8_t>> output;
    std::optional<std::uint64_t> gas_used;
    bool is_whole = true;  ///< all of it was read
};

class ComparedTrace final : private FindingSink, private ReplayObserver {
public:
    struct Options {
        ReplayOptions replay;  ///< its observer and transactions are set here
        /// Called with what could not be read; may be empty.
        std::function<void(const TraceError&)> on_error;
        /// Asked before each record: whether to go on. May be empty.
        std::function<bool(const StepReader&)> goes_on;
    };
    explicit ComparedTrace(Options options);
    ComparedTrace(const ComparedTrace&) = delete;
    ComparedTrace& operator=(const ComparedTrace&) = delete;

    /// The reader is to speak to these.
    Transactions& transactions() { return transactions_; }
    /// With steps that have begun so far.
    std::uint64_t transaction_count() const { return transactions_.count(); }
    /// Begins to replay; to be called once, before all that follows.
    void begin(StepReader reader);
    const StepReader& reader() const { return *reader_; }
    const Dialect& dialect() const { return reader_->dialect(); }

    /// To the next step, at first to the first one. False at the end of the trace, again and again.
    bool advance();
    bool is_at_end() const { return is_at_end_; }
    /// The step at hand; valid until advance() or look_ahead().
    const Step& step() const { return *step_; }
    const StepFacts& facts() const { return *facts_; }
    /// Whether a step of this transaction is at hand.
    bool is_in(std::uint64_t transaction) const {
        return !is_at_end_ && facts_->transaction == transaction;
    }
    /// Of the step before the one at hand: its second line says that it failed.
    bool has_failed_since() const { return has_failed_since_; }

    /// The memory of the step's frame after the step, and what is known of it; null of a step that was
    /// looked at ahead.
    const Memory* memory() const { return is_live_ ? memory_ : nullptr; }
    const CallFrame* frame() const { return frame_; }

    /// Bytes of that memory which the trace shows, and which are not what its steps before wrote; of a
    /// step that was looked at ahead none.
    std::span<const KnownBytes::Range> shown_otherwise() const { return shown_otherwise_; }

    /// The n-th step after the one at hand, which is the 0th; null after the transaction's last. From
    /// the first call on the step at hand and those looked at have no memory.
    struct Kept {
        Step step;
        StepFacts facts;
        bool has_failed_since = false;  ///< of the step before it
    };
    const Kept* look_ahead(std::size_t n);

    /// How that transaction ended; valid once a step of a later one is at hand, or the end.
    const ComparedEnd& end_of(std::uint64_t transaction);
    /// What of it is not wanted any more: the transactions before this one.
    void forget_ends_before(std::uint64_t transaction);

    /// From now on the findings about this step of the file, also those of late that are still known,
    /// are added to the list, up to `findings_max`, which outlives this.
    static constexpr std::size_t findings_max = 4;
    void collect(std::uint64_t step, std::vector<Finding>& findings);

    /// Of the whole trace; valid at its end, or after finish().
    const ReplaySummary& summary() const { return *summary_; }
    /// Ends the replay where it is.
    void finish();
    /// After it: reads what is left, for a copy of it to be whole.
    void read_rest();
    bool was_stopped() const { return was_stopped_; }  ///< `goes_on` said so
    std::uint64_t errors() const { return errors_; }
    const std::optional<TraceError>& fatal() const { return fatal_; }  ///< that ended the reading

private:
    void on_finding(const Finding& finding) override;
    void on_effect(const ReplayMoment& moment) override;
    void on_gap() override { has_gap_ = has_gap_ || !has_judged_failure_; }

    bool read();
    void note_report(const Report& report);
    void note_end(const TransactionResult& result);

    Options options_;
    Transactions transactions_;
    std::optional<StepReader> reader_;
    std::optional<Replayer> replayer_;
    Record record_;

    // ---- the step that was read last ------------------------------------------------------------
    StepFacts read_facts_;
    bool has_read_ = false;    // in the call at hand
    bool is_missing_ = false;  // a line before the next step
    bool has_gap_ = false;     // no step leads to the next one, and that is no finding
    bool has_judged_failure_ =
        false;                      // since the step before: a failure that is none leaves no gap
    bool has_failed_read_ = false;  // the step before it, by its second line
    const Memory* memory_ = nullptr;
    const CallFrame* frame_ = nullptr;
    std::vector<KnownBytes::Range> shown_otherwise_;

    // ---- the step at hand -----------------------------------------------------------------------
    const Step* step_ = nullptr;
    const StepFacts* facts_ = nullptr;
    bool has_failed_since_ = false;
    bool is_live_ = false;
    bool is_at_end_ = false;
    bool is_over_ = false;    // nothing more can be read
    std::deque<Kept> ahead_;  // the step at hand first, where it is kept

    std::map<std::uint64_t, ComparedEnd> ends_;
    ComparedEnd last_words_;  // since the step that was read last, of whatever frame

    std::deque<Finding> late_findings_;
    std::unordered_multimap<std::uint64_t, std::vector<Finding>*> collected_;
    std::optional<ReplaySummary> summary_;
    bool was_stopped_ = false;
    std::uint64_t errors_ = 0;
    std::optional<TraceError> fatal_;
};

}  // namespace evmmem::traces
