// SPDX-License-Identifier: MIT
#include "call_checks.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "call_spending.hpp"
#include "core/hex.hpp"
#include "gas_checks.hpp"
#include "result_checks.hpp"
#include "traces/hashes.hpp"
#include "traces/replay/memory_effects.hpp"

namespace evmmem::traces {
namespace {

void set_context(ReplayState& state, CallFrame& caller, const PendingStep& step,
                 CallFrame& callee) {
    callee.access_mark = state.accessed.mark();
    callee.deployed_mark = state.deployed.mark();
    if (is_create(step.op)) {
        callee.calldata.assign_empty();
        if (step.has_effect) state.keep(callee.code, caller, step.effect.reads);
        if (step.op == Opcode::CREATE2 && caller.address && step.has_effect &&
            callee.code.is_whole()) {
            const Bytes32 address =
                create2_address(*caller.address, step.operand(3), callee.code.bytes());
            callee.address = Word::from_big_endian(address);
        }
        callee.storage = callee.address ? state.storage_of(*callee.address) : state.new_storage();
        return;
    }
    if (step.has_effect) state.keep(callee.calldata, caller, step.effect.reads);
    if (!step.has_operand(1)) {
        callee.storage = state.new_storage();
        return;
    }
    const Word to = address_of(step.operand(1));
    if (const KnownData* code = state.deployed.find(to)) state.keep(callee.code, *code);
    const bool runs_for_caller = step.op == Opcode::DELEGATECALL || step.op == Opcode::CALLCODE;
    callee.address = runs_for_caller ? caller.address : std::optional{to};
    callee.storage = runs_for_caller ? caller.storage : state.storage_of(to);
}

/// CREATE2's result, where creator and init code are known.
void check_create2_address(ReplayState& state, const FrameEnd& end, PendingStep& step,
                           const Word& result) {
    if (step.op != Opcode::CREATE2) return;
    if (!end.address) {
        state.impossible(Check::memory_hash);
        return;
    }
    if (*end.address == result) {
        state.passed(Check::memory_hash);
        return;
    }
    state.failed(Check::memory_hash, step, encode_hex_quantity(result),
                 encode_hex_quantity(*end.address),
                 "CREATE2's address is not the hash of creator, salt and init code in memory");
}

/// Checks what the callee starts with. Returns what it should start with when it has another.
std::optional<std::uint64_t> check_callee_gas(ReplayState& state, PendingStep& step,
                                              std::uint64_t gas) {
    if (!can_check_gas(step)) {
        state.impossible(Check::gas_call);
        return std::nullopt;
    }
    const auto fits = [&](const Spending& spending, Fork fork) {
        return agrees(gas, spending.forwarded + step.stipend(), fork);
    };
    if (with_either_gas(step, [&] { return check_spending(state, step, fits); })) {
        state.passed(Check::gas_call);
        return std::nullopt;
    }
    const auto otherwise = likely_gas(state, step, [&](const Spending& spending, Fork) {
        return std::optional{spending.forwarded + step.stipend()};
    });
    state.failed(
        Check::gas_call, step, hex(gas), otherwise ? hex(*otherwise) : "out of gas",
        fmt::format("{}: the callee starts with {} gas, which no fork allows{}", describe(step),
                    gas, otherwise ? fmt::format("; it may have {}", *otherwise) : ""),
        state.severity_by_fork());
    return otherwise;
}

/// The callee failed after all: nothing is left of its gas, and it returned nothing.
void fail(FrameEnd& end) {
    end.how = FrameEnd::How::failed;
    end.gas_left = 0;
    end.output.assign_empty();
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
    if (claims_success == has_succeeded) {
        state.passed(Check::call_result);
        return is_creation && has_succeeded;
    }
    // A creation whose code was too long, too costly or forbidden fails, and its gas is gone.
    const bool may_be_refused = is_creation && has_succeeded;
    // The callee's last step may have failed without a word: the caller knows.
    const bool may_fail_silently =
        !claims_success && !state.dialect.has_errors && end.last.op != Opcode::STOP;
    if (may_be_refused || may_fail_silently) {
        state.passed(Check::call_result);
        fail(end);
        return false;
    }
    if (claims_success && end.last.must_fail && !end.last.failed) {
        check_out_of_gas(state, end.last, true);
        end.how = FrameEnd::How::unknown;
        end.gas_left.reset();
        end.output.forget();
        return false;
    }
    state.failed(Check::call_result, step, encode_hex_quantity(*result),
                 has_succeeded ? "0x1" : "0x0",
                 fmt::format("{} gives {}, but its callee {}", step.info->name,
                             encode_hex_quantity(*result), how_in_words(end.how)));
    return false;
}

/// Gas after the call: what was left, less the call's own cost, less code paid for.
std::optional<std::uint64_t> check_gas_after(ReplayState& state, PendingStep& step, FrameEnd& end,
                                             bool is_deployed, const Step& next) {
    const bool lacks_result = is_create(step.op) && !next.has_operand(0);
    if (!can_check_gas(step) || !end.gas_left || lacks_result ||
        (is_deployed && !end.output.size())) {
        state.impossible(Check::gas_call);
        return std::nullopt;
    }
    const std::uint64_t callee_gas = end.gas_at_entry;
    const std::uint64_t deposit = is_deployed ? code_deposit_gas * *end.output.size() : 0;
    const auto gas_after = [&](const Spending& spending, std::uint64_t deposited) {
        return step.gas - spending.overhead - *step.expansion - (callee_gas - step.stipend()) +
               *end.gas_left - deposited;
    };
    const auto was_given = [&](const Spending& spending, Fork fork) {
        return agrees(callee_gas, spending.forwarded + step.stipend(), fork);
    };
    const auto fits = [&](const Spending& spending, Fork fork) {
        if (!was_given(spending, fork)) return false;
        if (fork == Fork::amsterdam &&
            is_deployed)  // hashing the code, and state gas for its bytes
            return agrees(next.gas, gas_after(spending, 6 * num_words(*end.output.size())), fork);
        return agrees(next.gas, gas_after(spending, deposit), fork) ||
               (fork == Fork::frontier && next.gas == gas_after(spending, 0));
    };
    const auto is_conserved = [&] {
        return with_either_gas(step, [&] {
            return state.strike_forks([&](Fork fork) {
                return any_spending(step, fork,
                                    [&](const Spending& spending) { return fits(spending, fork); });
            });
        });
    };
    bool is_fine = is_conserved();
    if (!is_fine && end.gas_left_otherwise) {
        std::swap(end.gas_left, end.gas_left_otherwise);
        is_fine = is_conserved();
        if (!is_fine) std::swap(end.gas_left, end.gas_left_otherwise);
    }
    if (is_fine) {
        state.passed(Check::gas_call);
        return std::nullopt;
    }
    std::optional<std::uint64_t> otherwise =
        likely_gas(state, step, [&](const Spending& spending, Fork fork) {
            return was_given(spending, fork) ? std::optional{gas_after(spending, deposit)}
                                             : std::nullopt;
        });
    state.failed(Check::gas_call, step, hex(next.gas), otherwise ? hex(*otherwise) : "another",
                 fmt::format("{}: the callee had {} gas and left {}; with {} after the "
                             "call, gas is not conserved",
                             describe(step), callee_gas, *end.gas_left, next.gas),
                 state.severity_by_fork());
    return otherwise;
}

/// What came back: return data, an account, bytes of memory.
void receive(ReplayState& state, CallFrame& frame, PendingStep& step, FrameEnd& end,
             bool is_deployed, const Word* result) {
    if (!is_create(step.op)) {
        write_call_output(state, frame, step, end.output);
        std::swap(frame.return_data, end.output);
        return;
    }
    if (is_deployed) {
        const Word address = address_of(*result);
        check_create2_address(state, end, step, *result);
        state.accessed.touch_address(address);
        state.deployed.add(address, end.output);
    }
    if (end.how == FrameEnd::How::reverted)
        std::swap(frame.return_data, end.output);
    else if (end.how == FrameEnd::How::unknown)
        frame.return_data.forget();
    else
        frame.return_data.assign_empty();
}

}  // namespace

std::optional<std::uint64_t> enter_call(ReplayState& state, PendingStep& step, const Step& first) {
    CallFrame& caller = state.frames.current();
    check_out_of_gas(state, step, true);
    strike_older_forks(state, step);
    const auto gas_otherwise = check_callee_gas(state, step, first.gas);
    CallFrame& callee = state.frames.push();
    callee.begin(state.summary.frames++, step.op, first.gas);
    set_context(state, caller, step, callee);
    state.enter_memory_frame();
    if (state.options.observer != nullptr) state.options.observer->on_frame_entered(callee, &step);
    return gas_otherwise;
}

std::optional<std::uint64_t> resume_caller(ReplayState& state, CallFrame& frame, PendingStep& step,
                                           FrameEnd& end, const Step& next) {
    const Word* result = next.has_operand(0) ? &next.operand(0) : nullptr;
    const bool is_deployed = judge_result(state, step, end, result);
    const auto gas_otherwise = check_gas_after(state, step, end, is_deployed, next);
    receive(state, frame, step, end, is_deployed, result);
    return gas_otherwise;
}

}  // namespace evmmem::traces
