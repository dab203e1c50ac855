// SPDX-License-Identifier: MIT
// Compares two traces step by step, whatever their dialects. Finds the steps that are the same on both sides, where they
// go different ways and where they meet again, and leaves out what is only a client's habit of printing: the lines of
// STOPs that one prints and the other does not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "compared_field.hpp"
#include "compared_trace.hpp"
#include "difference_log.hpp"
#include "transaction_pairs.hpp"
#include "value_comparison.hpp"

namespace evmmem::traces {

class TraceComparison {
public:
    struct Options {
        ComparedFields ignored;
        std::size_t differences_max = 10;  ///< that are kept whole
        std::size_t before_max = 3;        ///< steps that are shown before each
        /// In the order of both traces; empty: all, by their position.
        std::vector<TransactionPair> pairs;
        bool reads_to_end = true;  ///< also what comes after the pairs
    };
    /// The traces, neither of which was advanced, outlive it.
    TraceComparison(ComparedTrace& a, ComparedTrace& b, const Options& options);

    /// Compares all there is, to the end of both, or until one of them is stopped.
    void run();

    const DifferenceLog& log() const { return log_; }
    /// Of how many steps, and ends, each field was compared.
    const ComparedCounts& counts() const { return values_.counts(); }
    std::uint64_t transactions() const { return transactions_; }  ///< compared with each other
    /// Lines of a STOP that only one side prints.
    std::uint64_t stops_left_out() const { return stops_left_out_; }
    /// Whether it has met a difference, and not only what one side lacks.
    bool has_differed() const;
    /// Whether a transaction that was compared was not whole on either side.
    bool has_met_incomplete() const { return has_met_incomplete_; }
    bool was_stopped() const { return a_.was_stopped() || b_.was_stopped(); }

private:
    struct Meeting {
        Both<std::uint64_t> steps{};  ///< from the steps at hand on
    };

    void run_by_position();
    void run_pairs();
    void compare_transaction(std::uint64_t of_a, std::uint64_t of_b);
    bool passes_stop(Side printing_side, std::uint64_t transaction, std::uint64_t of_silent);
    bool part(std::uint64_t of_a, std::uint64_t of_b, Cause& cause);
    TraceDifference parting(std::uint64_t of_a, std::uint64_t of_b) const;
    std::optional<Meeting> find_meeting(bool with_gas);
    bool is_meeting(std::size_t at_a, std::size_t at_b, bool with_gas);
    bool meet_at_caller(std::uint64_t of_a, std::uint64_t of_b, Both<std::uint64_t>& alone);
    void report_alone(Side side, std::uint64_t first, std::uint64_t count, bool is_other_cut);
    bool is_cut(const ComparedTrace& trace) const;

    ComparedTrace& trace(Side side) { return side == Side::a ? a_ : b_; }

    ComparedTrace& a_;
    ComparedTrace& b_;
    std::vector<TransactionPair> pairs_;
    DifferenceLog log_;
    ValueComparison values_;
    bool reads_to_end_;
    bool has_met_incomplete_ = false;
    std::uint64_t transactions_ = 0;
    std::uint64_t stops_left_out_ = 0;
    std::uint64_t partings_ = 0;  // of the transaction at hand
};

}  // namespace evmmem::traces
