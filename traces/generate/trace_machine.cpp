// SPDX-License-Identifier: MIT
#include "trace_machine.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <optional>
#include <utility>

#include "core/gas_schedule.hpp"
#include "core/memory_effect.hpp"
#include "core/opcode_table.hpp"
#include "core/word_arithmetic.hpp"
#include "traces/hashes.hpp"

namespace evmmem::traces {
namespace {

/// The fork whose rules the traces follow.
constexpr Fork fork_of_traces = Fork::osaka;
constexpr std::uint64_t cold_account_cost =
    rule_table::number_in(fork_of_traces, Rule::access_cold_account_gas);

constexpr bool is_dup(Opcode op) {
    return is_between(op, Opcode::DUP1, Opcode::DUP16);
}
constexpr bool is_swap(Opcode op) {
    return is_between(op, Opcode::SWAP1, Opcode::SWAP16);
}
constexpr std::size_t distance(Opcode first, Opcode op) {
    return static_cast<std::size_t>(op) - static_cast<std::size_t>(first);
}

/// Results of the instructions that only compute; `a` is the top of the stack.
std::optional<Word> computed(Opcode op, const Word& a, const Word& b) {
    switch (op) {
        case Opcode::ADD: return op_add(a, b);
        case Opcode::SUB: return op_sub(a, b);
        case Opcode::AND: return op_and(a, b);
        case Opcode::OR: return op_or(a, b);
        case Opcode::XOR: return op_xor(a, b);
        case Opcode::LT: return op_lt(a, b);
        case Opcode::GT: return op_gt(a, b);
        case Opcode::EQ: return op_eq(a, b);
        case Opcode::NOT: return op_not(a);
        case Opcode::ISZERO: return op_iszero(a);
        default: return std::nullopt;
    }
}

/// The 32 bytes of `data` from `offset` on, zeros where it has none.
Word word_at(std::span<const std::uint8_t> data, const Word& offset) {
    Bytes32 bytes{};
    const auto rest = data.subspan(offset.clamped_to(data.size()));
    std::copy_n(rest.begin(), std::min(rest.size(), bytes.size()), bytes.begin());
    return Word::from_big_endian(bytes);
}

}  // namespace

TraceMachine::TraceMachine(const Options& options, TraceWriter& writer)
    : options_{options}, writer_{writer}, steps_left_{options.steps} {
    if (steps_left_ == 0) return;
    Frame& outermost = open_frame();
    outermost.calldata.assign(options_.calldata.begin(), options_.calldata.end());
    outermost.gas = options_.gas;
}

bool TraceMachine::push(const Word& value) {
    std::size_t size = 0;
    const Bytes32 bytes = value.to_big_endian();
    while (size < 32 && bytes[size] == 0)
        ++size;
    size = 32 - size;
    return execute(static_cast<Opcode>(static_cast<std::size_t>(Opcode::PUSH0) + size), value);
}

bool TraceMachine::push4(std::uint32_t value) {
    return execute(static_cast<Opcode>(static_cast<std::size_t>(Opcode::PUSH0) + 4), Word{value});
}

bool TraceMachine::run(Opcode op) {
    return execute(op, Word{});
}

TraceMachine::Frame& TraceMachine::open_frame() {
    if (depth_ == frames_.size()) frames_.emplace_back();
    Frame& opened = frames_[depth_++];
    opened.stack.clear();
    opened.return_data.clear();
    opened.pc = 0;
    return opened;
}

void TraceMachine::write_line(Opcode op, std::uint64_t gas_cost) {
    const Frame& at = frame();
    WrittenStep line{.pc = at.pc,
                     .op = op,
                     .gas = at.gas,
                     .gas_cost = gas_cost,
                     .depth = static_cast<std::uint32_t>(depth_),
                     .memory_size = memory_.size(),
                     .memory = std::nullopt,
                     .stack = WrittenStack{.words = at.stack}};
    if (options_.with_memory) line.memory = *memory_.get_slice(0, memory_.size());
    writer_.write(line);
    --steps_left_;
}

bool TraceMachine::execute(Opcode op, const Word& immediate) {
    if (is_finished()) return false;
    const OpcodeInfo& row = info(op);
    Frame& at = frame();
    assert(row.exists && at.stack.size() >= row.pops);
    std::array<Word, operands_max> top;
    const std::size_t count = std::min<std::size_t>(row.pops, operands_max);
    std::reverse_copy(at.stack.end() - static_cast<std::ptrdiff_t>(count), at.stack.end(),
                      top.begin());
    const std::span<const Word> operands{top.data(), count};

    MemoryEffect effect;
    if (row.touches_memory()) effect = effect_of(row, operands);
    const auto scaled = scaled_cost(row.gas, operands);
    const auto expansion = expansion_cost(memory_.size_words(), num_words(effect.end()));
    std::uint64_t cost = is_call(op) ? cold_account_cost : row.gas.constant;
    const bool is_jump = op == Opcode::JUMP || op == Opcode::JUMPI;
    const std::uint64_t jumpdest_cost = is_jump ? info(Opcode::JUMPDEST).gas.constant : 0;
    const bool can_pay = !effect.is_unaddressable && scaled && expansion && *scaled <= at.gas &&
                         *expansion <= at.gas &&
                         cost + *scaled + *expansion + jumpdest_cost <= at.gas;
    // Every frame that is open, one that is about to open, and the one that goes on after it must
    // still be able to stop; STOP costs nothing. After a jump there is a JUMPDEST, too.
    const std::uint64_t needed = depth_ + (is_call(op) || is_jump ? 2 : ends_frame(op) ? 0 : 1);
    constexpr std::size_t stack_max = 1000;
    if (!can_pay || steps_left_ < needed || at.stack.size() > stack_max) {
        end_transaction();
        return false;
    }
    cost += *scaled + *expansion;
    std::uint64_t forwarded = 0;
    if (is_call(op))
        forwarded = *forwarded_gas(operands[0], at.gas - cost, RulesView{fork_of_traces});
    write_line(op, cost + forwarded);
    if (effect.end() > memory_.size() && !memory_.resize(effect.end())) {
        end_transaction();
        return false;
    }
    at.gas -= cost + forwarded;

    if (is_call(op)) {
        open_callee(op, operands, forwarded);
    } else if (op == Opcode::STOP || op == Opcode::RETURN) {
        end_frame(effect.reads);
    } else {
        perform(op, immediate);
    }
    return true;
}

// What an instruction does besides costing gas. Its ranges are inside memory.
void TraceMachine::perform(Opcode op, const Word& immediate) {
    Frame& at = frame();
    std::uint64_t next_pc = at.pc + 1 + info(op).immediate_bytes;
    if (op == Opcode::JUMP) {
        next_pc = pop().limbs[0];
    } else if (op == Opcode::JUMPI) {
        const Word target = pop();
        if (!pop().is_zero()) next_pc = target.limbs[0];
    } else if (!perform_on_stack(op, immediate)) {
        perform_on_memory(op);
    }
    at.pc = next_pc;
}

Word TraceMachine::pop() {
    const Word word = frame().stack.back();
    frame().stack.pop_back();
    return word;
}

// Instructions that move and compute words; false where it is none of them.
bool TraceMachine::perform_on_stack(Opcode op, const Word& immediate) {
    Frame& at = frame();
    std::vector<Word>& stack = at.stack;
    const OpcodeInfo& row = info(op);
    if (is_push(op)) {
        stack.push_back(immediate);
    } else if (is_dup(op)) {
        stack.push_back(stack[stack.size() - 1 - distance(Opcode::DUP1, op)]);
    } else if (is_swap(op)) {
        std::swap(stack.back(), stack[stack.size() - 2 - distance(Opcode::SWAP1, op)]);
    } else if (row.pops > 0 && row.pushes == 1 &&
               computed(op, stack.back(), stack.back()).has_value()) {
        const Word a = pop();
        const Word b = row.pops == 2 ? pop() : Word{};
        stack.push_back(*computed(op, a, b));
    } else {
        switch (op) {
            case Opcode::POP: pop(); break;
            case Opcode::JUMPDEST: break;
            case Opcode::PC: stack.emplace_back(at.pc); break;
            case Opcode::GAS: stack.emplace_back(at.gas); break;
            case Opcode::MSIZE: stack.emplace_back(memory_.size()); break;
            case Opcode::CALLDATASIZE: stack.emplace_back(at.calldata.size()); break;
            case Opcode::RETURNDATASIZE: stack.emplace_back(at.return_data.size()); break;
            case Opcode::CALLDATALOAD: stack.push_back(word_at(at.calldata, pop())); break;
            default: return false;
        }
    }
    return true;
}

void TraceMachine::perform_on_memory(Opcode op) {
    Frame& at = frame();
    std::vector<Word>& stack = at.stack;
    // Reads and writes stay inside memory, which has grown for them: they cannot fail.
    const auto bytes_at = [this](const Word& offset, const Word& size) {
        const auto slice = memory_.get_slice(size.is_zero() ? 0 : offset.limbs[0], size.limbs[0]);
        assert(slice);
        return *slice;
    };
    const auto write = [this](const Word& offset, std::span<const std::uint8_t> data,
                              const Word& data_offset, const Word& size) {
        [[maybe_unused]] const auto written =
            memory_.set_data_bounded(size.is_zero() ? 0 : offset.limbs[0], data,
                                     data_offset.clamped_to(data.size()), size.limbs[0]);
        assert(written);
    };
    switch (op) {
        case Opcode::MLOAD:
            stack.push_back(word_at(bytes_at(pop(), Word{word_size}), Word{0}));
            break;
        case Opcode::MSTORE: {
            const Word offset = pop();
            write(offset, pop().to_big_endian(), 0, Word{word_size});
            break;
        }
        case Opcode::MSTORE8: {
            const Word offset = pop();
            const auto value = static_cast<std::uint8_t>(pop().limbs[0]);
            write(offset, {&value, 1}, 0, Word{1});
            break;
        }
        case Opcode::MCOPY: {
            const Word target = pop();
            const Word source = pop();
            const Word size = pop();
            // By way of a copy, and not with copy(): the trace is to be right if that is not.
            const auto bytes = bytes_at(source, size);
            returned_.assign(bytes.begin(), bytes.end());
            write(target, returned_, 0, size);
            break;
        }
        case Opcode::KECCAK256: {
            const Word offset = pop();
            stack.push_back(Word::from_big_endian(keccak256(bytes_at(offset, pop()))));
            break;
        }
        case Opcode::CALLDATACOPY:
        case Opcode::RETURNDATACOPY: {
            const Word target = pop();
            const Word source = pop();
            write(target, op == Opcode::CALLDATACOPY ? at.calldata : at.return_data, source, pop());
            break;
        }
        case Opcode::LOG0:
            pop();
            pop();
            break;
        default: assert(false && "the generator knows which instructions there are");
    }
}

void TraceMachine::open_callee(Opcode op, std::span<const Word> operands, std::uint64_t gas) {
    const MemoryEffect effect = effect_of(info(op), operands);
    Frame& caller = frame();
    caller.stack.resize(caller.stack.size() - operands.size());
    caller.pc += 1;
    const bool is_static = caller.is_static || op == Opcode::STATICCALL;
    Frame& callee = open_frame();  // which may move the caller
    const auto input = memory_.get_slice(effect.reads.offset(), effect.reads.size());
    assert(input);
    callee.calldata.assign(input->begin(), input->end());
    callee.gas = gas;
    callee.output = effect.writes;
    callee.is_static = is_static;
    [[maybe_unused]] const auto entered = memory_.enter_frame();
    assert(entered);
}

void TraceMachine::end_frame(MemoryRange returned) {
    const auto slice = memory_.get_slice(returned.offset(), returned.size());
    assert(slice);
    returned_.assign(slice->begin(), slice->end());
    const Frame& ended = frame();
    if (depth_ == 1) {
        writer_.write_summary(returned_, options_.gas - ended.gas);
        ++transactions_;
        memory_.reset();
        depth_ = 0;
        if (is_finished()) return;
        open_frame().gas = options_.gas;
        return;
    }
    const std::uint64_t gas = ended.gas;
    const MemoryRange output = ended.output.first(returned_.size());
    --depth_;
    memory_.leave_frame();
    Frame& caller = frame();
    caller.gas += gas;
    caller.stack.emplace_back(1);
    [[maybe_unused]] const auto written =
        memory_.set_data(output.offset(), std::span{returned_}.first(output.size()));
    assert(written);
    std::swap(caller.return_data, returned_);
}

void TraceMachine::end_transaction() {
    for (std::size_t open = depth_; open-- > 0 && !is_finished();) {
        write_line(Opcode::STOP, 0);
        end_frame({});
    }
}

}  // namespace evmmem::traces
