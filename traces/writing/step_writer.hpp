// SPDX-License-Identifier: MIT
// Writes steps in one of the forms that are well defined. A line stays open until it is clear how its
// instruction ended: its gasCost may be added, and its error comes last.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/known_bytes.hpp"
#include "core/opcode.hpp"
#include "core/word.hpp"
#include "text_pieces.hpp"

namespace evmmem::traces {

/// The stack as it is written: words, or what a client printed between the brackets.
struct WrittenStack {
    std::span<const Word> words = {};  ///< bottom first
    std::string_view text = {};        ///< in place of them, where it is not null
    std::size_t count = 0;             ///< items of `text`
};

/// A step as it is written: the state before the instruction.
struct WrittenStep {
    std::uint64_t pc = 0;
    Opcode op{};
    std::uint64_t gas = 0;
    std::optional<std::uint64_t> gas_cost;  ///< absent: not known, or not known yet
    std::uint32_t depth = 1;
    std::optional<std::uint64_t> memory_size;  ///< in bytes; absent: not known
    /// Absent: not known, at least not all of it.
    std::optional<std::span<const std::uint8_t>> memory;
    /// Of `memory`, where zeros stand for bytes that are not known.
    std::span<const KnownBytes::Range> unknown = {};
    std::optional<WrittenStack> stack;  ///< absent: not known, or not all of it
    std::span<const Word> top = {};     ///< of the stack, top first
    bool with_return_data = false;      ///< the line has the field, null where it is not known
    std::optional<std::span<const std::uint8_t>> return_data = std::nullopt;
    std::optional<std::int64_t> refund = 0;
    std::string_view storage = {};  ///< JSON text of an object; empty: none
};

/// What is written of a transaction's end.
struct WrittenEnd {
    std::optional<std::span<const std::uint8_t>> output;
    std::optional<std::uint64_t> gas_used;  ///< of the steps, or of the whole transaction
    bool is_gas_of_transaction = false;     ///< of the whole transaction
    bool has_failed = false;
    std::string_view error = {};  ///< foreign text
    std::string_view fork = {};   ///< foreign text
};

/// The forms that steps are written in, a writer for each.
enum class WrittenForm : std::uint8_t { eip3155, struct_logs, canonical };

class StepWriter {
public:
    explicit StepWriter(TextPieces& text) : text_{text} {}
    virtual ~StepWriter() = default;

    virtual void begin_transaction() {}
    /// Opens a line. Whatever it views is written when this returns.
    virtual void open(const WrittenStep& step) = 0;
    /// Of the open line: the cost that was not known when it was opened.
    virtual void add_gas_cost(std::uint64_t gas_cost) = 0;
    /// Closes the line; `error` is foreign text, empty where the instruction did not fail.
    virtual void close(std::string_view error) = 0;
    /// The transaction is over; `end`, which may be null, is what is known of its end.
    virtual void end_transaction(const WrittenEnd* end) = 0;

protected:
    /// Here stands gasCost, now or once it is known.
    void place_gas_cost(const WrittenStep& step);

    TextPieces& text_;
    std::size_t gas_cost_place_ = 0;
};

/// EIP-3155 to the letter: numbers where it has numbers, hex where it has hex, memory as one string before
/// the step. An empty memory is left out, as go-ethereum does.
class Eip3155Writer final : public StepWriter {
public:
    /// Where opName stands: after op, which says that evmmem wrote the line, or last as in
    /// go-ethereum's.
    enum class Layout : std::uint8_t { evmmem, geth };
    explicit Eip3155Writer(TextPieces& text, Layout layout = Layout::evmmem)
        : StepWriter{text}, layout_{layout} {}
    void open(const WrittenStep& step) override;
    void add_gas_cost(std::uint64_t gas_cost) override;
    void close(std::string_view error) override;
    void end_transaction(const WrittenEnd* end) override;

private:
    Layout layout_;
};

/// The result of debug_traceTransaction as execution-apis specifies it, one document a line, one for each
/// transaction.
class StructLogsWriter final : public StepWriter {
public:
    using StepWriter::StepWriter;
    void begin_transaction() override;
    void open(const WrittenStep& step) override;
    void add_gas_cost(std::uint64_t gas_cost) override;
    void close(std::string_view error) override;
    void end_transaction(const WrittenEnd* end) override;

private:
    bool is_first_ = true;
};

/// What goevmlab compares of all clients: no gasCost, no memory, the last six items of the stack, no line
/// for STOP, and no word on the end.
class CanonicalWriter final : public StepWriter {
public:
    using StepWriter::StepWriter;
    void open(const WrittenStep& step) override;
    void add_gas_cost(std::uint64_t) override {}
    void close(std::string_view) override {}
    void end_transaction(const WrittenEnd*) override {}
};

}  // namespace evmmem::traces
