// SPDX-License-Identifier: MIT
#include "hidden_end.hpp"

#include <algorithm>
#include <vector>

#include "call_checks.hpp"
#include "core/storage_gas.hpp"
#include "core/transaction_gas.hpp"
#include "frame_ends.hpp"
#include "leaf_calls.hpp"

namespace evmmem::traces {
namespace {

/// How the innermost frame ends, if that is with its last step.
FrameEnd innermost_end(ReplayState& state) {
    CallFrame& frame = state.frames.current();
    const PendingStep& last = frame.last;
    FrameEnd end;
    end.how = last.op == Opcode::REVERT ? FrameEnd::How::reverted : FrameEnd::How::succeeded;
    end.output.assign_empty();
    if (last.failed || last.must_fail || last.op == Opcode::INVALID) {
        end.how = FrameEnd::How::failed;
        end.gas_left.push_back({0, ForkSet::all()});
    } else if (last.is_call_or_create()) {
        end.gas_left = gas_after_silent_leaf(state, frame, last);
    } else {
        if (last.has_effect && ends_frame(last.op)) end.output.learn_size(last.effect.reads.size());
        add_gas_left_after(state, last, end.gas_left);
    }
    return end;
}

/// What the outermost frame may have left if all frames end with their last steps; empty where that cannot
/// be told.
std::vector<GasLeft> gas_left_by_all(ReplayState& state) {
    FrameEnd end = innermost_end(state);
    for (std::size_t i = state.frames.size() - 1; i > 0 && !end.gas_left.empty(); --i) {
        end.gas_at_entry = state.frames.at(i).gas_at_entry;
        auto after = gas_after_silent_call(state, state.frames.at(i - 1).last, end);
        end = {};
        end.how = FrameEnd::How::succeeded;
        end.output.assign_empty();
        end.gas_left = std::move(after);
    }
    return std::move(end.gas_left);
}

/// Whether calldata, or what else a transaction pays for before its first step, can cost so much.
/// `last`: the rules of the last fork, which has all that transactions pay for.
bool may_be_intrinsic(std::uint64_t gas, const KnownData& calldata, RulesView rules,
                      RulesView last) {
    const auto is_multiple_of = [gas](std::uint64_t unit) { return unit == 0 || gas % unit == 0; };
    const std::uint64_t creation = last[Rule::transaction_create_gas];  // and some a word of code
    if (gas >= creation && is_multiple_of(last[Rule::create_init_code_word_gas])) return true;
    const std::uint64_t zero_byte = rules[Rule::transaction_zero_byte_gas];
    const bool are_others_multiples =  // as they are in every fork
        zero_byte != 0 && rules[Rule::transaction_byte_gas] % zero_byte == 0;
    if (are_others_multiples && !is_multiple_of(zero_byte)) return false;
    const auto size = calldata.size();
    if (!size) return true;
    const std::uint64_t least = calldata_gas({*size, 0}, rules);
    const std::uint64_t most = calldata_gas({0, *size}, rules);
    const std::uint64_t listed = rules[Rule::transaction_listed_address_gas];
    return gas >= least && (gas <= most || (listed != 0 && gas >= least + listed));
}

/// What a transaction that used `used` for its steps, and then had `refund` in its counter, shows by paying
/// `claimed`, in one fork.
HiddenEnd judge(std::uint64_t claimed, std::uint64_t used, std::uint64_t refund,
                const KnownData& calldata, RulesView rules, RulesView last) {
    const std::uint64_t paid = used + transaction_gas(rules);
    const std::uint64_t quotient = refund_quotient(rules);
    // What was paid before a refund that is made as a whole, and before one that is cut to a part of it.
    const std::uint64_t capped = claimed + claimed / (quotient - 1);
    HiddenEnd judgement = HiddenEnd::missing;
    for (const std::uint64_t total : {claimed + refund, capped, capped + 1}) {
        if (total - std::min(refund, total / quotient) != claimed || total < paid) continue;
        if (total == paid && calldata.size().value_or(0) == 0) return HiddenEnd::whole;
        if (may_be_intrinsic(total - paid, calldata, rules, last)) judgement = HiddenEnd::unclear;
    }
    const std::uint64_t rest = claimed - std::min(claimed, transaction_gas(rules));
    const std::uint64_t token_gas = rules[Rule::transaction_floor_token_gas];
    const bool may_be_floor = token_gas != 0 && claimed >= paid && rest % token_gas == 0 &&
                              claimed <= calldata_floor({0, calldata.size().value_or(rest)}, rules);
    return may_be_floor ? HiddenEnd::unclear : judgement;
}

}  // namespace

HiddenEnd judge_hidden_end(ReplayState& state, const Report& report,
                           std::optional<std::int64_t> refund) {
    const CallFrame& outermost = state.frames.at(0);
    if (state.forks == ForkSet{Fork::amsterdam}) return HiddenEnd::whole;  // it is not settled
    if (!report.gas_used || !outermost.is_entry_seen || state.is_gas_in_doubt)
        return HiddenEnd::unclear;
    const std::uint64_t claimed = *report.gas_used;
    const auto ways = gas_left_by_all(state);
    if (ways.empty()) return HiddenEnd::unclear;
    const SummaryGas counts = state.dialect.summary_gas;
    const auto is_used = [&](const GasLeft& left) {
        return claimed == outermost.gas_at_entry - left.gas;
    };
    if (counts != SummaryGas::transaction && std::ranges::any_of(ways, is_used))
        return HiddenEnd::whole;
    // Of one frame the check of its gas says so, but for a callee that prints no steps.
    if (counts == SummaryGas::execution) {
        const bool is_checked = state.frames.size() == 1 && !outermost.last.is_call_or_create();
        return is_checked ? HiddenEnd::whole : HiddenEnd::missing;
    }
    if (!refund || *refund < 0) return HiddenEnd::unclear;
    const auto named = report.fork.empty() ? std::nullopt : fork_from_name(report.fork);
    HiddenEnd judgement = HiddenEnd::missing;
    state.forks.for_each([&](Fork fork) {
        if (fork == Fork::amsterdam || (named && fork != *named)) return;
        for (const GasLeft& left : ways)
            if (left.forks.contains(fork))
                judgement = std::min(judgement,
                                     judge(claimed, outermost.gas_at_entry - left.gas,
                                           static_cast<std::uint64_t>(*refund), outermost.calldata,
                                           state.rules(fork), state.rules(last_fork)));
    });
    return judgement;
}

}  // namespace evmmem::traces
