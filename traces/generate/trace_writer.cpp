// SPDX-License-Identifier: MIT
#include "trace_writer.hpp"

#include "traces/writing/line_text.hpp"

namespace evmmem::traces {

void TraceWriter::write(const WrittenStep& line) {
    lines_.open(line);
    lines_.close({});
}

void TraceWriter::write_summary(std::span<const std::uint8_t> output, std::uint64_t gas_used) {
    char* at = text_.reserve(64 + output.size() * 2);
    at = put_bytes(put(at, R"({"output":")"), output);
    at = put_quantity(put(at, R"(","gasUsed":")"), gas_used);
    text_.advance_to(put(at, "\"}\n"));
    text_.settle();
}

}  // namespace evmmem::traces
