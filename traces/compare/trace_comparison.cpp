// SPDX-License-Identifier: MIT
#include "trace_comparison.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/opcode_table.hpp"

namespace evmmem::traces {
namespace {

/// So many steps of each side are looked at to find where the two meet again in the frame, and so many steps in a row
/// must be the same there.
constexpr std::size_t look_ahead_max = 32;
constexpr std::size_t alike_min = 3;
/// After so many partings in one transaction they are not looked for any more: the sides are strangers.
constexpr std::uint64_t partings_max = 256;

std::uint32_t depth_of(const ComparedTrace& trace) {
    return trace.facts().reference.depth;
}

/// An instruction that no fork has is called INVALID by some clients, whatever its byte.
bool is_same_instruction(Opcode a, Opcode b) {
    const auto is_invalid = [](Opcode op) { return op == Opcode::INVALID || !info(op).exists; };
    return a == b || (is_invalid(a) && is_invalid(b));
}

bool is_same_step(const Step& a, const StepFacts& of_a, const Step& b, const StepFacts& of_b) {
    return a.pc == b.pc && is_same_instruction(a.op, b.op) &&
           of_a.reference.depth == of_b.reference.depth;
}

bool is_same_step(const ComparedTrace& a, const ComparedTrace& b) {
    return is_same_step(a.step(), a.facts(), b.step(), b.facts());
}

/// The same step, and with as many items on the stack.
bool is_alike(const ComparedTrace::Kept& a, const ComparedTrace::Kept& b, bool with_gas) {
    return is_same_step(a.step, a.facts, b.step, b.facts) &&
           (!a.step.has_stack || !b.step.has_stack || a.step.stack_size == b.step.stack_size) &&
           (!with_gas || a.step.gas == b.step.gas);
}

void leave(ComparedTrace& trace, std::uint64_t transaction, std::uint32_t depth,
           std::uint64_t& steps) {
    while (trace.is_in(transaction) && depth_of(trace) >= depth) {
        trace.advance();
        ++steps;
    }
}

}  // namespace

TraceComparison::TraceComparison(ComparedTrace& a, ComparedTrace& b, const Options& options)
    : a_{a},
      b_{b},
      pairs_{options.pairs},
      log_{{&a, &b}, options.differences_max, options.before_max},
      values_{a, b, options.ignored, log_},
      reads_to_end_{options.reads_to_end} {}

bool TraceComparison::has_differed() const {
    using enum TraceDifference::Kind;
    return log_.count() > log_.count(cut) + log_.count(gap);
}

void TraceComparison::run() {
    a_.advance();
    b_.advance();
    if (pairs_.empty())
        run_by_position();
    else
        run_pairs();
    a_.finish();
    b_.finish();
    log_.judge();
}

// ---- transactions -------------------------------------------------------------------------------------

bool TraceComparison::is_cut(const ComparedTrace& trace) const {
    return trace.is_at_end() && (trace.summary().is_truncated || trace.fatal());
}

void TraceComparison::run_by_position() {
    while (!a_.is_at_end() && !b_.is_at_end() && !was_stopped())
        compare_transaction(a_.facts().transaction, b_.facts().transaction);
    if (was_stopped()) return;
    for (const Side side : sides) {
        ComparedTrace& more = trace(side);
        if (more.is_at_end()) continue;
        const std::uint64_t first = more.facts().transaction;
        std::uint64_t last = first;
        while (!more.is_at_end()) {
            last = more.facts().transaction;
            more.advance();
        }
        if (!was_stopped()) report_alone(side, first, last - first + 1, is_cut(trace(other(side))));
    }
}

void TraceComparison::run_pairs() {
    const auto reach = [](ComparedTrace& trace, std::optional<std::uint64_t> transaction) {
        while (transaction && !trace.is_at_end() && trace.facts().transaction < *transaction)
            trace.advance();
        return transaction && trace.is_in(*transaction);
    };
    for (const TransactionPair& pair : pairs_) {
        const bool has_a = reach(a_, pair[0]);
        const bool has_b = reach(b_, pair[1]);
        if (was_stopped()) return;
        if (has_a && has_b)
            compare_transaction(*pair[0], *pair[1]);
        else if (has_a)
            report_alone(Side::a, *pair[0], 1, false);
        else if (has_b)
            report_alone(Side::b, *pair[1], 1, false);
    }
    for (const Side side : sides)
        while (reads_to_end_ && trace(side).advance()) {
        }
}

void TraceComparison::report_alone(Side side, std::uint64_t first, std::uint64_t count,
                                   bool is_other_cut) {
    TraceDifference difference;
    difference.kind =
        is_other_cut ? TraceDifference::Kind::cut : TraceDifference::Kind::transaction;
    difference.transactions[index(side)] = first;
    difference.transactions_alone = count;
    log_.forget_pairs();
    log_.open(std::move(difference));
}

void TraceComparison::compare_transaction(std::uint64_t of_a, std::uint64_t of_b) {
    ++transactions_;
    partings_ = 0;
    log_.forget_pairs();
    values_.begin_transaction();
    Cause apart = no_cause;
    while (!was_stopped()) {
        const bool has_a = a_.is_in(of_a);
        const bool has_b = b_.is_in(of_b);
        if (has_a && has_b && is_same_step(a_, b_)) {
            values_.compare();
            a_.advance();
            b_.advance();
            continue;
        }
        values_.note_failures();
        if (!has_a && !has_b) break;
        if (passes_stop(Side::a, of_a, of_b) || passes_stop(Side::b, of_b, of_a)) continue;
        Cause cause = no_cause;
        if (!part(of_a, of_b, cause)) {
            apart = cause;
            break;
        }
    }
    if (was_stopped()) return;
    values_.end_transaction(a_.end_of(of_a), b_.end_of(of_b), apart);
    has_met_incomplete_ =
        has_met_incomplete_ || !a_.end_of(of_a).is_whole || !b_.end_of(of_b).is_whole;
    a_.forget_ends_before(of_a);
    b_.forget_ends_before(of_b);
}

// ---- steps that are not the same ----------------------------------------------------------------------

// A STOP that one side prints and the other does not, whose frame is over all the same: after the end of the code, for
// code that is empty, or everywhere. Not where the silent side's last step has ended the frame by failing.
bool TraceComparison::passes_stop(Side printing_side, std::uint64_t transaction,
                                  std::uint64_t of_silent) {
    ComparedTrace& printing = trace(printing_side);
    const Side silent_side = other(printing_side);
    if (!printing.is_in(transaction) || printing.step().op != Opcode::STOP) return false;
    const ComparedTrace& silent = trace(silent_side);
    if (silent.is_in(of_silent)) {
        if (depth_of(silent) >= depth_of(printing)) return false;
    } else if (is_cut(silent)) {
        return false;
    }
    if (values_.has_last_failed(silent_side, depth_of(printing))) return false;
    ++stops_left_out_;
    printing.advance();
    return true;
}

TraceDifference TraceComparison::parting(std::uint64_t of_a, std::uint64_t of_b) const {
    TraceDifference difference;
    difference.kind = TraceDifference::Kind::flow;
    difference.transactions = {of_a, of_b};
    const bool has_a = a_.is_in(of_a);
    const bool has_b = b_.is_in(of_b);
    if (has_a) difference.steps[0] = line_of(a_);
    if (has_b) difference.steps[1] = line_of(b_);
    if ((!has_a && is_cut(a_)) || (!has_b && is_cut(b_)))
        difference.kind = TraceDifference::Kind::cut;
    else if ((has_a && a_.facts().is_after_gap) || (has_b && b_.facts().is_after_gap))
        difference.kind = TraceDifference::Kind::gap;
    if (!has_a || !has_b) return difference;
    const auto note = [&](ComparedField field, std::string a, std::string b) {
        if (a != b)
            difference.fields.push_back({field, std::nullopt, {std::move(a), std::move(b)}});
    };
    note(ComparedField::pc, std::to_string(a_.step().pc), std::to_string(b_.step().pc));
    note(ComparedField::op, op_name(a_.step().op), op_name(b_.step().op));
    note(ComparedField::depth, std::to_string(depth_of(a_)), std::to_string(depth_of(b_)));
    return difference;
}

// They go different ways. Whether they meet again before the transaction's end: then the steps at hand are the
// same.
bool TraceComparison::part(std::uint64_t of_a, std::uint64_t of_b, Cause& cause) {
    TraceDifference difference = parting(of_a, of_b);
    const Both<std::vector<std::uint64_t>> leading{values_.steps_leading_here(Side::a),
                                                   values_.steps_leading_here(Side::b)};
    const bool are_both_there = difference.steps[0] && difference.steps[1];
    std::optional<Meeting> meeting;
    if (are_both_there && partings_++ < partings_max) {
        meeting = find_meeting(true);
        if (!meeting) meeting = find_meeting(false);
    }
    // One step of each that the other has not is one step of which pc or op is wrong.
    const bool is_misprint = meeting && meeting->steps == Both<std::uint64_t>{1, 1};
    if (is_misprint && difference.kind == TraceDifference::Kind::flow)
        difference.kind = TraceDifference::Kind::values;
    cause = log_.open(std::move(difference));
    for (const Side side : sides)
        log_.collect(cause, side, leading[index(side)]);
    values_.part(cause);

    Both<std::uint64_t> alone{};
    bool has_met = false;
    if (meeting) {
        alone = meeting->steps;
        for (const Side side : sides)
            for (std::uint64_t i = 0; i < meeting->steps[index(side)]; ++i)
                trace(side).advance();
        has_met = true;
    } else {
        has_met = meet_at_caller(of_a, of_b, alone);
    }
    if (was_stopped()) return false;
    if (TraceDifference* const kept = log_.kept(cause)) {
        kept->steps_alone = alone;
        if (has_met) kept->met_again = {a_.facts().reference, b_.facts().reference};
    }
    if (has_met) values_.meet(cause, alone[0] + alone[1] > 2);
    return has_met;
}

// The nearest place, by the steps until it, from where on both sides have the same steps.
std::optional<TraceComparison::Meeting> TraceComparison::find_meeting(bool with_gas) {
    for (std::size_t sum = 1; sum <= 2 * look_ahead_max; ++sum) {
        const std::size_t first = sum > look_ahead_max ? sum - look_ahead_max : 0;
        for (std::size_t at_a = first; at_a <= std::min(sum, look_ahead_max); ++at_a)
            if (is_meeting(at_a, sum - at_a, with_gas)) return Meeting{{at_a, sum - at_a}};
    }
    return std::nullopt;
}

bool TraceComparison::is_meeting(std::size_t at_a, std::size_t at_b, bool with_gas) {
    for (std::size_t i = 0; i < alike_min; ++i) {
        const auto* const a = a_.look_ahead(at_a + i);
        const auto* const b = b_.look_ahead(at_b + i);
        if (a == nullptr || b == nullptr) return i > 0 && a == nullptr && b == nullptr;
        if (!is_alike(*a, *b, with_gas)) return false;
    }
    return true;
}

// Leaves the frames in which they are apart, and goes on to where both are in one frame at one step.
bool TraceComparison::meet_at_caller(std::uint64_t of_a, std::uint64_t of_b,
                                     Both<std::uint64_t>& alone) {
    bool has_moved = false;
    while (a_.is_in(of_a) && b_.is_in(of_b) && !was_stopped()) {
        if (has_moved && is_same_step(a_, b_)) return true;
        const std::uint32_t of_frame = std::min(depth_of(a_), depth_of(b_));
        const bool is_one_deeper = depth_of(a_) != depth_of(b_);
        const std::uint32_t left = is_one_deeper ? of_frame + 1 : of_frame;
        leave(a_, of_a, left, alone[0]);
        leave(b_, of_b, left, alone[1]);
        has_moved = true;
    }
    leave(a_, of_a, 0, alone[0]);
    leave(b_, of_b, 0, alone[1]);
    return false;
}

}  // namespace evmmem::traces
