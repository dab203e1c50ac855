// SPDX-License-Identifier: MIT
// A small EVM that is given its instructions one by one and writes the trace of what they do: stack,
// memory, calls, return data and gas as an EVM has them. It knows enough instructions for contracts
// that compute, remember and call one another; none that reads or changes state. Gas is that of
// Cancun and later. Every account that is called is met for the first time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/memory.hpp"
#include "core/opcode.hpp"
#include "trace_writer.hpp"

namespace evmmem::traces {

class TraceMachine {
public:
    struct Options {
        std::uint64_t steps = 0;         ///< of the whole trace, all its transactions
        std::uint64_t gas = 30'000'000;  ///< of each transaction
        bool with_memory = false;
        std::span<const std::uint8_t> calldata;  ///< of each transaction; the caller keeps it
    };

    TraceMachine(const Options& options, TraceWriter& writer);

    // Each returns whether the instruction was executed. When it was not, its gas or the steps left
    // would not have let the transaction end well: it has ended, every open frame with a STOP, and
    // what comes next is executed in a new transaction.

    /// The shortest PUSH of the value.
    bool push(const Word& value);
    /// PUSH4, for values that are only known when their place in the code is.
    bool push4(std::uint32_t value);
    /// An instruction that takes its operands from the stack, which holds them. CALL and its like
    /// open a frame, STOP and RETURN end one; what ends the outermost ends the transaction.
    bool run(Opcode op);

    /// All steps are written.
    bool is_finished() const { return steps_left_ == 0; }
    /// Transactions that have ended.
    std::uint64_t transactions() const { return transactions_; }

    // ---- the current frame ----
    std::size_t depth() const { return depth_; }
    std::uint64_t pc() const { return frame().pc; }
    std::uint64_t memory_size() const { return memory_.size(); }
    std::span<const Word> stack() const { return frame().stack; }  ///< bottom first
    std::uint64_t return_data_size() const { return frame().return_data.size(); }
    bool is_static() const { return frame().is_static; }

private:
    struct Frame {
        std::vector<Word> stack;  // bottom first
        std::vector<std::uint8_t> calldata;
        std::vector<std::uint8_t> return_data;  // of its last call
        std::uint64_t pc = 0;
        std::uint64_t gas = 0;
        MemoryRange output;  // of its caller's memory
        bool is_static = false;
    };

    Frame& frame() { return frames_[depth_ - 1]; }
    const Frame& frame() const { return frames_[depth_ - 1]; }

    bool execute(Opcode op, const Word& immediate);
    void perform(Opcode op, const Word& immediate);
    bool perform_on_stack(Opcode op, const Word& immediate);
    void perform_on_memory(Opcode op);
    Word pop();
    void write_line(Opcode op, std::uint64_t gas_cost);
    Frame& open_frame();
    void open_callee(Opcode op, std::span<const Word> operands, std::uint64_t gas);
    void end_frame(MemoryRange returned);
    void end_transaction();

    Options options_;
    TraceWriter& writer_;
    Memory memory_;
    std::vector<Frame> frames_;  // those beyond depth_ keep their storage
    std::size_t depth_ = 0;
    std::uint64_t steps_left_;
    std::uint64_t transactions_ = 0;
    std::vector<std::uint8_t> returned_;
};

}  // namespace evmmem::traces
