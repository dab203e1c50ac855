// SPDX-License-Identifier: MIT
// Traces written as programs: each call appends the lines that a correct client prints for it, its
// operands' PUSHes included. The builder keeps a dumb model of its own (stack, memory, gas, pc,
// frames); it shares no table and no memory with the code under test. What an instruction costs
// besides memory stands in the call or beside it. A test then alters one value of one line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "trace_line.hpp"

namespace evmmem::test {

struct TraceRange {
    Word offset;
    Word size;
};

struct CallSpec {
    Opcode op = Opcode::CALL;
    Word gas = 50'000;  ///< asked for
    Word to = 0xc0de0001;
    Word value = 0;
    TraceRange in{};
    TraceRange out{};
    std::uint64_t overhead = 2600;  ///< all that the call costs besides memory and gas passed on
};

struct CreateSpec {
    Opcode op = Opcode::CREATE;
    Word value = 0;
    TraceRange code{};
    Word salt = 0;
    Word address = 0xadd0001;         ///< the result, if it succeeds
    std::uint64_t overhead = 32'000;  ///< besides memory and gas passed on
};

/// Code that returns, or reverts with, the first `size` bytes of memory, as ret() and revert() run.
Bytes returning(std::uint16_t size, Opcode end = Opcode::RETURN);

class TraceBuilder {
public:
    explicit TraceBuilder(const TraceStyle& style = {}, std::uint64_t gas = 1'000'000);

    // ---- instructions; `cost` is gas besides memory ---------------------------------------------
    TraceBuilder& push(const Word& value);
    TraceBuilder& push0();
    TraceBuilder& pop();
    TraceBuilder& dup(std::size_t n);
    TraceBuilder& swap(std::size_t n);
    TraceBuilder& jump(std::uint64_t target);
    TraceBuilder& jumpi(std::uint64_t target, const Word& condition);
    TraceBuilder& jumpdest();
    TraceBuilder& mstore(const Word& offset, const Word& value);
    TraceBuilder& mstore8(const Word& offset, const Word& value);
    TraceBuilder& mload(const Word& offset);
    TraceBuilder& msize();
    TraceBuilder& mcopy(const Word& target, const Word& source, const Word& size);
    TraceBuilder& calldatasize();
    TraceBuilder& calldataload(const Word& offset);
    TraceBuilder& calldatacopy(const Word& target, const Word& source, const Word& size);
    TraceBuilder& codesize();
    TraceBuilder& codecopy(const Word& target, const Word& source, const Word& size);
    TraceBuilder& extcodecopy(const Word& address, const Word& target, const Word& source,
                              const Word& size, const Bytes& code, std::uint64_t access_cost);
    TraceBuilder& returndatasize();
    TraceBuilder& returndatacopy(const Word& target, const Word& source, const Word& size);
    TraceBuilder& keccak256(const Word& offset, const Word& size, const Word& result);
    TraceBuilder& log(std::size_t topics, const Word& offset, const Word& size);
    /// Any instruction that touches no memory; operands and results top first.
    TraceBuilder& op(Opcode op, const std::vector<Word>& operands, const std::vector<Word>& results,
                     std::uint64_t cost);

    // ---- calls: call() or create(), then enter() and the callee's program, or leaf() ------------
    TraceBuilder& call(const CallSpec& spec);
    TraceBuilder& create(const CreateSpec& spec);
    TraceBuilder& enter();
    /// The callee printed no lines: it returned `output` for `cost`, or failed and kept all gas.
    TraceBuilder& leaf(const Bytes& output = {}, std::uint64_t cost = 0, bool has_succeeded = true);
    /// For depth or balance: the gas comes back.
    TraceBuilder& refused();

    /// Stores code in memory at 0, by MSTOREs: for a create of code that its callee then runs.
    TraceBuilder& store_code(const Bytes& code);

    // ---- ends of a frame ------------------------------------------------------------------------
    TraceBuilder& stop();
    TraceBuilder& end_of_code();
    TraceBuilder& ret(const Word& offset, const Word& size);
    TraceBuilder& revert(const Word& offset, const Word& size);
    TraceBuilder& selfdestruct(const Word& beneficiary, std::uint64_t cost);
    TraceBuilder& invalid();
    /// The next instruction fails: it prints its line, and its frame is over.
    TraceBuilder& fail_next(const std::string& error = "out of gas");
    /// The create whose code returns next fails all the same: too long, too expensive, forbidden.
    TraceBuilder& refuse_deposit();

    // ---- the transaction ------------------------------------------------------------------------
    TraceBuilder& summary();
    TraceBuilder& transaction(std::uint64_t gas = 1'000'000);
    TraceBuilder& with_calldata(const Bytes& data);
    TraceBuilder& with_code(const Bytes& code);
    /// The next instruction stands elsewhere in the code: after a jump that is not shown.
    TraceBuilder& at(std::uint64_t pc);

    // ---- the lines ------------------------------------------------------------------------------
    /// Index of the line that was printed last.
    std::size_t last() const { return lines_.size() - 1; }
    TraceLine& line(std::size_t index) { return lines_.at(index); }
    std::vector<TraceLine>& lines() { return lines_; }
    /// Operand n of a line is another one, and was so since it was pushed, by a PUSH32.
    void replace_operand(std::size_t index, std::size_t n, const Word& value);
    const std::vector<TraceLine>& lines() const { return lines_; }
    const TraceStyle& style() const { return style_; }
    std::uint64_t gas() const { return frame().gas; }
    const Bytes& memory() const { return frame().memory; }
    /// The trace as EIP-3155 JSON lines.
    std::string json() const;

private:
    struct Callee {
        Opcode op{};
        std::size_t line = 0;
        Bytes input{};
        TraceRange out{};
        std::uint64_t forwarded = 0;
        std::uint64_t stipend = 0;
        Word address{};
    };
    struct Frame {
        std::uint64_t pc = 0;
        std::uint64_t gas = 0;
        std::vector<Word> stack;
        Bytes memory, calldata, code, return_data;
        std::optional<Callee> callee;
        bool is_deposit_refused = false;
    };
    struct Instruction;

    Frame& frame() { return frames_.back(); }
    const Frame& frame() const { return frames_.back(); }
    std::size_t print(Opcode op);
    TraceBuilder& run(const Instruction& instruction);
    void show_memory(TraceLine& line) const;
    std::uint64_t grow(const std::vector<TraceRange>& ranges);
    void copy(const Word& target, const Word& source, const Word& size, const Bytes& data);
    TraceBuilder& begin_call(const std::vector<Word>& operands, const TraceRange& in, Callee callee,
                             std::uint64_t overhead, const std::optional<Word>& asked);
    TraceBuilder& end_with(Opcode op, const Word& offset, const Word& size);
    void end_frame(bool has_succeeded, bool keeps_gas, const Bytes& output);
    void end_call(bool has_succeeded, std::uint64_t gas_back, const Bytes& output);

    TraceStyle style_;
    std::vector<Frame> frames_;
    std::vector<TraceLine> lines_;
    std::uint64_t gas_at_start_ = 0;
    Bytes output_;
    std::optional<std::string> next_error_;
};

}  // namespace evmmem::test
