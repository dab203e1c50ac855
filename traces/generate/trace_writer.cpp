// SPDX-License-Identifier: MIT
#include "trace_writer.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>

#include "core/opcode_table.hpp"

namespace evmmem::traces {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

constexpr std::array<std::array<char, 2>, 256> digits_of_byte = [] {
    std::array<std::array<char, 2>, 256> pairs{};
    for (std::size_t i = 0; i < 256; ++i)
        pairs[i] = {digits[i >> 4], digits[i & 15]};
    return pairs;
}();

char* put(char* at, std::string_view text) {
    std::memcpy(at, text.data(), text.size());
    return at + text.size();
}

char* put_decimal(char* at, std::uint64_t value) {
    return std::to_chars(at, at + 20, value).ptr;
}

char* put_bytes(char* at, std::span<const std::uint8_t> bytes) {
    for (const std::uint8_t byte : bytes) {
        std::memcpy(at, digits_of_byte[byte].data(), 2);
        at += 2;
    }
    return at;
}

/// The `count` lowest digits of the value.
char* put_digits(char* at, std::uint64_t value, unsigned count) {
    for (unsigned i = count; i-- > 0; value >>= 4)
        at[i] = digits[value & 15];
    return at + count;
}

/// A limb without leading zeros.
char* put_limb(char* at, std::uint64_t value) {
    const auto count = static_cast<unsigned>(std::bit_width(value) + 3) / 4;
    return put_digits(at, value, std::max(count, 1U));
}

char* put_quantity(char* at, std::uint64_t value) {
    return put_limb(put(at, "0x"), value);
}

char* put_quantity(char* at, const Word& value) {
    std::size_t top = 3;
    while (top > 0 && value.limbs[top] == 0)
        --top;
    at = put_quantity(at, value.limbs[top]);
    while (top-- > 0)
        at = put_digits(at, value.limbs[top], 16);
    return at;
}

}  // namespace

char* TraceWriter::reserve(std::size_t size) {
    if (used_ + size > text_.size()) text_.resize(std::max(used_ + size, piece_size * 2));
    return text_.data() + used_;
}

void TraceWriter::advance_to(const char* end) {
    used_ = static_cast<std::size_t>(end - text_.data());
    if (used_ >= piece_size) flush();
}

void TraceWriter::flush() {
    if (used_ != 0 && !is_closed_) is_closed_ = !sink_({text_.data(), used_});
    used_ = 0;
}

void TraceWriter::write(const WrittenStep& line) {
    const bool has_memory = line.memory && !line.memory->empty();
    constexpr std::size_t rest_max = 256;       // all but stack and memory
    constexpr std::size_t stack_item_max = 69;  // "0x", 64 digits, quotes, comma
    char* at = reserve(rest_max + line.stack.size() * stack_item_max +
                       (has_memory ? line.memory->size() * 2 : 0));
    at = put_decimal(put(at, R"({"pc":)"), line.pc);
    at = put_decimal(put(at, R"(,"op":)"), static_cast<std::uint8_t>(line.op));
    at = put_quantity(put(at, R"(,"gas":")"), line.gas);
    at = put_quantity(put(at, R"(","gasCost":")"), line.gas_cost);
    if (has_memory) at = put_bytes(put(at, R"(","memory":"0x)"), *line.memory);
    at = put_decimal(put(at, R"(","memSize":)"), line.memory_size);
    at = put(at, R"(,"stack":[)");
    for (const Word& word : line.stack) {
        *at++ = '"';
        at = put(put_quantity(at, word), "\",");
    }
    if (!line.stack.empty()) --at;
    at = put_decimal(put(at, R"(],"depth":)"), line.depth);
    at = put(put(at, R"(,"refund":0,"opName":")"), info(line.op).name);
    advance_to(put(at, "\"}\n"));
}

void TraceWriter::write_summary(std::span<const std::uint8_t> output, std::uint64_t gas_used) {
    char* at = reserve(64 + output.size() * 2);
    at = put_bytes(put(at, R"({"output":")"), output);
    at = put_quantity(put(at, R"(","gasUsed":")"), gas_used);
    advance_to(put(at, "\"}\n"));
}

}  // namespace evmmem::traces
