// SPDX-License-Identifier: MIT
#include "repricing.hpp"

#include <algorithm>
#include <utility>

#include "core/memory_cost.hpp"
#include "traces/observers/keep_most.hpp"

namespace evmmem::traces {
namespace {

std::uint64_t moved(std::uint64_t gas, std::int64_t by) {
    if (by < 0) return gas - std::min(gas, static_cast<std::uint64_t>(-by));
    return gas + static_cast<std::uint64_t>(by);
}

bool is_short(std::uint64_t gas, std::int64_t by) {
    return by < 0 && gas < static_cast<std::uint64_t>(-by);
}

/// What happened to a callee under the rules: in a callee of the transaction it changes what comes of it.
PathChange in_callee(PricedFailure failure) {
    switch (failure) {
        case PricedFailure::none: break;
        case PricedFailure::out_of_gas: return PathChange::call_out_of_gas;
        case PricedFailure::memory: return PathChange::call_halts;
        case PricedFailure::no_instruction: return PathChange::call_lacks;
        case PricedFailure::init_code: return PathChange::call_init_code;
    }
    return PathChange::none;
}

}  // namespace

std::string_view describe(PathChange change) {
    switch (change) {
        case PathChange::none: return "";
        case PathChange::gas_is_read: return "GAS gives another number";
        case PathChange::call_halts: return "a call fails for its memory";
        case PathChange::call_out_of_gas: return "a call runs out of gas";
        case PathChange::call_lacks: return "a call fails for want of the instruction";
        case PathChange::call_init_code: return "a call fails for its init code's size";
        case PathChange::gas_unknown: return "what a call hands on cannot be told";
        case PathChange::ran_out_of_gas: return "it ran out of gas, and might not";
        case PathChange::leaf_failed: return "a call without steps fails, or may";
        case PathChange::callee_changes: return "the callee is a precompile before or after only";
        case PathChange::code_refused: return "the code that is deployed is refused, or may be";
        case PathChange::instruction_new: return "it failed, and the rules have the instruction";
        case PathChange::ended_silently: return "how a call ends cannot be told";
        case PathChange::memory_unknown: return "what memory it touches is not known";
        case PathChange::price_unknown: return "what decides its price is not in the trace";
    }
    return {};
}

Repricing::Repricing(std::span<const StepPrices> rules, const RepricingOptions& options,
                     Listener listener)
    : options_{options}, listener_{std::move(listener)} {
    runs_.reserve(rules.size());
    for (const StepPrices& each : rules)
        runs_.emplace_back(each);
    for (std::size_t byte = 0; byte < is_watched_.size(); ++byte)
        for (const Run& run : runs_)
            is_watched_[byte] =
                is_watched_[byte] || run.prices.is_touched(static_cast<Opcode>(byte));
}

// ---- what is certain ------------------------------------------------------------------------------------------

void Repricing::doubt(Run& run, PathChange change, const StepReference& at) {
    RulesOutcome& outcome = run.outcome;
    if (outcome.change != PathChange::none || outcome.fails()) return;
    outcome.change = change;
    if (at.line != 0) outcome.changes_at = at;
}

/// Under the rules, the innermost frame fails.
void Repricing::fail(Run& run, PricedFailure failure, MemoryHalt halt, const StepReference& at) {
    RulesOutcome& outcome = run.outcome;
    if (outcome.change != PathChange::none || outcome.fails()) return;
    if (run.open.size() > 1) {
        doubt(run, in_callee(failure), at);
        return;
    }
    outcome.failure = failure;
    outcome.halt = halt;
    outcome.fails_at = at;
}

void Repricing::note_slack(Run& run, std::uint64_t left, const StepReference& at) {
    RulesOutcome& outcome = run.outcome;
    if (outcome.change != PathChange::none || outcome.fails()) return;
    if (outcome.slack && *outcome.slack <= left) return;
    outcome.slack = left;
    outcome.slack_at = at;
}

/// The innermost frame has so much more gas under the rules, by an instruction.
void Repricing::gain(std::size_t run, std::int64_t gas, Opcode op) {
    if (gas == 0) return;
    RuledFrame& frame = runs_[run].now();
    frame.offset = capped_sum(frame.offset, gas);
    if (!options_.by_instruction) return;
    std::int64_t& gains = transaction_.instructions[static_cast<std::uint8_t>(op)].gains[run];
    gains = capped_sum(gains, gas);
}

/// An instruction cost so much in the trace.
void Repricing::count(Opcode op, std::int64_t gas) {
    if (!options_.by_instruction) return;
    InstructionGas& row = transaction_.instructions[static_cast<std::uint8_t>(op)];
    ++row.steps;
    row.before = capped_sum(row.before, gas);
}

// ---- transactions ---------------------------------------------------------------------------------------------

void Repricing::finish(std::uint64_t findings) {
    end_transaction(findings);
}

void Repricing::on_transaction(std::uint64_t number) {
    const std::uint64_t findings = state_ != nullptr ? state_->summary.findings : findings_before_;
    end_transaction(findings);
    findings_before_ = findings;
    transaction_ = {};
    transaction_.number = number;
    if (options_.by_instruction) {
        transaction_.instructions.resize(256);
        for (InstructionGas& row : transaction_.instructions)
            row.gains.resize(runs_.size());
    }
    for (Run& run : runs_) {
        run.memory.begin();
        run.open.clear();
        run.outcome = {};
    }
    open_.clear();
    has_ended_ = false;
    is_transaction_open_ = true;
}

void Repricing::end_transaction(std::uint64_t findings) {
    if (!is_running()) {
        is_transaction_open_ = false;
        return;
    }
    const OpenFrame& outermost = open_.front();
    if (open_.size() == 1 && outermost.ending == Ending::failed)
        transaction_.gas = outermost.gas_at_entry;
    else if (open_.size() == 1 && outermost.ending == Ending::normal && outermost.gas_left)
        transaction_.gas = outermost.gas_at_entry - *outermost.gas_left;
    if (open_.size() == 1) note_frame(outermost);
    transaction_.findings = findings - std::min(findings, findings_before_);
    transaction_.by_rules.clear();
    for (Run& run : runs_) {
        end_run(run);
        transaction_.by_rules.push_back(run.outcome);
    }
    listener_(transaction_);
    open_.clear();
    is_transaction_open_ = false;
}

void Repricing::end_run(Run& run) const {
    const OpenFrame& outermost = open_.front();
    RulesOutcome& outcome = run.outcome;
    if (outcome.fails() || (transaction_.gas && outermost.ending == Ending::failed)) {
        outcome.gas = outermost.gas_at_entry;
        outcome.left = 0;
    } else if (transaction_.gas) {
        outcome.left = moved(*outermost.gas_left, run.open.front().offset);
        const std::int64_t gas =
            capped_sum(capped_gas(*transaction_.gas), -run.open.front().offset);
        outcome.gas = static_cast<std::uint64_t>(std::max<std::int64_t>(gas, 0));
    }
}

/// A frame has ended: of those of the transaction the ones that change most are kept.
void Repricing::note_frame(const OpenFrame& frame) {
    if (options_.frames == 0) return;
    if (frame.ending != Ending::failed && !frame.gas_left) return;
    const bool has_failed = frame.ending == Ending::failed;
    const std::uint64_t left = has_failed ? 0 : *frame.gas_left;
    FrameGas row{.call = frame.call,
                 .frame = frame.id,
                 .depth = static_cast<std::uint32_t>(open_.size()),
                 .before = frame.gas_at_entry - std::min(left, frame.gas_at_entry),
                 .after = {}};
    for (const Run& run : runs_) {
        const RuledFrame& ruled = run.open.back();
        const std::int64_t more = has_failed ? ruled.given : capped_sum(ruled.given, -ruled.offset);
        row.after.push_back(moved(row.before, more));
    }
    const auto change = [&](const FrameGas& each) {
        const std::uint64_t from = options_.compares_first ? each.after.front() : each.before;
        return std::max(from, each.after.back()) - std::min(from, each.after.back());
    };
    keep_most(transaction_.frames, std::move(row), change, options_.frames);
}

void Repricing::on_gap() {
    if (!is_running()) return;
    for (Run& run : runs_)
        doubt(run, PathChange::memory_unknown, open_.back().last);
}

// ---- steps ----------------------------------------------------------------------------------------------------

void Repricing::on_step(const ReplayMoment& moment) {
    if (!is_running()) return;
    const PendingStep& step = moment.pending;
    OpenFrame& frame = open_.back();
    state_ = &moment.state;
    ++transaction_.steps;
    if (frame.waiting != Waiting::nothing) settle(moment);
    for (Run& run : runs_)
        if (run.now().offset < 0 || step.op == Opcode::SSTORE) check_gas(run, step);
    frame.asks_all = false;
    if (frame.gas_read) settle_gas_read(step);
    frame.last = reference(step);
}

/// The gas that the trace shows before the step, and what it would be.
void Repricing::check_gas(Run& run, const PendingStep& step) const {
    const std::int64_t offset = run.now().offset;
    if (is_short(step.gas, offset)) {
        fail(run, PricedFailure::out_of_gas, MemoryHalt::none, open_.back().last);
        return;
    }
    if (step.op != Opcode::SSTORE) return;
    const std::uint64_t gas = moved(step.gas, offset);
    bool is_enough_for_one = false;
    std::uint64_t most_kept = 0;
    state_->forks.for_each([&](Fork fork) {
        const std::uint64_t kept = run.in_place_of(fork)[Rule::storage_gas_kept];
        const std::uint64_t own = RulesView{fork}[Rule::storage_gas_kept];
        const bool is_of_fork = own == 0 || step.gas > own;
        if (!is_of_fork) return;
        if (kept == 0 || gas > kept)
            is_enough_for_one = true;
        else
            most_kept = std::max(most_kept, kept);
    });
    if (most_kept == 0) {
        const std::uint64_t kept = run.rules()[Rule::storage_gas_kept];
        if (kept != 0 && gas > kept) note_slack(run, gas - kept - 1, reference(step));
    } else if (is_enough_for_one) {
        doubt(run, PathChange::gas_unknown, reference(step));
    } else {
        fail(run, PricedFailure::out_of_gas, MemoryHalt::none, reference(step));
    }
}

/// GAS gave another number: does it only say how much the call after it hands on?
void Repricing::settle_gas_read(const PendingStep& step) {
    OpenFrame& frame = open_.back();
    const Word read = *frame.gas_read;
    frame.gas_read.reset();
    frame.asks_all = is_call(step.op) && step.has_operand(0) && step.operand(0) == read;
    if (frame.asks_all) return;
    for (Run& run : runs_)
        if (run.now().reads_other_gas) doubt(run, PathChange::gas_is_read, frame.last);
}

void Repricing::on_effect(const ReplayMoment& moment) {
    if (!is_running()) return;
    OpenFrame& frame = open_.back();
    const PendingStep& step = moment.pending;
    const Opcode op = step.op;
    frame.gas_left.reset();
    frame.ending = Ending::silent;  // unless it says how, or another step follows
    frame.is_size_known = step.size_was_known;
    if (step.failed || step.must_fail || op == Opcode::INVALID || !step.info->exists) {
        fail_step(step);
        return;
    }
    const bool is_watched = is_watched_[static_cast<std::uint8_t>(op)];
    if (is_watched)
        for (Run& run : runs_)
            if (run.prices.is_gone(op))
                fail(run, PricedFailure::no_instruction, MemoryHalt::none, reference(step));
    const bool is_known = !step.info->touches_memory() || touch_memory(step);
    if (step.is_call_or_create()) begin_call(moment);
    if (step.is_call_or_create() || !is_known) return;
    if (is_watched)
        for (std::size_t i = 0; i < runs_.size(); ++i)
            gain(i, capped_sum(runs_[i].prices.plain_gain(op), runs_[i].prices.scaled_gain(step)),
                 op);
    if (ends_frame(op)) {
        end_frame(step);
        return;
    }
    if (step.info->gas.base != GasRule::Base::constant) {
        if (!is_watched && !options_.by_instruction) return;
        frame.waiting = Waiting::price;
        frame.step = step;
        return;
    }
    if (options_.by_instruction)
        count(op,
              capped_gas(step.info->gas.constant + step.scaled_cost + step.expansion.value_or(0)));
    if (op != Opcode::GAS) return;
    for (Run& run : runs_) {
        run.now().reads_other_gas = run.now().offset != 0;
        if (run.now().reads_other_gas)
            frame.gas_read =
                Word{step.gas - std::min(step.gas, std::uint64_t{step.info->gas.constant})};
    }
}

/// A step that fails: might it not, under the rules?
void Repricing::fail_step(const PendingStep& step) {
    open_.back().ending = Ending::failed;
    const bool may_be_gas = step.must_fail || step.halts_meant.contains(HaltReason::out_of_gas) ||
                            step.halt == HaltReason::unnamed ||
                            step.halt == HaltReason::memory_limit;
    for (Run& run : runs_) {
        if (step.info->exists && run.prices.is_new(step.op, state_->forks))
            doubt(run, PathChange::instruction_new, reference(step));
        if (may_be_gas && may_be_payable(run, step))
            doubt(run, PathChange::ran_out_of_gas, reference(step));
    }
}

/// Whether a step that ran out of gas may have enough under the rules: because there is more, or because it
/// costs less.
bool Repricing::may_be_payable(Run& run, const PendingStep& step) const {
    if (run.now().offset > 0 || run.prices.may_be_cheaper(step.op, state_->forks)) return true;
    if (!step.info->touches_memory()) return false;
    if (!step.has_effect) return true;
    const auto touched = run.memory.touch(step.effect);
    if (touched.halt != MemoryHalt::none) return false;
    if (!open_.back().is_size_known) return true;
    const auto before = expansion_cost(step.size_before / word_size, num_words(step.effect.end()));
    return !before || touched.gas < *before;
}

/// Prices the memory that the step touches; false where it is not known.
bool Repricing::touch_memory(const PendingStep& step) {
    if (!step.has_effect || !step.expansion) {
        for (Run& run : runs_)
            doubt(run, PathChange::memory_unknown, reference(step));
        return false;
    }
    transaction_.memory += *step.expansion;
    for (std::size_t i = 0; i < runs_.size(); ++i) {
        Run& run = runs_[i];
        const auto touched = run.memory.touch(step.effect);
        if (touched.halt != MemoryHalt::none)
            fail(run, PricedFailure::memory, touched.halt, reference(step));
        run.outcome.memory += touched.gas;
        const std::int64_t less_gas = difference(*step.expansion, touched.gas);
        if (step.is_call_or_create())
            run.now().memory_gain = less_gas;
        else
            gain(i, less_gas, step.op);
    }
    return true;
}

/// The frame ends, by its own will.
void Repricing::end_frame(const PendingStep& step) {
    OpenFrame& frame = open_.back();
    frame.ending = Ending::normal;
    std::uint64_t cost = step.info->gas.constant + step.expansion.value_or(0);
    bool is_cost_known = true;
    if (step.op == Opcode::SELFDESTRUCT) {
        const bool is_printed = step.gas_cost && state_->dialect.gas_cost != GasCostStyle::base;
        cost = step.gas_cost.value_or(0);
        const PriceWays ways =
            is_printed ? ways_to_pay(*state_, step, capped_gas(cost)) : PriceWays{};
        is_cost_known = !ways.empty();
        settle_price(step, ways);
    }
    if (is_cost_known) count(step.op, capped_gas(cost));
    if (is_cost_known && cost <= step.gas) frame.gas_left = step.gas - cost;
    for (Run& run : runs_) {
        const std::int64_t offset = run.now().offset;
        if (!frame.gas_left) {
            if (offset < 0) doubt(run, PathChange::gas_unknown, reference(step));
        } else if (is_short(*frame.gas_left, offset)) {
            fail(run, PricedFailure::out_of_gas, MemoryHalt::none, reference(step));
        } else {
            note_slack(run, moved(*frame.gas_left, offset), reference(step));
        }
    }
}

/// What the step before cost, or what came of a call, is seen now.
void Repricing::settle(const ReplayMoment& moment) {
    OpenFrame& frame = open_.back();
    const Waiting waiting = std::exchange(frame.waiting, Waiting::nothing);
    switch (waiting) {
        case Waiting::nothing: break;
        case Waiting::price: {
            const auto paid = static_cast<std::int64_t>(frame.step.gas - moment.step.gas);
            count(frame.step.op, paid);
            if (is_watched_[static_cast<std::uint8_t>(frame.step.op)])
                settle_price(frame.step, ways_to_pay(*state_, frame.step, paid));
            break;
        }
        case Waiting::call: settle_call(moment.step); break;
        case Waiting::leaf: settle_leaf(moment.step); break;
    }
}

/// The step was paid in one of these ways.
void Repricing::settle_price(const PendingStep& step, const PriceWays& ways) {
    for (std::size_t i = 0; i < runs_.size(); ++i) {
        Run& run = runs_[i];
        if (!run.prices.may_change(step.op, state_->forks)) continue;
        const StepPrices::Gain here = run.prices.gain(step, ways);
        if (!here.is_certain) doubt(run, PathChange::price_unknown, reference(step));
        gain(i, here.likely, step.op);
    }
}

// ---- calls ----------------------------------------------------------------------------------------------------

void Repricing::begin_call(const ReplayMoment& moment) {
    OpenFrame& frame = open_.back();
    const PendingStep& call = moment.pending;
    frame.step = call;
    frame.has_ways = false;
    frame.handed_on.reset();
    frame.terms.clear();
    const bool is_to_someone = is_call(call.op) && call.has_operand(1) && call.has_effect;
    std::optional<KnownData> input;
    for (Run& run : runs_) {
        run.now().paid = 0;
        run.now().callee_offset = 0;
        run.now().terms.clear();
        if (!run.prices.may_change(call.op, state_->forks)) continue;
        const std::uint64_t init_code = call.effect.reads.size();
        const bool is_too_much = is_create(call.op) && !state_->forks.any_of([&](Fork fork) {
            return init_code <= run.in_place_of(fork)[Rule::create_init_code_max];
        });
        if (is_too_much) fail(run, PricedFailure::init_code, MemoryHalt::none, reference(call));
        if (!is_to_someone) continue;
        const Word to = address_of(call.operand(1));
        state_->forks.for_each([&](Fork fork) {
            const RulesView rules = run.in_place_of(fork);
            const Callee callee = callee_at(to, rules);
            if (run.prices.has_same_terms(callee, fork)) return;
            if (!input)
                input.emplace().view(moment.memory, moment.frame.memory_known, call.effect.reads);
            run.now().terms.push_back({fork, terms_of(callee, *input, rules)});
            frame.terms.push_back(
                {fork, terms_of(callee_at(to, RulesView{fork}), *input, RulesView{fork})});
        });
    }
}

/// In which ways the call at hand may have been paid, as far as what it handed on shows.
PriceWays& Repricing::ways_of(OpenFrame& frame) const {
    if (frame.has_ways) return frame.ways;
    frame.has_ways = true;
    frame.ways = ways_of_call(*state_, frame.step);
    std::erase_if(frame.ways, [&](const PriceWay& way) {
        const auto handed_on = handed_on_by(frame.step, way);
        return !handed_on || (frame.handed_on && handed_on != frame.handed_on);
    });
    return frame.ways;
}

/// Gas that is left before the call hands on, under the rules.
std::optional<std::uint64_t> Repricing::available(const Run& run, const OpenFrame& caller,
                                                  const PriceWay& way, bool& is_too_little) {
    const auto before = available_before(caller.step, way);
    const auto less_gas = run.prices.gain(caller.step, way);
    if (!before || !less_gas) return std::nullopt;
    const RuledFrame& now = run.now();
    const std::int64_t by = capped_sum(capped_sum(now.offset, now.memory_gain), *less_gas);
    if (is_short(*before, by)) {
        is_too_little = true;
        return std::nullopt;
    }
    return moved(*before, by);
}

/// What the call hands on under the rules.
std::optional<std::uint64_t> Repricing::handed_on(const Run& run, const OpenFrame& caller,
                                                  const PriceWay& way, bool& is_too_little) {
    const auto gas = available(run, caller, way, is_too_little);
    if (!gas) return std::nullopt;
    const RulesView rules = run.in_place_of(way.fork);
    const std::uint64_t memory = run.memory.size();
    if (is_create(caller.step.op)) return forwardable_gas(*gas, rules, memory);
    const Word asked = caller.asks_all ? Word::max() : caller.step.operand(0);
    const auto given = forwarded_gas(asked, *gas, rules, memory);
    if (!given && !caller.asks_all) is_too_little = true;
    return given;
}

void Repricing::on_frame_entered(const CallFrame& frame, const PendingStep* call) {
    if (!is_transaction_open_) on_transaction(transaction_.number);
    const bool is_callee = call != nullptr && !open_.empty();
    OpenFrame opened;
    opened.gas_at_entry = frame.gas_at_entry;
    opened.id = frame.id;
    if (is_callee) {
        ++transaction_.calls;
        opened.call = opened.last = reference(*call);
        OpenFrame& caller = open_.back();
        caller.handed_on.reset();
        if (frame.gas_at_entry >= call->stipend())
            caller.handed_on = frame.gas_at_entry - call->stipend();
    }
    for (Run& run : runs_) {
        const std::int64_t given = is_callee ? hand_on(run, open_.back()) : 0;
        run.open.emplace_back();
        run.now().given = run.now().offset = given;
        run.memory.enter(moved(frame.gas_at_entry, given));
    }
    open_.push_back(std::move(opened));
}

/// How much more a callee begins with under the rules.
std::int64_t Repricing::hand_on(Run& run, OpenFrame& caller) const {
    RuledFrame& now = run.now();
    const PendingStep& call = caller.step;
    const bool may_change = run.prices.may_change(call.op, state_->forks);
    if (now.offset == 0 && now.memory_gain == 0 && !may_change) return 0;
    if (!caller.handed_on || !call.expansion || (is_call(call.op) && !call.has_operand(1))) {
        doubt(run, PathChange::gas_unknown, reference(call));
        return 0;
    }
    if (is_call(call.op) && may_change && reaches_another(run, call, state_->forks))
        doubt(run, PathChange::callee_changes, reference(call));
    std::optional<std::uint64_t> one;
    bool is_clear = true;
    bool is_payable = false;
    for (const PriceWay& way : ways_of(caller)) {
        bool is_too_little = false;
        const auto here = handed_on(run, caller, way, is_too_little);
        is_clear = is_clear && here && (!one || one == here);
        is_payable = is_payable || !is_too_little;
        if (here && !one) one = here;
    }
    if (!is_payable && !caller.ways.empty())
        fail(run, PricedFailure::out_of_gas, MemoryHalt::none, reference(call));
    else if (!one || !is_clear)
        doubt(run, PathChange::gas_unknown, reference(call));
    if (!one) return 0;
    now.paid = difference(*one, *caller.handed_on);
    return capped_sum(now.paid, stipend_gain(run, call));
}

/// How much more a callee gets on top of what is handed on.
std::int64_t Repricing::stipend_gain(const Run& run, const PendingStep& call) {
    return call.has_value() ? difference(run.rules()[Rule::call_stipend], call.stipend()) : 0;
}

/// Whether the call may reach a precompile before or after only.
bool Repricing::reaches_another(const Run& run, const PendingStep& call, ForkSet forks) {
    const Word to = address_of(call.operand(1));
    return forks.any_of([&](Fork fork) {
        return callee_at(to, RulesView{fork}) != callee_at(to, run.in_place_of(fork));
    });
}

void Repricing::on_frame_left(const CallFrame& frame, const Memory&) {
    if (!is_transaction_open_ || open_.size() <= 1)
        return;  // the outermost stays, for what its transaction used
    OpenFrame& left = open_.back();
    if (frame.has_last && (frame.last.failed || frame.last.must_fail)) left.ending = Ending::failed;
    for (Run& run : runs_) {
        const RuledFrame& now = run.now();
        const bool is_unsettled = left.waiting != Waiting::nothing &&
                                  (run.prices.may_change(left.step.op, state_->forks) ||
                                   now.memory_gain != 0 || now.paid != 0 || now.callee_offset != 0);
        if (left.ending == Ending::silent && (now.offset != 0 || now.given != 0 || is_unsettled))
            doubt(run, PathChange::ended_silently, left.last);
    }
    note_frame(left);
    has_ended_ = true;
    ended_ = {.ending = left.ending,
              .left = left.ending == Ending::failed ? 0 : left.gas_left,
              .returned = frame.last.effect.reads.size(),
              .has_reverted = frame.last.op == Opcode::REVERT};
    open_.pop_back();
    for (Run& run : runs_) {
        const std::int64_t offset = run.now().offset;
        run.open.pop_back();
        run.memory.leave();
        run.now().callee_offset = ended_.ending == Ending::failed ? 0 : offset;
    }
}

void Repricing::on_call_over(const CallFrame&, const PendingStep& call, MemoryRange, bool is_leaf,
                             const Memory&) {
    if (!is_running()) return;
    OpenFrame& frame = open_.back();
    frame.ending = Ending::silent;
    frame.last = reference(call);
    frame.step = call;
    frame.waiting = is_leaf || !has_ended_ ? Waiting::leaf : Waiting::call;
    if (has_ended_) frame.ended = ended_;
    has_ended_ = false;
}

/// Whether the call at hand may have cost something else under some of the rules, or left something else.
bool Repricing::is_call_touched(const PendingStep& call) const {
    return options_.by_instruction || std::ranges::any_of(runs_, [&](const Run& run) {
               const RuledFrame& now = run.open.back();
               return now.offset != 0 || now.memory_gain != 0 || now.paid != 0 ||
                      now.callee_offset != 0 || run.prices.may_change(call.op, state_->forks);
           });
}

void Repricing::settle_call(const Step& step) {
    OpenFrame& frame = open_.back();
    const PendingStep& call = frame.step;
    if (!is_call_touched(call)) return;
    PriceWays& ways = ways_of(frame);
    const bool has_failed = step.has_operand(0) && step.operand(0).is_zero();
    if (is_call(call.op) && frame.ended.ending == Ending::silent && has_failed) {
        frame.ended = {.ending = Ending::failed, .left = 0};
        for (Run& run : runs_)
            run.now().callee_offset = 0;
    }
    if (is_call(call.op) && frame.ended.left && frame.handed_on)
        std::erase_if(ways, [&](const PriceWay& way) {
            return *available_before(call, way) - *frame.handed_on + *frame.ended.left != step.gas;
        });
    if (!ways.empty())
        count(call.op, capped_gas(ways.front().cost + *call.expansion) + ways.front().state_gas);
    for (std::size_t i = 0; i < runs_.size(); ++i) {
        Run& run = runs_[i];
        RuledFrame& now = run.now();
        StepPrices::Gain here{.is_certain = true};
        if (run.prices.may_change(call.op, state_->forks)) here = run.prices.gain(call, ways);
        if (!here.is_certain) doubt(run, PathChange::price_unknown, frame.last);
        gain(i, capped_sum(now.memory_gain, here.likely), call.op);
        now.offset = capped_sum(now.offset, capped_sum(now.callee_offset, -now.paid));
        if (is_create(call.op) && frame.ended.ending != Ending::failed) settle_create(i, step);
        now.memory_gain = now.paid = now.callee_offset = 0;
    }
}

/// A create's callee has returned its code: it is paid for from what was left, or refused, and then that is
/// gone; under the rules it might not be.
void Repricing::settle_create(std::size_t i, const Step& step) {
    Run& run = runs_[i];
    const OpenFrame& frame = open_.back();
    const EndedFrame& made = frame.ended;
    const bool may_change = run.prices.may_change(frame.step.op, state_->forks);
    const std::int64_t offset = run.now().callee_offset;
    if ((offset == 0 && !may_change) || made.has_reverted) return;
    if (!step.has_operand(0)) {
        doubt(run, PathChange::gas_unknown, frame.last);
        return;
    }
    if (step.operand(0).is_zero()) {  // what was left is gone
        run.now().offset = capped_sum(run.now().offset, -offset);
        if (offset > 0 || may_change) doubt(run, PathChange::code_refused, frame.last);
        return;
    }
    std::optional<std::int64_t> one;
    bool is_clear = true;
    bool is_accepted = true;
    std::uint64_t most = 0;
    state_->forks.for_each([&](Fork fork) {
        const RulesView rules = run.in_place_of(fork);
        const std::uint64_t deposit = code_deposit_cost(made.returned, rules);
        const std::int64_t here =
            difference(code_deposit_cost(made.returned, RulesView{fork}), deposit);
        is_clear = is_clear && (!one || *one == here);
        one = here;
        is_accepted = is_accepted && (made.returned <= rules[Rule::create_code_max] ||
                                      made.returned > RulesView{fork}[Rule::create_code_max]);
        most = std::max(most, deposit + state_gas(made.returned, rules));
    });
    if (!is_accepted) doubt(run, PathChange::code_refused, frame.last);
    if (!is_clear) doubt(run, PathChange::price_unknown, frame.last);
    const bool may_lack = offset < 0 || one.value_or(0) != 0;
    if (may_lack &&
        (!made.left || is_short(*made.left, offset) || moved(*made.left, offset) < most))
        doubt(run, PathChange::gas_unknown, frame.last);
    gain(i, one.value_or(0), frame.step.op);
}

namespace {

template <typename Terms>
const CalleeTerms* terms_in(const Terms& terms, Fork fork) {
    const auto found =
        std::ranges::find_if(terms, [&](const auto& row) { return row.fork == fork; });
    return found == terms.end() ? nullptr : &found->terms;
}

}  // namespace

/// How the call without steps may have used gas.
std::vector<Repricing::LeafUse> Repricing::leaf_uses(OpenFrame& frame, const Step& step) const {
    std::vector<LeafUse> uses;
    const PendingStep& call = frame.step;
    if (!call.has_operands()) return uses;
    const bool may_succeed = !step.has_operand(0) || !step.operand(0).is_zero();
    const bool may_fail = !step.has_operand(0) || step.operand(0).is_zero();
    for (const PriceWay& way : ways_of(frame)) {
        LeafUse use{.way = way};
        use.given = *handed_on_by(call, way) + call.stipend();
        const std::uint64_t all_back = *available_before(call, way) + call.stipend();
        if (step.gas > all_back || all_back - step.gas > use.given) continue;
        use.used = all_back - step.gas;
        if (is_call(call.op))
            use.callee = callee_at(address_of(call.operand(1)), RulesView{way.fork});
        const bool is_account = use.callee == Callee::account;
        const CalleeTerms* const terms = terms_in(frame.terms, way.fork);
        const bool is_price = terms == nullptr || !terms->cost || use.used == *terms->cost;
        if (use.used == 0 && (may_fail || is_account)) {
            use.kind = LeafUse::Kind::nothing;
            uses.push_back(use);
        }
        if (may_succeed && !is_account && is_price) {
            use.kind = LeafUse::Kind::price;
            uses.push_back(use);
        }
        if (may_fail && use.used == use.given && use.given != 0) {
            use.kind = LeafUse::Kind::all;
            uses.push_back(use);
        }
    }
    return uses;
}

Repricing::LeafGain Repricing::leaf_gain(const Run& run, const OpenFrame& frame,
                                         const LeafUse& use) {
    LeafGain result;
    const PendingStep& call = frame.step;
    const auto less_gas = run.prices.gain(call, use.way);
    if (!less_gas) return {.gas = std::nullopt, .change = PathChange::price_unknown};
    result.gas = capped_sum(run.now().memory_gain, *less_gas);
    const auto handed = handed_on(run, frame, use.way, result.is_too_little);
    if (!handed) {
        result.change = result.is_too_little ? PathChange::none : PathChange::gas_unknown;
        return result;
    }
    const RulesView rules = run.in_place_of(use.way.fork);
    const std::uint64_t given = *handed + (call.has_value() ? rules[Rule::call_stipend] : 0);
    result.gas = capped_sum(*result.gas, stipend_gain(run, call));
    if (is_call(call.op) && callee_at(address_of(call.operand(1)), rules) != use.callee) {
        result.change = PathChange::callee_changes;
        return result;
    }
    const bool has_same_terms = run.prices.has_same_terms(use.callee, use.way.fork);
    switch (use.kind) {
        case LeafUse::Kind::nothing: break;
        case LeafUse::Kind::all:  // with the same gas it fails again
            if (given != use.given || !has_same_terms) result.change = PathChange::leaf_failed;
            break;
        case LeafUse::Kind::price: {
            const CalleeTerms* const terms = terms_in(run.now().terms, use.way.fork);
            const CalleeTerms as_before{.cost = use.used};
            const CalleeTerms& then = !has_same_terms && terms != nullptr ? *terms : as_before;
            if (!then.cost) {
                result.change = PathChange::price_unknown;
                break;
            }
            if (!then.may_succeed || *then.cost > given) result.change = PathChange::leaf_failed;
            result.gas = capped_sum(*result.gas, difference(use.used, *then.cost));
            break;
        }
    }
    return result;
}

/// A call without steps is over.
void Repricing::settle_leaf(const Step& step) {
    OpenFrame& frame = open_.back();
    const PendingStep& call = frame.step;
    if (!is_call_touched(call)) return;
    count(call.op, static_cast<std::int64_t>(call.gas - step.gas));
    const std::vector<LeafUse> uses = leaf_uses(frame, step);
    for (std::size_t i = 0; i < runs_.size(); ++i) {
        Run& run = runs_[i];
        LeafGain sum;
        bool is_payable = uses.empty();
        for (const LeafUse& use : uses) {
            const LeafGain here = leaf_gain(run, frame, use);
            is_payable = is_payable || !here.is_too_little;
            if (!sum.gas) sum.gas = here.gas;
            if (sum.change == PathChange::none) sum.change = here.change;
            const bool is_another = here.gas != sum.gas || (here.is_too_little && is_payable);
            if (is_another && sum.change == PathChange::none)
                sum.change = PathChange::price_unknown;
        }
        const RuledFrame& now = run.now();
        const bool matters = now.offset != 0 || now.memory_gain != 0 ||
                             run.prices.may_change(call.op, state_->forks);
        if (uses.empty() && matters) sum.change = PathChange::price_unknown;
        if (!is_payable) fail(run, PricedFailure::out_of_gas, MemoryHalt::none, frame.last);
        if (sum.change != PathChange::none) doubt(run, sum.change, frame.last);
        gain(i, sum.gas.value_or(now.memory_gain), call.op);
        run.now().memory_gain = run.now().paid = run.now().callee_offset = 0;
    }
}

}  // namespace evmmem::traces
