// SPDX-License-Identifier: MIT
// Writes steps as EIP-3155 lines in go-ethereum's layout, fast: the reverse of the reader. The text
// goes to a sink in large pieces of whole lines; what is held is bounded by the longest line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/opcode.hpp"
#include "core/word.hpp"

namespace evmmem::traces {

/// A step as it is written: the state before the instruction.
struct WrittenStep {
    std::uint64_t pc = 0;
    Opcode op{};
    std::uint64_t gas = 0;
    std::uint64_t gas_cost = 0;
    std::uint32_t depth = 1;
    std::uint64_t memory_size = 0;  ///< in bytes
    /// Not written when absent or, as go-ethereum does, when empty.
    std::optional<std::span<const std::uint8_t>> memory;
    std::span<const Word> stack;  ///< bottom first
};

class TraceWriter {
public:
    /// Takes whole lines; returns false when it wants no more.
    using Sink = std::function<bool(std::string_view)>;

    explicit TraceWriter(Sink sink) : sink_{std::move(sink)} {}

    void write(const WrittenStep& line);
    /// The last line of a transaction: what it returned, and the gas that its steps used.
    void write_summary(std::span<const std::uint8_t> output, std::uint64_t gas_used);
    /// Hands over what is still held; to be called at the end.
    void flush();

    /// The sink wants no more: nothing that is written from now on goes anywhere.
    bool is_closed() const { return is_closed_; }

private:
    static constexpr std::size_t piece_size = std::size_t{256} * 1024;

    /// Room for `size` characters after what is held.
    char* reserve(std::size_t size);
    void advance_to(const char* end);

    Sink sink_;
    std::vector<char> text_;
    std::size_t used_ = 0;
    bool is_closed_ = false;
};

}  // namespace evmmem::traces
