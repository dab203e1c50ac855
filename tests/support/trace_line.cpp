// SPDX-License-Identifier: MIT
#include "trace_line.hpp"

#include <algorithm>
#include <cstdio>

namespace evmmem::test {
namespace {

using namespace evmmem::traces;

std::string hex_text(const Bytes& bytes) {
    std::string text;
    char digits[3];
    for (const std::uint8_t byte : bytes) {
        std::snprintf(digits, sizeof digits, "%02x", byte);
        text += digits;
    }
    return text;
}

std::string quoted(const std::string& text) {
    std::string result = "\"";
    result.append(text).push_back('"');
    return result;
}

std::string quantity(std::uint64_t value) {
    char text[24];
    std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(value));
    return quoted(text);
}

std::string quantity(const Word& word) {
    char text[72];
    std::snprintf(text, sizeof text, "%016llx%016llx%016llx%016llx",
                  static_cast<unsigned long long>(word.limbs[3]),
                  static_cast<unsigned long long>(word.limbs[2]),
                  static_cast<unsigned long long>(word.limbs[1]),
                  static_cast<unsigned long long>(word.limbs[0]));
    const std::string digits = text;
    return quoted("0x" + digits.substr(std::min(digits.find_first_not_of('0'), digits.size() - 1)));
}

}  // namespace

Bytes counted_bytes(std::size_t size, std::uint8_t first) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<std::uint8_t>(first + i);
    return bytes;
}

Word word_of(const Bytes& bytes) {
    Word word;
    for (const std::uint8_t byte : bytes)
        word = {word.limbs[3] << 8 | word.limbs[2] >> 56, word.limbs[2] << 8 | word.limbs[1] >> 56,
                word.limbs[1] << 8 | word.limbs[0] >> 56, word.limbs[0] << 8 | byte};
    return word;
}

Dialect TraceStyle::dialect() const {
    Dialect dialect{};
    dialect.name = "test";
    dialect.timings = timings_possible;
    dialect.gas_cost = gas_cost;
    dialect.stack_items_max = stack_items_max;
    dialect.has_memory_size = has_memory_size;
    dialect.has_memory = has_memory;
    dialect.has_return_data = has_return_data;
    dialect.has_errors = has_errors;
    dialect.summary_gas = summary_gas;
    return dialect;
}

std::string TraceLine::json() const {
    std::string text = "{";
    const auto add = [&text](const char* key, const std::string& value) {
        if (text.size() != 1) text += ',';
        text.append(quoted(key)).append(":").append(value);
    };
    if (kind == Kind::unreadable) return "{\"pc\":";
    if (kind == Kind::report) {
        add("output", quoted(output ? hex_text(*output) : ""));
        add("gasUsed", quantity(gas_used.value_or(0)));
        if (!error.empty()) add("error", quoted(error));
        return text + "}";
    }
    add("pc", std::to_string(pc));
    add("op", std::to_string(static_cast<int>(op)));
    add("gas", quantity(gas));
    if (gas_cost) add("gasCost", quantity(*gas_cost));
    if (memory && !memory->empty()) add("memory", quoted("0x" + hex_text(*memory)));
    if (memory_size) add("memSize", std::to_string(*memory_size));
    if (has_stack) {
        std::string items;
        for (const Word& word : stack)
            items.append(items.empty() ? "[" : ",").append(quantity(word));
        add("stack", items.empty() ? "[]" : items.append("]"));
    }
    if (return_data && !return_data->empty())
        add("returnData", quoted("0x" + hex_text(*return_data)));
    add("depth", std::to_string(depth));
    add("refund", std::to_string(refund.value_or(0)));
    add("opName", quoted(op_name));
    if (!error.empty()) add("error", quoted(error));
    return text + "}";
}

}  // namespace evmmem::test
