// SPDX-License-Identifier: MIT
#include "leaf_calls.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "account_checks.hpp"
#include "call_spending.hpp"
#include "core/hex.hpp"
#include "created_address.hpp"
#include "result_checks.hpp"
#include "traces/replay/memory_effects.hpp"
#include "traces/replay/precompile_output.hpp"
#include "traces/replay/precompiles.hpp"

namespace evmmem::traces {
namespace {

/// What is known of a callee without lines.
struct Leaf {
    KnownData input;  ///< a view of the caller's memory; of a create: its init code
    std::array<CalleeTerms, fork_count> terms{};
    bool is_account = false;      ///< in every fork that is left
    bool has_code = false;        ///< of which a step would have been printed
    std::optional<Word> created;  ///< the address that a create makes
    bool is_taken = false;        ///< that address has been deployed
    bool may_be_refused = false;  ///< for depth, balance or nonce
    bool is_too_poor = false;     ///< the account has less than it sends: the call is refused

    const CalleeTerms& in(Fork fork) const { return terms[static_cast<std::size_t>(fork)]; }
};

Fork last_of(ForkSet forks) {
    Fork last = first_fork;
    forks.for_each([&](Fork fork) { last = fork; });
    return last;
}

/// Whether the code runs a step that the client prints.
bool runs_a_step(const Dialect& dialect, const KnownData& code) {
    if (code.size().value_or(0) == 0) return false;
    if (dialect.has_stop) return true;
    return code.is_known(0, 1) && code.bytes()[0] != static_cast<std::uint8_t>(Opcode::STOP);
}

/// `report`: what the client says of the callee, or null.
Leaf leaf_of(ReplayState& state, const CallFrame& frame, PendingStep& step,
             const FrameReport* report) {
    Leaf leaf;
    const std::optional<Word> value = value_of(step);
    const auto pays = value ? can_pay(state, frame, *value) : std::nullopt;
    leaf.is_too_poor = pays == false;
    leaf.may_be_refused =
        !pays.value_or(false) || step.depth == state.options.rules.frame_depth_max();
    if (step.has_effect) leaf.input.view(state.memory, frame.memory_known, step.effect.reads);
    if (is_create(step.op)) {
        leaf.terms.fill({.cost = 0});
        leaf.has_code = runs_a_step(state.dialect, leaf.input);
        leaf.created = created_address_of(state, step, frame);
        leaf.is_taken = leaf.created && state.deployed.find(*leaf.created) != nullptr;
        // geth prints a line at the end of each callee; since Amsterdam none was entered here.
        const bool is_said = report != nullptr ? report->halt == HaltReason::nonce_overflow
                                               : state.prints_callee_ends;
        leaf.may_be_refused =
            leaf.may_be_refused || may_nonce_refuse(state, step, frame, leaf.created, is_said);
        return leaf;
    }
    if (!step.has_operand(1)) return leaf;
    const Word to = address_of(step.operand(1));
    leaf.is_account = true;
    state.forks.for_each([&](Fork fork) {
        const Callee callee = callee_at(to, state.rules(fork));
        leaf.is_account = leaf.is_account && callee == Callee::account;
        leaf.terms[static_cast<std::size_t>(fork)] =
            terms_of(callee, leaf.input, state.rules(fork));
    });
    if (const KnownData* code = state.deployed.find(to)) {
        leaf.has_code = runs_a_step(state.dialect, *code);
        step.may_be_new = false;
    }
    return leaf;
}

/// The gas between a call and the next line, in one fork and for one spending: what of it can be.
class LeafGas {
public:
    LeafGas(const PendingStep& step, const Spending& spending, const CalleeTerms& terms,
            bool has_reservoir)
        : step_{step},
          terms_{terms},
          has_reservoir_{has_reservoir},
          given_{spending.forwarded + step.stipend()},
          given_least_{spending.forwarded_least + step.stipend()},
          // A call that is refused, and a callee without code, give all back.
          all_back_{step.gas - spending.overhead - *step.expansion + step.stipend()},
          state_gas_least_{spending.state_gas_least},
          state_gas_{spending.state_gas} {}

    bool may_succeed(std::uint64_t gas) const {
        if (!terms_.may_succeed) return false;
        if (terms_.cost) return *terms_.cost <= given_ && is_left(gas, all_back_ - *terms_.cost);
        return gas <= all_back_ - state_gas_least_ && gas >= all_back_ - given_ - state_gas_;
    }
    /// For depth, balance or nonce.
    bool may_be_refused(std::uint64_t gas) const { return is_left(gas, all_back_); }
    /// The callee fails and takes what it was given.
    bool may_fail(std::uint64_t gas) const {
        const bool has_a_reason = is_create(step_.op) || terms_.may_fail || !terms_.may_succeed ||
                                  !terms_.cost || *terms_.cost > given_;
        // What a reservoir paid of a new account's state gas, which comes back, was not kept from the
        // callee.
        const bool is_in_range =
            state_gas_ != 0 && gas >= all_back_ - given_ && gas <= all_back_ - given_least_;
        return has_a_reason && (is_in_range || is_left(gas, all_back_ - given_));
    }
    std::uint64_t after_success() const { return all_back_ - terms_.cost.value_or(0) - state_gas_; }

private:
    /// Whether `gas` is left of `most`, but for state gas.
    bool is_left(std::uint64_t gas, std::uint64_t most) const {
        const auto taken = static_cast<std::int64_t>(most - gas);
        if (taken == 0) return true;
        return state_gas_ != 0 && may_take_state_gas(taken, state_gas_, has_reservoir_);
    }

    const PendingStep& step_;
    const CalleeTerms& terms_;
    bool has_reservoir_;
    std::uint64_t given_;
    std::uint64_t given_least_;
    std::uint64_t all_back_;
    std::uint64_t state_gas_least_;
    std::uint64_t state_gas_;
};

/// Whether the gas after the call fits a leaf that succeeded, or failed, this way.
bool fits_leaf(const LeafGas& leaf_gas, const Leaf& leaf, std::uint64_t gas,
               std::optional<bool> has_succeeded) {
    if (leaf.is_too_poor) return leaf_gas.may_be_refused(gas);
    const bool may_succeed = !leaf.is_taken && !leaf.has_code;
    if (has_succeeded.value_or(true) && may_succeed && leaf_gas.may_succeed(gas)) return true;
    if (has_succeeded.value_or(false)) return false;
    if (leaf.may_be_refused && leaf_gas.may_be_refused(gas)) return true;
    return leaf_gas.may_fail(gas);
}

/// Checks the gas after the call. Returns what there should be when `gas` is another.
std::optional<std::uint64_t> check_gas_after_leaf(ReplayState& state, PendingStep& step,
                                                  const Leaf& leaf, std::uint64_t gas,
                                                  std::optional<bool> has_succeeded) {
    if (!can_check_gas(step) || (!is_create(step.op) && !step.has_operand(1))) {
        state.impossible(Check::gas_call);
        state.impossible(Check::gas_cost);
        return std::nullopt;
    }
    const auto gas_of = [&](const Spending& spending, Fork fork) {
        return LeafGas{step, spending, leaf.in(fork), state.has_reservoir};
    };
    const auto fits = [&](const Spending& spending, Fork fork) {
        return fits_leaf(gas_of(spending, fork), leaf, gas, has_succeeded);
    };
    if (with_either_gas(state, step, [&] { return strike_by_spending(state, step, fits); })) {
        state.passed(Check::gas_call);
        conclude_spending(state, step, fits);
        return std::nullopt;
    }
    state.impossible(Check::gas_cost);
    const auto otherwise = likely_gas(state, step, gas, [&](const Spending& spending, Fork fork) {
        return std::optional{gas_of(spending, fork).after_success()};
    });
    const bool is_between = state.is_price_unsettled(step) &&
                            any_spending(state, step, Fork::osaka, [&](const Spending& spending) {
                                return fits(spending, Fork::amsterdam);
                            });
    const bool is_right = otherwise == gas;  // it is the result that is wrong
    state.failed(
        Check::gas_call, step, hex(gas), otherwise && !is_right ? hex(*otherwise) : "another",
        fmt::format("{}: no callee ran, and no fork leaves {} gas after it{}{}", describe(step),
                    gas,
                    has_succeeded ? *has_succeeded ? " where it succeeds" : " where it fails" : "",
                    is_between ? between_forks() : ""),
        is_between ? Severity::warning : Severity::finding);
    return is_right ? std::nullopt : otherwise;
}

/// Checks that the callee need not have run a step, and what the result says.
void check_leaf_result(ReplayState& state, const CallFrame& frame, PendingStep& step,
                       const Leaf& leaf, const Word* result) {
    if (result == nullptr) {
        state.impossible(Check::call_result);
        return;
    }
    const bool claims_success = !result->is_zero();
    if (claims_success && leaf.is_too_poor) {
        state.failed(Check::call_result, step, encode_hex_quantity(*result), "0x0",
                     explain_poverty(state, frame, step));
        return;
    }
    if (claims_success && leaf.is_taken) {
        state.failed(Check::call_result, step, encode_hex_quantity(*result), "0x0",
                     fmt::format("{} makes {} again, which this trace has deployed: it must fail",
                                 step.info->name, encode_hex_quantity(*leaf.created)));
        return;
    }
    if (claims_success && leaf.has_code) {
        state.failed(
            Check::call_result, step, encode_hex_quantity(*result), "a callee's steps",
            fmt::format("{} succeeds without a step, but {} does something", step.info->name,
                        is_create(step.op) ? "its init code" : "the code of its callee"));
        return;
    }
    check_call_result_is_flag(state, step, *result);
}

/// What the client says of the callee's end, against what is computed: an output that contradicts
/// it, or an error where the call succeeds.
void check_report(ReplayState& state, PendingStep& step, const FrameReport& report,
                  const Leaf& leaf, const KnownData& computed, bool has_succeeded) {
    const bool may_have_cost =
        !report.gas_used || !has_succeeded || state.forks.any_of([&](Fork fork) {
            return leaf.in(fork).cost.value_or(*report.gas_used) == *report.gas_used;
        });
    if (!may_have_cost)
        state.failed(
            Check::summary_gas, step, hex(*report.gas_used),
            hex(*leaf.in(last_of(state.forks)).cost),
            fmt::format("gasUsed that is printed for the callee of {} is {}, and it costs "
                        "{}",
                        step.info->name, *report.gas_used, *leaf.in(last_of(state.forks)).cost));
    if (report.has_error && has_succeeded)
        state.failed(
            Check::call_result, step, "0x1", "0x0",
            fmt::format("{} gives 1, but an error is printed for its callee", step.info->name));
    if (!report.output) return;
    const auto printed = report.output->bytes();
    if (!computed.contradiction(printed)) return;
    const auto [claimed_text, computed_text] = shown(printed, computed.bytes());
    state.failed(Check::return_data_content, step, claimed_text, computed_text,
                 fmt::format("the output that is printed for the callee of {} is not what it "
                             "returns",
                             step.info->name));
}

/// The terms of a callee whose price is known from the client's word alone.
void learn_cost(Leaf& leaf, const FrameReport& report) {
    if (!report.gas_used || report.has_error) return;
    for (CalleeTerms& terms : leaf.terms)
        if (!terms.cost) terms.cost = report.gas_used;
}

/// What the call returned: as it can be computed, or else as the client said.
void receive_from_leaf(ReplayState& state, CallFrame& frame, PendingStep& step, const Leaf& leaf,
                       const FrameReport* report, std::optional<bool> has_succeeded) {
    KnownData& output = frame.return_data;
    output.forget();
    if (has_succeeded && !*has_succeeded) {
        output.assign_empty();
    } else if (has_succeeded && step.has_operand(1)) {
        // The forks that are left may call it by several names, of which one is a precompile's.
        bool is_first = true;
        Callee callee = Callee::account;
        bool is_one = true;
        state.forks.for_each([&](Fork fork) {
            const Callee here = callee_at(address_of(step.operand(1)), state.rules(fork));
            is_one = is_one && (is_first || here == callee);
            callee = here;
            is_first = false;
        });
        const CallWork work{
            .hash = [&](HashFunction f) -> std::optional<Bytes32> {
                if (!step.has_effect) return std::nullopt;
                return state.hash(f, frame, step.effect.reads);
            },
            .may_take =
                [&](std::uint64_t bytes) {
                    return state.hashing.take(bytes, state.steps, state.line);
                },
        };
        const bool is_identity = is_one && callee == Callee::identity;
        if (is_identity && step.has_effect)  // the input is a view, and may be overwritten
            state.keep(output, frame, step.effect.reads);
        else if (is_one && !is_identity)
            call_output(callee, leaf.input, work, output);
    }
    if (report != nullptr) {
        check_report(state, step, *report, leaf, output, has_succeeded.value_or(false));
        const bool is_known = output.is_whole();
        if (!is_known && report->output && !output.contradiction(report->output->bytes()))
            state.keep(output, *report->output);
    }
    write_call_output(state, frame, step, output);
}

/// A create without init code has made an account.
void receive_empty_account(ReplayState& state, CallFrame& frame, PendingStep& step,
                           const Leaf& leaf, const Word& result) {
    const Word address = address_of(result);
    check_create2_address(state, leaf.created, step, result);
    check_create_address(state, frame, state.accounts.creates(frame.account()), step, result);
    state.accessed.touch_address(address);
    remember_create(state, step, frame, leaf.created);
    frame.made_last.reset();
    state.accounts.begin_life(address);
    move_value(state, frame, step, address);
    KnownData none;
    none.assign_empty();
    state.deployed.add(address, none);
}

/// How a create without steps failed: it was refused, and nothing has happened, or its address is
/// taken.
enum class Failure : std::uint8_t { refused, failed, unclear };

Failure how_failed(const ReplayState& state, const PendingStep& step, const Leaf& leaf,
                   std::uint64_t gas) {
    if (!can_check_gas(step)) return Failure::unclear;
    bool was_refused = false;
    bool has_failed = false;
    state.forks.for_each([&](Fork fork) {
        any_spending(state, step, fork, [&](const Spending& spending) {
            const LeafGas leaf_gas{step, spending, leaf.in(fork), state.has_reservoir};
            was_refused = was_refused || leaf_gas.may_be_refused(gas);
            has_failed = has_failed || leaf_gas.may_fail(gas);
            return false;
        });
    });
    if (was_refused == has_failed) return Failure::unclear;
    return was_refused ? Failure::refused : Failure::failed;
}

}  // namespace

std::optional<std::uint64_t> settle_leaf_call(ReplayState& state, CallFrame& frame,
                                              PendingStep& step, const FrameReport* report,
                                              const Step& next) {
    const Word* result = next.has_operand(0) ? &next.operand(0) : nullptr;
    const std::optional<bool> has_succeeded =
        result != nullptr ? std::optional{!result->is_zero()} : std::nullopt;
    const bool is_creation = is_create(step.op);
    check_out_of_gas(state, step);
    strike_older_forks(state, step);
    Leaf leaf = leaf_of(state, frame, step, report);
    if (report != nullptr) learn_cost(leaf, *report);
    check_leaf_result(state, frame, step, leaf, result);
    const auto gas_otherwise = check_gas_after_leaf(state, step, leaf, next.gas, has_succeeded);
    if (is_creation || step.has_value())
        frame.state_gas_most += state.options.rules.state_gas().account;
    if (!is_creation) {
        receive_from_leaf(state, frame, step, leaf, report, has_succeeded);
        // What takes gas and is no precompile of Ethereum's may move value in its own way.
        if (gas_otherwise || !step.has_operand(1))
            state.accounts.forget_value();
        else if (has_succeeded.value_or(true))
            move_value(state, frame, step, address_of(step.operand(1)));
        return gas_otherwise;
    }
    frame.return_data.assign_empty();
    if (has_succeeded.value_or(false)) {
        receive_empty_account(state, frame, step, leaf, *result);
        return gas_otherwise;
    }
    const Failure failure = how_failed(state, step, leaf, next.gas);
    if (failure == Failure::failed) {  // its address stays warm, and its nonce is used
        if (leaf.created) state.accessed.touch_address(*leaf.created);
        remember_create(state, step, frame, leaf.created);
    }
    if (failure == Failure::unclear || !has_succeeded) state.accounts.forget();
    if (!has_succeeded) state.learned_codes.clear();
    if (failure == Failure::unclear || (failure == Failure::failed && !leaf.created))
        state.accessed.forget_cold_addresses();
    return gas_otherwise;
}

std::vector<GasLeft> gas_after_silent_leaf(ReplayState& state, CallFrame& frame,
                                           const PendingStep& step) {
    std::vector<GasLeft> result;
    PendingStep copy = step;
    const Leaf leaf = leaf_of(state, frame, copy, nullptr);
    if (!can_check_gas(copy) || (!is_create(copy.op) && !copy.has_operand(1))) return result;
    bool is_known = true;
    state.forks.for_each([&](Fork fork) {
        const CalleeTerms& terms = leaf.in(fork);
        is_known = is_known && terms.cost;
        any_spending(state, copy, fork, [&](const Spending& spending) {
            const std::uint64_t all_back =
                copy.gas - spending.overhead - *copy.expansion + copy.stipend();
            const std::uint64_t given = spending.forwarded + copy.stipend();
            const auto add = [&](std::uint64_t gas) {
                add_gas_left(result, {gas, fork, spending.state_gas});
            };
            if (terms.cost && *terms.cost <= given) add(all_back - *terms.cost);
            if (leaf.may_be_refused) add(all_back);
            if (is_create(copy.op) || terms.may_fail || terms.cost.value_or(0) > given)
                add(all_back - given);
            return false;
        });
    });
    if (!is_known || result.size() >= gas_left_max) result.clear();
    return result;
}

}  // namespace evmmem::traces
