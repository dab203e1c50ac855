// SPDX-License-Identifier: MIT
#include "replayer.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "core/hex.hpp"
#include "core/transaction_gas.hpp"
#include "traces/checks/account_checks.hpp"
#include "traces/checks/call_checks.hpp"
#include "traces/checks/cold_access.hpp"
#include "traces/checks/failure_checks.hpp"
#include "traces/checks/gas_checks.hpp"
#include "traces/checks/hidden_end.hpp"
#include "traces/checks/leaf_calls.hpp"
#include "traces/checks/memory_checks.hpp"
#include "traces/checks/refund_checks.hpp"
#include "traces/checks/result_checks.hpp"
#include "traces/checks/stack_checks.hpp"
#include "traces/checks/storage_checks.hpp"
#include "traces/checks/summary_checks.hpp"
#include "traces/replay/memory_effects.hpp"
#include "traces/replay/plain_step.hpp"
#include "traces/replay/replay_state.hpp"
#include "traces/replay/state_gas.hpp"
#include "traces/replay/step_placement.hpp"
#include "traces/replay/storage_effects.hpp"
#include "traces/replay/trace_program.hpp"
#include "transactions.hpp"

namespace evmmem::traces {

namespace {

bool says_failure(const Report& report) {
    return report.failed.value_or(false) || is_failure(report.halt.reason, Opcode::STOP);
}

/// The least gas that a summary has where the outermost frame halted exceptionally: all of the frame's
/// is gone. A receipt has what the transaction paid before its first step, too, which is more than an
/// authorization refunds (EIP-7702); elsewhere that may be a fifth (EIP-3529).
std::uint64_t least_used_by_halt(const ReplayState& state, const CallFrame& frame) {
    const std::uint64_t all = frame.gas_at_entry;
    const bool is_receipts =
        state.dialect.is_document && state.dialect.summary_gas == SummaryGas::transaction;
    if (!is_receipts) return all - all / 5;
    std::uint64_t before = no_number;
    state.forks.for_each(
        [&](Fork fork) { before = std::min(before, transaction_gas(state.rules(fork))); });
    return before == no_number ? all : all + before;
}

/// Whether the summary can be that of an outermost frame that halted exceptionally: it returns
/// nothing, and all gas is gone. Clients without errors on their lines may have none here, too.
bool says_halt(const ReplayState& state, const Report& report, const CallFrame& frame) {
    const bool returns = report.output && !report.output->empty();
    const std::uint64_t least = least_used_by_halt(state, frame);
    const bool may_have_failed =
        says_failure(report) || (!state.dialect.has_errors && !report.failed);
    return may_have_failed && !returns && report.gas_used.value_or(least) >= least;
}

/// Whether the outermost frame's last step failed, as far as the trace says so.
std::optional<bool> has_failed(const ReplayState& state, const PendingStep& last,
                               std::uint64_t gas_at_entry, const Report* report) {
    if (last.failed) return true;
    if (report == nullptr) return std::nullopt;
    if (says_failure(*report)) {
        // A revert is no failure of the step, and code may be refused after a RETURN.
        return ends_frame(last.op) && last.op != Opcode::STOP ? std::nullopt : std::optional{true};
    }
    // All gas is gone: it may have failed without a word.
    const bool has_no_word = !report->failed && (!report->output || report->output->empty());
    if (has_no_word && report->gas_used.value_or(0) >= gas_at_entry) return std::nullopt;
    const bool has_returned =
        last.op == Opcode::RETURN && report->output && !report->output->empty();
    if (state.dialect.has_errors || report->failed || has_returned) return false;
    return std::nullopt;
}

/// Whether the step has its gas where that is what the line before leads to.
bool may_pay_otherwise(const ReplayState& state, const PendingStep& step) {
    return step.gas_otherwise && step.has_effect && !step.effect.is_unaddressable &&
           least_gas(state, step) <= *step.gas_otherwise;
}

// What an instruction changes besides the stack.
constexpr std::uint8_t on_memory = 1;
constexpr std::uint8_t on_storage = 2;

// NOLINTNEXTLINE(cert-err58-cpp): info() looks into a table, and throws nothing.
const auto effects = [] {
    std::array<std::uint8_t, 256> table{};
    for (std::size_t i = 0; i < table.size(); ++i) {
        const OpcodeInfo& row = info(static_cast<Opcode>(i));
        if (row.touches_memory() || !row.exists) table[i] = on_memory;
    }
    for (const Opcode op : {Opcode::SSTORE, Opcode::TSTORE})
        table[static_cast<std::size_t>(op)] = on_storage;
    return table;
}();

}  // namespace

class Replayer::Impl {
public:
    Impl(const Dialect& dialect, ReplayOptions options, FindingSink& sink)
        : state_{dialect, std::move(options), sink}, claim_history_{.timings = dialect.timings} {}

    void step(const Step& step);
    void report(const Report& report);
    void gap() { state_.is_line_missing = true; }
    void use(const Dialect& dialect);
    void begin_client(const Dialect& dialect, bool leaves_steps_out);
    ReplaySummary finish();

private:
    std::uint32_t sure_operands(const Step& step) const;
    void take_back_failure(const Step& step);
    void repeat(CallFrame& frame, const Step& step);
    void perform(const Step& step, CallFrame& frame, const PendingStep& own, MemoryClaims* claims);
    void keep_before(const PendingStep& step);
    void conclude(const Placement& placement, const Step& step);
    void conclude_plain_step(const Step& step);
    void conclude_in_frame(const Step& step);
    void conclude_in_caller(const Placement& placement, const Step& step);
    void begin_transaction(const Step& step);
    void begin_anew(const Placement& placement, const Step& step);
    void warn_of_name(const Step& step, PendingStep& own);
    void check_code(const Step& step, CallFrame& frame, PendingStep& own);
    void check_refund(const Placement& placement, const Step& step);
    void report_calldata(PendingStep& own);
    void report_slip(const Placement& placement, const Step& step, PendingStep& own);
    void keep_announced_input(const Report& report);
    const FrameReport* reported_frame() const { return frame_report_ ? &*frame_report_ : nullptr; }
    void enter_callee(const Step& step);
    enum class Ending : std::uint8_t { whole, unclear, cut };
    Ending judge_ending(const Report* report);
    bool is_cut(const Report* report) { return judge_ending(report) == Ending::cut; }
    bool may_have_stopped(const Report& report);
    void end_with(const Report& report);
    void keep_output(const Report& report);
    void forget_reports();
    void end_without_report();
    void end_transaction(const Report* report);
    TransactionCounts counts() const;
    // Out of line, so that what each step does stays in line.
    [[gnu::noinline, gnu::cold]] void say_transaction_begins(std::uint64_t line);
    [[gnu::noinline, gnu::cold]] void say_transaction_ends(std::uint64_t line, bool is_cut);
    void observe_call_over(const CallFrame& frame, const PendingStep& call, bool is_leaf);
    void observe_frame_entered(const CallFrame& frame);
    void observe_doubled(ReplayObserver& observer, const Step& step);

    ReplayState state_;
    MemoryClaimHistory claim_history_;
    StackChecks stack_checks_{state_};
    RefundChecks refund_checks_{state_};
    const bool takes_shortcuts_ =
        state_.options.takes_shortcuts && state_.options.rules.ends_are_free();
    const bool checks_stack_ = Replayer::look_at_stacks(state_.options.checks);
    FrameEnd end_;
    PendingStep before_;  // the frame's step before the one at hand, after it was settled
    bool has_before_ = false;
    bool has_ended_ = false;  // a callee with steps ended at this line; `end_` says how
    std::optional<std::uint64_t> gas_otherwise_;
    std::optional<std::uint32_t> stack_size_otherwise_;
    std::optional<FrameReport> frame_report_;  // of the frame, or leaf, that the last step ended
    // The last line of a frame's end since the last step, and what it views.
    std::optional<Report> last_output_;
    std::vector<std::uint8_t> last_output_bytes_;
    std::string last_output_error_;
    Opcode op_before_ = Opcode::STOP;    // of the step before
    std::uint64_t findings_before_ = 0;  // when the line at hand was concluded
    std::uint64_t reports_since_step_ = 0;
    std::uint64_t outputs_since_step_ = 0;  // of frames that ended
    std::uint64_t entries_since_step_ = 0;  // of frames that began and have not ended
    bool has_warned_of_name_ = false;
    // Of the next outermost frame, as the client announces it: its calldata, and its code where it
    // is a creation.
    std::optional<std::vector<std::uint8_t>> call_input_;
    std::optional<std::vector<std::uint8_t>> creation_code_;
    bool is_last_report_an_output_ = false;  // of the transaction that is over
    bool is_calldata_contradicted_ = false;  // what the user gave is not what the client announces
};

void Replayer::Impl::use(const Dialect& dialect) {
    // What summaries count is known of the first one.
    state_.dialect.summary_gas = dialect.summary_gas;
    if (dialect.name == state_.dialect.name) return;
    state_.dialect = dialect;
    state_.call_cost_styles = CallCostStyles{dialect.gas_cost};
}

// The transactions from here on are another client's: what was learned of the habits of the one before is
// void.
void Replayer::Impl::begin_client(const Dialect& dialect, bool leaves_steps_out) {
    if (!state_.frames.is_empty() && !state_.is_transaction_over) end_without_report();
    state_.report_gas_cost_doubts();
    state_.dialect = dialect;
    state_.gas_cost_trust = GasCostTrust{dialect.has_sure_gas_cost};
    state_.call_cost_styles = CallCostStyles{dialect.gas_cost};
    state_.are_errors_meaningless = false;
    state_.memory_slip = 0;
    claim_history_ = {.timings = dialect.timings};
    refund_checks_.forget_style();
    state_.leaves_steps_out = state_.is_line_missing = leaves_steps_out;
}

// One step of the trace, from where it belongs to what it does.
void Replayer::Impl::step(const Step& step) {
    state_.line = step.line;
    // Words that could be those of a callee without steps were the transaction's.
    if (last_output_ && begins_a_transaction(state_, step)) end_without_report();
    const bool is_plain = takes_shortcuts_ && follows_plainly(state_, step);
    if (!is_plain) take_back_failure(step);
    const Placement placement =
        is_plain ? Placement{.kind = Placement::Kind::same_frame} : place(state_, step);
    if (placement.kind == Placement::Kind::repetition) {
        ReplayObserver* const observer = state_.options.observer;
        PendingStep& last = state_.frames.current().last;
        if (placement.slip == Placement::Slip::doubled) {
            report_slip(placement, step, last);
            if (observer != nullptr) observe_doubled(*observer, step);
        } else {
            repeat(state_.frames.current(), step);
            if (observer != nullptr) observer->on_repetition(step);
        }
        ++state_.steps;
        return;
    }

    // The line shows the outcome of the step before it.
    if (is_plain)
        conclude_plain_step(step);
    else
        conclude(placement, step);
    if (checks_stack_) stack_checks_.conclude(placement, step);
    const bool begins =
        placement.kind == Placement::Kind::transaction || placement.kind == Placement::Kind::gap;
    if (!begins && (!is_plain || step.refund != refund_checks_.shown()))
        check_refund(placement, step);

    // What this line claims of the state is compared at each moment that it may have been taken at.
    // Mostly all of it holds, and the step before need not be kept.
    CallFrame& frame = state_.frames.current();
    PendingStep& own = frame.last;
    const bool is_all_well =
        is_plain && !step.return_data && claims_hold(state_, claim_history_, frame, step);
    if (is_plain && !is_all_well) keep_before(own);
    if (has_before_) before_.is_reported = own.is_reported;  // of its refund, or a stack item
    const bool is_in_doubt =
        (stack_checks_.has_doubt() || stack_size_otherwise_) && depends_on_operands(step.op);
    make_pending(state_, frame, step, is_in_doubt ? sure_operands(step) : operands_max, own);
    frame.has_last = true;
    own.depth = static_cast<std::uint32_t>(state_.frames.size());
    if (is_in_doubt) {
        if (stack_size_otherwise_ && ends_frame(own.op)) own.has_stack = false;
        own.is_reported = stack_checks_.has_wrong_immediate(step);
    }
    if (is_all_well) {
        check_code(step, frame, own);
        perform(step, frame, own, nullptr);
    } else {
        own.gas_otherwise = gas_otherwise_;
        own.stack_size_otherwise = stack_size_otherwise_;
        if (own.must_fail && may_pay_otherwise(state_, own)) own.must_fail = false;
        if (!is_plain) report_slip(placement, step, own);
        if (begins) check_refund(placement, step);
        if (placement.kind == Placement::Kind::transaction ||
            placement.kind == Placement::Kind::callee)
            check_empty_stack(state_, own);
        if (placement.slip == Placement::Slip::none) check_code(step, frame, own);
        if (is_calldata_contradicted_) report_calldata(own);
        PendingStep* const before = has_before_ ? &before_ : nullptr;
        PendingStep* const ended = has_ended_ ? &end_.last : nullptr;
        check_return_data(state_, frame, step, before, ended, own);
        MemoryClaims claims{state_, claim_history_, frame, step, before, ended, own};
        claims.compare_at(MemoryTiming::before);
        perform(step, frame, own, &claims);
        claims.compare_at(MemoryTiming::after);
        claims.conclude();
    }
    if (state_.options.program) record(*state_.options.program, own);
    if (step.has_other_name) warn_of_name(step, own);
    if (!step.storage_text.empty()) check_shown_storage(state_, step, own);

    ++state_.steps;
    state_.is_transaction_over = false;
    state_.is_line_missing = state_.leaves_steps_out;
    if (reports_since_step_ != 0) forget_reports();
}

// Performs the step. `claims`, where there are any left, are compared between growth and writing.
void Replayer::Impl::perform(const Step& step, CallFrame& frame, const PendingStep& own,
                             MemoryClaims* claims) {
    const ReplayMoment moment{
        step, own, frame, state_.memory, state_.transaction(), state_, claim_history_.timings};
    if (state_.options.observer != nullptr) state_.options.observer->on_step(moment);
    const std::uint8_t effect = effects[static_cast<std::size_t>(own.op)];
    const bool has_effect = effect == on_memory;
    if (effect == on_storage) write_storage(state_, frame, own);
    if (has_effect) grow_memory(state_, frame, own);
    if (claims != nullptr) claims->compare_at(MemoryTiming::expanded);
    if (has_effect) write_memory(state_, frame, own);
    if (state_.options.observer != nullptr) state_.options.observer->on_effect(moment);
}

// A step of the trace like any other, but that it does nothing: the line before it has done that.
void Replayer::Impl::observe_doubled(ReplayObserver& observer, const Step& step) {
    const CallFrame& frame = state_.frames.current();
    PendingStep again = frame.last;
    again.number = state_.steps;
    again.line = step.line;
    again.has_effect = false;
    again.effect = {};
    const ReplayMoment moment{
        step, again, frame, state_.memory, state_.transaction(), state_, claim_history_.timings};
    observer.on_step(moment);
    observer.on_effect(moment);
}

void Replayer::Impl::keep_before(const PendingStep& step) {
    before_ = step;
    has_before_ = true;
}

// Where the line's stack contradicts the line before, and that was said, nothing is made of the operands
// in doubt: whatever came of them would be a second finding.
std::uint32_t Replayer::Impl::sure_operands(const Step& step) const {
    return stack_size_otherwise_ ? 0 : stack_checks_.sure_operands(step);
}

// An error of which nothing came, for the frame goes on: what some clients print on every line. One
// that has a name is a claim, and wrong.
void Replayer::Impl::take_back_failure(const Step& step) {
    if (state_.frames.is_empty() || state_.is_transaction_over || state_.is_line_missing) return;
    CallFrame& frame = state_.frames.current();
    PendingStep& last = frame.last;
    if (!frame.has_last || !last.failed || !goes_on_after(state_, last, step)) return;
    if (last.halt == HaltReason::unnamed) {
        state_.are_errors_meaningless = true;
        state_.dialect.has_errors = false;
    } else {
        state_.failed(Check::failure_reason, last, std::string{describe(last.halt)}, "executed",
                      op_name(last.op) + " fails for " + std::string{describe(last.halt)} +
                          ", says its line, but its frame goes on after it");
    }
    make_successful(state_, frame, last);
    if (state_.options.observer != nullptr) state_.options.observer->on_gap();
}

// A client may print a failing step twice, and say only the second time that it failed.
void Replayer::Impl::repeat(CallFrame& frame, const Step& step) {
    PendingStep& last = frame.last;
    check_second_print(state_, frame, last, step);
    if (!step.failed) return;
    last.failed = true;
    last.halt = step.halt;
    last.halts_meant = step.halts_meant;
}

// The frame's code, where it is known, and how far it reaches.
void Replayer::Impl::check_code(const Step& step, CallFrame& frame, PendingStep& own) {
    if (frame.code.is_unseen())
        state_.impossible(Check::code_content);
    else
        check_code_at(state_, frame, own);
    if (step.pc > frame.pc_max && step.op != Opcode::STOP) frame.pc_max = step.pc;
}

void Replayer::Impl::check_refund(const Placement& placement, const Step& step) {
    CallFrame& frame = state_.frames.current();
    PendingStep* last = frame.has_last ? &frame.last : nullptr;
    if (placement.kind == Placement::Kind::callee) last = &state_.frames.parent().last;
    refund_checks_.conclude(placement, step, last, has_ended_ ? &end_ : nullptr);
}

void Replayer::Impl::report_calldata(PendingStep& own) {
    is_calldata_contradicted_ = false;
    state_.failed(Check::call_data_load, own, "other calldata", "the calldata given",
                  "the calldata that was given to replay with is not the input that the trace says "
                  "this transaction has");
}

void Replayer::Impl::conclude(const Placement& placement, const Step& step) {
    has_before_ = false;
    has_ended_ = false;
    gas_otherwise_.reset();
    stack_size_otherwise_.reset();
    findings_before_ = state_.summary.findings;
    if (!state_.frames.is_empty() && state_.frames.current().has_last)
        op_before_ = state_.frames.current().last.op;
    switch (placement.kind) {
        case Placement::Kind::transaction: begin_transaction(step); break;
        case Placement::Kind::same_frame: conclude_in_frame(step); break;
        case Placement::Kind::callee: enter_callee(step); break;
        case Placement::Kind::caller: conclude_in_caller(placement, step); break;
        case Placement::Kind::gap: begin_anew(placement, step); break;
        case Placement::Kind::repetition: break;
    }
}

void Replayer::Impl::enter_callee(const Step& step) {
    CallFrame& caller = state_.frames.current();
    check_no_halt(state_, caller, caller.last, step);
    const bool is_static_call = caller.last.op == Opcode::STATICCALL;
    gas_otherwise_ = enter_call(state_, caller.last, step);
    state_.frames.current().is_static = is_static_call ? std::optional{true} : caller.is_static;
}

// What conclude_in_frame() does when nothing is wrong.
void Replayer::Impl::conclude_plain_step(const Step& step) {
    CallFrame& frame = state_.frames.current();
    gas_otherwise_.reset();
    stack_size_otherwise_.reset();
    count_plain_step(state_, frame.last);
    check_result(state_, frame, frame.last, step);
    has_before_ = false;
    has_ended_ = false;
}

void Replayer::Impl::conclude_in_frame(const Step& step) {
    CallFrame& frame = state_.frames.current();
    PendingStep& last = frame.last;
    check_out_of_gas(state_, last);
    check_return_data_bounds(state_, frame, last);
    check_no_halt(state_, frame, last, step);
    if (last.must_fail) forget_memory(frame);
    if (!last.info->exists && !last.failed && !last.is_undefined_to_client)
        ++state_.summary.unknown_instructions;
    if (last.is_call_or_create()) {
        gas_otherwise_ = settle_leaf_call(state_, frame, last, reported_frame(), step);
        observe_call_over(frame, last, true);
    } else {
        gas_otherwise_ = check_gas(state_, last, step.gas);
        if (!gas_otherwise_) learn_access(state_, last, step.gas);
        learn_from_price(state_, last, step.gas);
        frame.state_gas_most += state_gas_of(last.op, state_.options.rules.state_gas());
        check_result(state_, frame, last, step);
    }
    check_stack_height(state_, last, step, stack_size_otherwise_);
    keep_before(last);
}

void Replayer::Impl::conclude_in_caller(const Placement& placement, const Step& step) {
    const Word* result = step.has_operand(0) ? &step.operand(0) : nullptr;
    // Of several frames that end at once, all but the innermost stopped without a line.
    has_ended_ = state_.frames.size() == placement.depth + 1;
    std::vector<GasLeft> after_call;
    bool is_first = true;
    while (state_.frames.size() > placement.depth) {
        const bool is_innermost_caller = state_.frames.size() == placement.depth + 1;
        CallFrame& ending = state_.frames.current();
        if (ending.has_last && ending.last.is_call_or_create())
            after_call = is_first ? gas_after_silent_leaf(state_, ending, ending.last)
                                  : gas_after_silent_call(state_, ending.last, end_);
        leave_call(state_, is_innermost_caller ? result : nullptr, after_call,
                   is_first ? reported_frame() : nullptr, end_);
        is_first = false;
        after_call.clear();
    }
    CallFrame& frame = state_.frames.current();
    PendingStep& last = frame.last;
    gas_otherwise_ = resume_caller(state_, frame, last, end_, step);
    observe_call_over(frame, last, false);
    check_stack_height(state_, last, step, stack_size_otherwise_);
    keep_before(last);
}

void Replayer::Impl::begin_transaction(const Step& step) {
    if (!state_.frames.is_empty() && !state_.is_transaction_over) end_without_report();
    state_.begin_transaction();
    // Where a call runs without a transaction, as ethereumjs lets it, an earlier one may have changed
    // storage already.
    if (!state_.dialect.warms_precompiles) state_.storage.forget();
    say_transaction_begins(step.line);
    state_.has_reservoir = may_have_reservoir(step.gas, state_.options.rules);
    CallFrame& frame = state_.frames.push();
    frame.begin(state_.summary.frames++, Opcode::STOP, step.gas);
    frame.storage = state_.new_storage();
    if (state_.options.calldata) frame.calldata.assign(*state_.options.calldata);
    is_calldata_contradicted_ =
        call_input_ && state_.options.calldata && *call_input_ != *state_.options.calldata;
    if (call_input_) frame.calldata.assign(*call_input_);
    if (state_.options.code) frame.code.assign(*state_.options.code);
    if (creation_code_) frame.code.assign(*creation_code_);
    call_input_.reset();
    creation_code_.reset();
    if (state_.options.observer != nullptr)
        state_.options.observer->on_transaction(state_.transaction());
    observe_frame_entered(frame);
    if (state_.options.program) state_.options.program->reset();
}

// Steps are missing. What they did is unknown, in this frame and in its callers.
void Replayer::Impl::begin_anew(const Placement& placement, const Step& step) {
    if (state_.frames.is_empty()) {
        ++state_.summary.transactions;
        say_transaction_begins(step.line);
    }
    if (!placement.is_expected || state_.is_line_missing || placement.is_excerpt)
        ++state_.summary.gaps;
    while (state_.frames.size() > placement.depth) {
        if (state_.options.observer != nullptr)
            state_.options.observer->on_frame_left(state_.frames.current(), state_.memory);
        state_.frames.pop();
        state_.leave_memory_frame();
    }
    while (state_.frames.size() < placement.depth) {
        if (!state_.frames.is_empty()) state_.enter_memory_frame();
        CallFrame& frame = state_.frames.push();
        frame.begin(state_.summary.frames++, Opcode::STOP, step.gas);
        frame.is_entry_seen = false;
        frame.storage = state_.new_storage();
        observe_frame_entered(frame);
    }
    if (state_.options.observer != nullptr) state_.options.observer->on_gap();
    for (std::size_t i = 0; i < state_.frames.size(); ++i) {
        CallFrame& frame = state_.frames.at(i);
        frame.forget();
        frame.marks = {};
        forget_memory(frame);
    }
    state_.has_reservoir = true;
    state_.clear_journals();
    state_.storage.forget();
    state_.accounts.forget();
}

void Replayer::Impl::report_slip(const Placement& placement, const Step& step, PendingStep& own) {
    switch (placement.slip) {
        case Placement::Slip::none: break;
        case Placement::Slip::depth: {
            const std::string expected =
                std::to_string(placement.kind == Placement::Kind::gap ? placement.expected_depth
                                                                      : placement.depth);
            state_.failed(Check::depth_step, own, std::to_string(step.depth), expected,
                          "the step's depth is " + std::to_string(step.depth) +
                              ", but by what came before it belongs to depth " + expected);
            return;
        }
        case Placement::Slip::pc:
            own.pc_otherwise = placement.expected_pc;
            // Gas that is off, too, said so: a step is missing.
            if (state_.summary.findings != findings_before_) return;
            state_.failed(Check::pc_continuity, own, hex(step.pc), hex(placement.expected_pc),
                          "the step stands at pc " + hex(step.pc) +
                              ", but the one before it leads to " + hex(placement.expected_pc));
            return;
        case Placement::Slip::doubled: {
            PendingStep line = own;
            line.line = step.line;
            line.number = state_.steps;
            line.is_reported = false;
            state_.failed(Check::pc_continuity, line, hex(step.pc), "another step",
                          "the line repeats the step before it: same pc, instruction and gas");
            return;
        }
    }
    if (placement.kind != Placement::Kind::gap) {
        state_.passed(Check::pc_continuity);
        state_.passed(Check::depth_step);
        return;
    }
    if (placement.is_expected) {
        state_.impossible(Check::pc_continuity);
        return;
    }
    if (placement.has_expected_pc) own.pc_otherwise = placement.expected_pc;
    state_.failed(
        Check::pc_continuity, own, hex(step.pc),
        placement.has_expected_pc ? hex(placement.expected_pc) : "another",
        "no step leads here: steps are missing before this line, or pc, gas and stack are "
        "wrong together; memory is unknown from here until the trace shows it" +
            also_meant(op_before_));
}

// It is about printing, and a client that does so does it again and again.
void Replayer::Impl::warn_of_name(const Step& step, PendingStep& own) {
    if (std::exchange(has_warned_of_name_, true)) return;
    PendingStep named = own;
    named.is_reported = false;
    state_.failed(Check::op_name, named, std::string{step.op_name.substr(0, 40)}, op_name(own.op),
                  "opName is no name of op " + hex(static_cast<std::uint8_t>(step.op)),
                  Severity::warning);
}

void Replayer::Impl::report(const Report& report) {
    ++reports_since_step_;
    switch (report.kind) {
        case Report::Kind::transaction_start:
            if (!state_.frames.is_empty() && !state_.is_transaction_over) end_without_report();
            state_.is_transaction_over = true;
            return;
        case Report::Kind::frame_entry:
            if (report.output && (state_.frames.is_empty() || state_.is_transaction_over))
                keep_announced_input(report);
            ++entries_since_step_;
            return;
        case Report::Kind::output:
        case Report::Kind::summary: break;
    }
    if (state_.frames.is_empty()) {
        if (state_.steps == 0 && is_by_an_instruction(report.halt.reason)) ++state_.summary.gaps;
        return;
    }
    const CallFrame& frame = state_.frames.current();
    if (state_.is_transaction_over) {
        // A line of the frame's end, then one of the transaction's: what comes later is of a
        // transaction that ran no code.
        const bool is_second = reports_since_step_ == 2 && is_last_report_an_output_ &&
                               report.kind == Report::Kind::summary;
        is_last_report_an_output_ = false;
        if (is_second) check_second_summary(state_, report);
        return;
    }
    // What was entered after the last step has none: a call's callee, or a beneficiary.
    const bool was_entered = report.kind == Report::Kind::output && entries_since_step_ != 0;
    if (was_entered)
        --entries_since_step_;
    else
        ++outputs_since_step_;
    const bool is_first = report.kind == Report::Kind::output &&
                          (was_entered || outputs_since_step_ == 1) && frame.has_last &&
                          !frame.last.must_fail;
    const bool is_leafs = is_first && frame.last.is_call_or_create() && !frame.last.failed;
    if (is_first && (is_leafs || state_.frames.size() > 1)) {
        frame_report_.emplace(report);
        state_.prints_callee_ends = true;
    }
    // geth ends a frame that uses no gas for the beneficiary, too.
    const bool is_beneficiarys = report.kind == Report::Kind::output && !was_entered &&
                                 outputs_since_step_ == 1 && frame.has_last &&
                                 frame.last.op == Opcode::SELFDESTRUCT && report.gas_used == 0U;
    if (is_beneficiarys) --outputs_since_step_;
    if (is_leafs) keep_output(report);
    if (is_leafs || was_entered || is_beneficiarys) return;
    // The outermost frame's own words; those on inner frames wait until their callers go on.
    const bool is_outermost = report.kind == Report::Kind::summary || state_.frames.size() == 1 ||
                              outputs_since_step_ >= state_.frames.size();
    if (is_outermost)
        end_with(report);
    else
        keep_output(report);
}

// A step follows: what was said of frames' ends before it is used up.
void Replayer::Impl::forget_reports() {
    reports_since_step_ = 0;
    outputs_since_step_ = 0;
    entries_since_step_ = 0;
    frame_report_.reset();
    last_output_.reset();
}

// The outermost frame's own words.
void Replayer::Impl::end_with(const Report& report) {
    if (is_cut(&report)) {
        state_.impossible(Check::summary_output);
        state_.impossible(Check::summary_gas);
    } else {
        const CallFrame& frame = state_.frames.current();
        const auto& shown = refund_checks_.shown();
        check_summary(state_, report,
                      shown || !frame.has_last ? shown : refund_checks_.at_end(frame.last));
    }
    is_last_report_an_output_ = report.kind == Report::Kind::output;
    check_fork_name(state_, report, state_.frames.current().last);
    end_transaction(&report);
}

// An inner frame's words, or those of the transaction, where the callers' last steps are not printed.
void Replayer::Impl::keep_output(const Report& report) {
    last_output_bytes_.clear();
    if (report.output) last_output_bytes_.assign(report.output->begin(), report.output->end());
    last_output_error_ = report.error;
    last_output_ = report;
    if (report.output) last_output_->output = last_output_bytes_;
    last_output_->error = last_output_error_;
}

// No words follow that could be but the outermost frame's: the last ones were, if they may have been.
void Replayer::Impl::end_without_report() {
    const std::optional<Report> report = outputs_since_step_ != 0 ? last_output_ : std::nullopt;
    if (report && !is_cut(&*report))
        end_with(*report);
    else
        end_transaction(nullptr);
}

void Replayer::Impl::observe_call_over(const CallFrame& frame, const PendingStep& call,
                                       bool is_leaf) {
    if (state_.options.observer == nullptr) return;
    state_.options.observer->on_call_over(frame, call, arrived_bytes(frame, call), is_leaf,
                                          state_.memory);
}

void Replayer::Impl::observe_frame_entered(const CallFrame& frame) {
    if (state_.options.observer != nullptr)
        state_.options.observer->on_frame_entered(frame, nullptr);
}

// The next outermost frame gets this input: a creation runs it as its code and has no calldata.
void Replayer::Impl::keep_announced_input(const Report& report) {
    creation_code_.reset();
    std::vector<std::uint8_t>& input = call_input_.emplace();
    std::vector<std::uint8_t>& target = report.is_creation ? creation_code_.emplace() : input;
    target.assign(report.output->begin(), report.output->end());
}

// Whether steps are missing at the transaction's end: its last step, or that of a callee, must end
// it. Clients that do not print the STOP after the end of the code leave one of them out.
Replayer::Impl::Ending Replayer::Impl::judge_ending(const Report* report) {
    if (!state_.dialect.has_summary) return Ending::whole;  // excerpts only
    const CallFrame& frame = state_.frames.current();
    if (!frame.has_last) return Ending::cut;
    const PendingStep& last = frame.last;
    if (last.ends_its_frame() && state_.frames.size() == 1) return Ending::whole;
    if (report == nullptr) return Ending::cut;
    if (!state_.dialect.prints_last_stop && may_have_stopped(*report)) {
        switch (judge_hidden_end(state_, *report, refund_checks_.at_end(last))) {
            case HiddenEnd::whole: return Ending::whole;
            case HiddenEnd::unclear: return Ending::unclear;
            case HiddenEnd::missing: return Ending::cut;
        }
    }
    const bool may_have_failed = state_.frames.size() == 1 && says_halt(state_, *report, frame) &&
                                 may_halt_unsaid(state_, frame, last);
    return may_have_failed ? Ending::whole : Ending::cut;
}

// Whether all frames that are open can have ended by a STOP after the end of their code: without
// output, and with no step seen beyond it.
bool Replayer::Impl::may_have_stopped(const Report& report) {
    if (says_failure(report) || (report.output && !report.output->empty())) return false;
    for (std::size_t i = 0; i < state_.frames.size(); ++i) {
        const CallFrame& frame = state_.frames.at(i);
        if (!frame.has_last) return false;
        const bool is_innermost = i + 1 == state_.frames.size();
        if (is_innermost && frame.last.ends_its_frame()) continue;
        if (!may_end_code(frame)) return false;
    }
    return true;
}

void Replayer::Impl::end_transaction(const Report* report) {
    CallFrame& frame = state_.frames.current();
    const Ending ending = judge_ending(report);
    const bool is_incomplete = ending == Ending::cut;
    if (is_incomplete) state_.summary.is_truncated = true;
    // Nothing says whether a step is missing there.
    if (ending == Ending::unclear) state_.impossible(Check::pc_continuity);
    if (state_.options.observer != nullptr && frame.has_last)
        state_.options.observer->on_transaction_over({.frame = frame,
                                                      .memory = state_.memory,
                                                      .is_outermost = state_.frames.size() == 1,
                                                      .report = report,
                                                      .is_whole = !is_incomplete,
                                                      .state = state_});
    if (frame.has_last) {
        const PendingStep& last = frame.last;
        if (ends_frame(last.op) && !last.failed && !last.must_fail && state_.dialect.has_errors)
            strike_older_forks(state_, frame.last);
        check_outcome(
            state_, frame, frame.last,
            is_incomplete ? std::nullopt : has_failed(state_, last, frame.gas_at_entry, report));
        check_final_gas_cost(state_, frame.last, may_halt(state_, frame, frame.last));
    }
    conclude_failures(state_);
    state_.is_transaction_over = true;
    say_transaction_ends(report != nullptr ? report->line
                         : frame.has_last  ? frame.last.line
                                           : state_.line,
                         is_incomplete);
}

TransactionCounts Replayer::Impl::counts() const {
    const auto refused = [](const std::optional<WorkLimit>& limit) {
        return limit ? limit->times : 0;
    };
    return {.steps = state_.steps,
            .gaps = state_.summary.gaps,
            .unknown_instructions = state_.summary.unknown_instructions,
            .refused = refused(state_.hashing.limit()) + refused(state_.copying.limit()),
            .has_lost_memory = state_.summary.memory_limit.has_value()};
}

void Replayer::Impl::say_transaction_begins(std::uint64_t line) {
    if (state_.options.transactions != nullptr)
        state_.options.transactions->begin(state_.transaction(), line, counts());
}

void Replayer::Impl::say_transaction_ends(std::uint64_t line, bool is_cut) {
    if (state_.options.transactions != nullptr)
        state_.options.transactions->end(line, counts(), is_cut);
}

ReplaySummary Replayer::Impl::finish() {
    if (!state_.frames.is_empty() && !state_.is_transaction_over) end_without_report();
    state_.report_gas_cost_doubts();
    state_.summary.steps = state_.steps;
    state_.summary.rules = state_.options.rules.name();
    state_.conclude_forks();
    state_.leave_out_unchosen();
    state_.summary.hash_limit = state_.hashing.limit();
    state_.summary.copy_limit = state_.copying.limit();
    return state_.summary;
}

Replayer::Replayer(const Dialect& dialect, ReplayOptions options, FindingSink& sink)
    : impl_{std::make_unique<Impl>(dialect, std::move(options), sink)} {}
Replayer::~Replayer() = default;

bool Replayer::look_at_stacks(CheckSet checks) {
    return checks.has_any_of(StackChecks::checks());
}
void Replayer::use(const Dialect& dialect) {
    impl_->use(dialect);
}
void Replayer::learn_from(const StepReader& reader) {
    if (std::exchange(clients_, reader.clients()) != reader.clients())
        impl_->begin_client(reader.dialect(), reader.leaves_steps_out());
    else
        impl_->use(reader.dialect());
}
void Replayer::step(const Step& step) {
    impl_->step(step);
}
void Replayer::report(const Report& report) {
    impl_->report(report);
}
void Replayer::gap() {
    impl_->gap();
}
ReplaySummary Replayer::finish() {
    return impl_->finish();
}

}  // namespace evmmem::traces
