// SPDX-License-Identifier: MIT
#include "simdjson_extraction.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "core/hex.hpp"
#include "core/opcode_table.hpp"

namespace evmmem::bench {
namespace {

namespace ondemand = simdjson::ondemand;

// Generated traces are right: what cannot be read ends the benchmark.
template <typename Value>
Value value_of(simdjson::simdjson_result<Value>&& result) {
    Value value;
    if (std::move(result).get(value) != simdjson::SUCCESS) std::abort();
    return value;
}

/// The quantity after a raw JSON string's opening quote: "0x2a".
std::string_view digits_of(ondemand::raw_json_string text) {
    const char* begin = text.raw() + 2;
    const char* end = begin;
    while (*end != '"')
        ++end;
    return {begin, static_cast<std::size_t>(end - begin)};
}

std::uint64_t quantity(ondemand::value value) {
    if (value_of(value.type()) == ondemand::json_type::number) return value_of(value.get_uint64());
    // An instruction's name is handed out as it is.
    if (value.raw_json_token().substr(0, 2) != "\"0") return value.raw_json_token().size();
    return decode_hex_u64(digits_of(value_of(value.get_raw_json_string()))).value_or(0);
}

void extract(ondemand::object object, Extraction& result) {
    // The last words of the stack, wherever it ends: a ring of as many as are wanted.
    std::array<ondemand::raw_json_string, operands_max> last;
    std::uint64_t fold = 0;
    bool is_step = false;
    for (auto field_result : object) {
        ondemand::field field = value_of(std::move(field_result));
        const ondemand::raw_json_string key = field.key();
        if (key == "pc") {
            is_step = true;
            fold += quantity(field.value());
        } else if (key == "op" || key == "gas" || key == "gasCost" || key == "memSize" ||
                   key == "depth") {
            fold = fold * 31 + quantity(field.value());
        } else if (key == "memory") {
            result.memory_characters += field.value().raw_json_token().size();
        } else if (key == "stack") {
            std::size_t count = 0;
            for (auto item : value_of(field.value().get_array()))
                last[count++ % operands_max] =
                    value_of(value_of(std::move(item)).get_raw_json_string());
            for (std::size_t i = 0; i < std::min(count, operands_max); ++i) {
                const auto word = decode_hex_word(digits_of(last[(count - 1 - i) % operands_max]));
                if (!word) std::abort();
                fold = fold * 31 + word->limbs[0] + word->limbs[3];
            }
        }
    }
    if (!is_step) return;
    ++result.steps;
    result.fold ^= fold;
}

}  // namespace

Extraction extract_stream(std::string_view text) {
    Extraction result;
    ondemand::parser parser;
#ifdef SIMDJSON_THREADS_ENABLED
    parser.threaded = false;  // one core is compared with one core
#endif
    constexpr std::size_t batch_size = 1024 * 1024;
    ondemand::document_stream stream =
        value_of(parser.iterate_many(text.data(), text.size(), batch_size));
    for (auto document : stream) {
        ondemand::object object;
        if (document.get_object().get(object) != simdjson::SUCCESS) std::abort();
        extract(object, result);
    }
    return result;
}

Extraction extract_lines(std::string_view text) {
    Extraction result;
    ondemand::parser parser;
    while (!text.empty()) {
        const std::size_t size = text.find('\n');
        ondemand::document document =
            value_of(parser.iterate(text.data(), size, text.size() + simdjson::SIMDJSON_PADDING));
        extract(value_of(document.get_object()), result);
        text.remove_prefix(size + 1);
    }
    return result;
}

Extraction extract_document(std::string_view text) {
    Extraction result;
    ondemand::parser parser;
    ondemand::document document = value_of(
        parser.iterate(text.data(), text.size(), text.size() + simdjson::SIMDJSON_PADDING));
    auto elements = value_of(document["result"]["structLogs"].get_array());
    for (auto element : elements)
        extract(value_of(value_of(std::move(element)).get_object()), result);
    return result;
}

}  // namespace evmmem::bench
