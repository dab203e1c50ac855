// SPDX-License-Identifier: MIT
#include "value_comparison.hpp"

#include <algorithm>
#include <string>

#include "core/opcode_table.hpp"

namespace evmmem::traces {
namespace {

/// Slots and the like that are remembered to hold a value that differs; beyond them any may.
constexpr std::size_t remembered_max = 4096;

/// Whether what the instruction gives depends on its operands and on what no trace shows: of the frame, the transaction,
/// the state, or the code.
bool reads_elsewhere(Opcode op) {
    return is_between(op, Opcode::ADDRESS, Opcode::SLOTNUM) || op == Opcode::SLOAD ||
           op == Opcode::TLOAD || is_push(op);
}

bool has_price_by_state(Opcode op) {
    return info(op).gas.base == GasRule::Base::by_state || is_call(op) || is_create(op);
}

bool moves_value(const Step& step) {
    if (is_create(step.op)) return step.has_operand(0) && !step.operand(0).is_zero();
    if (has_value_operand(step.op)) return step.has_operand(2) && !step.operand(2).is_zero();
    return step.op == Opcode::SELFDESTRUCT;
}

}  // namespace

StepLine line_of(const ComparedTrace& trace) {
    const Step& step = trace.step();
    StepLine line;
    line.step = trace.facts().reference;
    line.gas = step.gas;
    line.memory_size = trace.facts().memory_size;
    line.failed = trace.facts().failed;
    line.has_stack = step.has_stack;
    line.stack_size = step.stack_size;
    const std::size_t pops = std::min<std::size_t>(info(step.op).pops, step.operand_count);
    line.operands.assign(step.operands.begin(), step.operands.begin() + pops);
    return line;
}

// ---- the difference at hand ---------------------------------------------------------------------------

// All fields of the step were compared: those that differ for no reason that is known are one difference.
void ValueComparison::conclude() {
    if (!has_new_ && follows_.empty()) return;
    is_clean_ = false;
    if (has_new_) {
        TraceDifference difference;
        difference.kind = TraceDifference::Kind::values;
        difference.transactions = {a_.facts().transaction, b_.facts().transaction};
        difference.steps = {traces::line_of(a_), traces::line_of(b_)};
        difference.fields = std::move(new_fields_);
        difference.fields_left_out = new_fields_left_out_;
        const Cause cause = log_.open(std::move(difference));
        for (const Side side : sides)
            log_.collect(cause, side, steps_leading_here(side));
        resolve(cause);
    }
    for (const Cause cause : follows_)
        log_.follow(cause, a_.facts().reference, b_.facts().reference);
    follows_.clear();
    new_fields_.clear();
    new_fields_left_out_ = 0;
    has_new_ = false;
}

// The difference has its number now.
void ValueComparison::resolve(Cause cause) {
    const auto number = [cause](Cause& each) {
        if (each == new_cause) each = cause;
    };
    Frame& here = frame();
    for (TaintedItem& item : here.items) {
        if (item.cause != new_cause) continue;
        item.cause = cause;
        if (here.has_last && reads_elsewhere(here.last.op))
            remember(here.last.op, here.last.key, cause);
    }
    for (TaintedBytes& bytes : here.bytes)
        number(bytes.cause);
    for (Cause* const each :
         {&here.gas, &here.height, &here.memory_size, &here.return_data, &refund_})
        number(*each);
    if (here.any == no_cause) here.any = cause;
}

// ---- what a difference comes of -----------------------------------------------------------------------

Cause ValueComparison::remembered(Opcode op, const Word& key) const {
    const auto found = remembered_.find({op, key});
    return found != remembered_.end() ? found->second : no_cause;
}

void ValueComparison::remember(Opcode op, const Word& key, Cause cause) {
    if (remembered_.size() < remembered_max)
        remembered_.try_emplace({op, key}, cause);
    else if (lost_ == no_cause)
        lost_ = cause;
}

// Of what the step before, in the frame or where it was entered, has changed.
Cause ValueComparison::cause_of_change() const {
    if (is_clean_) return no_cause;
    const Frame& here = frames_.back();
    if (!here.has_last) {
        if (frames_.size() < 2) return no_cause;
        const Frame& caller = frames_[frames_.size() - 2];
        return caller.last.uses != no_cause ? caller.last.uses : caller.missed;
    }
    const LastStep& last = here.last;
    const bool is_call_or_create = is_call(last.op) || is_create(last.op);
    if (last.uses != no_cause) return last.uses;
    if (is_call_or_create && here.callee != no_cause) return here.callee;
    if (reads_elsewhere(last.op))
        if (const Cause cause = remembered(last.op, last.key); cause != no_cause) return cause;
    if (lost_ != no_cause && (is_call_or_create || (reads_elsewhere(last.op) && !is_push(last.op))))
        return lost_;
    return here.missed;
}

Cause ValueComparison::cause_of_gas() const {
    if (const Cause cause = cause_of_change(); cause != no_cause || is_clean_) return cause;
    const Frame& here = frames_.back();
    const LastStep& last = here.last;
    if ((is_call(last.op) || is_create(last.op)) && here.gas != no_cause) return here.gas;
    if (info(last.op).touches_memory() && here.memory_size != no_cause) return here.memory_size;
    return has_price_by_state(last.op) ? lost_ : no_cause;
}

// Of what the step at hand takes and reads.
Cause ValueComparison::cause_in_use() const {
    const Frame& here = frames_.back();
    if (here.height != no_cause) return here.height;
    const Step& step = a_.step();
    const OpcodeInfo& row = info(step.op);
    const std::uint32_t height = std::max(step.stack_size, b_.step().stack_size);
    const bool reads_deep = is_between(step.op, Opcode::DUPN, Opcode::EXCHANGE);
    for (const TaintedItem& item : here.items)
        if (reads_deep || item.from_bottom + row.pops >= height) return item.cause;
    for (const ComparedTrace* const trace : {&a_, &b_})
        if (const Cause cause = bytes_cause(bytes_of(trace->facts().reads)); cause != no_cause)
            return cause;
    switch (step.op) {
        case Opcode::GAS: return here.gas;
        case Opcode::MSIZE: return here.memory_size;
        case Opcode::RETURNDATASIZE:
        case Opcode::RETURNDATACOPY: return here.return_data;
        case Opcode::CALLDATALOAD:
        case Opcode::CALLDATASIZE:
        case Opcode::CALLDATACOPY:
        case Opcode::CODESIZE:
        case Opcode::CODECOPY: return here.input;
        default: break;
    }
    return is_push(step.op) ? here.input : no_cause;
}

Cause ValueComparison::bytes_cause(ByteRange range) const {
    if (range.begin >= range.end) return no_cause;
    for (const TaintedBytes& bytes : frames_.back().bytes)
        if (overlap(bytes.range, range)) return bytes.cause;
    return no_cause;
}

std::vector<std::uint64_t> ValueComparison::steps_leading_here(Side of) const {
    std::vector<std::uint64_t> steps;
    const ComparedTrace& trace = side(of);
    if (!trace.is_at_end()) steps.push_back(trace.facts().reference.step);
    if (newest_) steps.push_back((*newest_)[index(of)].step);
    if (!frames_.empty() && frames_.back().has_last)
        steps.push_back(frames_.back().last.references[index(of)].step);
    return steps;
}

bool ValueComparison::has_last_failed(Side of, std::uint32_t depth) const {
    return !frames_.empty() && frames_.size() <= depth && frames_.back().has_last &&
           frames_.back().last.failed[index(of)];
}

// ---- where the step belongs ---------------------------------------------------------------------------

void ValueComparison::begin_transaction() {
    frames_.clear();
    is_clean_ = true;
    lost_ = no_cause;
    remembered_.clear();
    refund_offset_ = 0;
    refund_ = no_cause;
    newest_.reset();
}

void ValueComparison::fit_dialects() {
    const Both<std::string_view> names{a_.dialect().name, b_.dialect().name};
    if (names == fitted_) return;
    fitted_ = names;
    fields_ = {a_.dialect(), b_.dialect()};
}

// A second line says of the last step that it failed.
void ValueComparison::note_failures() {
    if (frames_.empty() || !frames_.back().has_last) return;
    for (const Side each : sides)
        if (side(each).has_failed_since()) frames_.back().last.failed[index(each)] = true;
}

void ValueComparison::open_frame(std::uint32_t depth) {
    while (frames_.size() < depth) {
        Frame next;
        if (!frames_.empty()) next.input = frames_.back().last.uses;
        frames_.push_back(std::move(next));
    }
    frame().ids = {a_.facts().reference.frame, b_.facts().reference.frame};
}

void ValueComparison::close_frame() {
    settle(frame(), true);
    const Cause any = frame().any;
    frames_.pop_back();
    if (frames_.empty()) return;
    frame().callee = any;
    frame().return_data = any;
    if (frame().any == no_cause) frame().any = any;
}

void ValueComparison::close_frames() {
    while (!frames_.empty())
        close_frame();
}

void ValueComparison::place() {
    note_failures();
    const std::uint32_t depth = std::max<std::uint32_t>(a_.facts().reference.depth, 1);
    while (frames_.size() > depth)
        close_frame();
    const Both<std::uint64_t> ids{a_.facts().reference.frame, b_.facts().reference.frame};
    if (frames_.size() == depth && frame().ids != ids) close_frame();
    if (!frames_.empty() && frame().has_last) settle(frame(), false);
    if (frames_.size() < depth) open_frame(depth);
}

StepLine ValueComparison::line_of(const LastStep& last, Side side) {
    const std::size_t i = index(side);
    StepLine line;
    line.step = last.references[i];
    line.gas = last.gas[i];
    line.memory_size = last.memory_size[i];
    line.failed = last.failed[i];
    line.has_stack = last.stack_sizes[i] != 0;
    line.stack_size = last.stack_sizes[i];
    line.operands.assign(last.operands[i].begin(),
                         last.operands[i].begin() + last.operand_counts[i]);
    return line;
}

// What only the line after a step, or the lack of one, makes plain: whether it failed, and so whether its gasCost
// is a price.
void ValueComparison::settle(Frame& frame, bool has_ended) {
    LastStep& last = frame.last;
    if (!frame.has_last || last.is_settled) return;
    last.is_settled = true;
    std::vector<FieldDifference> fields;
    const Cause cause = last.uses;
    bool differ = false;
    const auto note = [&](ComparedField field, Both<std::string> values) {
        differ = true;
        if (cause == no_cause) fields.push_back({field, std::nullopt, std::move(values)});
    };
    const Both<bool> failed = has_ended ? last.failed : Both<bool>{};
    if (is_wanted(ComparedField::error) && fields_.has_error(last.op)) {
        count(ComparedField::error);
        if (failed[0] != failed[1]) {
            const auto said = [](bool fails) { return std::string{fails ? "fails" : "goes on"}; };
            note(ComparedField::error, {said(failed[0]), said(failed[1])});
        }
    }
    // Of a step that fails each client prints what it had added up so far.
    const bool is_price = failed == Both<bool>{true, true}
                              ? fields_.has_failed_gas_cost()
                              : !failed[0] && !failed[1] && (!has_ended || ends_frame(last.op));
    if (is_wanted(ComparedField::gas_cost) && is_price && last.gas_cost[0] && last.gas_cost[1] &&
        fields_.has_gas_cost(last.op)) {
        count(ComparedField::gas_cost);
        if (last.gas_cost[0] != last.gas_cost[1])
            note(ComparedField::gas_cost, numbers(*last.gas_cost[0], *last.gas_cost[1]));
    }
    if (!differ) return;
    if (cause != no_cause) {
        log_.follow(cause, last.references[0], last.references[1]);
        return;
    }
    is_clean_ = false;
    TraceDifference difference;
    difference.transactions = last.transactions;
    for (const Side each : sides)
        difference.steps[index(each)] = line_of(last, each);
    difference.fields = std::move(fields);
    last.uses = log_.open(std::move(difference));
    for (const Side each : sides)
        log_.collect(last.uses, each, std::array{last.references[index(each)].step});
    if (frame.any == no_cause) frame.any = last.uses;
}

// ---- the fields of a step -----------------------------------------------------------------------------

void ValueComparison::compare() {
    fit_dialects();
    place();
    compare_place();
    compare_gas();
    compare_stack();
    compare_memory();
    compare_return_data();
    compare_refund();
    conclude();
    keep_last();
}

void ValueComparison::keep_last() {
    Frame& here = frame();
    LastStep& last = here.last;
    const Step& a = a_.step();
    const Step& b = b_.step();
    last.references = {a_.facts().reference, b_.facts().reference};
    last.transactions = {a_.facts().transaction, b_.facts().transaction};
    last.gas = {a.gas, b.gas};
    last.gas_cost = {a.gas_cost, b.gas_cost};
    last.failed = {a_.facts().failed, b_.facts().failed};
    last.writes = {a_.facts().writes, b_.facts().writes};
    last.memory_size = {a_.facts().memory_size, b_.facts().memory_size};
    last.stack_sizes = {a.stack_size, b.stack_size};
    const std::uint32_t pops = info(a.op).pops;
    for (const Side each : sides) {
        const Step& step = side(each).step();
        const std::uint32_t count =
            std::min({pops, step.operand_count, std::uint32_t{operands_max}});
        last.operand_counts[index(each)] = count;
        std::copy_n(step.operands.begin(), count, last.operands[index(each)].begin());
    }
    last.op = a.op;
    last.stack_size = std::max(a.stack_size, b.stack_size);
    if (is_push(a.op))
        last.key = a.pc;
    else if (reads_elsewhere(a.op) || a.op == Opcode::SSTORE || a.op == Opcode::TSTORE)
        last.key = info(a.op).pops != 0 && a.has_operand(0) ? a.operand(0) : Word{};
    last.is_settled = false;
    last.uses = is_clean_ ? no_cause : cause_in_use();
    here.has_last = true;
    if (is_call(a.op) || is_create(a.op)) here.callee = no_cause;
    newest_ = last.references;
    log_.note_pair(last.references[0], last.references[1]);
    if (last.uses == no_cause) return;
    if (a.op == Opcode::SSTORE) remember(Opcode::SLOAD, last.key, last.uses);
    if (a.op == Opcode::TSTORE) remember(Opcode::TLOAD, last.key, last.uses);
    if (lost_ == no_cause && (moves_value(a) || moves_value(b))) lost_ = last.uses;
    const bool returns = a.op == Opcode::RETURN || a.op == Opcode::REVERT;
    if (returns && here.any == no_cause) here.any = last.uses;
}

// ---- where the traces are not at one step -------------------------------------------------------------

void ValueComparison::part(Cause cause) {
    note_failures();
    is_clean_ = false;
    if (lost_ == no_cause) lost_ = cause;
    if (frames_.empty()) return;
    if (frame().any == no_cause) frame().any = cause;
}

void ValueComparison::meet(Cause cause, bool has_missed) {
    const std::uint32_t depth = std::max<std::uint32_t>(a_.facts().reference.depth, 1);
    // What the frames did that ended meanwhile is the difference's.
    while (frames_.size() > depth) {
        frame().last.is_settled = true;
        frame().any = cause;
        close_frame();
    }
    const Both<std::uint64_t> ids{a_.facts().reference.frame, b_.facts().reference.frame};
    if (frames_.size() == depth && frame().ids != ids) {
        frame().last.is_settled = true;
        close_frame();
    }
    if (frames_.empty()) return;
    frame().last.uses = cause;
    frame().last.is_settled = true;
    frame().callee = cause;
    if (has_missed) frame().missed = cause;
}

void ValueComparison::end_transaction(const ComparedEnd& a, const ComparedEnd& b, Cause apart) {
    note_failures();
    Cause cause = apart;
    Cause gas = apart;
    if (!frames_.empty()) {
        if (cause == no_cause) cause = frame().last.uses;
        if (cause == no_cause) cause = frames_.front().any;
        if (gas == no_cause) gas = frames_.front().gas;
        if (gas == no_cause) gas = cause;
        if (apart != no_cause) frame().last.is_settled = true;
    }
    const std::uint64_t differences = log_.count();
    const auto last = newest_;
    const auto leading = [&](Side of) { return steps_leading_here(of); };
    const Both<std::vector<std::uint64_t>> steps{leading(Side::a), leading(Side::b)};
    const Both<std::optional<std::uint64_t>> transactions =
        frames_.empty() ? Both<std::optional<std::uint64_t>>{} : frame().last.transactions;
    close_frames();
    // What the last step is said to have done otherwise, it ends for.
    if (log_.count() != differences && cause == no_cause) cause = gas = differences;

    TraceDifference difference;
    difference.kind = TraceDifference::Kind::ending;
    const auto note = [&](ComparedField field, std::optional<std::uint64_t> at, Cause of,
                          Both<std::string> values) {
        if (of == no_cause)
            difference.fields.push_back({field, at, std::move(values)});
        else if (last)
            log_.follow(of, (*last)[0], (*last)[1]);
    };
    if (is_wanted(ComparedField::output) && a.output && b.output) {
        count(ComparedField::output);
        if (*a.output != *b.output) {
            const auto first = first_difference(*a.output, *b.output);
            note(ComparedField::output, first.at, cause, first.values);
        }
    }
    if (is_wanted(ComparedField::gas_used) && fields_.has_gas_used() && a.gas_used && b.gas_used) {
        count(ComparedField::gas_used);
        if (*a.gas_used != *b.gas_used)
            note(ComparedField::gas_used, std::nullopt, gas, numbers(*a.gas_used, *b.gas_used));
    }
    if (difference.fields.empty()) return;
    difference.transactions = transactions;
    const Cause opened = log_.open(std::move(difference));
    for (const Side of : sides)
        log_.collect(opened, of, steps[index(of)]);
}

}  // namespace evmmem::traces
