// SPDX-License-Identifier: MIT
#include "refund_checks.hpp"

#include <set>
#include <utility>

#include "core/storage_gas.hpp"
#include "storage_checks.hpp"
#include "traces/replay/storage_effects.hpp"

namespace evmmem::traces {
namespace {

/// a - b, of any numbers that a line may claim: modulo 2^64.
std::int64_t difference(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

bool refunds(Opcode op) {
    return op == Opcode::SSTORE || op == Opcode::SELFDESTRUCT;
}

std::string in_words(std::int64_t value) {
    return value < 0 ? std::to_string(value) : hex(static_cast<std::uint64_t>(value));
}

}  // namespace

/// Documents leave a counter of 0 out. Where a transaction's first one is printed later than on its first
/// line, it was 0 until then.
void RefundChecks::note_left_out(const Placement& placement, const Step& line) {
    const bool begins = placement.kind == Placement::Kind::transaction;
    if (begins || placement.kind == Placement::Kind::gap) {
        has_printed_ = false;
        was_left_out_ = begins && !line.refund && state_.dialect.is_document;
    } else if (line.refund && std::exchange(was_left_out_, false)) {
        printed_ = 0;
        at_calls_.assign(at_calls_.size(), 0);
    }
}

std::optional<std::int64_t> RefundChecks::at_end(const PendingStep& last) const {
    if (refunds(last.op)) return std::nullopt;
    if (!may_refund_) return shown_.value_or(0);
    return state_.frames.size() == 1 ? shown_ : std::nullopt;  // some print the frame's own
}

std::optional<std::int64_t> RefundChecks::value_of(const Step& line) const {
    if (!line.refund && has_printed_ && state_.dialect.is_document) return 0;
    return line.refund;
}

RefundChecks::Expected RefundChecks::with_refunding(Expected expected, PendingStep& by) const {
    if (!refunds(by.op) || by.failed || by.must_fail) return expected;
    expected.by = &by;
    if (early_.step == by.number) expected.early = early_.refund;
    return expected;
}

/// What the line should have, but for what the step before it refunds.
RefundChecks::Expected RefundChecks::expect(const Placement& placement, PendingStep* last,
                                            FrameEnd* ended) {
    const std::size_t callers = state_.frames.size() - 1;
    switch (placement.kind) {
        case Placement::Kind::same_frame:
            if (last == nullptr) return {};
            return with_refunding({.counter = {printed_, printed_}}, *last);
        case Placement::Kind::callee:
            at_calls_.push_back(printed_);
            return {.counter = {printed_, 0}};
        case Placement::Kind::caller: {
            if (at_calls_.size() <= callers) break;
            const auto at_call = at_calls_[callers];
            at_calls_.resize(callers);
            if (ended == nullptr || ended->how == FrameEnd::How::unknown) return {};
            if (ended->how != FrameEnd::How::succeeded) return {.counter = {at_call, at_call}};
            Expected expected{.counter = {printed_, std::nullopt}};
            if (at_call && printed_) expected.counter[1] = *at_call + *printed_;
            return with_refunding(expected, ended->last);
        }
        case Placement::Kind::transaction:
        case Placement::Kind::gap:
        case Placement::Kind::repetition: break;
    }
    at_calls_.assign(callers, std::nullopt);
    return {};
}

bool RefundChecks::may_refund(const PendingStep& step, std::int64_t refund, Fork fork) const {
    if (step.op == Opcode::SELFDESTRUCT)
        return refund == 0 || refund == refund_terms(state_.rules(fork)).selfdestruct;
    const StorageAccess& access = state_.storage_access;
    if (access.step != step.number || access.slot == nullptr || !step.has_operand(1)) return true;
    bool may = false;
    for_each_slot_value(
        access.before, step.operand(1), [&](const Word& original, const Word& current) {
            may = may ||
                  refund == store_refund(original, current, step.operand(1), state_.rules(fork));
        });
    return may;
}

RefundChecks::Reading RefundChecks::read(Style style, Fork fork, const Expected& expected,
                                         const Step& next, std::int64_t value) const {
    const std::size_t way = style.is_of_frame ? 1 : 0;
    if (!expected.counter[way]) return {};
    const std::int64_t counter = *expected.counter[way];
    const auto early = expected.early[way];
    const std::int64_t rest = difference(value, counter);
    // What the line has of its own, early, is judged by the next one.
    const bool has_own = refunds(next.op) && style.is_early(next.op);
    if (expected.by == nullptr) return {.is_allowed = rest == 0 || has_own};
    const bool is_early = style.is_early(expected.by->op);
    Reading reading{.is_known = is_early ? early.has_value() : !has_own,
                    .refund = is_early ? early.value_or(0) : rest};
    const bool is_rest_right = is_early ? rest == 0 || has_own : early.value_or(0) == 0;
    reading.is_allowed =
        is_rest_right && (!reading.is_known || may_refund(*expected.by, reading.refund, fork));
    return reading;
}

std::string RefundChecks::computed(const Expected& expected) const {
    std::set<std::int64_t> values;
    for (std::size_t i = 0; i < styles.size(); ++i) {
        const std::size_t way = styles[i].is_of_frame ? 1 : 0;
        if ((styles_left_ >> i & 1) == 0 || !expected.counter[way]) continue;
        const std::int64_t before = *expected.counter[way] - expected.early[way].value_or(0);
        if (expected.by == nullptr || state_.storage_access.step != expected.by->number) {
            values.insert(before);
            continue;
        }
        for_each_slot_value(
            state_.storage_access.before, expected.by->operand(1),
            [&](const Word& original, const Word& current) {
                state_.forks.for_each([&](Fork fork) {
                    values.insert(before + store_refund(original, current, expected.by->operand(1),
                                                        state_.rules(fork)));
                });
            });
    }
    std::string text;
    for (const std::int64_t value : values)
        text += (text.empty() ? "" : ", ") + in_words(value);
    return (values.size() > 1 ? "one of " : "") + text;
}

void RefundChecks::judge(const Expected& expected, const Step& next, PendingStep& blamed,
                         std::int64_t value) {
    std::uint8_t styles_right = 0;
    // Forks of the same terms refund alike.
    std::optional<RefundTerms> terms;
    std::uint8_t right_here = 0;
    const auto allows = [&](Fork fork) {
        const RefundTerms here = refund_terms(state_.rules(fork));
        if (terms == here) return right_here != 0;
        terms = here;
        right_here = 0;
        for (std::size_t i = 0; i < styles.size(); ++i)
            if ((styles_left_ >> i & 1) != 0 &&
                read(styles[i], fork, expected, next, value).is_allowed)
                right_here |= static_cast<std::uint8_t>(1U << i);
        styles_right |= right_here;
        return right_here != 0;
    };
    bool is_allowed = false;
    if (state_.dialect.mixes_up_forks)
        ForkSet::all().for_each([&](Fork fork) { is_allowed = allows(fork) || is_allowed; });
    else
        is_allowed = state_.strike_forks(blamed, allows);
    if (!is_allowed) {
        const std::string right = computed(expected);
        state_.failed(Check::gas_refund, blamed, in_words(value), right,
                      "the refund counter is " + in_words(value) + " after " +
                          std::string{blamed.info->name} + " on line " +
                          std::to_string(blamed.line) + ", and should be " + right,
                      state_.severity_of(blamed));
        return;
    }
    styles_left_ &= styles_right;
    state_.passed(Check::gas_refund);
    if (expected.by == nullptr || expected.by->op != Opcode::SSTORE ||
        state_.dialect.mixes_up_forks)
        return;
    narrow_slot(state_, *expected.by, [&](const Word& original, const Word& current, Fork fork) {
        for (std::size_t i = 0; i < styles.size(); ++i) {
            if ((styles_left_ >> i & 1) == 0) continue;
            const Reading reading = read(styles[i], fork, expected, next, value);
            if (!reading.is_known ||
                reading.refund ==
                    store_refund(original, current, expected.by->operand(1), state_.rules(fork)))
                return true;
        }
        return false;
    });
}

void RefundChecks::conclude(const Placement& placement, const Step& next, PendingStep* last,
                            FrameEnd* ended) {
    note_left_out(placement, next);
    if (placement.kind == Placement::Kind::transaction) may_refund_ = false;
    may_refund_ = may_refund_ || (last != nullptr && refunds(last->op)) ||
                  (ended != nullptr && refunds(ended->last.op));
    const Expected expected = expect(placement, last, ended);
    const bool is_quiet = placement.kind == Placement::Kind::same_frame && expected.by == nullptr;
    if (is_quiet && next.refund == shown_) return;
    const auto value = value_of(next);
    shown_ = next.refund;
    printed_ = value;
    has_printed_ = has_printed_ || next.refund.value_or(0) != 0;
    if (!value) return;
    PendingStep* const blamed = expected.by != nullptr ? expected.by : last;
    if (*value < 0 && !state_.dialect.has_negative_refund && blamed != nullptr) {
        printed_.reset();
        state_.failed(Check::gas_refund, *blamed, hex(static_cast<std::uint64_t>(*value)),
                      "0x0 or more",
                      "the refund counter is " + std::to_string(*value) +
                          ", or that much below 2^64: a transaction's never falls below 0",
                      Severity::warning);
        return;
    }
    const bool is_first = !expected.counter[0] && !expected.counter[1];
    if (refunds(next.op)) {
        early_ = {.step = state_.steps, .refund = {}};
        for (std::size_t way = 0; way < 2; ++way)
            if (expected.counter[way] && expected.by == nullptr)
                early_.refund[way] = difference(*value, *expected.counter[way]);
    }
    if (is_first || blamed == nullptr) {
        state_.impossible(Check::gas_refund);
        return;
    }
    judge(expected, next, *blamed, *value);
}

}  // namespace evmmem::traces
