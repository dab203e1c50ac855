// SPDX-License-Identifier: MIT
#include "memory_repricing.hpp"

#include <algorithm>

#include "core/gas_schedule.hpp"
#include "core/memory_cost.hpp"
#include "core/storage_gas.hpp"

namespace evmmem::traces {
namespace {

std::uint64_t moved(std::uint64_t gas, std::int64_t by) {
    if (by < 0) return gas - std::min(gas, static_cast<std::uint64_t>(-by));
    return gas + static_cast<std::uint64_t>(by);
}

bool is_short(std::uint64_t gas, std::int64_t by) {
    return by < 0 && gas < static_cast<std::uint64_t>(-by);
}

/// Gas left before a call hands on, in all the ways that a fork's prices and the trace allow.
template <typename Visit>
void for_each_available(const PendingStep& call, std::uint64_t handed_on, Visit visit) {
    const std::uint64_t before_overhead = call.gas - std::min(call.gas, *call.expansion);
    std::uint64_t last = no_number;
    const auto try_one = [&](std::uint64_t overhead, RulesView rules) {
        if (overhead > before_overhead) return;
        const std::uint64_t available = before_overhead - overhead;
        const auto forwarded = is_create(call.op)
                                   ? std::optional{forwardable_gas(available, rules)}
                                   : forwarded_gas(call.operand(0), available, rules);
        if (forwarded != handed_on || available == last) return;
        last = available;
        visit(available);
    };
    ForkSet::from(Fork::tangerine_whistle).for_each([&](Fork fork) {
        if (is_create(call.op)) {
            try_one(create_cost(call.op, call.effect.reads.size(), fork), fork);
            return;
        }
        for (const std::uint64_t overhead :
             CallOverheads{call.op, call.has_value(), fork, Access::unknown})
            try_one(overhead, fork);
    });
}

/// The most that so many bytes of code cost in any fork.
std::uint64_t deposit_at_most(std::uint64_t bytes) {
    std::uint64_t most = 0;
    ForkSet::all().for_each([&](Fork fork) {
        most = std::max(most, code_deposit_cost(bytes, fork) + state_gas(bytes, fork));
    });
    return most;
}

}  // namespace

std::string_view describe(PathChange change) {
    switch (change) {
        case PathChange::none: return "";
        case PathChange::gas_is_read: return "GAS gives another number";
        case PathChange::call_halts: return "a call fails for its memory";
        case PathChange::call_out_of_gas: return "a call runs out of gas";
        case PathChange::gas_unknown: return "what a call hands on cannot be told";
        case PathChange::ran_out_of_gas: return "it ran out of gas, and might not";
        case PathChange::leaf_failed: return "a call without steps fails, or may";
        case PathChange::ended_silently: return "how a call ends cannot be told";
        case PathChange::memory_unknown: return "what memory it touches is not known";
    }
    return {};
}

void MemoryRepricing::doubt(PathChange change, const StepReference& at) {
    RepricedTransaction& transaction = now();
    if (transaction.change != PathChange::none || transaction.fails_at) return;
    transaction.change = change;
    transaction.changes_at = at;
}

/// Under the rules, the innermost frame fails.
void MemoryRepricing::fail(const StepReference& at, MemoryHalt halt) {
    RepricedTransaction& transaction = now();
    if (transaction.change != PathChange::none || transaction.fails_at) return;
    if (open_.size() > 1) {
        doubt(halt == MemoryHalt::none ? PathChange::call_out_of_gas : PathChange::call_halts, at);
        return;
    }
    transaction.fails_at = at;
    transaction.halt = halt;
}

void MemoryRepricing::finish() {
    end_transaction();
}

void MemoryRepricing::on_transaction(std::uint64_t number) {
    end_transaction();
    transactions_.emplace_back().number = number;
    pricing_.begin();
    open_.clear();
    ended_.reset();
}

void MemoryRepricing::end_transaction() {
    if (!is_running()) return;
    const OpenFrame& outermost = open_.front();
    RepricedTransaction& transaction = now();
    if (open_.size() == 1 && outermost.ending == Ending::failed) {
        transaction.gas_before = outermost.gas_at_entry;
        transaction.gas_after = outermost.gas_at_entry;
        transaction.left_after = 0;
    } else if (open_.size() == 1 && outermost.ending == Ending::normal && outermost.gas_left) {
        transaction.gas_before = outermost.gas_at_entry - *outermost.gas_left;
        transaction.left_after = moved(*outermost.gas_left, outermost.offset);
        transaction.gas_after = outermost.gas_at_entry - *transaction.left_after;
    }
    if (transaction.fails_at) {
        transaction.gas_after = outermost.gas_at_entry;
        transaction.left_after = 0;
    }
    open_.clear();
}

void MemoryRepricing::on_gap() {
    if (is_running()) doubt(PathChange::memory_unknown, open_.back().last);
}

void MemoryRepricing::on_frame_entered(const CallFrame& frame, const PendingStep* call) {
    if (transactions_.empty()) transactions_.emplace_back();
    OpenFrame opened;
    opened.gas_at_entry = frame.gas_at_entry;
    if (call != nullptr && !open_.empty()) {
        ++now().calls;
        opened.given = given_to_callee(frame, *call);
        opened.offset = opened.given;
        opened.last = reference(*call);
    }
    open_.push_back(opened);
    pricing_.enter(moved(frame.gas_at_entry, opened.given));
}

/// How much more a callee begins with under the rules.
std::int64_t MemoryRepricing::given_to_callee(const CallFrame& callee, const PendingStep& call) {
    OpenFrame& caller = open_.back();
    const std::int64_t more = caller.offset + caller.call_gain;
    if (callee.gas_at_entry < call.stipend() || !call.expansion ||
        (!is_create(call.op) && !call.has_operand(0))) {
        doubt(PathChange::gas_unknown, reference(call));
        return 0;
    }
    const std::uint64_t handed_on = callee.gas_at_entry - call.stipend();
    const bool keeps_memory = rules_.holds(Rule::call_keeps_memory);
    if (more == 0 && !keeps_memory) return 0;
    std::optional<std::int64_t> given;
    bool is_clear = true;
    for_each_available(call, handed_on, [&](std::uint64_t available) {
        const std::uint64_t most =
            forwardable_gas(moved(available, more), rules_, keeps_memory ? pricing_.size() : 0);
        const bool asks_all = is_create(call.op) || caller.asks_all;
        const std::uint64_t forwarded = asks_all ? most : call.operand(0).clamped_to(most);
        const auto here =
            static_cast<std::int64_t>(forwarded) - static_cast<std::int64_t>(handed_on);
        is_clear = is_clear && (!given || *given == here) && !is_short(available, more);
        given = here;
    });
    if (!given || !is_clear) {
        doubt(PathChange::gas_unknown, reference(call));
        return 0;
    }
    return *given;
}

/// Whether a step that ran out of gas may have enough under the rules: because there is more, or because
/// its memory costs less.
bool MemoryRepricing::may_be_payable(const PendingStep& step) {
    const OpenFrame& frame = open_.back();
    if (frame.offset > 0) return true;
    if (!step.info->touches_memory()) return false;
    if (!step.has_effect) return true;
    const auto touched = pricing_.touch(step.effect);
    if (touched.halt != MemoryHalt::none) return false;
    if (!frame.is_size_known) return true;
    const auto before = expansion_cost(step.size_before / word_size, num_words(step.effect.end()));
    return !before || touched.gas < *before;
}

/// The gas that the trace shows before the step, and what it would be.
void MemoryRepricing::check_gas(const PendingStep& step) {
    const OpenFrame& frame = open_.back();
    if (is_short(step.gas, frame.offset)) {
        fail(frame.last, MemoryHalt::none);
        return;
    }
    const std::uint64_t gas = moved(step.gas, frame.offset);
    if (step.op == Opcode::SSTORE && step.gas > sstore_sentry && gas <= sstore_sentry)
        fail(reference(step), MemoryHalt::none);
}

/// GAS gave another number: does it only say how much the call after it hands on?
void MemoryRepricing::settle_gas_read(const PendingStep& step) {
    OpenFrame& frame = open_.back();
    frame.asks_all = false;
    if (!frame.gas_read) return;
    const Word read = *frame.gas_read;
    frame.gas_read.reset();
    if (is_call(step.op) && step.has_operand(0) && step.operand(0) == read)
        frame.asks_all = true;
    else
        doubt(PathChange::gas_is_read, frame.last);
}

/// A call without steps is over: with less gas it might have failed, and one that failed took all it got.
void MemoryRepricing::settle_leaf(const Step& step) {
    OpenFrame& frame = open_.back();
    if (!frame.leaf_gas) return;
    const std::uint64_t before = *frame.leaf_gas;
    frame.leaf_gas.reset();
    if (frame.offset == 0 && !rules_.holds(Rule::call_keeps_memory)) return;
    const bool has_failed = !step.has_operand(0) || step.operand(0).is_zero();
    const std::uint64_t cost = before - std::min(before, step.gas);
    const std::uint64_t most =
        forwardable_gas(moved(step.gas, frame.offset), rules_, pricing_.size());
    if (has_failed || most < cost) doubt(PathChange::leaf_failed, frame.last);
}

/// A create's callee has returned its code: it is paid for from what was left, or refused, and then that is
/// gone; with more gas it might not be.
void MemoryRepricing::settle_create(const Step& step) {
    OpenFrame& frame = open_.back();
    if (!frame.created) return;
    const EndedFrame created = *frame.created;
    frame.created.reset();
    if (created.offset == 0) return;
    if (!step.has_operand(0)) {
        doubt(PathChange::gas_unknown, frame.last);
    } else if (!step.operand(0).is_zero()) {
        if (created.offset < 0 &&
            moved(created.left, created.offset) < deposit_at_most(created.returned))
            doubt(PathChange::gas_unknown, frame.last);
    } else if (!created.has_reverted) {
        frame.offset -= created.offset;
        if (created.offset > 0) doubt(PathChange::gas_unknown, frame.last);
    }
}

void MemoryRepricing::on_step(const ReplayMoment& moment) {
    if (!is_running()) return;
    const PendingStep& step = moment.pending;
    ++now().steps;
    settle_create(moment.step);
    check_gas(step);
    settle_leaf(moment.step);
    settle_gas_read(step);
    open_.back().last = reference(step);
}

void MemoryRepricing::on_effect(const ReplayMoment& moment) {
    if (!is_running()) return;
    OpenFrame& frame = open_.back();
    const PendingStep& step = moment.pending;
    frame.call_gain = 0;
    frame.gas_left.reset();
    frame.ending = Ending::silent;  // unless it says how, or another step follows
    frame.is_size_known = step.size_was_known;
    if (step.failed || step.must_fail || step.op == Opcode::INVALID || !step.info->exists) {
        frame.ending = Ending::failed;
        const bool may_be_gas =
            step.must_fail || step.halts_meant.contains(HaltReason::out_of_gas) ||
            step.halt == HaltReason::unnamed || step.halt == HaltReason::memory_limit;
        if (may_be_gas && may_be_payable(step)) doubt(PathChange::ran_out_of_gas, reference(step));
        return;
    }
    std::int64_t gain = 0;
    if (step.info->touches_memory()) {
        if (!step.has_effect || !step.expansion) {
            doubt(PathChange::memory_unknown, reference(step));
            return;
        }
        const auto touched = pricing_.touch(step.effect);
        if (touched.halt != MemoryHalt::none) fail(reference(step), touched.halt);
        now().memory_before += *step.expansion;
        now().memory_after += touched.gas;
        gain = static_cast<std::int64_t>(*step.expansion) - static_cast<std::int64_t>(touched.gas);
    }
    if (step.is_call_or_create()) {
        frame.call_gain = gain;
        return;
    }
    frame.offset += gain;
    if (step.op == Opcode::GAS && frame.offset != 0)
        frame.gas_read =
            Word{step.gas - std::min(step.gas, std::uint64_t{step.info->gas.constant})};
    if (!ends_frame(step.op)) return;
    frame.ending = Ending::normal;
    std::optional<std::uint64_t> cost = step.expansion.value_or(0);
    if (step.op == Opcode::SELFDESTRUCT) cost = step.gas_cost;
    if (cost && *cost <= step.gas) frame.gas_left = step.gas - *cost;
    if (frame.gas_left && is_short(*frame.gas_left, frame.offset))
        fail(reference(step), MemoryHalt::none);
    else if (!frame.gas_left && frame.offset < 0)
        doubt(PathChange::gas_unknown, reference(step));
}

void MemoryRepricing::on_frame_left(const CallFrame& frame, const Memory&) {
    if (open_.size() <= 1) return;  // the outermost stays, for what its transaction used
    OpenFrame& left = open_.back();
    if (frame.has_last && (frame.last.failed || frame.last.must_fail)) left.ending = Ending::failed;
    const bool matters = left.offset != 0 || left.given != 0 || left.call_gain != 0 ||
                         (ended_ && (ended_->offset != 0 || ended_->given != 0));
    if (left.ending == Ending::silent && matters) doubt(PathChange::ended_silently, left.last);
    ended_ = {.given = left.given,
              .offset = left.offset,
              .ending = left.ending,
              .left = left.gas_left.value_or(0),
              .returned = frame.last.effect.reads.size(),
              .has_reverted = frame.last.op == Opcode::REVERT};
    open_.pop_back();
    pricing_.leave();
}

void MemoryRepricing::on_call_over(const CallFrame&, const PendingStep& call, MemoryRange,
                                   bool is_leaf, const Memory&) {
    if (!is_running()) return;
    OpenFrame& frame = open_.back();
    frame.offset += frame.call_gain;
    frame.call_gain = 0;
    frame.ending = Ending::silent;
    frame.last = reference(call);
    if (is_leaf || !ended_) {
        frame.leaf_gas = call.gas;
    } else {
        const EndedFrame& ended = *ended_;
        frame.offset -= ended.given;
        if (ended.ending != Ending::failed) frame.offset += ended.offset;
        if (is_create(call.op) && ended.ending != Ending::failed) frame.created = ended;
    }
    ended_.reset();
}

}  // namespace evmmem::traces
