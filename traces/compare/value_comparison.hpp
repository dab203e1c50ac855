// SPDX-License-Identifier: MIT
// Compares the values of steps at which both traces are, and finds out which differences come of earlier ones: what differed
// at the same place before, and what an instruction makes of operands, memory or data that differ, is no new difference.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "comparable_fields.hpp"
#include "compared_trace.hpp"
#include "difference_log.hpp"
#include "memory_comparison.hpp"
#include "stack_comparison.hpp"

namespace evmmem::traces {

class ValueComparison {
public:
    ValueComparison(ComparedTrace& a, ComparedTrace& b, ComparedFields ignored, DifferenceLog& log)
        : a_{a}, b_{b}, ignored_{ignored}, log_{log} {}

    void begin_transaction();
    /// Both sides may have moved on: their lines may say that the last step failed.
    void note_failures();
    /// Both are at one step.
    void compare();
    /// They go on at different steps, which was said; what the instruction before did, and all that comes now, may
    /// come of it.
    void part(Cause cause);
    /// They were apart, and are at one step again, which compare() is about to be called for.
    /// `has_missed`: what the steps between did to the frame is not known.
    void meet(Cause cause, bool has_missed);
    /// Neither has a step of the transaction left. `apart` is the difference that they did not come together again after.
    void end_transaction(const ComparedEnd& a, const ComparedEnd& b, Cause apart);

    const ComparedCounts& counts() const { return counts_; }

    /// Of the step at hand and of those that lead to it: where a finding belongs that is about a difference seen now.
    std::vector<std::uint64_t> steps_leading_here(Side side) const;
    /// Whether that side says that its last step at which both were failed, and so ended the frame at that depth.
    bool has_last_failed(Side side, std::uint32_t depth) const;

private:
    /// Of a field that differs only now, until the difference has its number.
    static constexpr Cause new_cause = no_cause - 1;

    /// The last step of a frame at which both were.
    struct LastStep {
        Both<StepReference> references;
        Both<std::optional<std::uint64_t>> transactions;
        Both<std::uint64_t> gas{};
        Both<std::optional<std::uint64_t>> gas_cost;
        Both<std::uint64_t> memory_size{};  ///< as the step finds it
        Both<std::uint32_t> stack_sizes{};
        Both<std::uint32_t> operand_counts{};
        Both<std::array<Word, operands_max>> operands;  ///< that it pops, so many
        Both<bool> failed{};
        Both<MemoryRange> writes;
        Opcode op{};
        std::uint32_t stack_size = 0;
        Word key;                 ///< the top operand, where it reads or writes state
        Cause uses = no_cause;    ///< the difference that is in what it reads
        bool is_settled = false;  ///< its gasCost and error were compared
    };
    struct TaintedItem {
        std::uint32_t from_bottom;
        Cause cause;
    };
    struct TaintedBytes {
        ByteRange range;
        Cause cause;
    };
    struct Frame {
        Both<std::uint64_t> ids{};
        LastStep last;
        bool has_last = false;
        std::vector<TaintedItem> items;
        std::vector<TaintedBytes> bytes;
        std::uint64_t gas_offset = 0;  ///< gas of a less that of b, wrapping; and before that
        std::uint64_t gas_offset_before = 0;
        // The difference that is in it; no_cause where there is none.
        Cause gas = no_cause;
        Cause height = no_cause;
        Cause memory_size = no_cause;
        Cause return_data = no_cause;
        Cause input = no_cause;   ///< calldata, or the code of a create
        Cause callee = no_cause;  ///< in the callee that ended last
        Cause any = no_cause;     ///< in anything of it but gas
        Cause missed = no_cause;  ///< steps of it were not compared
    };

    bool is_wanted(ComparedField field) const { return !ignored_.contains(field); }
    void count(ComparedField field) { ++counts_[static_cast<std::size_t>(field)]; }
    Frame& frame() { return frames_.back(); }

    void fit_dialects();
    void place();
    void open_frame(std::uint32_t depth);
    void close_frame();
    void close_frames();
    void settle(Frame& frame, bool has_ended);
    static StepLine line_of(const LastStep& last, Side side);
    void compare_place();
    void compare_gas();
    void compare_stack();
    void compare_memory();
    void compare_printed_memory();
    void compare_written_memory();
    void compare_return_data();
    void compare_refund();
    void conclude();
    void keep_last();

    void resolve(Cause cause);

    const ComparedTrace& side(Side side) const { return side == Side::a ? a_ : b_; }
    Cause cause_of_change() const;
    Cause cause_of_gas() const;
    Cause cause_in_use() const;
    Cause remembered(Opcode op, const Word& key) const;
    void remember(Opcode op, const Word& key, Cause cause);
    Cause bytes_cause(ByteRange range) const;

    // A field differs; new unless it has a cause. Returns its cause, `new_cause` until conclude().
    template <typename Values>
    Cause differs(ComparedField field, std::optional<std::uint64_t> at, Cause cause, Values values);

    ComparedTrace& a_;
    ComparedTrace& b_;
    ComparedFields ignored_;
    DifferenceLog& log_;
    ComparableFields fields_;
    Both<std::string_view> fitted_{};  // the names of the dialects that fields_ is about
    ComparedCounts counts_{};

    // ---- the transaction --------------------------------------------------------------------------
    std::vector<Frame> frames_;
    bool is_clean_ = true;   // nothing has differed
    Cause lost_ = no_cause;  // what state is, and what is warm
    std::map<std::pair<Opcode, Word>, Cause> remembered_;
    std::int64_t refund_offset_ = 0;
    Cause refund_ = no_cause;

    std::optional<Both<StepReference>> newest_;  // the last steps at which both were

    // ---- the step at hand -------------------------------------------------------------------------
    std::vector<FieldDifference> new_fields_;
    std::uint64_t new_fields_left_out_ = 0;
    bool has_new_ = false;
    std::vector<Cause> follows_;
    std::vector<DifferingItem> differing_items_;
    std::vector<ByteRange> differing_bytes_;
};

/// The step at hand, as reports show it.
StepLine line_of(const ComparedTrace& trace);

}  // namespace evmmem::traces
