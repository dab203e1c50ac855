// SPDX-License-Identifier: MIT
// A trace in another form, made whole by its replay: what a line does not show of the state before its
// instruction is filled in where the replay knows it, and left out where it does not. What a line does
// show is written as it is printed, right or wrong.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "call_costs.hpp"
#include "traces/replay/replay_observer.hpp"
#include "traces/writing/step_writer.hpp"

namespace evmmem::traces {

struct ConvertOptions {
    /// Of memory that is not all known: zeros for the bytes that are not, and where they are.
    bool unknown_as_zero = false;
    bool only_memory_steps = false;  ///< only instructions that touch memory
    std::uint64_t first_step = 0;    ///< of those that are written, counted from 0
    std::uint64_t last_step = ~std::uint64_t{0};
};

/// What was written, and what of it could not be filled in.
struct ConvertCounts {
    std::uint64_t steps = 0;           ///< written
    std::uint64_t repeated = 0;        ///< lines that only repeat the one before, written once
    std::uint64_t transactions = 0;    ///< with a step that is written
    std::uint64_t steps_unknown = 0;   ///< whose memory is not all known
    std::uint64_t bytes_unknown = 0;   ///< of memory, on all these lines together
    std::uint64_t steps_unsized = 0;   ///< whose memory's size is not known, so no byte is counted
    std::uint64_t costs_unknown = 0;   ///< without a gasCost
    std::uint64_t data_unknown = 0;    ///< whose return data are not known
    std::uint64_t stacks_unknown = 0;  ///< whose stack is not printed, or cut to its top
};

class Converter final : public ReplayObserver {
public:
    /// `writer` must outlive it.
    Converter(const ConvertOptions& options, StepWriter& writer)
        : options_{options}, writer_{writer} {}

    /// All steps that were asked for are written.
    bool is_done() const { return is_done_; }
    /// To be called after the replay's finish(): closes what is open.
    void finish();

    const ConvertCounts& counts() const { return counts_; }

    void on_transaction(std::uint64_t number) override;
    void on_step(const ReplayMoment& moment) override;
    void on_repetition(const Step& step) override;
    void on_frame_entered(const CallFrame& frame, const PendingStep* call) override;
    void on_frame_left(const CallFrame& frame, const Memory& memory) override;
    void on_transaction_over(const TransactionEnd& end) override;
    void on_gap() override;

private:
    /// The step whose line is open.
    struct OpenLine {
        std::uint64_t number = 0;  ///< PendingStep::number
        std::uint64_t frame = 0;
        std::uint64_t gas = 0;
        bool is_call = false;         ///< or a create
        bool lacks_gas_cost = false;  ///< it may become clear what it is
        bool is_error_unnamed = false;
        bool has_left = false;     ///< its frame is over
        bool is_followed = true;   ///< no steps are missing after it
        std::string error;         ///< as printed
        std::string likely_error;  ///< that it has if its frame is over
    };
    enum class Next : std::uint8_t { same_frame, other };

    bool is_wanted(const ReplayMoment& moment);
    void close_line(Next next, std::uint64_t gas_after);
    void add_gas_cost(std::optional<std::uint64_t> cost);
    std::optional<std::uint64_t> gas_cost_of(const ReplayMoment& moment);
    void take_memory(const ReplayMoment& moment, WrittenStep& line);
    void fill_memory(const ReplayMoment& moment, std::span<const std::uint8_t> bytes,
                     WrittenStep& line);
    void take_return_data(const ReplayMoment& moment, WrittenStep& line);

    ConvertOptions options_;
    StepWriter& writer_;
    ConvertCounts counts_;
    bool is_done_ = false;
    bool is_transaction_open_ = false;  ///< some step of it is written
    std::optional<OpenLine> line_;
    OpenLine spare_;
    CallCosts call_costs_;              ///< of the open line
    std::vector<std::uint8_t> memory_;  ///< of a line that shows a part of what is not known
    std::vector<KnownBytes::Range> unknown_;
    std::optional<std::uint64_t> first_gas_;  ///< of the transaction, where its first step is there
};

}  // namespace evmmem::traces
