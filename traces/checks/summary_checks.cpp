// SPDX-License-Identifier: MIT
#include "summary_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "code_deposit.hpp"
#include "core/hex.hpp"
#include "core/storage_gas.hpp"
#include "core/transaction_gas.hpp"
#include "failure_checks.hpp"
#include "frame_ends.hpp"
#include "gas_checks.hpp"
#include "traces/replay/state_gas.hpp"

namespace evmmem::traces {
namespace {

/// Gas that the outermost frame may have left, where its last step shows it; one of these.
std::vector<GasLeft> gas_left(const ReplayState& state, const CallFrame& frame) {
    const PendingStep& last = frame.last;
    if (last.failed || last.must_fail || last.op == Opcode::INVALID) return {{0, ForkSet::all()}};
    if (last.op != Opcode::STOP && !ends_frame(last.op) && !state.dialect.has_errors)
        return {};  // it may have failed without a word
    std::vector<GasLeft> left;
    add_gas_left_after(state, last, left);
    return left;
}

/// The bytes of the outermost frame's calldata: at least these. One that is not known may be zero.
CalldataBytes calldata_at_least(const KnownData& data) {
    CalldataBytes count;
    std::uint64_t end = data.size().value_or(0);
    const auto bytes = data.bytes();
    for (std::uint64_t i = 0; i < bytes.size(); ++i) {
        if (bytes[i] == 0 || !data.is_known(i, 1)) continue;
        ++count.others;
        end = std::max(end, i + 1);
    }
    count.zeros = end - count.others;
    return count;
}

/// What the transaction paid for, as far as its steps and its calldata show it.
struct Payment {
    const ReplayState& state;
    const PendingStep& last;
    std::uint64_t used = 0;  ///< by the steps
    CalldataBytes calldata;
    bool is_calldata_whole = false;
    std::optional<std::int64_t> refund{};
    /// So much of `used` may be given back, as the frame fails (EIP-8037).
    std::uint64_t state_gas_back_most = 0;

    bool is_refund_known(Fork fork) const {
        return refund && *refund >= 0 &&
               (last.op != Opcode::SELFDESTRUCT ||
                refund_terms(state.rules(fork)).selfdestruct == 0);
    }
    /// At least its intrinsic gas comes on top, and at most a part of all that is refunded. What code
    /// and an access list add is not known, but for what is `listed`. Sources: Yellow Paper 6.2, EIP-3529.
    bool may_be(std::uint64_t claimed, Fork fork, std::uint64_t listed = 0) const {
        const RulesView rules = state.rules(fork);
        const std::uint64_t given_back =
            has_state_gas(rules) ? std::min(used, state_gas_back_most) : 0;
        const std::uint64_t paid =
            transaction_gas(rules) + calldata_gas(calldata, rules) + listed + (used - given_back);
        const std::uint64_t refunded_max = paid / refund_quotient(rules);
        const std::uint64_t refunded =
            is_refund_known(fork) ? std::min(refunded_max, static_cast<std::uint64_t>(*refund))
                                  : refunded_max;
        const std::uint64_t floor = calldata_floor(calldata, rules);
        if (claimed < std::max(paid - refunded, floor)) return false;
        const bool is_exact = is_calldata_whole && is_refund_known(fork) &&
                              fork != Fork::amsterdam && refunded < refunded_max;
        // A failing transaction gets no refund, and what its authorizations refund is none of its steps'.
        return !is_exact || claimed == floor || may_be_listed(claimed - (paid - refunded), rules) ||
               may_be_listed(claimed - paid, rules);
    }
    bool may_be(std::uint64_t claimed) const {
        return state.forks.any_of([&](Fork fork) { return may_be(claimed, fork); });
    }
    /// The forks in which it may have paid for an access list with a slot in it, too. Source: EIP-2930.
    ForkSet may_list_a_slot(std::uint64_t claimed) const {
        ForkSet allowing;
        state.forks.for_each([&](Fork fork) {
            const RulesView rules = state.rules(fork);
            const std::uint64_t listed = rules[Rule::transaction_listed_address_gas] +
                                         rules[Rule::transaction_listed_slot_gas];
            if (may_be(claimed, fork, listed)) allowing |= fork;
        });
        return allowing;
    }
};

Payment payment_of(const ReplayState& state, const CallFrame& frame, std::uint64_t used,
                   std::optional<std::int64_t> refund) {
    // Of a creation, whose code is in the place of calldata, this is not known.
    const bool is_whole =
        state.options.calldata && !state.options.calldata->empty() && frame.calldata.is_whole();
    const bool fails = frame.last.op == Opcode::REVERT || frame.last.failed;
    return {state,
            frame.last,
            used,
            calldata_at_least(frame.calldata),
            is_whole,
            refund,
            fails ? frame.state_gas_most : 0};
}

/// A slot was warm that no step had touched: only an access list makes it so, and that is paid for.
void check_listed_slot(ReplayState& state, const Payment& payment, std::uint64_t claimed) {
    if (!state.of_access_list) return;
    const ForkSet allowing = payment.may_list_a_slot(claimed);
    const bool is_amsterdams = allowing == ForkSet{Fork::amsterdam} && state.forks != allowing;
    if (!allowing.empty() && !is_amsterdams) return;
    PendingStep& step = *state.of_access_list;
    state.failed(
        Check::gas_continuity, step, "warm", "cold",
        fmt::format(
            "{} pays for a warm slot, {}, that no step has touched: an access list may have "
            "it, but the transaction paid for {} gas, and its steps used {}: too little is "
            "left for one{}",
            step.info->name, encode_hex_quantity(step.operand(0)), claimed, payment.used,
            is_amsterdams ? ", but for Amsterdam's prices, which are not settled" : ""),
        is_amsterdams ? Severity::warning : state.severity_of(step));
}

/// The gas of a document is the receipt's, which the steps bound. Lines may be of code that ran without
/// a transaction, and some chains have transactions of their own that pay nothing.
void check_gas_paid(ReplayState& state, PendingStep& last, const Payment& payment,
                    std::uint64_t claimed) {
    if (!state.dialect.is_document || claimed == 0) {
        state.impossible(Check::summary_gas);
        return;
    }
    if (payment.may_be(claimed)) {
        check_listed_slot(state, payment, claimed);
        if (payment.is_calldata_whole)
            state.passed(Check::summary_gas);
        else
            state.impossible(Check::summary_gas);
        return;
    }
    const auto [zeros, others] = payment.calldata;
    const std::string calldata =
        zeros + others == 0
            ? std::string{}
            : fmt::format("; its calldata has {}{} bytes, {} of them not zero",
                          payment.is_calldata_whole ? "" : "at least ", zeros + others, others);
    state.failed(
        Check::summary_gas, last, hex(claimed), payment.is_calldata_whole ? "another" : "more",
        fmt::format(
            "the summary says that the transaction paid for {} gas, and its steps alone used "
            "{}: with what every transaction costs, and less what can be refunded, that is {}{}",
            claimed, payment.used, payment.is_calldata_whole ? "another sum" : "more", calldata),
        state.severity_of(last));
}

/// Whether a frame that left so much may say that it used `claimed`, in one fork. One that creates a
/// contract pays for the code that it returns, too.
bool may_have_used(const ReplayState& state, const CallFrame& frame, const GasLeft& left,
                   const KnownData* code, std::uint64_t claimed, Fork fork) {
    // No more than that is ever explained, and what follows can take from it without an overflow.
    constexpr std::int64_t explained_max = std::int64_t{1} << 62;
    const auto more =
        std::clamp(static_cast<std::int64_t>(claimed - (frame.gas_at_entry - left.gas)),
                   -explained_max, explained_max);
    const RulesView rules = state.rules(fork);
    const bool takes_state_gas = has_state_gas(rules);
    // The outermost frame may be a creation, whose account takes state gas, too.
    const auto may_take = [&](std::int64_t taken, std::uint64_t most) {
        return takes_state_gas &&
               (may_take_state_gas(taken, most, state.has_reservoir) ||
                may_take_state_gas(taken - static_cast<std::int64_t>(account_state_gas(rules)),
                                   most, state.has_reservoir));
    };
    if (more == 0 || may_take(more, left.state_gas_most)) return true;
    const bool gives_back = frame.last.op == Opcode::REVERT || frame.last.failed;
    if (takes_state_gas && gives_back &&
        may_give_state_gas_back(-more, frame.state_gas_most, state.has_reservoir,
                                state.options.rules.state_gas()))
        return true;
    if (code == nullptr || !code->size()) return false;
    const std::uint64_t cost = code_deposit_cost(*code->size(), rules);
    const auto beyond = more - static_cast<std::int64_t>(cost);
    const bool is_paid = beyond == 0 || may_take(beyond, state_gas(*code->size(), rules));
    return is_paid && may_become(Deposit::paid, *code, left.gas, rules);
}

/// Whether a deployment that left so much and uses everything has a reason to, in one fork: code
/// that it cannot pay for, or must not have.
bool may_be_refused(const GasLeft& left, const KnownData* code, RulesView rules) {
    return code != nullptr && code->size() && may_become(Deposit::refused, *code, left.gas, rules);
}

void check_gas_used(ReplayState& state, CallFrame& frame, const Report& report,
                    std::optional<std::int64_t> refund) {
    const auto ways = gas_left(state, frame);
    const bool is_unknown = state.dialect.summary_gas == SummaryGas::unknown;
    if (!report.gas_used || ways.empty() || !frame.is_entry_seen || state.is_gas_in_doubt) {
        state.impossible(Check::summary_gas);
        return;
    }
    const std::uint64_t used = frame.gas_at_entry - std::ranges::max(ways, {}, &GasLeft::gas).gas;
    const Payment payment = payment_of(state, frame, used, refund);
    if (state.dialect.summary_gas == SummaryGas::transaction) {
        check_gas_paid(state, frame.last, payment, *report.gas_used);
        return;
    }
    KnownData returned;
    const bool returns = frame.last.op == Opcode::RETURN && frame.last.has_effect;
    if (returns) state.keep(returned, frame, frame.last.effect.reads);
    const KnownData* code = returns ? &returned : nullptr;
    const std::uint64_t claimed = *report.gas_used;
    const bool has_failed = report.failed.value_or(!report.error.empty());
    // The account of a creation takes state gas before the first step.
    const auto has_failed_wholly = [&](RulesView rules) {
        const auto beyond = static_cast<std::int64_t>(claimed - frame.gas_at_entry);
        return has_failed && (beyond == 0 || (has_state_gas(rules) &&
                                              may_take_state_gas(beyond, account_state_gas(rules),
                                                                 state.has_reservoir)));
    };
    const auto allows = [&](Fork fork) {
        return std::ranges::any_of(ways, [&](const GasLeft& left) {
            const RulesView rules = state.rules(fork);
            return left.forks.contains(fork) &&
                   (may_have_used(state, frame, left, code, claimed, fork) ||
                    (has_failed_wholly(rules) && may_be_refused(left, code, rules)));
        });
    };
    // It strikes no fork where it may be all that the transaction paid.
    const bool may_count_all = is_unknown && payment.may_be(claimed);
    if (may_count_all && claimed != used) {
        state.impossible(Check::summary_gas);
        return;
    }
    if (state.strike_forks(frame.last, allows)) {
        state.passed(Check::summary_gas);
        return;
    }
    // All is gone, without a word of a failure; where the step may fail, that is why.
    if (claimed == frame.gas_at_entry && !report.failed && !ends_frame(frame.last.op)) {
        if (must_halt(state, frame, frame.last)) {
            state.passed(Check::summary_gas);
            return;
        }
        if (may_halt(state, frame, frame.last)) {
            state.impossible(Check::summary_gas);
            return;
        }
    }
    state.failed(
        Check::summary_gas, frame.last, hex(claimed), hex(used),
        fmt::format("the summary says that {} gas was used, and the steps used {}{}", claimed, used,
                    frame.last.must_fail && !frame.last.failed
                        ? fmt::format(": {} must run out of gas", frame.last.info->name)
                        : ""),
        state.severity_of(frame.last));
}

/// Whether the summary counts just what the steps used: the transaction did not fail, and paid for no code.
bool pays_for_no_code(const ReplayState& state, const CallFrame& frame, const Report& report) {
    if (state.dialect.summary_gas != SummaryGas::execution || !report.gas_used ||
        !frame.is_entry_seen || *report.gas_used == frame.gas_at_entry)
        return false;
    return std::ranges::any_of(gas_left(state, frame), [&](const GasLeft& left) {
        return *report.gas_used == frame.gas_at_entry - left.gas;
    });
}

/// Whether the frame may be a creation that stays without the code that it returns, and keeps its gas.
bool may_stay_without_code(const ReplayState& state, const CallFrame& frame) {
    if (frame.last.op != Opcode::RETURN || !frame.last.has_effect) return false;
    KnownData code;
    code.learn_size(frame.last.effect.reads.size());
    const auto ways = gas_left(state, frame);
    return state.forks.any_of([&](Fork fork) {
        return std::ranges::any_of(ways, [&](const GasLeft& left) {
            return left.forks.contains(fork) &&
                   may_become(Deposit::skipped, code, left.gas, state.rules(fork));
        });
    });
}

void check_output(ReplayState& state, CallFrame& frame, const Report& report) {
    const PendingStep& last = frame.last;
    const bool returns = last.op == Opcode::RETURN || last.op == Opcode::REVERT;
    if (!report.output || !last.has_effect || last.failed || last.must_fail ||
        (!returns && !ends_frame(last.op))) {
        state.impossible(Check::summary_output);
        return;
    }
    KnownData computed;
    computed.assign_empty();
    // Of bytes that are not there to be compared, no more than is shown of them.
    if (returns)
        computed.view(state.memory, frame.memory_known,
                      last.effect.reads.first(report.output->size() + shown_max + word_size));
    // Clients that fail without a word, or that leave out what a creation deployed, print none.
    const bool may_be_left_out =
        report.output->empty() && computed.size() != 0 &&
        (!pays_for_no_code(state, frame, report) || may_stay_without_code(state, frame));
    if (may_be_left_out) {
        state.impossible(Check::summary_output);
        return;
    }
    if (!computed.contradiction(*report.output)) {
        if (computed.is_whole())
            state.passed(Check::summary_output);
        else
            state.impossible(Check::summary_output);
        return;
    }
    const auto [claimed_text, computed_text] = shown(*report.output, computed.bytes());
    const std::uint64_t offset = returns ? last.effect.reads.offset() : 0;
    state.failed(
        Check::summary_output, frame.last, claimed_text, computed_text,
        fmt::format("the summary's output is not what {} returns from memory", last.info->name),
        Severity::finding,
        differing_bytes(*report.output, computed.bytes(), offset, Finding::Buffer::memory));
}

}  // namespace

void check_summary(ReplayState& state, const Report& report, std::optional<std::int64_t> refund) {
    CallFrame& frame = state.frames.current();
    if (state.frames.size() != 1 || !frame.has_last) {
        state.impossible(Check::summary_output);
        state.impossible(Check::summary_gas);
        return;
    }
    check_output(state, frame, report);
    check_gas_used(state, frame, report, refund);
}

void check_second_summary(ReplayState& state, const Report& report) {
    CallFrame& frame = state.frames.current();
    const bool says_output = report.output && !report.output->empty();
    if (says_output && state.frames.size() == 1 && frame.has_last)
        check_output(state, frame, report);
}

void check_fork_name(ReplayState& state, const Report& report, PendingStep& last) {
    const auto fork = report.fork.empty() ? std::nullopt : fork_from_name(report.fork);
    if (!fork || !state.options.forks.contains(*fork)) return;
    if (state.forks.contains(*fork)) {
        state.passed(Check::summary_fork);
        state.set_fork(*fork);
        return;
    }
    std::string struck_by;
    for (const ForkStrike& strike : state.fork_strikes())
        if (strike.forks.contains(*fork))
            struck_by = ": the outcome of " + op_name(strike.step.op) + " on line " +
                        std::to_string(strike.step.line) + " is not of this fork";
    state.failed(Check::summary_fork, last, std::string{name(*fork)}, "another fork",
                 "the summary says that the fork is " + std::string{name(*fork)} + struck_by,
                 *fork == Fork::amsterdam ? Severity::warning : Severity::finding);
}

}  // namespace evmmem::traces
