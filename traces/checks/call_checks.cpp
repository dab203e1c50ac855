// SPDX-License-Identifier: MIT
#include "call_checks.hpp"

#include <algorithm>
#include <cassert>
#include <string>
#include <utility>

#include "call_spending.hpp"
#include "core/hex.hpp"
#include "gas_checks.hpp"
#include "result_checks.hpp"
#include "traces/hashes.hpp"
#include "traces/replay/memory_effects.hpp"

namespace evmmem::traces {
namespace {

/// Gas for each byte of deployed code. Source: Yellow Paper G, codedeposit.
constexpr std::uint64_t code_deposit_cost = 200;

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

/// Whether the step can fail at all when it has its gas: state, code or the caller's permissions
/// decide.
bool may_fail(const ReplayState& state, const PendingStep& step) {
    if (!step.info->exists || !step.has_effect || step.info->gas.base != GasRule::Base::constant)
        return true;
    if (!state.forks.is_within(ForkSet::from(step.info->since))) return true;
    if (step.op == Opcode::JUMP || step.op == Opcode::JUMPI || step.op == Opcode::RETURNDATACOPY ||
        step.op == Opcode::TSTORE || is_log(step.op) ||
        is_between(step.op, Opcode::DUPN, Opcode::EXCHANGE))
        return true;
    return !step.has_stack || state.dialect.stack_items_max != 0 || !step.expansion ||
           step.stack_size < step.info->pops ||
           step.stack_size - step.info->pops + step.info->pushes > stack_max;
}

}  // namespace

std::optional<std::uint64_t> enter_call(ReplayState& state, PendingStep& step, const Step& first) {
    CallFrame& caller = state.frames.current();
    std::optional<std::uint64_t> gas_otherwise;
    check_out_of_gas(state, step, true);
    strike_older_forks(state, step);
    if (!can_check_gas(step)) {
        state.impossible(Check::gas_call);
    } else {
        const auto fits = [&](const Spending& spending, Fork fork) {
            return agrees(first.gas, spending.forwarded + step.stipend(), fork);
        };
        if (with_either_gas(step, [&] { return check_spending(state, step, fits); })) {
            state.passed(Check::gas_call);
        } else {
            state.forks.for_each([&](Fork fork) {
                any_spending(step, fork, [&](const Spending& spending) {
                    if (!gas_otherwise || agrees_on_gas_cost(state, step, spending))
                        gas_otherwise = spending.forwarded + step.stipend();
                    return false;
                });
            });
            state.failed(
                Check::gas_call, step, hex(first.gas),
                gas_otherwise ? hex(*gas_otherwise) : "out of gas",
                describe(step) + ": the callee starts with " + std::to_string(first.gas) +
                    " gas, which no fork allows" +
                    (gas_otherwise ? "; it may have " + std::to_string(*gas_otherwise) : ""),
                state.severity_by_fork());
        }
    }
    CallFrame& callee = state.frames.push();
    callee.begin(state.summary.frames++, step.op, first.gas);
    set_context(state, caller, step, callee);
    state.enter_memory_frame();
    if (state.options.observer != nullptr) state.options.observer->on_frame_entered(callee, &step);
    return gas_otherwise;
}

void leave_call(ReplayState& state, const Word* result, FrameEnd& end) {
    CallFrame& frame = state.frames.current();
    const PendingStep& last = end.last = frame.last;
    end.address = is_create(frame.entered_by) ? frame.address : std::nullopt;
    end.gas_left.reset();
    end.gas_left_otherwise.reset();
    end.gas_at_entry = frame.gas_at_entry;
    end.output.forget();
    const auto leave_gas = [&](std::optional<std::uint64_t> cost) {
        if (cost && *cost <= last.gas) end.gas_left = last.gas - *cost;
        if (cost && last.gas_otherwise && *cost <= *last.gas_otherwise)
            end.gas_left_otherwise = *last.gas_otherwise - *cost;
    };
    const bool knows_cost = last.gas_cost && state.gas_cost_trust.is_believed() &&
                            state.dialect.gas_cost != GasCostStyle::base &&
                            !last.is_call_or_create();

    if (!frame.has_last) {
        end.how = FrameEnd::How::unknown;
    } else if (last.failed || last.must_fail || last.op == Opcode::INVALID) {
        end.how = FrameEnd::How::failed;
    } else if (last.op == Opcode::STOP) {
        end.how = FrameEnd::How::succeeded;
        leave_gas(0);
        end.output.assign_empty();
    } else if (last.op == Opcode::RETURN || last.op == Opcode::REVERT) {
        end.how = last.op == Opcode::RETURN ? FrameEnd::How::succeeded : FrameEnd::How::reverted;
        leave_gas(last.expansion);
        if (last.has_effect && state.memory.size() >= last.effect.reads.end())
            state.keep(end.output, frame, last.effect.reads);
    } else if (last.op == Opcode::SELFDESTRUCT) {
        end.how = FrameEnd::How::succeeded;
        if (knows_cost) leave_gas(last.gas_cost);
        end.output.assign_empty();
    } else if (result == nullptr) {
        end.how = FrameEnd::How::unknown;
    } else if (result->is_zero()) {
        end.how = FrameEnd::How::failed;
        if (!may_fail(state, last))
            state.failed(Check::out_of_gas, frame.last, "failed", "executed",
                         std::string{last.info->name} +
                             " has the gas and the stack it needs, but " +
                             "its frame ends there and fails");
    } else {  // clients that do not print the STOP behind the end of the code
        end.how = FrameEnd::How::succeeded;
        const auto exact = exact_cost(state, last);
        leave_gas(exact ? exact : knows_cost ? last.gas_cost : std::nullopt);
        end.output.assign_empty();
    }
    const bool was_executed =
        end.how == FrameEnd::How::succeeded || end.how == FrameEnd::How::reverted;
    if (was_executed && state.dialect.has_errors && last.info->exists)
        strike_older_forks(state, frame.last);
    if (frame.has_last) {
        check_out_of_gas(state, frame.last, false);
        check_return_data_bounds(state, frame, frame.last, false);
        check_final_gas_cost(state, frame.last);
    }
    if (end.how == FrameEnd::How::failed) {
        end.gas_left = 0;
        end.output.assign_empty();
    }
    if (end.how == FrameEnd::How::failed || end.how == FrameEnd::How::reverted) {
        state.accessed.rollback(frame.access_mark);
        state.deployed.rollback(frame.deployed_mark);
    }
    if (state.options.observer != nullptr)
        state.options.observer->on_frame_left(frame, state.memory);
    state.frames.pop();
    state.leave_memory_frame();
}

std::optional<std::uint64_t> resume_caller(ReplayState& state, CallFrame& frame, PendingStep& step,
                                           FrameEnd& end, const Step& next) {
    const bool is_creation = is_create(step.op);
    const Word* result = next.has_operand(0) ? &next.operand(0) : nullptr;
    const std::uint64_t callee_gas = end.gas_at_entry;
    std::optional<std::uint64_t> gas_otherwise;

    // Did it succeed, and does the result say so?
    bool is_deployed = is_creation && end.how == FrameEnd::How::succeeded;
    if (result == nullptr || end.how == FrameEnd::How::unknown) {
        state.impossible(Check::call_result);
        is_deployed = false;
    } else {
        const bool claims_success = !result->is_zero();
        const bool has_succeeded = end.how == FrameEnd::How::succeeded;
        if (!is_creation && *result > Word{1}) {
            check_call_result_is_flag(state, step, *result);
        } else if (claims_success == has_succeeded) {
            state.passed(Check::call_result);
        } else if (is_creation && has_succeeded) {
            // The code was too long, too dear or forbidden: the creation fails, and its gas is
            // gone.
            state.passed(Check::call_result);
            is_deployed = false;
            end.how = FrameEnd::How::failed;
            end.gas_left = 0;
            end.output.assign_empty();
        } else if (!claims_success && !state.dialect.has_errors && end.last.op != Opcode::STOP) {
            // The callee's last step may have failed without a word: the caller knows.
            state.passed(Check::call_result);
            end.how = FrameEnd::How::failed;
            end.gas_left = 0;
            end.output.assign_empty();
        } else if (claims_success && end.last.must_fail && !end.last.failed) {
            check_out_of_gas(state, end.last, true);
            end.how = FrameEnd::How::unknown;
            end.gas_left.reset();
            end.output.forget();
            is_deployed = false;
        } else {
            state.failed(Check::call_result, step, encode_hex_quantity(*result),
                         has_succeeded ? "0x1" : "0x0",
                         std::string{step.info->name} + " gives " + encode_hex_quantity(*result) +
                             ", but its callee " +
                             (has_succeeded                        ? "succeeded"
                              : end.how == FrameEnd::How::reverted ? "reverted"
                                                                   : "failed"));
        }
    }

    // Gas behind the call: what was left, less the call's own cost, less code paid for.
    if (!can_check_gas(step) || !end.gas_left || (is_creation && result == nullptr) ||
        (is_deployed && !end.output.size())) {
        state.impossible(Check::gas_call);
    } else {
        const std::uint64_t deposit = is_deployed ? code_deposit_cost * *end.output.size() : 0;
        const auto gas_behind = [&](const Spending& spending, std::uint64_t deposited) {
            return step.gas - spending.overhead - *step.expansion - (callee_gas - step.stipend()) +
                   *end.gas_left - deposited;
        };
        const auto fits = [&](const Spending& spending, Fork fork) {
            if (!agrees(callee_gas, spending.forwarded + step.stipend(), fork)) return false;
            if (fork == Fork::amsterdam &&
                is_deployed)  // hashing the code, and state gas for its bytes
                return agrees(next.gas, gas_behind(spending, 6 * num_words(*end.output.size())),
                              fork);
            return agrees(next.gas, gas_behind(spending, deposit), fork) ||
                   (fork == Fork::frontier && next.gas == gas_behind(spending, 0));
        };
        const auto is_conserved = [&] {
            return with_either_gas(step, [&] {
                return state.strike_forks([&](Fork fork) {
                    return any_spending(
                        step, fork, [&](const Spending& spending) { return fits(spending, fork); });
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
        } else {
            state.forks.for_each([&](Fork fork) {
                any_spending(step, fork, [&](const Spending& spending) {
                    if (agrees(callee_gas, spending.forwarded + step.stipend(), fork) &&
                        (!gas_otherwise || agrees_on_gas_cost(state, step, spending)))
                        gas_otherwise = gas_behind(spending, deposit);
                    return false;
                });
            });
            state.failed(Check::gas_call, step, hex(next.gas),
                         gas_otherwise ? hex(*gas_otherwise) : "another",
                         describe(step) + ": the callee had " + std::to_string(callee_gas) +
                             " and left " + std::to_string(*end.gas_left) + "; " +
                             std::to_string(next.gas) + " behind the call is not conserved gas",
                         state.severity_by_fork());
        }
    }

    // What came back.
    if (is_creation) {
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
        return gas_otherwise;
    }
    write_call_output(state, frame, step, end.output);
    std::swap(frame.return_data, end.output);
    return gas_otherwise;
}

}  // namespace evmmem::traces
