// SPDX-License-Identifier: MIT
#include "call_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "account_checks.hpp"
#include "call_spending.hpp"
#include "code_deposit.hpp"
#include "core/hex.hpp"
#include "created_address.hpp"
#include "failure_checks.hpp"
#include "gas_checks.hpp"
#include "result_checks.hpp"
#include "traces/replay/memory_effects.hpp"

namespace evmmem::traces {
namespace {

void set_context(ReplayState& state, CallFrame& caller, const PendingStep& step,
                 CallFrame& callee) {
    callee.marks = state.marks();
    if (is_create(step.op)) {
        callee.calldata.assign_empty();
        if (step.has_effect) callee.code.view(state.memory, caller.memory_known, step.effect.reads);
        callee.address = callee.made_at;
        callee.storage = state.new_storage();
        callee.is_account_created = true;
        return;
    }
    if (step.has_effect) callee.calldata.view(state.memory, caller.memory_known, step.effect.reads);
    if (!step.has_operand(1)) {
        callee.storage = state.new_storage();
        state.accounts.forget_value();
        return;
    }
    const Word to = address_of(step.operand(1));
    if (const KnownData* code = state.deployed.find(to)) state.keep(callee.code, *code);
    const bool runs_for_caller = step.op == Opcode::DELEGATECALL || step.op == Opcode::CALLCODE;
    callee.address = runs_for_caller ? caller.address : std::optional{to};
    const StorageOwner owner = runs_for_caller ? caller.storage_owner() : state.storage_of(to);
    callee.storage = owner.id;
    callee.is_account_created = owner.is_created;
}

/// Checks what the callee starts with. Returns what it should start with when it has another.
std::optional<std::uint64_t> check_callee_gas(ReplayState& state, PendingStep& step,
                                              std::uint64_t gas) {
    if (!can_check_gas(step)) {
        state.impossible(Check::gas_call);
        return std::nullopt;
    }
    const auto fits = [&](const Spending& spending, Fork) {
        return spending.can_give(gas, step.stipend());
    };
    if (with_either_gas(state, step, [&] { return strike_by_spending(state, step, fits); })) {
        state.passed(Check::gas_call);
        return std::nullopt;
    }
    const auto otherwise = likely_gas(state, step, gas, [&](const Spending& spending, Fork) {
        return std::optional{spending.forwarded + step.stipend()};
    });
    const bool is_between = state.is_price_unsettled(step) &&
                            any_spending(state, step, Fork::osaka, [&](const Spending& spending) {
                                return spending.can_give(gas, step.stipend());
                            });
    state.failed(
        Check::gas_call, step, hex(gas), otherwise ? hex(*otherwise) : "out of gas",
        fmt::format("{}: the callee starts with {} gas, which no fork allows{}{}", describe(step),
                    gas, otherwise ? fmt::format("; it may have {}", *otherwise) : "",
                    is_between ? between_forks() : ""),
        is_between ? Severity::warning : Severity::finding);
    return otherwise;
}

std::string_view how_in_words(FrameEnd::How how) {
    switch (how) {
        case FrameEnd::How::succeeded: return "succeeded";
        case FrameEnd::How::reverted: return "reverted";
        case FrameEnd::How::failed:
        case FrameEnd::How::unknown: return "failed";
    }
    std::unreachable();
}

/// The gas that the callee may have left in `fork`.
template <typename Fits>
bool any_gas_left(const FrameEnd& end, Fork fork, Fits fits) {
    return std::ranges::any_of(
        end.gas_left, [&](const GasLeft& left) { return left.forks.contains(fork) && fits(left); });
}

/// The create's code came back: is it deployed, as the result says? Returns whether it is.
bool judge_deposit(ReplayState& state, PendingStep& step, FrameEnd& end, const Word& result) {
    const bool is_deployed = !result.is_zero();
    if (address_of(result) != result)
        state.failed(Check::call_result, step, encode_hex_quantity(result),
                     encode_hex_quantity(address_of(result)),
                     fmt::format("{} gives more than the 160 bits of an address", step.info->name));
    if (!end.output.size() || end.gas_left.empty()) {
        state.impossible(Check::call_result);
        if (!is_deployed) fail_create(state, end);
        return is_deployed;
    }
    const bool is_allowed = state.strike_forks(step, [&](Fork fork) {
        return any_gas_left(end, fork, [&](const GasLeft& left) {
            const auto may = [&](Deposit deposit) {
                return may_become(deposit, end.output, left.gas, state.rules(fork));
            };
            return is_deployed ? may(Deposit::paid) || may(Deposit::skipped)
                               : may(Deposit::refused);
        });
    });
    if (is_allowed) {
        state.passed(Check::call_result);
    } else if (is_deployed) {
        state.failed(
            Check::call_result, end.last, encode_hex_quantity(result), "0x0",
            fmt::format("{} gives an address, but its code cannot be deployed: {}", step.info->name,
                        why_refused(end.output, end.gas_left.front().gas, state.forks,
                                    state.options.rules)));
    } else {
        state.failed(Check::call_result, end.last, "0x0", "an address",
                     fmt::format("{} gives 0, but its callee returned {} bytes of code that "
                                 "nothing keeps from being deployed",
                                 step.info->name, *end.output.size()));
    }
    step.is_reported = step.is_reported || end.last.is_reported;
    if (!is_deployed) fail_create(state, end);
    return is_deployed;
}

/// Did the callee succeed, and does the result say so? Corrects `end` where the result knows
/// better. Returns whether code was deployed.
bool judge_result(ReplayState& state, PendingStep& step, FrameEnd& end, const Word* result) {
    const bool is_creation = is_create(step.op);
    if (result == nullptr || end.how == FrameEnd::How::unknown) {
        state.impossible(Check::call_result);
        return false;
    }
    const bool claims_success = !result->is_zero();
    const bool has_succeeded = end.how == FrameEnd::How::succeeded;
    if (!is_creation && *result > Word{1}) {
        check_call_result_is_flag(state, step, *result);
        return false;
    }
    if (is_creation && has_succeeded) return judge_deposit(state, step, end, *result);
    if (claims_success == has_succeeded) {
        state.passed(Check::call_result);
        return false;
    }
    // The callee's last step may have failed without a word: the caller knows.
    if (!claims_success && !state.dialect.has_errors && end.may_have_failed) {
        state.passed(Check::call_result);
        fail_create(state, end);
        return false;
    }
    if (claims_success && end.last.must_fail && !end.last.failed) {
        check_out_of_gas(state, end.last);
        end.how = FrameEnd::How::unknown;
        state.storage.forget();
        end.gas_left.clear();
        end.output.forget();
        state.accounts.forget();
        return false;
    }
    state.accounts.forget();  // the caller goes on as if the callee had ended otherwise
    state.failed(Check::call_result, step, encode_hex_quantity(*result),
                 has_succeeded ? "0x1" : "0x0",
                 fmt::format("{} gives {}, but its callee {}", step.info->name,
                             encode_hex_quantity(*result), how_in_words(end.how)));
    return false;
}

/// Gas after a call whose callee ended so, in one fork: what follows from one spending, and whether
/// a number fits it.
struct GasAfter {
    const ReplayState& state;
    const PendingStep& step;
    const FrameEnd& end;
    bool is_deployed;

    std::uint64_t deposit_cost(Fork fork) const {
        return is_deployed ? code_deposit_cost(*end.output.size(), state.rules(fork)) : 0;
    }
    /// Without code paid for, and without state gas.
    std::uint64_t of(const Spending& spending, std::uint64_t left) const {
        return step.gas - spending.overhead - *step.expansion -
               (end.gas_at_entry - step.stipend()) + left;
    }
    bool fits(const Spending& spending, Fork fork, std::uint64_t claimed) const {
        return spending.can_give(end.gas_at_entry, step.stipend()) &&
               any_gas_left(end, fork, [&](const GasLeft& left) {
                   return fits_left(spending, fork, left, claimed);
               });
    }

private:
    bool fits_left(const Spending& spending, Fork fork, const GasLeft& left,
                   std::uint64_t claimed) const {
        const RulesView rules = state.rules(fork);
        const StateGasTerms& terms = state.options.rules.state_gas();
        const bool has_reservoir = state.has_reservoir;
        std::uint64_t deposit = deposit_cost(fork);
        if (is_deployed && may_become(Deposit::skipped, end.output, left.gas, rules)) deposit = 0;
        const auto taken = static_cast<std::int64_t>(of(spending, left.gas) - deposit - claimed);
        if (!has_state_gas(rules)) return taken == 0;
        if (end.how != FrameEnd::How::succeeded) {
            const std::uint64_t most = spending.state_gas + end.state_gas_most;
            return taken == static_cast<std::int64_t>(spending.state_gas_least) ||
                   may_give_state_gas_back(static_cast<std::int64_t>(spending.state_gas) - taken,
                                           most, has_reservoir, terms);
        }
        const std::uint64_t of_code = is_deployed ? state_gas(*end.output.size(), rules) : 0;
        for (const std::uint64_t of_last : {std::uint64_t{0}, left.state_gas_most}) {
            const std::uint64_t due = of_code + of_last;
            const auto rest = taken - static_cast<std::int64_t>(spending.state_gas_least);
            const std::uint64_t most = due + spending.state_gas - spending.state_gas_least;
            if (may_take_state_gas(rest, most, has_reservoir)) return true;
            // Slots that the frame restored give their state gas back when it ends.
            constexpr std::uint64_t restored_max = 64;
            const std::uint64_t slots =
                terms.slot == 0 ? 0 : std::min(end.state_gas_most / terms.slot, restored_max);
            for (std::uint64_t i = 1; i <= slots; ++i)
                if (may_take_state_gas(rest + static_cast<std::int64_t>(i * terms.slot), most,
                                       has_reservoir))
                    return true;
        }
        return false;
    }
};

/// What Osaka's rules for the code, or for all of it, explain in a trace that shows Amsterdam.
bool is_between_forks(const ReplayState& state, const PendingStep& step, const GasAfter& after,
                      std::uint64_t claimed) {
    if (!state.is_price_unsettled(step)) return false;
    for (const Fork fork : {Fork::osaka, Fork::amsterdam}) {
        const bool fits = any_spending(state, step, fork, [&](const Spending& spending) {
            const std::uint64_t deposit = after.deposit_cost(Fork::osaka);
            return spending.can_give(after.end.gas_at_entry, step.stipend()) &&
                   std::ranges::any_of(after.end.gas_left, [&](const GasLeft& left) {
                       const std::uint64_t rest = after.of(spending, left.gas) - deposit - claimed;
                       return rest == spending.state_gas_least || rest == spending.state_gas;
                   });
        });
        if (fits) return true;
    }
    return false;
}

/// Gas after the call: what was left, less the call's own cost, less code paid for.
std::optional<std::uint64_t> check_gas_after(ReplayState& state, PendingStep& step, FrameEnd& end,
                                             bool is_deployed, const Step& next) {
    const bool lacks_result = is_create(step.op) && !next.has_operand(0);
    if (!can_check_gas(step) || end.gas_left.empty() || lacks_result ||
        (is_deployed && !end.output.size())) {
        state.impossible(Check::gas_call);
        state.impossible(Check::gas_cost);
        return std::nullopt;
    }
    const GasAfter after{state, step, end, is_deployed};
    const auto fits = [&](const Spending& spending, Fork fork) {
        return after.fits(spending, fork, next.gas);
    };
    const auto is_conserved = [&] {
        return with_either_gas(state, step, [&] { return strike_by_spending(state, step, fits); });
    };
    bool is_fine = is_conserved();
    if (!is_fine && end.gas_left_otherwise) {
        std::vector<GasLeft> otherwise{{*end.gas_left_otherwise, ForkSet::all()}};
        std::swap(end.gas_left, otherwise);
        is_fine = is_conserved();
        if (!is_fine) std::swap(end.gas_left, otherwise);
    }
    if (is_fine) {
        state.passed(Check::gas_call);
        conclude_spending(state, step, fits);
        return std::nullopt;
    }
    state.impossible(Check::gas_cost);
    const std::uint64_t left = end.gas_left.front().gas;
    const auto otherwise =
        likely_gas(state, step, next.gas,
                   [&](const Spending& spending, Fork fork) -> std::optional<std::uint64_t> {
                       if (!spending.can_give(end.gas_at_entry, step.stipend()))
                           return std::nullopt;
                       const std::uint64_t of_code =
                           is_deployed ? state_gas(*end.output.size(), state.rules(fork)) : 0;
                       return after.of(spending, left) - after.deposit_cost(fork) - of_code -
                              spending.state_gas;
                   });
    const bool is_between = is_between_forks(state, step, after, next.gas);
    state.failed(Check::gas_call, step, hex(next.gas), otherwise ? hex(*otherwise) : "another",
                 fmt::format("{}: the callee had {} gas and left {}; with {} after the call, gas "
                             "is not conserved{}",
                             describe(step), end.gas_at_entry, left, next.gas,
                             is_between ? between_forks() : ""),
                 is_between ? Severity::warning : Severity::finding);
    return otherwise;
}

/// The state gas that the call's frame may give back, if it fails itself.
void count_state_gas(CallFrame& frame, const PendingStep& step, const FrameEnd& end,
                     bool is_deployed, const StateGasTerms& terms) {
    if (is_create(step.op) || step.has_value()) frame.state_gas_most += terms.account;
    if (end.how != FrameEnd::How::succeeded) return;
    frame.state_gas_most += end.state_gas_most;
    if (is_deployed && end.output.size()) frame.state_gas_most += terms.byte * *end.output.size();
}

/// What the callee left in storage, and whose that is now.
void keep_storage(ReplayState& state, const PendingStep& step, const FrameEnd& end,
                  bool is_deployed, const Word* result) {
    const bool has_succeeded = end.how == FrameEnd::How::succeeded;
    if (result != nullptr && end.how != FrameEnd::How::unknown &&
        result->is_zero() == has_succeeded) {  // one of the two is wrong
        state.storage.forget();
        return;
    }
    if (!is_create(step.op)) return;
    if (is_deployed)
        state.deploy_storage(end.storage, address_of(*result));
    else if (has_succeeded || end.how == FrameEnd::How::unknown)
        state.storage.forget();  // some account has what its init code wrote
}

/// Whether the account may stay without its code, which its frame has not the gas to pay for
/// (Frontier).
bool may_be_skipped(const ReplayState& state, const FrameEnd& end) {
    if (!end.output.size()) return true;
    return state.forks.any_of([&](Fork fork) {
        return any_gas_left(end, fork, [&](const GasLeft& left) {
            return may_become(Deposit::skipped, end.output, left.gas, state.rules(fork));
        });
    });
}

/// What came back: return data, an account, bytes of memory.
void receive(ReplayState& state, CallFrame& frame, PendingStep& step, FrameEnd& end,
             bool is_deployed, const Word* result) {
    if (!is_create(step.op)) {
        write_call_output(state, frame, step, end.output);
        std::swap(frame.return_data, end.output);
        return;
    }
    if (result == nullptr) state.forget_accounts(end.marks);  // one may have been made
    if (is_deployed) {
        const Word address = address_of(*result);
        check_create2_address(state, end.address, step, *result);
        check_create_address(state, frame, end.creates_before, step, *result);
        state.accessed.touch_address(address);
        state.accounts.identify(address, end.storage);
        frame.made_last.reset();
        if (end.made_at && *end.made_at != address)  // a later line may show which of them it is
            state.deployed.add(*end.made_at, KnownData{});
        state.deployed.add(address, may_be_skipped(state, end) ? KnownData{} : end.output);
    } else if (end.address) {  // an address stays warm after its own failure
        state.accessed.touch_address(*end.address);
    }
    if (end.how == FrameEnd::How::reverted)
        std::swap(frame.return_data, end.output);
    else if (end.how == FrameEnd::How::unknown)
        frame.return_data.forget();
    else
        frame.return_data.assign_empty();
}

/// A callee runs where no step of it can be.
void check_may_run(ReplayState& state, PendingStep& step, const CallFrame& caller,
                   const std::optional<Word>& made_at) {
    if (made_at && state.deployed.find(*made_at) != nullptr) {
        state.failed(Check::call_result, step, "executed", "0x0",
                     fmt::format("{} makes {} again, which this trace has deployed: it must fail, "
                                 "but its init code runs",
                                 step.info->name, encode_hex_quantity(*made_at)));
        return;
    }
    if (const auto value = value_of(step); value && can_pay(state, caller, *value) == false)
        state.failed(Check::call_result, step, "executed", "0x0",
                     explain_poverty(state, caller, step) + ", but its callee runs");
}

}  // namespace

std::optional<std::uint64_t> enter_call(ReplayState& state, PendingStep& step, const Step& first) {
    CallFrame& caller = state.frames.current();
    check_out_of_gas(state, step);
    strike_older_forks(state, step);
    step.may_be_new = false;  // it has code
    const auto gas_otherwise = check_callee_gas(state, step, first.gas);
    const std::optional<Word> made_at = created_address_of(state, step, caller);
    const std::uint64_t creates_before = state.accounts.creates(caller.account());
    check_may_run(state, step, caller, made_at);
    if (is_call(step.op) && step.has_operand(1))
        state.accounts.learn_existence(address_of(step.operand(1)), true);
    if (is_create(step.op)) remember_create(state, step, caller, made_at);
    CallFrame& callee = state.frames.push();
    callee.begin(state.summary.frames++, step.op, first.gas);
    callee.made_at = made_at;
    callee.creates_before = creates_before;
    set_context(state, caller, step, callee);
    move_value(state, caller, step, is_create(step.op) ? made_at : callee.address);
    if (made_at) {
        state.deployed.begin(*made_at);
        state.accounts.begin_life(*made_at);
    }
    state.enter_memory_frame();
    if (state.options.observer != nullptr) state.options.observer->on_frame_entered(callee, &step);
    return gas_otherwise;
}

std::vector<GasLeft> gas_after_silent_call(const ReplayState& state, const PendingStep& step,
                                           const FrameEnd& end) {
    std::vector<GasLeft> result;
    if (!can_check_gas(step) || end.gas_left.empty()) return result;
    const bool may_be_deployed = is_create(step.op) && end.how == FrameEnd::How::succeeded;
    if (may_be_deployed && !end.output.size()) return result;
    state.forks.for_each([&](Fork fork) {
        const auto add = [&](std::uint64_t gas, std::uint64_t state_gas_most) {
            add_gas_left(result, {gas, fork, state_gas_most});
        };
        any_spending(state, step, fork, [&](const Spending& spending) {
            if (!spending.can_give(end.gas_at_entry, step.stipend())) return false;
            for (const GasLeft& left : end.gas_left) {
                if (!left.forks.contains(fork)) continue;
                const std::uint64_t before_code = spending.state_gas + left.state_gas_most;
                const GasAfter kept{state, step, end, false};
                add(kept.of(spending, left.gas), before_code);
                if (!may_be_deployed) continue;
                add(kept.of(spending, 0), before_code);
                const RulesView rules = state.rules(fork);
                const std::uint64_t cost = code_deposit_cost(*end.output.size(), rules);
                if (cost <= left.gas)
                    add(kept.of(spending, left.gas - cost),
                        before_code + state_gas(*end.output.size(), rules));
            }
            return false;
        });
    });
    // More ways than are counted: nothing can be said.
    if (result.size() >= gas_left_max) result.clear();
    return result;
}

std::optional<std::uint64_t> resume_caller(ReplayState& state, CallFrame& frame, PendingStep& step,
                                           FrameEnd& end, const Step& next) {
    const Word* result = next.has_operand(0) ? &next.operand(0) : nullptr;
    // Which account a CREATE makes is known at its end, if at all; until then it may be any.
    if (is_create(step.op) && !end.address) state.accessed.forget_cold_addresses();
    const bool is_deployed = judge_result(state, step, end, result);
    const auto gas_otherwise = check_gas_after(state, step, end, is_deployed, next);
    count_state_gas(frame, step, end, is_deployed, state.options.rules.state_gas());
    keep_storage(state, step, end, is_deployed, result);
    receive(state, frame, step, end, is_deployed, result);
    return gas_otherwise;
}

}  // namespace evmmem::traces
