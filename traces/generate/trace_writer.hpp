// SPDX-License-Identifier: MIT
// Writes steps as EIP-3155 lines in go-ethereum's layout, fast: the reverse of the reader. The text
// goes to a sink in large pieces of whole lines, but for very long ones; what is held is bounded.
#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include "traces/writing/step_writer.hpp"
#include "traces/writing/text_pieces.hpp"

namespace evmmem::traces {

class TraceWriter {
public:
    using Sink = TextPieces::Sink;

    explicit TraceWriter(Sink sink) : text_{std::move(sink)} {}

    void write(const WrittenStep& line);
    /// The last line of a transaction: what it returned, and the gas that its steps used.
    void write_summary(std::span<const std::uint8_t> output, std::uint64_t gas_used);
    /// Hands over what is still held; to be called at the end.
    void flush() { text_.flush(); }

    /// The sink wants no more: nothing that is written from now on goes anywhere.
    bool is_closed() const { return text_.is_closed(); }

private:
    TextPieces text_;
    Eip3155Writer lines_{text_, Eip3155Writer::Layout::geth};
};

}  // namespace evmmem::traces
