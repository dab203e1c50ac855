// SPDX-License-Identifier: MIT
#include "summary_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/hex.hpp"
#include "gas_checks.hpp"

namespace evmmem::traces {
namespace {

/// Gas that the outermost frame left, where its last step tells.
std::optional<std::uint64_t> gas_left(const ReplayState& state, const PendingStep& last) {
    if (last.failed || last.must_fail || last.op == Opcode::INVALID) return 0;
    if (last.op != Opcode::STOP && !last.is_call_or_create() && !ends_frame(last.op) &&
        !state.dialect.has_errors)
        return std::nullopt;  // it may have failed without a word
    const auto cost = exact_cost(state, last);
    if (!cost || *cost > last.gas) return std::nullopt;
    return last.gas - *cost;
}

/// The least that a transaction pays beside its steps. Source: Yellow Paper G, transaction.
constexpr std::uint64_t transaction_gas = 21'000;

/// Whether a transaction whose steps used so much may say that it paid `claimed`: at least its
/// intrinsic gas comes on top, and at most half of all that is refunded. Sources: Yellow Paper 6.2,
/// EIP-3529.
bool may_count_transaction(const PendingStep& last, std::uint64_t used, std::uint64_t claimed,
                           std::optional<std::int64_t> refund) {
    const std::uint64_t paid = used + transaction_gas;
    std::uint64_t refunded = paid / 2;
    if (refund && *refund >= 0 && last.op != Opcode::SELFDESTRUCT)
        refunded = std::min(refunded, static_cast<std::uint64_t>(*refund));
    return claimed >= paid - refunded;
}

void check_gas_used(ReplayState& state, CallFrame& frame, const Report& report,
                    std::optional<std::int64_t> refund) {
    const auto left = gas_left(state, frame.last);
    const bool is_unknown = state.dialect.summary_gas == SummaryGas::unknown;
    if (!report.gas_used || !left || !frame.is_entry_seen || state.is_gas_in_doubt ||
        state.dialect.summary_gas == SummaryGas::transaction) {
        state.impossible(Check::summary_gas);
        return;
    }
    const std::uint64_t used = frame.gas_at_entry - *left;
    // A transaction that creates a contract pays for the code that it returns, too.
    const std::uint64_t with_deposit = used + code_deposit_gas * frame.last.effect.reads.size();
    if (*report.gas_used == used ||
        (frame.last.op == Opcode::RETURN && *report.gas_used == with_deposit)) {
        state.passed(Check::summary_gas);
        return;
    }
    // A deployment that cannot pay for its code, or must not have it, uses everything.
    if (frame.last.op == Opcode::RETURN && report.failed.value_or(!report.error.empty()) &&
        *report.gas_used == frame.gas_at_entry) {
        state.passed(Check::summary_gas);
        return;
    }
    if (is_unknown && may_count_transaction(frame.last, used, *report.gas_used, refund)) {
        state.impossible(Check::summary_gas);
        return;
    }
    state.failed(Check::summary_gas, frame.last, hex(*report.gas_used), hex(used),
                 fmt::format("the summary says that {} gas was used, and the steps used {}{}",
                             *report.gas_used, used,
                             frame.last.must_fail && !frame.last.failed
                                 ? fmt::format(": {} must run out of gas", frame.last.info->name)
                                 : ""),
                 state.severity_by_fork());
}

void check_output(ReplayState& state, CallFrame& frame, const Report& report) {
    const PendingStep& last = frame.last;
    const bool returns = last.op == Opcode::RETURN || last.op == Opcode::REVERT;
    if (!report.output || !last.has_effect || last.failed || last.must_fail ||
        (!returns && !ends_frame(last.op))) {
        state.impossible(Check::summary_output);
        return;
    }
    const MemoryRange range = returns ? last.effect.reads : MemoryRange{};
    const auto computed = state.memory.get_slice(range.offset(), range.size());
    // Clients that fail without a word, or that leave out what a creation deployed, print none.
    const bool may_be_left_out = report.output->empty() && !range.empty();
    if (!computed || !frame.memory_known.is_known(range.offset(), range.end()) || may_be_left_out) {
        state.impossible(Check::summary_output);
        return;
    }
    if (std::ranges::equal(*report.output, *computed)) {
        state.passed(Check::summary_output);
        return;
    }
    const auto [claimed_text, computed_text] = shown(*report.output, *computed);
    state.failed(
        Check::summary_output, frame.last, claimed_text, computed_text,
        fmt::format("the summary's output is not what {} returns from memory", last.info->name),
        Severity::finding,
        differing_bytes(*report.output, *computed, range.offset(), Finding::Buffer::memory));
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

}  // namespace evmmem::traces
