// SPDX-License-Identifier: MIT
#include "object_fields.hpp"

#include <simdjson.h>

#include <algorithm>
#include <string>
#include <utility>

#include "json_fault.hpp"
#include "traces/input/text_window.hpp"

namespace evmmem::traces {
namespace {

/// simdjson chooses its kernel at the first use, in a function that allocates and must not throw: so
/// it is used before main, where memory is not yet short.
// NOLINTNEXTLINE(cert-err58-cpp): what it might throw there, it would throw at any first use.
[[maybe_unused]] const bool has_kernel = !simdjson::get_active_implementation()->name().empty();

namespace ondemand = simdjson::ondemand;
static_assert(simdjson::SIMDJSON_PADDING <= TextWindow::padding);

constexpr std::array<std::string_view, field_count> keys = {
    "pc",        "op",       "gas",     "gasCost", "memSize",   "depth",        "refund",
    "reservoir", "stateGas", "opName",  "error",   "stack",     "memory",       "returnData",
    "storage",   "output",   "gasUsed", "failed",  "fork",      "from",         "type",
    "input",     "action",   "pass",    "test",    "stateRoot", "postLogsHash", "returnValue",
    "return",    "d",        "g",       "v"};

/// Field numbers by key, found by a hash of its length and first and last characters.
constexpr unsigned key_slot(std::string_view text) {
    return (static_cast<unsigned char>(text.front()) +
            static_cast<unsigned char>(text.back()) * 6U +
            static_cast<unsigned>(text.size()) * 5U) %
           128U;
}
constexpr std::uint8_t no_field = 0xff;
constexpr std::array<std::uint8_t, 128> fields_by_slot = [] {
    std::array<std::uint8_t, 128> slots{};
    slots.fill(no_field);
    for (std::size_t i = 0; i < keys.size(); ++i) {
        std::uint8_t& slot = slots[key_slot(keys[i])];
        if (slot != no_field)
            throw "two keys share a slot";  // a compile error: choose another hash
        slot = static_cast<std::uint8_t>(i);
    }
    return slots;
}();

/// Of a memory that is printed as an array: 128 MiB, for which no gas limit is high enough.
constexpr std::size_t memory_words_max = std::size_t{1} << 22;

/// The field of that key, or field_count.
std::size_t field_of(std::string_view text) {
    if (text.empty()) return field_count;
    const std::uint8_t field = fields_by_slot[key_slot(text)];
    return field != no_field && keys[field] == text ? field : field_count;
}

/// Without JSON's own blanks after it; any other control character belongs to the text, and spoils
/// it.
std::string_view without_trailing_blanks(std::string_view text) {
    return text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
}

}  // namespace

std::string_view key(Field field) {
    return keys[static_cast<std::size_t>(field)];
}

TraceError malformed(std::string_view text, std::string_view place, std::string message) {
    constexpr std::size_t before_max = 30;
    constexpr std::size_t after_max = 50;
    TraceError error;
    error.kind = TraceError::Kind::malformed;
    error.message = std::move(message);
    const auto offset = static_cast<std::size_t>(place.data() - text.data());
    error.column = offset + 1;
    // Of an element that spans lines, only the line of the place.
    const std::size_t line_end = text.find('\n', offset);
    const std::size_t line_begin = offset == 0 ? 0 : text.rfind('\n', offset - 1) + 1;
    const std::size_t first = std::max(line_begin, offset - std::min(offset, before_max));
    const std::size_t last = std::min({line_end, offset + after_max, text.size()});
    error.excerpt = text.substr(first, last - first);
    error.excerpt_place = offset - first;
    return error;
}

class FieldPicker::Impl {
public:
    std::expected<void, TraceError> pick(std::string_view object, ObjectFields& fields) {
        fields.clear();
        duplicate_ = {};
        has_too_many_words_ = false;
        const simdjson::error_code error_code = walk(object, fields);
        if (error_code == simdjson::MEMALLOC || error_code == simdjson::CAPACITY) {
            TraceError error = malformed(object, object, "");
            error.kind = TraceError::Kind::limit;
            error.message = "the host has no memory for a line this long; lower --max-line";
            return std::unexpected{std::move(error)};
        }
        if (has_too_many_words_) {
            TraceError error =
                malformed(object, fields[Field::memory],
                          "more than " + std::to_string(memory_words_max) + " words");
            error.field = key(Field::memory);
            return std::unexpected{std::move(error)};
        }
        if (error_code == simdjson::SUCCESS) {
            if (duplicate_.data() == nullptr) return {};
            TraceError error = malformed(object, duplicate_, "the field appears twice");
            error.field = duplicate_;
            return std::unexpected{std::move(error)};
        }
        const JsonFault fault = find_json_fault(object);
        return std::unexpected{malformed(object, object.substr(fault.offset), fault.reason)};
    }

private:
    /// On-Demand documents must not be touched after an error: each is returned from at once.
    simdjson::error_code walk(std::string_view text, ObjectFields& fields) {
        ondemand::document document;
        if (auto error =
                parser_.iterate(text, text.size() + simdjson::SIMDJSON_PADDING).get(document))
            return error;
        ondemand::object object;
        if (auto error = document.get_object().get(object)) return error;
        for (auto next : object) {
            ondemand::field field;
            if (auto error = std::move(next).get(field)) return error;
            const char* begin = field.key().raw();
            // A key with an escape in it is none of these keys: it has a backslash that they do not
            // have.
            const char* end = begin;
            while (*end != '"' && *end != '\\')
                ++end;
            if (*end == '\\') {
                if (auto error = look_at(field.value())) return error;
                continue;
            }
            const std::string_view name{begin, static_cast<std::size_t>(end - begin)};
            const std::size_t number = field_of(name);
            if (number == field_count) {
                if (auto error = look_at(field.value())) return error;
                continue;
            }
            if (fields.has(static_cast<Field>(number))) duplicate_ = name;
            fields.present |= 1U << number;
            if (auto error = pick_value(field.value(), static_cast<Field>(number), fields))
                return error;
        }
        // No text may follow: only at the end is there no location any more.
        return document.current_location().error() == simdjson::OUT_OF_BOUNDS
                   ? simdjson::SUCCESS
                   : simdjson::TRAILING_CONTENT;
    }

    /// The raw text of a scalar. The library steps over what is not consumed; a text with a colon
    /// after it, it would take for a key with its value.
    static simdjson::error_code scalar(ondemand::value& value, std::string_view& text) {
        const std::string_view token = value.raw_json_token();
        text = without_trailing_blanks(token);
        if (text.empty() || token.data()[token.size()] == ':') return simdjson::TAPE_ERROR;
        return is_json_scalar(text) ? simdjson::SUCCESS : simdjson::TAPE_ERROR;
    }

    /// Steps over a value that is not wanted; containers are skipped by simdjson as the loop goes
    /// on.
    static simdjson::error_code look_at(ondemand::value value) {
        ondemand::json_type type;
        if (auto error = value.type().get(type)) return error;
        if (type == ondemand::json_type::array || type == ondemand::json_type::object)
            return simdjson::SUCCESS;
        std::string_view text;
        return scalar(value, text);
    }

    simdjson::error_code pick_value(ondemand::value value, Field field, ObjectFields& fields) {
        ondemand::json_type type;
        if (auto error = value.type().get(type)) return error;
        std::string_view& raw = fields.raw[static_cast<std::size_t>(field)];
        if (type == ondemand::json_type::object) {
            raw = value.raw_json_token().substr(0, 1);
            if (field != Field::storage) return simdjson::SUCCESS;
            ondemand::object object;
            if (auto error = value.get_object().get(object)) return error;
            return object.raw_json().get(raw);
        }
        if (type != ondemand::json_type::array) return scalar(value, raw);
        raw = value.raw_json_token().substr(0, 1);
        if (field != Field::stack && field != Field::memory) return simdjson::SUCCESS;
        ondemand::array array;
        if (auto error = value.get_array().get(array)) return error;
        for (auto next : array) {
            ondemand::value item;
            if (auto error = std::move(next).get(item)) return error;
            ondemand::json_type item_type;
            if (auto error = item.type().get(item_type)) return error;
            std::string_view text;
            if (item_type == ondemand::json_type::array || item_type == ondemand::json_type::object)
                text = item.raw_json_token().substr(0, 1);
            else if (auto error = scalar(item, text))
                return error;
            // Of a hostile line's millions of items no more are kept than mean something.
            if (field == Field::stack)
                last_items_[fields.stack_size++ % operands_max] = text;
            else if (fields.memory_words.size() < memory_words_max)
                fields.memory_words.push_back(text);
            else
                has_too_many_words_ = true;
        }
        if (field == Field::stack) {
            const std::size_t top = std::min<std::size_t>(fields.stack_size, operands_max);
            for (std::size_t i = 0; i < top; ++i)
                fields.stack_top[i] = last_items_[(fields.stack_size - 1 - i) % operands_max];
        }
        return simdjson::SUCCESS;
    }

    ondemand::parser parser_;
    std::array<std::string_view, operands_max> last_items_{};  ///< of the stack: a ring
    bool has_too_many_words_ = false;
    std::string_view duplicate_;
};

std::expected<void, TraceError> FieldPicker::pick(std::string_view object, ObjectFields& fields) {
    return impl_->pick(object, fields);
}

FieldPicker::FieldPicker() : impl_{std::make_unique<Impl>()} {}
FieldPicker::FieldPicker(FieldPicker&&) noexcept = default;
FieldPicker& FieldPicker::operator=(FieldPicker&&) noexcept = default;
FieldPicker::~FieldPicker() = default;

}  // namespace evmmem::traces
