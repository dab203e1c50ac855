// SPDX-License-Identifier: MIT
#include "failure_checks.hpp"

#include <algorithm>
#include <string>

#include "code_deposit.hpp"
#include "core/gas_schedule.hpp"
#include "core/hex.hpp"
#include "deep_items.hpp"
#include "gas_checks.hpp"
#include "traces/replay/memory_effects.hpp"
#include "traces/replay/step_cost.hpp"

namespace evmmem::traces {
namespace {

/// Whether a reason to halt holds. `maybe`: the trace does not show enough to decide.
enum class Holds : std::uint8_t { no, maybe, yes };

constexpr Holds holds(bool condition) {
    return condition ? Holds::yes : Holds::no;
}
constexpr Holds perhaps(bool condition) {
    return condition ? Holds::maybe : Holds::no;
}

/// What a reason is asked about.
struct Question {
    const ReplayState& state;
    const CallFrame& frame;
    const PendingStep& step;
    Fork fork;
    bool counts_height = false;  ///< no step is missing before it

    RulesView rules() const { return state.rules(fork); }
    /// Of the stack, as far as it is known.
    std::optional<std::uint32_t> height() const {
        if (!step.info->exists || state.dialect.stack_items_max != 0) return std::nullopt;
        if (step.has_stack) return step.stack_size;
        const bool is_counted = counts_height && step.counted_height != unknown_height;
        return is_counted ? std::optional{step.counted_height} : std::nullopt;
    }
};

Holds is_out_of_gas(const Question& asked) {
    const PendingStep& step = asked.step;
    if (step.must_fail) return Holds::yes;
    if (!step.info->exists) return Holds::no;
    const GasNeed need = gas_need(step, asked.rules());
    if (need.least > step.gas) return Holds::yes;
    return perhaps(need.most > step.gas);
}

Holds is_underflow(const Question& asked) {
    const auto height = asked.height();
    if (names_deep_items(asked.step.op)) {
        const auto immediate = immediate_of(asked.frame, asked.step);
        const auto items = immediate ? deep_items(asked.step.op, *immediate) : std::nullopt;
        if (!items || !height) return Holds::maybe;
        return holds(items->lower >= *height);
    }
    if (!height) return perhaps(asked.step.info->pops != 0 || !asked.step.info->exists);
    return holds(*height < asked.step.info->pops);
}

Holds is_overflow(const Question& asked) {
    const OpcodeInfo& row = *asked.step.info;
    const auto height = asked.height();
    if (!height) return perhaps(row.pushes > row.pops);
    return holds(row.pushes > row.pops && *height >= row.pops &&
                 *height - row.pops + row.pushes > asked.state.options.rules.stack_items_max());
}

Holds is_invalid_jump(const Question& asked) {
    const PendingStep& step = asked.step;
    if (step.op != Opcode::JUMP && step.op != Opcode::JUMPI) return Holds::no;
    if (step.op == Opcode::JUMPI && step.has_operand(1) && step.operand(1).is_zero())
        return Holds::no;
    if (!step.has_operand(0)) return Holds::maybe;
    const auto is_target = asked.frame.is_jump_target(step.operand(0));
    return is_target ? holds(!*is_target) : Holds::maybe;
}

Holds is_invalid_instruction(const Question& asked) {
    const OpcodeInfo& row = *asked.step.info;
    if (!row.exists || row.gas.base == GasRule::Base::none ||
        !asked.state.options.rules.having(row.opcode).contains(asked.fork))
        return Holds::yes;
    if (!names_deep_items(row.opcode)) return Holds::no;
    const auto immediate = immediate_of(asked.frame, asked.step);
    return immediate ? holds(!deep_items(row.opcode, *immediate)) : Holds::maybe;
}

Holds is_write_protected(const Question& asked) {
    const PendingStep& step = asked.step;
    if (!writes_state(step.op) || (asked.frame.is_static && !*asked.frame.is_static))
        return Holds::no;
    if (step.op == Opcode::CALL && step.has_operand(2) && !step.has_value()) return Holds::no;
    const bool is_certain = asked.frame.is_static && (step.op != Opcode::CALL || step.has_value());
    return is_certain ? Holds::yes : Holds::maybe;
}

Holds is_out_of_bounds(const Question& asked) {
    const PendingStep& step = asked.step;
    if (step.op != Opcode::RETURNDATACOPY) return Holds::no;
    const auto is_inside =
        step.has_effect ? is_inside_return_data(asked.frame, step) : std::nullopt;
    return is_inside ? holds(!*is_inside) : Holds::maybe;
}

Holds is_init_code_too_large(const Question& asked) {
    const PendingStep& step = asked.step;
    if (!is_create(step.op)) return Holds::no;
    if (!step.has_effect) return Holds::maybe;
    const RulesView rules = asked.rules();
    const std::uint64_t agreed = rules[Rule::create_init_code_max_agreed];
    const bool is_large = step.effect.reads.size() > agreed;
    return agreed == init_code_max(rules) ? holds(is_large) : perhaps(is_large);
}

/// Whether the step is the RETURN of a frame that deploys what it returns, or may be one: the code
/// is refused only after it, but clients may say so at its line.
bool may_deploy(const Question& asked) {
    return asked.step.op == Opcode::RETURN &&
           (is_create(asked.frame.entered_by) || asked.frame.entered_by == Opcode::STOP);
}

Holds is_code_too_large(const Question& asked) {
    // Nodes for development may allow more.
    const std::uint64_t agreed = asked.rules()[Rule::create_code_max_agreed];
    return perhaps(may_deploy(asked) && agreed != no_number &&
                   (!asked.step.has_effect || asked.step.effect.reads.size() > agreed));
}

Holds is_code_forbidden(const Question& asked) {
    const std::uint64_t forbidden = asked.rules()[Rule::create_forbidden_byte];
    if (!may_deploy(asked) || forbidden == no_number) return Holds::no;
    const MemoryRange range = asked.step.effect.reads;
    if (!asked.step.has_effect) return Holds::maybe;
    if (range.empty()) return Holds::no;
    const std::uint64_t first = range.offset();
    if (!asked.frame.memory_known.is_known(first, first + 1)) return Holds::maybe;
    const auto byte = asked.state.memory.get_slice(first, 1);
    return perhaps(!byte || (*byte)[0] == forbidden);
}

Holds is_deposit_unpaid(const Question& asked) {
    if (!may_deploy(asked)) return Holds::no;
    if (!asked.step.has_effect || !asked.step.expansion) return Holds::maybe;
    const std::uint64_t size = asked.step.effect.reads.size();
    if (size > asked.step.gas) return Holds::maybe;
    const std::uint64_t deposit =
        code_deposit_cost(size, asked.rules()) + state_gas(size, asked.rules());
    return perhaps(*asked.step.expansion > asked.step.gas ||
                   deposit > asked.step.gas - *asked.step.expansion);
}

Holds is_call_or_creation(const Question& asked) {
    return perhaps(asked.step.is_call_or_create());
}
/// Memory has limits of its own in no fork, but in some rules.
Holds is_beyond_memory(const Question& asked) {
    const MemoryHalt halt = asked.step.memory_halt;
    return holds(halt != MemoryHalt::none && halt != MemoryHalt::too_expensive);
}
Holds is_memory_limited(const Question& asked) {
    if (const Holds by_rules = is_beyond_memory(asked); by_rules == Holds::yes) return by_rules;
    return perhaps(asked.step.info->touches_memory() &&
                   (!asked.step.has_effect || asked.step.effect.end() > asked.step.size_before));
}

struct Reason {
    HaltReason reason;
    Holds (*holds)(const Question&);
    bool is_named_only = false;  ///< no rule of the EVM for this step; believed where it is named
};
// clang-format off
constexpr Reason reasons[] = {
    {HaltReason::out_of_gas,                is_out_of_gas},
    {HaltReason::stack_underflow,           is_underflow},
    {HaltReason::stack_overflow,            is_overflow},
    {HaltReason::invalid_jump,              is_invalid_jump},
    {HaltReason::invalid_instruction,       is_invalid_instruction},
    {HaltReason::write_protection,          is_write_protected},         // EIP-214, EIP-1153
    {HaltReason::return_data_out_of_bounds, is_out_of_bounds},           // EIP-211
    {HaltReason::init_code_too_large,       is_init_code_too_large},     // EIP-3860
    // of a creation's RETURN
    {HaltReason::code_too_large,            is_code_too_large},
    {HaltReason::code_starts_with_0xef,     is_code_forbidden},
    {HaltReason::deposit_out_of_gas,        is_deposit_unpaid},
    // of a call that is refused or fails without steps, said at the call's own line
    {HaltReason::address_collision,         is_call_or_creation, true},
    {HaltReason::call_depth,                is_call_or_creation, true},
    {HaltReason::insufficient_balance,      is_call_or_creation, true},
    {HaltReason::nonce_overflow,            is_call_or_creation, true},
    {HaltReason::precompile_failed,         is_call_or_creation, true},
    // a client's own, of nodes for development
    {HaltReason::memory_limit,              is_memory_limited,   true},
};
// clang-format on

/// What is true of the step's reasons in one fork.
struct Reasoned {
    HaltReasons certain;
    HaltReasons possible;
};

Reasoned judge(const ReplayState& state, const CallFrame& frame, const PendingStep& step, Fork fork,
               bool counts_height = false) {
    const Question asked{state, frame, step, fork, counts_height};
    Reasoned reasoned;
    for (const Reason& row : reasons) {
        if (row.is_named_only && step.halt != row.reason) continue;
        const Holds answer = row.holds(asked);
        if (answer == Holds::yes) reasoned.certain = reasoned.certain | row.reason;
        if (answer != Holds::no) reasoned.possible = reasoned.possible | row.reason;
    }
    return reasoned;
}

/// The reasons in all forks that are left: certain where they are so in one, for a failing step may
/// be of that fork.
Reasoned judge(const ReplayState& state, const CallFrame& frame, const PendingStep& step) {
    Reasoned sum;
    state.forks.for_each([&](Fork fork) {
        const Reasoned reasoned = judge(state, frame, step, fork);
        sum.certain = sum.certain | reasoned.certain;
        sum.possible = sum.possible | reasoned.possible;
    });
    return sum;
}

/// "a stack underflow or an invalid jump", at most three of them.
std::string in_words(HaltReasons some) {
    std::string text;
    for (const Reason& row : reasons)
        if (some.contains(row.reason))
            text += (text.empty() ? "" : " or ") + std::string{describe(row.reason)};
    return text;
}

/// Why the step cannot have failed, as far as it is known.
std::string explain_success(const ReplayState& state, const PendingStep& step) {
    std::string text = std::string{step.info->name};
    if (const auto cost = exact_cost(state, step))
        text =
            explain_cost(state, step, *cost) + ", and " + std::to_string(step.gas) + " gas is left";
    else
        text += " costs at most " + std::to_string(most_gas(state, step)) + ", and " +
                std::to_string(step.gas) + " gas is left";
    if (step.has_stack)
        text += "; its stack has " + std::to_string(step.stack_size) +
                (step.stack_size == 1 ? " item" : " items");
    return text;
}

void check_failure(ReplayState& state, CallFrame& frame, PendingStep& step) {
    const bool is_named = step.failed && step.halt != HaltReason::unnamed;
    const bool says_out_of_gas = step.failed && step.halt == HaltReason::out_of_gas;
    const Check check = says_out_of_gas ? Check::out_of_gas : Check::failure_reason;
    const HaltReasons meant = step.failed ? step.halts_meant : HaltReasons::all();
    const Reasoned reasoned = judge(state, frame, step);
    if (!says_out_of_gas) state.impossible(Check::out_of_gas);
    if (reasoned.possible.has_any_of(meant)) {
        const auto allows = [&](Fork fork) {
            return judge(state, frame, step, fork).possible.has_any_of(meant);
        };
        constexpr std::size_t failures_max = 64;  // kept; further ones are believed
        const bool is_amsterdams_only =
            state.forks != ForkSet{Fork::amsterdam} &&
            !state.forks.any_of([&](Fork fork) { return fork != Fork::amsterdam && allows(fork); });
        if (is_amsterdams_only && state.amsterdam_failures.size() < failures_max) {
            state.amsterdam_failures.push_back(step);
            return;
        }
        state.strike_forks(step, allows);
        if (reasoned.certain.has_any_of(meant))
            state.passed(check);
        else
            state.impossible(check);
        return;
    }
    const std::string claimed = is_named ? std::string{describe(step.halt)} : std::string{"failed"};
    if (reasoned.possible.empty()) {
        state.failed(check, step, claimed, "executed",
                     explain_success(state, step) +
                         (is_named ? ": it must not fail, but the trace says that it did: " +
                                         std::string{describe(step.halt)}
                                   : std::string{": it must not fail, but its frame ends there"}),
                     state.severity_of(step));
        return;
    }
    // It fails; where it must, for another reason, only the name can be wrong.
    const bool is_misnamed = must_halt(state, frame, step);
    state.failed(check, step, claimed, in_words(is_misnamed ? reasoned.certain : reasoned.possible),
                 std::string{step.info->name} + " cannot fail for " + claimed + ", only for " +
                     in_words(is_misnamed ? reasoned.certain : reasoned.possible),
                 is_misnamed ? Severity::warning : state.severity_of(step));
}

/// The reasons for which the step halts in every fork that is left.
HaltReasons inevitable(const ReplayState& state, const CallFrame& frame, const PendingStep& step) {
    HaltReasons common;
    bool is_everywhere = true;
    state.forks.for_each([&](Fork fork) {
        const HaltReasons certain = judge(state, frame, step, fork).certain;
        is_everywhere = is_everywhere && !certain.empty();
        common = common | certain;
    });
    return is_everywhere ? common : HaltReasons{};
}

void fail_for_going_on(ReplayState& state, PendingStep& step, const std::string& why) {
    state.failed(Check::failure_reason, step, "executed", "halted",
                 why + ": it must halt, but the trace goes on", state.severity_of(step));
}

}  // namespace

bool may_halt(const ReplayState& state, const CallFrame& frame, const PendingStep& step) {
    return !judge(state, frame, step).possible.empty();
}

bool may_halt_unsaid(const ReplayState& state, const CallFrame& frame, const PendingStep& step) {
    // revm charges for instructions that the fork lacks, and what takes all gas is none of their price.
    const bool is_priced = state.dialect.gas_cost == GasCostStyle::full &&
                           state.dialect.prints_last_stop && step.gas_cost.value_or(0) != 0 &&
                           *step.gas_cost < step.gas;
    const ForkSet having = is_priced ? state.options.rules.having(step.op) : ForkSet::all();
    return state.forks.any_of([&](Fork fork) {
        return having.contains(fork) &&
               !judge(state, frame, step, fork, !state.leaves_steps_out).possible.empty();
    });
}

bool must_halt(const ReplayState& state, const CallFrame& frame, const PendingStep& step) {
    return !inevitable(state, frame, step).empty();
}

void check_no_halt(ReplayState& state, CallFrame& frame, PendingStep& step, const Step& next) {
    const std::string name = op_name(step.op);
    if (!step.info->exists) {
        if (step.is_undefined_to_client)
            fail_for_going_on(state, step, "no fork has an instruction " + name);
        return;
    }
    if (frame.is_static.value_or(false) && writes_state(step.op)) {
        if (is_write_protected({state, frame, step, last_fork}) == Holds::yes)
            fail_for_going_on(state, step, name + " writes in a static call");
        return;
    }
    if (step.op != Opcode::JUMP && step.op != Opcode::JUMPI) return;
    const bool is_taken =
        step.op == Opcode::JUMP ||
        (step.has_operand(1) ? !step.operand(1).is_zero() : next.pc != step.pc + 1);
    if (!is_taken) {
        if (step.has_operand(1)) state.passed(Check::failure_reason);
        return;
    }
    // Where pc is a slip, the finding about it says all.
    if (step.has_operand(0) && step.operand(0) != Word{next.pc}) return;
    if (next.op != Opcode::JUMPDEST) {
        fail_for_going_on(state, step,
                          name + " goes to pc " + hex(next.pc) + ", where the trace shows " +
                              op_name(next.op) + " and no JUMPDEST");
    } else if (!frame.is_jump_target(Word{next.pc}).value_or(true)) {
        fail_for_going_on(
            state, step,
            name + " goes to pc " + hex(next.pc) + ", which is no JUMPDEST of the code that runs");
    } else {
        state.passed(Check::failure_reason);
    }
}

void conclude_failures(ReplayState& state) {
    for (PendingStep& step : state.amsterdam_failures) {
        const Check check =
            step.halt == HaltReason::out_of_gas ? Check::out_of_gas : Check::failure_reason;
        if (state.forks.contains(Fork::amsterdam)) {
            state.impossible(check);
            continue;
        }
        state.failed(check, step,
                     step.failed ? std::string{describe(step.halt)} : std::string{"failed"},
                     "executed",
                     explain_success(state, step) +
                         ": only Amsterdam, which other steps exclude, lets it fail");
    }
    state.amsterdam_failures.clear();
}

void check_second_print(ReplayState& state, CallFrame& frame, PendingStep& step, const Step& line) {
    const std::string name = op_name(step.op);
    if (step.has_stack && line.has_stack && step.info->exists) {
        const std::uint32_t most = step.stack_size;
        const std::uint32_t least = most - std::min<std::uint32_t>(most, step.info->pops);
        if (line.stack_size < least || line.stack_size > most) {
            state.failed(
                Check::stack_height, step, std::to_string(line.stack_size), std::to_string(most),
                "the failing " + name + " is printed twice, and the second time on a stack of " +
                    std::to_string(line.stack_size));
            return;
        }
        state.passed(Check::stack_height);
    }
    const auto size = line.memory_size && state.dialect.has_memory_size ? line.memory_size
                      : line.memory && !line.memory->empty()
                          ? std::optional<std::uint64_t>{line.memory->size()}
                          : std::nullopt;
    if (!size || !step.size_was_known || !frame.is_memory_size_known) return;
    if (*size != step.size_before && *size != state.memory.size() &&
        state.slipped(step.size_before) != *size && state.slipped(state.memory.size()) != *size) {
        state.failed(Check::memory_size, step, hex(*size), hex(step.size_before),
                     "the failing " + name + " is printed twice, and the second time memory has " +
                         std::to_string(*size) + " bytes");
        return;
    }
    state.passed(Check::memory_size);
    if (!line.memory || line.memory->size() != *size) return;
    // Bytes that the step itself may have written are left out.
    const auto held =
        state.memory.get_slice(0, std::min<std::uint64_t>(*size, state.memory.size()));
    if (!held) return;
    for (std::uint64_t at = 0; at < held->size(); ++at) {
        const MemoryRange writes = step.effect.writes;
        if ((*held)[at] == (*line.memory)[at] || !frame.memory_known.is_known(at, at + 1) ||
            (writes.offset() <= at && at < writes.end()))
            continue;
        state.failed(Check::memory_content, step, "0x" + encode_hex(line.memory->subspan(at, 1)),
                     "0x" + encode_hex(held->subspan(at, 1)),
                     "the failing " + name + " is printed twice, and the second time byte " +
                         hex(at) + " of memory is another");
        return;
    }
    state.passed(Check::memory_content);
}

void check_outcome(ReplayState& state, CallFrame& frame, PendingStep& step,
                   std::optional<bool> has_failed) {
    if (has_failed.value_or(step.failed)) {
        check_failure(state, frame, step);
        return;
    }
    const HaltReasons certain = inevitable(state, frame, step);
    if (certain.empty()) {
        if (step.info->exists && step.has_effect)
            state.passed(Check::out_of_gas);
        else
            state.impossible(Check::out_of_gas);
        return;
    }
    state.impossible(Check::out_of_gas);
    if (!has_failed) {
        state.impossible(Check::failure_reason);
        return;
    }
    if (!step.info->exists && !step.is_undefined_to_client) return;
    state.failed(Check::failure_reason, step, "executed", "halted",
                 op_name(step.op) + " must fail for " + in_words(certain) +
                     ", but its frame ends without a failure",
                 state.severity_of(step));
}

}  // namespace evmmem::traces
