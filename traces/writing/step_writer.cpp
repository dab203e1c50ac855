// SPDX-License-Identifier: MIT
#include "step_writer.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "core/opcode_table.hpp"
#include "line_text.hpp"

namespace evmmem::traces {
namespace {

/// All of a line but stack, memory, return data and storage.
constexpr std::size_t rest_max = 512;

/// Of memory and data so much is written at a time.
constexpr std::size_t bytes_at_a_time = std::size_t{64} * 1024;

/// What a client calls an instruction, as go-ethereum does where no fork has one.
char* put_name(char* at, Opcode op) {
    const OpcodeInfo& row = info(op);
    if (row.exists) return put(at, row.name);
    return put(put_quantity(put(at, "opcode "), static_cast<std::uint8_t>(op)), " not defined");
}

/// Two digits a byte. `may_settle`: nothing will be inserted before them.
void append_bytes(TextPieces& text, std::span<const std::uint8_t> bytes, bool may_settle) {
    while (!bytes.empty()) {
        const auto some = bytes.first(std::min(bytes.size(), bytes_at_a_time));
        text.advance_to(put_bytes(text.reserve(2 * some.size()), some));
        bytes = bytes.subspan(some.size());
        if (may_settle) text.settle();
    }
}

/// Memory as an array of words with 0x.
void append_words(TextPieces& text, std::span<const std::uint8_t> bytes, bool may_settle) {
    constexpr std::size_t word_size = 32;
    constexpr std::size_t words_at_a_time = bytes_at_a_time / word_size;
    char* at = text.reserve(words_at_a_time * stack_item_max);
    std::size_t count = 0;
    for (std::size_t i = 0; i < bytes.size(); i += word_size) {
        const auto word = bytes.subspan(i, std::min(word_size, bytes.size() - i));
        at = put(put_bytes(put(at, i == 0 ? "\"0x" : ",\"0x"), word), "\"");
        if (++count % words_at_a_time != 0) continue;
        text.advance_to(at);
        if (may_settle) text.settle();
        at = text.reserve(words_at_a_time * stack_item_max);
    }
    text.advance_to(at);
}

void append_stack(TextPieces& text, const WrittenStack& stack) {
    text.append(R"(,"stack":[)");
    char* at =
        text.reserve(stack.words.size() * stack_item_max + stack.text.size() + 3 * stack.count);
    text.advance_to(stack.text.data() != nullptr ? put_stack(at, stack.text, stack.count)
                                                 : put_stack(at, stack.words));
    text.append("]");
}

void append_return_data(TextPieces& text, const WrittenStep& step, bool may_settle) {
    if (!step.with_return_data) return;
    if (!step.return_data) return text.append(R"(,"returnData":null)");
    text.append(R"(,"returnData":"0x)");
    append_bytes(text, *step.return_data, may_settle);
    text.append("\"");
}

/// The object on one line; none where it is empty, as most clients have it.
void append_storage(TextPieces& text, std::string_view object) {
    if (object.empty()) return;
    constexpr std::string_view key = R"(,"storage":)";
    char* const begin = text.reserve(key.size() + object.size());
    char* at = put(begin, key);
    bool is_quoted = false;
    bool is_escaped = false;
    for (const char c : object) {
        const bool is_blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (is_quoted || !is_blank) *at++ = c;
        if (c == '"' && !is_escaped) is_quoted = !is_quoted;
        is_escaped = c == '\\' && !is_escaped;
    }
    const bool is_empty = at == begin + key.size() + 2;
    text.advance_to(is_empty ? begin : at);
}

void append_unknown(TextPieces& text, std::span<const KnownBytes::Range> unknown) {
    if (unknown.empty()) return;
    text.append(R"(,"unknown":)");
    char separator = '[';
    for (const KnownBytes::Range& range : unknown) {
        char* at = text.reserve(2 * number_max + 4);
        *at++ = separator;
        at = put_decimal(put(at, "["), range.begin);
        at = put_decimal(put(at, ","), range.end);
        text.advance_to(put(at, "]"));
        separator = ',';
    }
    text.append("]");
}

void append_json_text(TextPieces& text, std::string_view key, std::string_view value) {
    text.append(key);
    text.advance_to(put_json_text(text.reserve(json_text_max(value)), value));
}

}  // namespace

void StepWriter::place_gas_cost(const WrittenStep& step) {
    gas_cost_place_ = text_.place();
    if (step.gas_cost) add_gas_cost(*step.gas_cost);
}

// ---- EIP-3155 -----------------------------------------------------------------------------------

void Eip3155Writer::open(const WrittenStep& step) {
    char* at = text_.reserve(rest_max);
    at = put_decimal(put(at, R"({"pc":)"), step.pc);
    at = put_decimal(put(at, R"(,"op":)"), std::uint64_t{static_cast<std::uint8_t>(step.op)});
    const auto put_op_name = [&](char* to) {
        return put(put_name(put(to, R"(,"opName":")"), step.op), "\"");
    };
    if (layout_ == Layout::evmmem) at = put_op_name(at);
    at = put(put_quantity(put(at, R"(,"gas":")"), step.gas), "\"");
    text_.advance_to(at);
    place_gas_cost(step);
    const bool may_settle = step.gas_cost.has_value();
    if (step.memory && !step.memory->empty()) {
        text_.append(R"(,"memory":"0x)");
        append_bytes(text_, *step.memory, may_settle);
        text_.append("\"");
        append_unknown(text_, step.unknown);
    }
    at = text_.reserve(rest_max);
    if (step.memory_size) at = put_decimal(put(at, R"(,"memSize":)"), *step.memory_size);
    text_.advance_to(at);
    if (step.stack) append_stack(text_, *step.stack);
    at = text_.reserve(rest_max);
    text_.advance_to(put_decimal(put(at, R"(,"depth":)"), std::uint64_t{step.depth}));
    append_return_data(text_, step, may_settle);
    at = text_.reserve(rest_max);
    if (step.refund) at = put_decimal(put(at, R"(,"refund":)"), *step.refund);
    text_.advance_to(layout_ == Layout::geth ? put_op_name(at) : at);
    append_storage(text_, step.storage);
}

void Eip3155Writer::add_gas_cost(std::uint64_t gas_cost) {
    std::array<char, 48> field;
    char* at = put(put_quantity(put(field.data(), R"(,"gasCost":")"), gas_cost), "\"");
    text_.insert(gas_cost_place_, {field.data(), at});
}

void Eip3155Writer::close(std::string_view error) {
    if (!error.empty()) append_json_text(text_, R"(,"error":)", error);
    text_.append("}\n");
    text_.settle();
}

void Eip3155Writer::end_transaction(const WrittenEnd* end) {
    if (end == nullptr) return;
    text_.append("{");
    if (end->output) {
        text_.append(R"("output":"0x)");
        append_bytes(text_, *end->output, true);
        text_.append("\",");
    }
    char* at = text_.reserve(rest_max);
    if (end->gas_used) at = put(put_quantity(put(at, R"("gasUsed":")"), *end->gas_used), "\",");
    at = put(at, end->has_failed ? R"("pass":false,"fork":)" : R"("pass":true,"fork":)");
    text_.advance_to(at);
    if (end->fork.empty())
        text_.append("null");
    else
        append_json_text(text_, "", end->fork);
    if (!end->error.empty()) append_json_text(text_, R"(,"error":)", end->error);
    text_.append("}\n");
    text_.settle();
}

// ---- structLogs ---------------------------------------------------------------------------------

void StructLogsWriter::begin_transaction() {
    text_.append(R"({"structLogs":[)");
    is_first_ = true;
}

void StructLogsWriter::open(const WrittenStep& step) {
    if (!is_first_) text_.append(",");
    is_first_ = false;
    char* at = text_.reserve(rest_max);
    at = put_decimal(put(at, R"({"pc":)"), step.pc);
    at = put_decimal(put(at, R"(,"depth":)"), std::uint64_t{step.depth});
    at = put(put_name(put(at, R"(,"op":")"), step.op), "\"");
    text_.advance_to(put_decimal(put(at, R"(,"gas":)"), step.gas));
    place_gas_cost(step);
    const bool may_settle = step.gas_cost.has_value();
    at = text_.reserve(rest_max);
    if (step.refund) at = put_decimal(put(at, R"(,"refund":)"), *step.refund);
    text_.advance_to(at);
    if (step.stack) append_stack(text_, *step.stack);
    // What is absent is empty in this form, so what is not known is null.
    if (step.memory) {
        text_.append(R"(,"memory":[)");
        append_words(text_, *step.memory, may_settle);
        text_.append("]");
        append_unknown(text_, step.unknown);
    } else {
        text_.append(R"(,"memory":null)");
    }
    append_return_data(text_, step, may_settle);
    append_storage(text_, step.storage);
}

void StructLogsWriter::add_gas_cost(std::uint64_t gas_cost) {
    std::array<char, 48> field;
    const char* const at = put_decimal(put(field.data(), R"(,"gasCost":)"), gas_cost);
    text_.insert(gas_cost_place_, {field.data(), at});
}

void StructLogsWriter::close(std::string_view error) {
    if (!error.empty()) append_json_text(text_, R"(,"error":)", error);
    text_.append("}");
    text_.settle();
}

void StructLogsWriter::end_transaction(const WrittenEnd* end) {
    text_.append("]");
    if (end != nullptr) {
        char* at = text_.reserve(rest_max);
        if (end->gas_used && end->is_gas_of_transaction)
            at = put_decimal(put(at, R"(,"gas":)"), *end->gas_used);
        text_.advance_to(put(at, end->has_failed ? R"(,"failed":true)" : R"(,"failed":false)"));
        if (end->output) {
            text_.append(R"(,"returnValue":"0x)");
            append_bytes(text_, *end->output, true);
            text_.append("\"");
        }
        if (!end->fork.empty()) append_json_text(text_, R"(,"fork":)", end->fork);
        if (!end->error.empty()) append_json_text(text_, R"(,"error":)", end->error);
    }
    text_.append("}\n");
    text_.settle();
}

// ---- goevmlab's canonical lines -----------------------------------------------------------------

void CanonicalWriter::open(const WrittenStep& step) {
    if (step.op == Opcode::STOP) return;
    char* at = text_.reserve(rest_max);
    at = put_decimal(put(at, R"({"depth":)"), std::uint64_t{step.depth});
    at = put_decimal(put(at, R"(,"pc":)"), step.pc);
    at = put_decimal(put(at, R"(,"gas":)"), step.gas);
    at = put_digits(put(at, R"(,"op":"0x)"), static_cast<std::uint8_t>(step.op), 2);
    at = put(put_name(put(at, R"(","opName":")"), step.op), "\"");
    text_.advance_to(at);
    constexpr std::size_t items_max = 6;
    std::array<Word, items_max> items;
    const std::size_t count = std::min(items_max, step.top.size());
    std::reverse_copy(step.top.begin(), step.top.begin() + static_cast<std::ptrdiff_t>(count),
                      items.begin());
    append_stack(text_, {.words = std::span{items}.first(count)});
    text_.append("}\n");
    text_.settle();
}

}  // namespace evmmem::traces
