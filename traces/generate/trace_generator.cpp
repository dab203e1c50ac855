// SPDX-License-Identifier: MIT
#include "trace_generator.hpp"

#include <algorithm>
#include <cassert>
#include <initializer_list>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "trace_machine.hpp"

namespace evmmem::traces {
namespace {

/// What a callee hands over to its caller, known when the call is made.
struct Output {
    std::uint64_t offset = 0;  ///< in the caller's memory
    std::uint64_t size = 0;
};

class TraceGenerator {
public:
    TraceGenerator(const TraceOptions& options, TraceWriter& writer,
                   std::span<const std::uint8_t> calldata)
        : options_{options},
          writer_{writer},
          random_{~options.seed},
          machine_{
              {.steps = options.steps, .with_memory = options.with_memory, .calldata = calldata},
              writer} {}

    void run();

private:
    // Each returns false when the transaction is over and the rest of the round pointless.
    bool play(std::span<const AccessOp> ops);
    bool play(std::span<const AccessOp> ops, std::size_t index);
    bool read(std::uint64_t offset, std::uint64_t size);
    bool grow(std::uint64_t size);
    bool work();
    bool work_once();
    bool jump(bool is_conditional);
    bool call(std::uint64_t input_offset, std::uint64_t input_size, const Output& output);
    bool end_frame(std::uint64_t offset, std::uint64_t size);
    bool call_and_answer(unsigned nesting);

    /// Pushes the values, the last one on top, and runs an instruction.
    bool run(std::initializer_list<std::uint64_t> operands, Opcode op) {
        return std::ranges::all_of(operands, [&](std::uint64_t v) { return machine_.push(v); }) &&
               machine_.run(op);
    }
    bool run_all(std::initializer_list<Opcode> ops) {
        return std::ranges::all_of(ops, [&](Opcode op) { return machine_.run(op); });
    }
    Word random_word() { return {random_.next(), random_.next(), random_.next(), random_.next()}; }
    Word random_address() { return {0, random_.next() >> 32, random_.next(), random_.next() | 1}; }

    const TraceOptions& options_;
    TraceWriter& writer_;
    PatternRandom random_;  // for all but the pattern, which has its own
    TraceMachine machine_;
};

void TraceGenerator::run() {
    PatternRandom pattern_random{options_.seed};
    const std::uint64_t size =
        std::clamp(options_.size, pattern_size_min, pattern_size_max) / word_size * word_size;
    // A transaction's summary shows readers whose trace it is, so the first transaction is short.
    if (work() && work()) end_frame(0, 0);
    while (!machine_.is_finished() && !writer_.is_closed()) {
        AccessProgram round{{.bytes_max = 2 * pattern_size_max, .frames_max = 64}};
        options_.pattern->append_round(round, size, pattern_random);
        if (play(round.ops()) && options_.with_calls) call_and_answer(0);
    }
}

bool TraceGenerator::play(std::span<const AccessOp> ops) {
    for (std::size_t i = 0; i < ops.size(); ++i)
        if (writer_.is_closed() || !play(ops, i) || !work()) return false;
    return true;
}

/// The output of the call that enters at `index`: its end says where it goes.
Output output_of_call(std::span<const AccessOp> ops, std::size_t index) {
    std::size_t open = 0;
    for (const AccessOp& op : ops.subspan(index)) {
        if (op.kind == EVMMEM_ENTER) ++open;
        if (op.kind == EVMMEM_LEAVE && --open == 0) return {op.offset, op.size};
        if (op.kind == EVMMEM_RESET) break;
    }
    return {};
}

bool TraceGenerator::play(std::span<const AccessOp> ops, std::size_t index) {
    const AccessOp& op = ops[index];
    const bool is_before_call = index + 1 < ops.size() && ops[index + 1].kind == EVMMEM_ENTER;
    switch (static_cast<evmmem_op_kind>(op.kind)) {
        case EVMMEM_STORE_WORD:
            return machine_.push({~op.size, ~op.source, op.size, op.source}) &&
                   run({op.offset}, Opcode::MSTORE);
        case EVMMEM_LOAD_WORD: return run({op.offset}, Opcode::MLOAD);
        case EVMMEM_STORE_BYTE: return run({op.source & 0xff, op.offset}, Opcode::MSTORE8);
        case EVMMEM_COPY: return run({op.size, op.source, op.offset}, Opcode::MCOPY);
        case EVMMEM_WRITE: return run({op.size, op.source, op.offset}, Opcode::CALLDATACOPY);
        case EVMMEM_READ: return is_before_call || read(op.offset, op.size);
        case EVMMEM_GROW: return grow(op.size);
        case EVMMEM_ENTER: {
            const bool has_input = index > 0 && ops[index - 1].kind == EVMMEM_READ;
            return call(has_input ? ops[index - 1].offset : 0, has_input ? ops[index - 1].size : 0,
                        output_of_call(ops, index));
        }
        case EVMMEM_LEAVE: return end_frame(op.source, op.size);
        case EVMMEM_RESET:
            while (machine_.depth() > 1)
                if (!end_frame(0, 0)) return false;
            return end_frame(0, machine_.memory_size() == 0 ? 0 : word_size);
    }
    return false;
}

/// Hashes most ranges and logs the long ones: hashing them would be all that a replay does.
bool TraceGenerator::read(std::uint64_t offset, std::uint64_t size) {
    constexpr std::uint64_t hashed_max = 1024;
    if (size <= hashed_max || machine_.is_static()) return run({size, offset}, Opcode::KECCAK256);
    return run({size, offset}, Opcode::LOG0);
}

bool TraceGenerator::grow(std::uint64_t size) {
    if (size <= machine_.memory_size()) return true;
    return run({size - word_size}, Opcode::MLOAD);
}

// ---- what contracts do between two accesses -----------------------------------------------------

bool TraceGenerator::work() {
    // Four turns take one word each at most, and SWAP5 needs six.
    constexpr std::size_t height_min = 9;
    constexpr std::size_t height_max = 12;
    while (machine_.stack().size() < height_min) {
        const std::uint64_t kind = random_.below(8);  // most words on a stack are short
        if (!machine_.push(kind == 0   ? random_word()
                           : kind == 1 ? random_address()
                                       : Word{random_.below(1024)}))
            return false;
    }
    while (machine_.stack().size() > height_max)
        if (!machine_.run(Opcode::POP)) return false;
    for (std::uint64_t left = 1 + random_.below(4); left > 0; --left)
        if (!work_once()) return false;
    return true;
}

bool TraceGenerator::work_once() {
    const auto one_of = [&](std::initializer_list<Opcode> ops) {
        return machine_.run(ops.begin()[random_.below(ops.size())]);
    };
    // DUP or SWAP that reach no deeper than the least stack is after a few turns.
    const auto member = [&](Opcode first) {
        return static_cast<Opcode>(static_cast<std::uint64_t>(first) + random_.below(5));
    };
    switch (random_.below(12)) {
        case 0:
        case 1:
        case 2: return machine_.run(member(Opcode::DUP1));
        case 3:
        case 4: return machine_.run(member(Opcode::SWAP1));
        case 5: return run({random_.below(256)}, Opcode::ADD);
        case 6: return one_of({Opcode::ADD, Opcode::AND, Opcode::AND, Opcode::OR, Opcode::SUB});
        case 7:
            return machine_.run(member(Opcode::DUP1)) &&
                   one_of({Opcode::LT, Opcode::GT, Opcode::EQ}) && jump(true);
        case 8: return jump(false);
        case 9:
            return one_of({Opcode::MSIZE, Opcode::GAS, Opcode::PC, Opcode::CALLDATASIZE,
                           Opcode::RETURNDATASIZE});
        case 10: return run({random_.below(8) * word_size + 4}, Opcode::CALLDATALOAD);
        default: return one_of({Opcode::ISZERO, Opcode::POP});
    }
}

/// Forward, over a few bytes of other code, to a JUMPDEST; a conditional jump may fall through.
bool TraceGenerator::jump(bool is_conditional) {
    constexpr std::uint64_t size = 5 + 1;  // PUSH4, JUMP
    const std::uint64_t skipped = random_.below(32);
    return machine_.push4(static_cast<std::uint32_t>(machine_.pc() + size + skipped)) &&
           machine_.run(is_conditional ? Opcode::JUMPI : Opcode::JUMP) &&
           machine_.run(Opcode::JUMPDEST);
}

// ---- calls --------------------------------------------------------------------------------------

bool TraceGenerator::call(std::uint64_t input_offset, std::uint64_t input_size,
                          const Output& output) {
    const std::uint64_t kind = random_.below(8);
    const Opcode op = kind == 0   ? Opcode::DELEGATECALL
                      : kind <= 2 ? Opcode::STATICCALL
                                  : Opcode::CALL;
    for (const std::uint64_t operand : {output.size, output.offset, input_size, input_offset})
        if (!machine_.push(operand)) return false;
    if (op == Opcode::CALL && !machine_.push(0)) return false;
    return machine_.push(random_address()) && run_all({Opcode::GAS, op});
}

/// RETURN, or STOP when there is nothing to return; the caller then looks at what it got.
bool TraceGenerator::end_frame(std::uint64_t offset, std::uint64_t size) {
    const bool is_outermost = machine_.depth() == 1;
    if (!(size == 0 ? machine_.run(Opcode::STOP) : run({size, offset}, Opcode::RETURN)))
        return false;
    return is_outermost || run_all({Opcode::ISZERO, Opcode::RETURNDATASIZE, Opcode::POP});
}

/// A callee that copies its calldata, hashes it, may call another, and returns hash and data, of
/// which the caller asks for a part and then copies all.
bool TraceGenerator::call_and_answer(unsigned nesting) {
    constexpr unsigned nesting_max = 3;
    const std::uint64_t input = random_.below(6) * word_size + 4;
    if (!machine_.push(random_word()) || !run({0}, Opcode::MSTORE) ||
        !call(0, input, {0, word_size}) || !work())
        return false;
    if (!run_all({Opcode::CALLDATASIZE}) || !run({0, word_size}, Opcode::CALLDATACOPY) ||
        !run_all({Opcode::CALLDATASIZE}) || !run({word_size}, Opcode::KECCAK256) ||
        !run({0}, Opcode::MSTORE))
        return false;
    if (nesting < nesting_max && random_.below(2) == 0 && !call_and_answer(nesting + 1))
        return false;
    return end_frame(0, word_size + random_.below(input)) && run_all({Opcode::RETURNDATASIZE}) &&
           run({0, 0}, Opcode::RETURNDATACOPY) && run({0}, Opcode::MLOAD);
}

}  // namespace

void generate_trace(const TraceOptions& options, TraceWriter::Sink sink) {
    assert(options.pattern != nullptr);
    const std::vector<std::uint8_t> calldata = AccessProgram{}.data();
    TraceWriter writer{std::move(sink)};
    TraceGenerator{options, writer, calldata}.run();
    writer.flush();
}

}  // namespace evmmem::traces
