// SPDX-License-Identifier: MIT
#include "frame_ends.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "account_checks.hpp"
#include "code_deposit.hpp"
#include "core/hex.hpp"
#include "failure_checks.hpp"
#include "gas_checks.hpp"
#include "traces/replay/state_gas.hpp"
#include "traces/replay/step_placement.hpp"

namespace evmmem::traces {
namespace {

/// Whether the frame's last step failed, as far as the trace says so.
std::optional<bool> has_failed(const ReplayState& state, const FrameEnd& end, const Word* result) {
    switch (end.how) {
        case FrameEnd::How::failed: return true;
        case FrameEnd::How::unknown: return std::nullopt;
        case FrameEnd::How::succeeded:
            // Where the result is 0, the code that a create's callee returned may be refused, or a
            // client without errors does not say that the callee failed.
            if (result != nullptr && !result->is_zero()) return false;
            break;
        case FrameEnd::How::reverted: break;
    }
    return state.dialect.has_errors ? std::optional{false} : std::nullopt;
}

/// The frame ended with its last step, which costs one of what its rules allow.
void leave_gas(const ReplayState& state, FrameEnd& end, const PendingStep& last) {
    add_gas_left_after(state, last, end.gas_left);
    if (!last.gas_otherwise) return;
    const auto costs = possible_costs(state, last);
    if (costs.size() == 1 && costs[0].cost <= *last.gas_otherwise)
        end.gas_left_otherwise = *last.gas_otherwise - costs[0].cost;
}

/// The frame ended with an instruction that ends none: with a failure, or with the STOP after the
/// end of the code, which some clients do not print. The caller's `result` says which.
void end_without_a_word(ReplayState& state, CallFrame& frame, const Word* result,
                        const std::vector<GasLeft>& after_call, FrameEnd& end) {
    const PendingStep& last = frame.last;
    if (result == nullptr && after_call.empty()) {
        end.how = FrameEnd::How::unknown;
    } else if (result != nullptr && result->is_zero()) {
        end.how = FrameEnd::How::failed;
    } else {
        end.how = FrameEnd::How::succeeded;
        if (last.is_call_or_create())
            end.gas_left = after_call;
        else
            leave_gas(state, end, last);
        end.output.assign_empty();
    }
}

/// How the frame ended, what it left and what it returned.
void judge_end(ReplayState& state, CallFrame& frame, const Word* result,
               const std::vector<GasLeft>& after_call, FrameEnd& end) {
    const PendingStep& last = frame.last;
    if (!frame.has_last) {
        end.how = FrameEnd::How::unknown;
    } else if (last.failed || last.must_fail || last.op == Opcode::INVALID) {
        end.how = FrameEnd::How::failed;
    } else if (last.op == Opcode::STOP || last.op == Opcode::SELFDESTRUCT) {
        end.how = FrameEnd::How::succeeded;
        leave_gas(state, end, last);
        end.output.assign_empty();
    } else if (last.op == Opcode::RETURN || last.op == Opcode::REVERT) {
        end.how = last.op == Opcode::RETURN ? FrameEnd::How::succeeded : FrameEnd::How::reverted;
        leave_gas(state, end, last);
        if (last.has_effect) state.keep(end.output, frame, last.effect.reads);
    } else {
        end_without_a_word(state, frame, result, after_call, end);
    }
}

/// What can be checked of the frame's last step, now that it has no next one.
void check_last_step(ReplayState& state, CallFrame& frame, const Word* result,
                     const FrameEnd& end) {
    const bool was_executed =
        end.how == FrameEnd::How::succeeded || end.how == FrameEnd::How::reverted;
    if (was_executed && state.dialect.has_errors && frame.last.info->exists)
        strike_older_forks(state, frame.last);
    if (!frame.has_last) return;
    const bool is_silent = end.how == FrameEnd::How::succeeded && !frame.last.ends_its_frame();
    if (is_silent && state.dialect.has_stop && !state.leaves_steps_out && !may_end_code(frame))
        state.failed(
            Check::pc_continuity, frame.last, "the frame's end", "another step",
            fmt::format("the frame succeeds after {}, where its code does not end: steps of "
                        "it are missing, or it must have failed",
                        op_name(frame.last.op)));
    check_outcome(state, frame, frame.last, has_failed(state, end, result));
    check_final_gas_cost(state, frame.last, may_halt(state, frame, frame.last));
}

/// What a create that succeeded may pay for its code besides: of these sums one.
bool fits_with_deposit(const ReplayState& state, std::uint64_t claimed, std::uint64_t used,
                       const FrameEnd& end, std::uint64_t gas_at_entry, ForkSet forks) {
    if (claimed == gas_at_entry || !end.output.size()) return true;  // it may fail all the same
    return forks.any_of([&](Fork fork) {
        const RulesView rules = state.rules(fork);
        const auto extra = static_cast<std::int64_t>(claimed - used -
                                                     code_deposit_cost(*end.output.size(), rules));
        return extra == 0 ||
               (has_state_gas(rules) &&
                may_take_state_gas(extra, state_gas(*end.output.size(), rules), true));
    });
}

/// Whether the client may say that the frame used so much gas.
bool may_have_used(const ReplayState& state, const CallFrame& frame, const FrameEnd& end,
                   std::uint64_t claimed) {
    if (end.how == FrameEnd::How::failed) return claimed == frame.gas_at_entry;
    return std::ranges::any_of(end.gas_left, [&](const GasLeft& left) {
        const std::uint64_t used = frame.gas_at_entry - left.gas;
        if (claimed == used) return true;
        if ((state.forks & left.forks).any_of([&](Fork fork) {
                return has_state_gas(state.rules(fork));
            })) {
            const auto more = static_cast<std::int64_t>(claimed - used);
            if (may_take_state_gas(more, left.state_gas_most, state.has_reservoir)) return true;
            if (end.how == FrameEnd::How::reverted &&
                may_give_state_gas_back(-more, frame.state_gas_most, state.has_reservoir,
                                        state.options.rules.state_gas()))
                return true;
        }
        return is_create(frame.entered_by) && end.how == FrameEnd::How::succeeded &&
               fits_with_deposit(state, claimed, used, end, frame.gas_at_entry, left.forks);
    });
}

/// What the client says of the frame's end, against what its steps did.
void check_report(ReplayState& state, CallFrame& frame, const FrameReport& report, FrameEnd& end) {
    if (!frame.has_last || end.how == FrameEnd::How::unknown) return;
    const bool is_selfdestructs =  // which prints one for its transfer of value
        frame.last.op == Opcode::SELFDESTRUCT && report.gas_used == 0;
    if (is_selfdestructs) return;
    // Of a create the code may be refused, and the error be its.
    if (report.has_error && end.how == FrameEnd::How::succeeded && !is_create(frame.entered_by))
        state.failed(Check::call_result, frame.last, "failed", "succeeded",
                     fmt::format("an error is printed for the frame, but it ends with {}",
                                 frame.last.info->name));
    if (report.output && end.output.size()) {
        const bool may_lack = report.output->size() == 0 && is_create(frame.entered_by);
        if (const auto wrong = end.output.contradiction(report.output->bytes()); wrong && !may_lack)
            state.failed(Check::summary_output, frame.last,
                         "0x" + encode_hex(report.output->bytes()),
                         "0x" + encode_hex(end.output.bytes()),
                         fmt::format("the output that is printed for the frame is not what {} "
                                     "returns",
                                     frame.last.info->name));
        else
            state.passed(Check::summary_output);
    }
    if (!report.gas_used || (end.gas_left.empty() && end.how != FrameEnd::How::failed) ||
        !frame.is_entry_seen)
        return;
    if (may_have_used(state, frame, end, *report.gas_used)) {
        state.passed(Check::summary_gas);
        return;
    }
    const std::uint64_t used =
        frame.gas_at_entry - (end.gas_left.empty() ? 0 : end.gas_left.front().gas);
    state.failed(Check::summary_gas, frame.last, hex(*report.gas_used), hex(used),
                 fmt::format("gasUsed that is printed for the frame is {}, and its steps used {}",
                             *report.gas_used, used));
}

}  // namespace

void add_gas_left(std::vector<GasLeft>& ways, const GasLeft& way) {
    for (GasLeft& known : ways) {
        if (known.gas != way.gas) continue;
        known.forks |= way.forks;
        known.state_gas_most = std::max(known.state_gas_most, way.state_gas_most);
        return;
    }
    if (ways.size() < gas_left_max) ways.push_back(way);
}

void add_gas_left_after(const ReplayState& state, const PendingStep& last,
                        std::vector<GasLeft>& ways) {
    for (const auto& [cost, forks] : possible_costs(state, last))
        if (cost <= last.gas)
            ways.push_back(
                {last.gas - cost, forks, state_gas_of(last.op, state.options.rules.state_gas())});
}

FrameReport::FrameReport(const Report& report)
    : gas_used{report.gas_used}, has_error{!report.error.empty()}, halt{report.halt.reason} {
    if (report.output) output.emplace().assign(*report.output);
}

void leave_call(ReplayState& state, const Word* result, const std::vector<GasLeft>& after_call,
                const FrameReport* report, FrameEnd& end) {
    CallFrame& frame = state.frames.current();
    end.last = frame.last;
    end.address = is_create(frame.entered_by) ? frame.address : std::nullopt;
    end.gas_left.clear();
    end.gas_left_otherwise.reset();
    end.gas_at_entry = frame.gas_at_entry;
    end.state_gas_most = frame.state_gas_most;
    end.marks = frame.marks;
    end.storage = frame.storage;
    end.made_at = frame.made_at;
    end.creates_before = frame.creates_before;
    end.output.forget();
    end.may_have_failed = frame.has_last && may_halt(state, frame, frame.last);
    judge_end(state, frame, result, after_call, end);
    check_last_step(state, frame, result, end);
    if (end.how == FrameEnd::How::failed) {
        end.gas_left.assign({{0, ForkSet::all()}});
        end.output.assign_empty();
    }
    if (report != nullptr) check_report(state, frame, *report, end);
    if (end.how == FrameEnd::How::failed || end.how == FrameEnd::How::reverted) {
        state.take_back(end.marks);
    } else if (end.how == FrameEnd::How::unknown) {
        state.storage.doubt(end.marks.storage);
        state.forget_accounts(end.marks);
    } else if (frame.last.op == Opcode::SELFDESTRUCT) {
        destroy_account(state, frame);
    }
    if (state.options.observer != nullptr)
        state.options.observer->on_frame_left(frame, state.memory);
    state.frames.pop();
    state.leave_memory_frame();
}

void fail_create(ReplayState& state, FrameEnd& end) {
    end.how = FrameEnd::How::failed;
    end.gas_left.assign({{0, ForkSet::all()}});
    end.output.assign_empty();
    state.take_back(end.marks);
}

}  // namespace evmmem::traces
