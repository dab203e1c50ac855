// SPDX-License-Identifier: MIT
#include "trace_builder.hpp"

#include <algorithm>
#include <functional>
#include <stdexcept>

namespace evmmem::test {
namespace {

using namespace evmmem::traces;

std::uint64_t small(const Word& word) {
    return word.to_u64().value();
}

std::uint64_t words_of(const Word& size) {
    return (small(size) + 31) / 32;
}

/// The Yellow Paper's C_mem of a memory of so many words.
std::uint64_t cost_of_memory(std::uint64_t words) {
    return 3 * words + words * words / 512;
}

bool is_call_with_value(Opcode op) {
    return op == Opcode::CALL || op == Opcode::CALLCODE;
}

bool creates(Opcode op) {
    return op == Opcode::CREATE || op == Opcode::CREATE2;
}

}  // namespace

/// An instruction with everything that its line and its effect need.
struct TraceBuilder::Instruction {
    Opcode op{};
    std::vector<Word> operands{};  // top first; pushed by lines of their own
    std::vector<Word> results{};   // top first
    std::uint64_t base = 0;        // gas: what evmone prints
    std::uint64_t scaled = 0;      // gas by operand
    std::vector<TraceRange> ranges{};
    std::function<void()> write = [] {};
    std::uint64_t immediate_bytes = 0;
};

Bytes returning(std::uint16_t size, Opcode end) {
    Bytes code;
    if (size > 0xff)
        code = {0x61, static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)};
    else
        code = {0x60, static_cast<std::uint8_t>(size)};
    code.insert(code.end(), {0x60, 0x00, static_cast<std::uint8_t>(end)});
    return code;
}

TraceBuilder::TraceBuilder(const TraceStyle& style, std::uint64_t gas) : style_{style} {
    transaction(gas);
}

TraceBuilder& TraceBuilder::transaction(std::uint64_t gas) {
    frames_.assign(1, Frame{});
    frame().gas = gas_at_start_ = gas;
    output_.clear();
    return *this;
}

TraceBuilder& TraceBuilder::with_calldata(const Bytes& data) {
    frame().calldata = data;
    return *this;
}

TraceBuilder& TraceBuilder::with_code(const Bytes& code) {
    frame().code = code;
    return *this;
}

TraceBuilder& TraceBuilder::at(std::uint64_t pc) {
    frame().pc = pc;
    return *this;
}

// Appends a line with the state as it is.
std::size_t TraceBuilder::print(Opcode op) {
    TraceLine line;
    const Frame& now = frame();
    line.pc = now.pc;
    line.op = op;
    line.depth = static_cast<std::uint32_t>(frames_.size());
    line.gas = now.gas;
    line.has_stack = style_.has_stack;
    if (style_.has_stack) {
        const std::size_t cut =
            style_.stack_items_max != 0 && now.stack.size() > style_.stack_items_max
                ? now.stack.size() - style_.stack_items_max
                : 0;
        line.is_stack_whole = style_.stack_items_max == 0;
        line.stack.assign(now.stack.begin() + static_cast<std::ptrdiff_t>(cut), now.stack.end());
    }
    if (style_.has_return_data) line.return_data = now.return_data;
    show_memory(line);
    lines_.push_back(line);
    return last();
}

void TraceBuilder::show_memory(TraceLine& line) const {
    if (style_.has_memory) line.memory = frame().memory;
    if (style_.has_memory_size) line.memory_size = frame().memory.size();
}

// Grows memory to hold all of the ranges; returns the gas.
std::uint64_t TraceBuilder::grow(const std::vector<TraceRange>& ranges) {
    Bytes& memory = frame().memory;
    const std::uint64_t before = memory.size() / 32;
    for (const TraceRange& range : ranges) {
        if (range.size.is_zero()) continue;
        const std::uint64_t size = (small(range.offset) + small(range.size) + 31) / 32 * 32;
        if (size > memory.size()) memory.resize(size);
    }
    return cost_of_memory(memory.size() / 32) - cost_of_memory(before);
}

// Prints the instruction's line, its operands' PUSHes before it, and does what it does.
TraceBuilder& TraceBuilder::run(const Instruction& instruction) {
    for (std::size_t i = instruction.operands.size(); i-- > 0;)
        push(instruction.operands[i]);
    const std::size_t at = print(instruction.op);
    const std::size_t operand_count = instruction.operands.size();
    if (next_error_ && instruction.immediate_bytes == 0) {
        if (style_.has_gas_cost) line(at).gas_cost = instruction.base;
        if (style_.prints_failure_twice) {
            TraceLine again = line(at);
            again.stack.resize(again.stack.size() - operand_count);
            again.error = *next_error_;
            lines_.push_back(again);
        } else if (style_.has_errors) {
            line(at).error = *next_error_;
        }
        next_error_.reset();
        end_frame(false, false, {});
        return *this;
    }
    const std::uint64_t cost = instruction.base + instruction.scaled + grow(instruction.ranges);
    if (style_.timing == MemoryTiming::expanded) show_memory(line(at));
    Frame& now = frame();
    now.stack.resize(now.stack.size() - operand_count);
    instruction.write();
    for (std::size_t i = instruction.results.size(); i-- > 0;)
        now.stack.push_back(instruction.results[i]);
    if (style_.timing == MemoryTiming::after) show_memory(line(at));
    if (style_.has_gas_cost)
        line(at).gas_cost = style_.gas_cost == GasCostStyle::base ? instruction.base : cost;
    if (cost > now.gas) throw std::logic_error{"the program of the test runs out of gas"};
    now.gas -= cost;
    now.pc += 1 + instruction.immediate_bytes;
    return *this;
}

TraceBuilder& TraceBuilder::push(const Word& value) {
    std::uint64_t bytes = 32;
    const auto big_endian = value.to_big_endian();
    while (!style_.pushes_words && bytes > 1 && big_endian[32 - bytes] == 0)
        --bytes;
    return run({.op = static_cast<Opcode>(0x5f + bytes),
                .results = {value},
                .base = 3,
                .immediate_bytes = bytes});
}

void TraceBuilder::replace_operand(std::size_t index, std::size_t n, const Word& value) {
    for (std::size_t i = 0; i <= n; ++i)
        line(index - i).top(n - i) = value;
}

TraceBuilder& TraceBuilder::push0() {
    return run({.op = Opcode::PUSH0, .results = {0}, .base = 2});
}

TraceBuilder& TraceBuilder::pop() {
    print(Opcode::POP);
    line(last()).gas_cost = style_.has_gas_cost ? std::optional{std::uint64_t{2}} : std::nullopt;
    frame().stack.pop_back();
    frame().gas -= 2;
    ++frame().pc;
    return *this;
}

TraceBuilder& TraceBuilder::dup(std::size_t n) {
    const Word value = frame().stack.at(frame().stack.size() - n);
    return run({.op = static_cast<Opcode>(0x7f + n), .results = {value}, .base = 3});
}

TraceBuilder& TraceBuilder::swap(std::size_t n) {
    std::vector<Word>& stack = frame().stack;
    return run({.op = static_cast<Opcode>(0x8f + n), .base = 3, .write = [&stack, n] {
                    std::swap(stack.at(stack.size() - 1), stack.at(stack.size() - 1 - n));
                }});
}

TraceBuilder& TraceBuilder::op(Opcode op, const std::vector<Word>& operands,
                               const std::vector<Word>& results, std::uint64_t cost) {
    return run({.op = op, .operands = operands, .results = results, .base = cost});
}

TraceBuilder& TraceBuilder::jump(std::uint64_t target) {
    const bool fails = next_error_.has_value();
    op(Opcode::JUMP, {target}, {}, 8);
    return fails ? *this : at(target);
}

TraceBuilder& TraceBuilder::jumpi(std::uint64_t target, const Word& condition) {
    const bool stays = condition.is_zero() || next_error_;
    op(Opcode::JUMPI, {target, condition}, {}, 10);
    return stays ? *this : at(target);
}

TraceBuilder& TraceBuilder::jumpdest() {
    return op(Opcode::JUMPDEST, {}, {}, 1);
}

TraceBuilder& TraceBuilder::mstore(const Word& offset, const Word& value) {
    return run({.op = Opcode::MSTORE,
                .operands = {offset, value},
                .base = 3,
                .ranges = {{offset, 32}},
                .write = [&] {
                    const auto bytes = value.to_big_endian();
                    std::copy(bytes.begin(), bytes.end(),
                              frame().memory.begin() + static_cast<std::ptrdiff_t>(small(offset)));
                }});
}

TraceBuilder& TraceBuilder::mstore8(const Word& offset, const Word& value) {
    return run({.op = Opcode::MSTORE8,
                .operands = {offset, value},
                .base = 3,
                .ranges = {{offset, 1}},
                .write = [&] {
                    frame().memory.at(small(offset)) = static_cast<std::uint8_t>(value.limbs[0]);
                }});
}

TraceBuilder& TraceBuilder::mload(const Word& offset) {
    Bytes bytes(32);
    if (const auto from = offset.to_u64())
        for (std::size_t i = 0; i < 32 && *from + i < frame().memory.size(); ++i)
            bytes[i] = frame().memory[*from + i];
    return run({.op = Opcode::MLOAD,
                .operands = {offset},
                .results = {word_of(bytes)},
                .base = 3,
                .ranges = {{offset, 32}}});
}

TraceBuilder& TraceBuilder::msize() {
    return op(Opcode::MSIZE, {}, {frame().memory.size()}, 2);
}

// Writes [source, source + size) of the data, zero padded, to `target` of memory.
void TraceBuilder::copy(const Word& target, const Word& source, const Word& size,
                        const Bytes& data) {
    for (std::uint64_t i = 0; i < small(size); ++i) {
        const bool is_inside =
            source.fits_u64() && source.limbs[0] < data.size() && i < data.size() - source.limbs[0];
        frame().memory.at(small(target) + i) = is_inside ? data[source.limbs[0] + i] : 0;
    }
}

TraceBuilder& TraceBuilder::mcopy(const Word& target, const Word& source, const Word& size) {
    return run({.op = Opcode::MCOPY,
                .operands = {target, source, size},
                .base = 3,
                .scaled = next_error_ ? 0 : 3 * words_of(size),
                .ranges = {{target, size}, {source, size}},
                .write = [&] {
                    if (!size.is_zero()) copy(target, source, size, Bytes{frame().memory});
                }});
}

TraceBuilder& TraceBuilder::calldatasize() {
    return op(Opcode::CALLDATASIZE, {}, {frame().calldata.size()}, 2);
}

TraceBuilder& TraceBuilder::calldataload(const Word& offset) {
    Bytes bytes(32);
    for (std::size_t i = 0; i < 32 && small(offset) + i < frame().calldata.size(); ++i)
        bytes[i] = frame().calldata[small(offset) + i];
    return op(Opcode::CALLDATALOAD, {offset}, {word_of(bytes)}, 3);
}

TraceBuilder& TraceBuilder::calldatacopy(const Word& target, const Word& source, const Word& size) {
    return run({.op = Opcode::CALLDATACOPY,
                .operands = {target, source, size},
                .base = 3,
                .scaled = next_error_ ? 0 : 3 * words_of(size),
                .ranges = {{target, size}},
                .write = [&] { copy(target, source, size, frame().calldata); }});
}

TraceBuilder& TraceBuilder::codesize() {
    return op(Opcode::CODESIZE, {}, {frame().code.size()}, 2);
}

TraceBuilder& TraceBuilder::codecopy(const Word& target, const Word& source, const Word& size) {
    return run({.op = Opcode::CODECOPY,
                .operands = {target, source, size},
                .base = 3,
                .scaled = next_error_ ? 0 : 3 * words_of(size),
                .ranges = {{target, size}},
                .write = [&] { copy(target, source, size, frame().code); }});
}

TraceBuilder& TraceBuilder::extcodecopy(const Word& address, const Word& target, const Word& source,
                                        const Word& size, const Bytes& code,
                                        std::uint64_t access_cost) {
    return run({.op = Opcode::EXTCODECOPY,
                .operands = {address, target, source, size},
                .base = access_cost,
                .scaled = next_error_ ? 0 : 3 * words_of(size),
                .ranges = {{target, size}},
                .write = [&] { copy(target, source, size, code); }});
}

TraceBuilder& TraceBuilder::returndatasize() {
    return op(Opcode::RETURNDATASIZE, {}, {frame().return_data.size()}, 2);
}

TraceBuilder& TraceBuilder::returndatacopy(const Word& target, const Word& source,
                                           const Word& size) {
    return run({.op = Opcode::RETURNDATACOPY,
                .operands = {target, source, size},
                .base = 3,
                .scaled = next_error_ ? 0 : 3 * words_of(size),
                .ranges = {{target, size}},
                .write = [&] { copy(target, source, size, frame().return_data); }});
}

TraceBuilder& TraceBuilder::keccak256(const Word& offset, const Word& size, const Word& result) {
    return run({.op = Opcode::KECCAK256,
                .operands = {offset, size},
                .results = {result},
                .base = 30,
                .scaled = 6 * words_of(size),
                .ranges = {{offset, size}}});
}

TraceBuilder& TraceBuilder::log(std::size_t topics, const Word& offset, const Word& size) {
    std::vector<Word> operands{offset, size};
    operands.resize(2 + topics, Word{0x70});
    return run({.op = static_cast<Opcode>(0xa0 + topics),
                .operands = operands,
                .base = 375 + 375 * topics,
                .scaled = 8 * small(size),
                .ranges = {{offset, size}}});
}

// Prints a call's or a create's line and hands its gas over; enter() or leaf() goes on.
TraceBuilder& TraceBuilder::begin_call(const std::vector<Word>& operands, const TraceRange& in,
                                       Callee callee, std::uint64_t overhead,
                                       const std::optional<Word>& asked) {
    const bool fails = next_error_.has_value();
    run({.op = callee.op, .operands = operands, .base = overhead, .ranges = {in, callee.out}});
    if (fails) return *this;
    callee.line = last();
    Frame& now = frame();
    const std::uint64_t most = style_.forwards_all_but_one_64th ? now.gas - now.gas / 64 : now.gas;
    callee.forwarded = asked && asked->fits_u64() ? std::min(asked->limbs[0], most) : most;
    now.gas -= callee.forwarded;
    if (!in.size.is_zero())
        callee.input.assign(
            now.memory.begin() + static_cast<std::ptrdiff_t>(small(in.offset)),
            now.memory.begin() + static_cast<std::ptrdiff_t>(small(in.offset) + small(in.size)));
    const bool counts_forwarded = style_.gas_cost == GasCostStyle::full_create ||
                                  (style_.gas_cost == GasCostStyle::full && !creates(callee.op));
    if (counts_forwarded && style_.has_gas_cost) *line(callee.line).gas_cost += callee.forwarded;
    now.callee = callee;
    return *this;
}

TraceBuilder& TraceBuilder::call(const CallSpec& spec) {
    std::vector<Word> operands{spec.gas, spec.to};
    if (is_call_with_value(spec.op)) operands.push_back(spec.value);
    for (const Word& word : {spec.in.offset, spec.in.size, spec.out.offset, spec.out.size})
        operands.push_back(word);
    const bool has_value = is_call_with_value(spec.op) && !spec.value.is_zero();
    return begin_call(operands, spec.in,
                      {.op = spec.op, .out = spec.out, .stipend = has_value ? 2300U : 0U},
                      spec.overhead, spec.gas);
}

TraceBuilder& TraceBuilder::store_code(const Bytes& code) {
    for (std::size_t at = 0; at < code.size(); at += 32) {
        Bytes word(code.begin() + static_cast<std::ptrdiff_t>(at),
                   code.begin() + static_cast<std::ptrdiff_t>(std::min(at + 32, code.size())));
        word.resize(32);
        mstore(at, word_of(word));
    }
    return *this;
}

TraceBuilder& TraceBuilder::create(const CreateSpec& spec) {
    std::vector<Word> operands{spec.value, spec.code.offset, spec.code.size};
    if (spec.op == Opcode::CREATE2) operands.push_back(spec.salt);
    return begin_call(operands, spec.code, {.op = spec.op, .address = spec.address}, spec.overhead,
                      std::nullopt);
}

TraceBuilder& TraceBuilder::enter() {
    const Callee& callee = frame().callee.value();
    Frame child;
    child.gas = callee.forwarded + callee.stipend;
    (creates(callee.op) ? child.code : child.calldata) = callee.input;
    frames_.push_back(child);
    return *this;
}

TraceBuilder& TraceBuilder::leaf(const Bytes& output, std::uint64_t cost, bool has_succeeded) {
    const Callee& callee = frame().callee.value();
    end_call(has_succeeded, has_succeeded ? callee.forwarded + callee.stipend - cost : 0, output);
    return *this;
}

TraceBuilder& TraceBuilder::refused() {
    const Callee& callee = frame().callee.value();
    end_call(false, callee.forwarded + callee.stipend, {});
    return *this;
}

// The current frame's call is over.
void TraceBuilder::end_call(bool has_succeeded, std::uint64_t gas_back, const Bytes& output) {
    Frame& now = frame();
    const Callee callee = now.callee.value();
    now.callee.reset();
    now.gas += gas_back;
    if (style_.gas_cost == GasCostStyle::net && style_.has_gas_cost)
        line(callee.line).gas_cost = line(callee.line).gas - now.gas;
    if (creates(callee.op)) {
        now.stack.push_back(has_succeeded ? callee.address : Word{0});
        now.return_data = has_succeeded ? Bytes{} : output;
        return;
    }
    now.stack.push_back(has_succeeded ? 1 : 0);
    now.return_data = output;
    for (std::size_t i = 0; i < output.size() && i < small(callee.out.size); ++i)
        now.memory.at(small(callee.out.offset) + i) = output[i];
}

// The current frame is over; its caller, if there is one, goes on.
void TraceBuilder::end_frame(bool has_succeeded, bool keeps_gas, const Bytes& output) {
    std::uint64_t gas = keeps_gas ? frame().gas : 0;
    output_ = output;
    frame().gas = gas;
    if (frames_.size() == 1) return;
    const bool is_refused = frame().is_deposit_refused;
    frames_.pop_back();
    if (creates(frame().callee->op) && has_succeeded) {
        if (is_refused) {
            end_call(false, 0, {});
            return;
        }
        gas -= 200 * output.size();
    }
    end_call(has_succeeded, gas, output);
}

TraceBuilder& TraceBuilder::stop() {
    run({.op = Opcode::STOP});
    end_frame(true, true, {});
    return *this;
}

TraceBuilder& TraceBuilder::end_of_code() {
    if (style_.prints_virtual_stop) return stop();
    end_frame(true, true, {});
    return *this;
}

TraceBuilder& TraceBuilder::ret(const Word& offset, const Word& size) {
    return end_with(Opcode::RETURN, offset, size);
}

TraceBuilder& TraceBuilder::revert(const Word& offset, const Word& size) {
    return end_with(Opcode::REVERT, offset, size);
}

TraceBuilder& TraceBuilder::end_with(Opcode op, const Word& offset, const Word& size) {
    const bool fails = next_error_.has_value();
    run({.op = op, .operands = {offset, size}, .ranges = {{offset, size}}});
    if (fails) return *this;
    Bytes output;
    for (std::uint64_t i = 0; i < small(size); ++i)
        output.push_back(frame().memory.at(small(offset) + i));
    end_frame(op == Opcode::RETURN, true, output);
    return *this;
}

TraceBuilder& TraceBuilder::selfdestruct(const Word& beneficiary, std::uint64_t cost) {
    run({.op = Opcode::SELFDESTRUCT, .operands = {beneficiary}, .base = cost});
    end_frame(true, true, {});
    return *this;
}

TraceBuilder& TraceBuilder::invalid() {
    return fail_next("invalid opcode: INVALID").op(Opcode::INVALID, {}, {}, 0);
}

TraceBuilder& TraceBuilder::fail_next(const std::string& error) {
    next_error_ = error;
    return *this;
}

TraceBuilder& TraceBuilder::refuse_deposit() {
    frame().is_deposit_refused = true;
    return *this;
}

TraceBuilder& TraceBuilder::summary() {
    TraceLine line;
    line.kind = TraceLine::Kind::report;
    line.output = output_;
    line.gas_used = gas_at_start_ - frame().gas;
    lines_.push_back(line);
    return *this;
}

std::string TraceBuilder::json() const {
    std::string text;
    for (const TraceLine& line : lines_)
        text += line.json() + "\n";
    return text;
}

}  // namespace evmmem::test
