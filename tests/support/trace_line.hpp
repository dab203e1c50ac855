// SPDX-License-Identifier: MIT
// A line of a built trace, all its data its own, so that a test may alter any of it; and how the
// client that prints it prints.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "traces/dialects/dialect.hpp"
#include "traces/step_reader.hpp"

namespace evmmem::test {

using Bytes = std::vector<std::uint8_t>;

/// How the client prints: what of a line is there, and when it is taken.
struct TraceStyle {
    traces::MemoryTiming timing = traces::MemoryTiming::before;
    /// What the replay is given; the builder's own moment is `timing`.
    traces::MemoryTimings timings_possible = traces::MemoryTiming::before;
    traces::GasCostStyle gas_cost = traces::GasCostStyle::full;
    bool has_gas_cost = true;
    bool has_memory = true;
    bool has_memory_size = true;
    bool has_return_data = false;
    bool has_stack = true;
    bool pushes_words = false;          ///< every PUSH is a PUSH32, which may give any word
    std::uint32_t stack_items_max = 0;  ///< 0: the whole stack
    bool has_errors = true;
    bool prints_failure_twice = false;      ///< first as any other line, then with the error
    bool prints_virtual_stop = true;        ///< after the end of the code
    bool forwards_all_but_one_64th = true;  ///< EIP-150
    traces::SummaryGas summary_gas = traces::SummaryGas::execution;

    /// The dialect that a reader would have recognised.
    traces::Dialect dialect() const;
};
/// Of most clients, unless they are asked for more.
inline constexpr TraceStyle without_memory{.has_memory = false, .has_memory_size = false};

/// A line: what a reader makes of it and more, all owned.
struct TraceLine {
    enum class Kind : std::uint8_t { step, report, unreadable };
    Kind kind = Kind::step;

    std::uint64_t pc = 0;
    Opcode op{};
    std::string op_name;
    std::uint32_t depth = 1;
    std::uint64_t gas = 0;
    std::optional<std::uint64_t> gas_cost;
    std::optional<std::uint64_t> memory_size;
    std::optional<Bytes> memory;
    bool has_stack = true;
    std::vector<Word> stack;     ///< bottom first
    bool is_stack_whole = true;  ///< false: cut to its top
    std::optional<Bytes> return_data;
    std::optional<std::int64_t> refund;
    std::string error;

    traces::Report::Kind report_kind = traces::Report::Kind::summary;
    std::optional<Bytes> output;
    bool is_creation = false;
    std::optional<std::uint64_t> gas_used;

    Word& top(std::size_t n = 0) { return stack.at(stack.size() - 1 - n); }
    std::string json() const;
};

/// `size` bytes first, first + 1, ...
Bytes counted_bytes(std::size_t size, std::uint8_t first = 1);
/// The word that these bytes are, right-aligned.
Word word_of(const Bytes& bytes);

}  // namespace evmmem::test
