// SPDX-License-Identifier: MIT
#include "plain_reader.hpp"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "core/opcode_table.hpp"
#include "traces/dialects/eip3155.hpp"

namespace evmmem::test {
namespace {

using traces::Dialect;
using traces::GasCostStyle;

/// A JSON value with its members in order, twice where they stand twice; numbers as they are
/// written.
struct Value {
    enum class Kind : std::uint8_t { null, boolean, number, text, array, object };
    Kind kind = Kind::null;
    std::string text;  ///< of a number its digits, of a text what it says
    bool is_true = false;
    std::vector<Value> items;
    struct Member;
    std::vector<Member> members;

    const Value* find(std::string_view key) const;
    bool is_text() const { return kind == Kind::text; }
};
struct Value::Member {
    std::string key;
    Value value;
};

const Value* Value::find(std::string_view key) const {
    for (const Member& member : members)
        if (member.key == key) return &member.value;
    return nullptr;
}

/// Builds a Value from nlohmann-json's events, and knows where it was when the text was refused.
class Builder {
public:
    using number_integer_t = nlohmann::json::number_integer_t;
    using number_unsigned_t = nlohmann::json::number_unsigned_t;
    using number_float_t = nlohmann::json::number_float_t;
    using string_t = nlohmann::json::string_t;
    using binary_t = nlohmann::json::binary_t;

    bool null() { return add({}); }
    bool boolean(bool is_true) {
        Value result;
        result.kind = Value::Kind::boolean;
        result.is_true = is_true;
        return add(std::move(result));
    }
    // Only what begins with a minus sign comes here: 0 was "-0".
    bool number_integer(number_integer_t read) {
        return number(read == 0 ? "-0" : std::to_string(read));
    }
    bool number_unsigned(number_unsigned_t read) { return number(std::to_string(read)); }
    bool number_float(number_float_t, const string_t& digits) { return number(digits); }
    bool string(string_t& text) {
        Value result;
        result.kind = Value::Kind::text;
        result.text = text;
        return add(std::move(result));
    }
    bool binary(binary_t&) { return false; }
    bool start_object(std::size_t) { return open(Value::Kind::object); }
    bool start_array(std::size_t) { return open(Value::Kind::array); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }
    bool key(string_t& name) {
        open_.back().key = name;
        return true;
    }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) {
        // Inside of what only brackets are counted of.
        is_refused_inside = open_.size() > 2 || (open_.size() == 2 && open_[0].key != "stack" &&
                                                 open_[0].key != "memory");
        return false;
    }

    Value whole;
    bool is_refused_inside = false;
    std::size_t depth_max = 0;

private:
    struct Open {
        Value value;
        std::string key;
    };
    bool number(std::string digits) {
        Value result;
        result.kind = Value::Kind::number;
        result.text = std::move(digits);
        return add(std::move(result));
    }
    bool open(Value::Kind kind) {
        open_.emplace_back().value.kind = kind;
        depth_max = std::max(depth_max, open_.size());
        return true;
    }
    bool close() {
        Value closed = std::move(open_.back().value);
        open_.pop_back();
        return add(std::move(closed));
    }
    bool add(Value added) {
        if (open_.empty())
            whole = std::move(added);
        else if (open_.back().value.kind == Value::Kind::array)
            open_.back().value.items.push_back(std::move(added));
        else
            open_.back().value.members.push_back({open_.back().key, std::move(added)});
        return true;
    }
    std::vector<Open> open_;
};

/// More nesting than this is the program's to refuse.
constexpr std::size_t depth_sure = 1000;

bool is_hex(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    });
}
bool is_decimal(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}
bool starts_as_hex(std::string_view text) {
    return text.starts_with("0x") || text.starts_with("0X");
}
std::string without_0x(const std::string& text) {
    return starts_as_hex(text) ? text.substr(2) : text;
}
unsigned digit(char c) {
    return static_cast<unsigned>(std::stoul(std::string{c}, nullptr, 16));
}

/// A whole number by its digits, one after the other.
struct Number {
    enum class Kind : std::uint8_t { value, negative, too_large, none, wrong };
    Kind kind = Kind::none;
    std::uint64_t value = 0;
};
Number whole_number(std::string_view digits, unsigned base) {
    Number number{Number::Kind::value, 0};
    for (const char c : digits) {
        // What was multiplied and does not come back by dividing did not fit.
        const std::uint64_t next = number.value * base + digit(c);
        if ((next - digit(c)) / base != number.value || next < digit(c))
            number.kind = Number::Kind::too_large;
        number.value = next;
    }
    return number;
}
Number number_of(const Value* field) {
    if (field == nullptr || field->kind == Value::Kind::null) return {};
    const Number wrong{Number::Kind::wrong, 0};
    if (field->kind != Value::Kind::number && !field->is_text()) return wrong;
    std::string_view text = field->text;
    const bool is_negative = text.starts_with('-');
    if (is_negative) text.remove_prefix(1);
    Number number = wrong;
    if (starts_as_hex(text)) {
        if (text.size() > 2 && is_hex(text.substr(2))) number = whole_number(text.substr(2), 16);
    } else if (!text.empty() && is_decimal(text)) {
        number = whole_number(text, 10);
    }
    if (is_negative && number.kind == Number::Kind::value) number.kind = Number::Kind::negative;
    return number;
}

/// "0x" with anything after it, or digits with a point or an exponent: no instruction's name.
bool begins_as_number(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    if (starts_as_hex(text)) return true;
    const std::size_t end = text.find_first_not_of("0123456789");
    return end != 0 && end != std::string_view::npos &&
           (text[end] == '.' || text[end] == 'e' || text[end] == 'E');
}

std::optional<Word> word_of(const std::string& digits) {
    if (digits.empty() || digits.size() > 64 || !is_hex(digits)) return std::nullopt;
    Word word;
    for (const char c : digits) {  // times 16, plus the next
        for (std::size_t limb = 4; limb-- > 0;)
            word.limbs[limb] = word.limbs[limb] << 4 | (limb == 0 ? 0 : word.limbs[limb - 1] >> 60);
        word.limbs[0] |= digit(c);
    }
    return word;
}
std::optional<Bytes> bytes_of(const std::string& digits) {
    if (digits.size() % 2 != 0 || !is_hex(digits)) return std::nullopt;
    Bytes bytes;
    for (std::size_t i = 0; i < digits.size(); i += 2)
        bytes.push_back(static_cast<std::uint8_t>(digit(digits[i]) << 4 | digit(digits[i + 1])));
    return bytes;
}

/// What a field says to people: nothing where it says null or false, and of what is no text its
/// first bracket.
std::string words_of(const Value* field) {
    if (field == nullptr) return {};
    switch (field->kind) {
        case Value::Kind::null: return {};
        case Value::Kind::boolean: return field->is_true ? "true" : "";
        case Value::Kind::number:
        case Value::Kind::text: return field->text;
        case Value::Kind::array: return "[";
        case Value::Kind::object: return "{";
    }
    return {};
}

std::optional<Opcode> opcode_named(const std::string& name) {
    constexpr std::pair<std::string_view, std::string_view> old_names[] = {
        {"SHA3", "KECCAK256"},
        {"SUICIDE", "SELFDESTRUCT"},
        {"DIFFICULTY", "PREVRANDAO"},
        {"RANDOM", "PREVRANDAO"}};
    std::string_view asked = name;
    for (const auto& [old_name, new_name] : old_names)
        if (name == old_name) asked = new_name;
    for (const OpcodeInfo& row : opcode_rows())
        if (row.name == asked) return row.opcode;
    if (const auto hex = name.find("0x"); hex != std::string::npos) {
        const std::string after = name.substr(hex + 2);
        const std::string digits =
            after.substr(0, after.find_first_not_of("0123456789abcdefABCDEF"));
        if (!digits.empty() && digits.size() <= 2)
            return static_cast<Opcode>(std::stoul(digits, nullptr, 16));
    }
    for (const char* word : {"INVALID", "Invalid", "invalid", "UNKNOWN", "Unknown", "unknown"})
        if (name.starts_with(word)) return Opcode::INVALID;
    return std::nullopt;
}

bool read_stack(const Value* stack, OwnedStep& step) {
    if (stack == nullptr || stack->kind == Value::Kind::null) return true;
    if (stack->kind != Value::Kind::array) return false;
    step.has_stack = true;
    step.stack_size = static_cast<std::uint32_t>(stack->items.size());
    for (std::size_t i = 0; i < std::min<std::size_t>(stack->items.size(), 7); ++i) {
        const Value& item = stack->items[stack->items.size() - 1 - i];
        const auto word = item.is_text() ? word_of(without_0x(item.text)) : std::nullopt;
        if (!word) return false;
        step.operands.push_back(*word);
    }
    return true;
}

bool read_memory(const Value* memory, const Dialect& dialect, OwnedStep& step) {
    if (!dialect.has_memory || memory == nullptr || memory->kind == Value::Kind::null) return true;
    Bytes bytes;
    if (memory->is_text()) {
        const auto read = bytes_of(without_0x(memory->text));
        if (!read) return false;
        bytes = *read;
    } else if (memory->kind == Value::Kind::array) {
        for (const Value& item : memory->items) {
            if (!item.is_text()) return false;
            std::string digits = without_0x(item.text);
            if (digits.empty()) return true;  // the client does not print this memory
            const std::size_t digits_max = 2 * std::size_t{dialect.memory_chunk_bytes};
            if (digits.size() > digits_max) return false;
            digits.insert(0, digits_max - digits.size(), '0');
            const auto read = bytes_of(digits);
            if (!read) return false;
            bytes.insert(bytes.end(), read->begin(), read->end());
        }
    } else {
        return false;
    }
    if (!bytes.empty()) step.memory = bytes;
    return true;
}

bool read_return_data(const Value* data, const Dialect& dialect, OwnedStep& step) {
    if (!dialect.has_return_data || data == nullptr || data->kind == Value::Kind::null) return true;
    if (!data->is_text()) return false;
    const auto bytes = bytes_of(without_0x(data->text));
    if (!bytes) return false;
    if (!bytes->empty()) step.return_data = *bytes;
    return true;
}

/// Fills `target` where the field is a number of 64 bits; false where it is anything else at all.
bool read_optional(const Value* field, std::optional<std::uint64_t>& target) {
    const Number number = number_of(field);
    if (number.kind == Number::Kind::value) target = number.value;
    return number.kind == Number::Kind::value || number.kind == Number::Kind::none;
}

bool read_step(const Value& object, const Dialect& dialect, OwnedStep& step) {
    const Number pc = number_of(object.find("pc"));
    const Number gas = number_of(object.find("gas"));
    const Number depth = number_of(object.find("depth"));
    for (const Number& number : {pc, gas, depth})
        if (number.kind != Number::Kind::value) return false;
    step.pc = pc.value;
    step.gas = gas.value;
    if (depth.value > 65536) return false;
    step.depth = static_cast<std::uint32_t>(depth.value - dialect.depth_base + 1);

    const Value* op = object.find("op");
    const Number op_number = number_of(op);
    if (op_number.kind == Number::Kind::value) {
        if (op_number.value > 0xff) return false;
        step.op = static_cast<Opcode>(op_number.value);
    } else {
        // Digits that are no byte are no name, either.
        const bool is_name = op != nullptr && op->is_text() &&
                             op_number.kind == Number::Kind::wrong && !begins_as_number(op->text);
        const auto named = is_name ? opcode_named(op->text) : std::nullopt;
        if (!named) return false;
        step.op = *named;
    }
    if (object.find("opName") != nullptr)
        step.op_name = words_of(object.find("opName"));
    else if (op_number.kind != Number::Kind::value)
        step.op_name = words_of(op);

    const Value* cost = object.find("gasCost");
    const bool is_net = dialect.gas_cost == GasCostStyle::net && cost != nullptr &&
                        cost->kind == Value::Kind::number && cost->text.starts_with('-');
    if (!is_net && number_of(cost).kind == Number::Kind::too_large)
        step.gas_cost = 18446744073709551615U;
    else if (!is_net && !read_optional(cost, step.gas_cost))
        return false;
    if (!read_optional(object.find("memSize"), step.memory_size)) return false;
    if (!dialect.has_memory_size) step.memory_size.reset();
    if (!read_optional(object.find("reservoir"), step.reservoir)) return false;
    if (!read_optional(object.find("stateGas"), step.state_gas)) return false;
    const Number refund = number_of(object.find("refund"));
    if (refund.kind == Number::Kind::wrong || refund.kind == Number::Kind::too_large) return false;
    if (refund.kind == Number::Kind::value)
        step.refund = static_cast<std::int64_t>(refund.value);
    else if (refund.kind == Number::Kind::negative)
        step.refund = static_cast<std::int64_t>(0 - refund.value);

    step.error = words_of(object.find("error"));
    const auto [halt, meant] = traces::halt_of_step(step.error, step.op);
    step.halt = halt;
    step.halts_meant = meant;
    step.failed = traces::is_failure(halt, step.op);
    return read_stack(object.find("stack"), step) &&
           read_memory(object.find("memory"), dialect, step) &&
           read_return_data(object.find("returnData"), dialect, step);
}

PlainObject meaning_of(const Value& object, const Dialect& dialect) {
    using Kind = PlainObject::Kind;
    PlainObject result;
    result.kind = Kind::malformed;
    if (object.kind != Value::Kind::object) return result;
    for (std::size_t i = 0; i < traces::field_count; ++i) {
        const std::string_view key = traces::key(static_cast<traces::Field>(i));
        const auto is_it = [&](const Value::Member& member) { return member.key == key; };
        if (std::ranges::count_if(object.members, is_it) > 1) return result;
    }
    const auto is_there = [&](const char* key) { return object.find(key) != nullptr; };
    constexpr const char* marks[] = {"pc", "op", "opName", "stack", "depth", "gasCost"};
    if (std::ranges::none_of(marks, is_there)) {
        result.kind = Kind::other;
        return result;
    }
    if (read_step(object, dialect, result.step)) result.kind = Kind::step;
    return result;
}

/// The value that a text is; nothing where it is none, or where this reader does not know.
std::optional<Value> parse(std::string_view text, bool& is_unsure) {
    // To the library a NUL is the end; in JSON there is none.
    if (text.find('\0') != std::string_view::npos) return std::nullopt;
    Builder builder;
    const bool is_good = nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
    is_unsure = builder.depth_max > depth_sure || text.find('\\') != std::string_view::npos ||
                (!is_good && builder.is_refused_inside);
    if (!is_good) return std::nullopt;
    return std::move(builder.whole);
}

bool collect(const Value& value, bool holds_steps, const Dialect& dialect,
             std::vector<PlainObject>& found) {
    if (holds_steps) {
        for (const Value& item : value.items) {
            found.push_back(item.is_text() ? read_plainly(item.text, dialect)
                                           : meaning_of(item, dialect));
            if (found.back().kind == PlainObject::Kind::unsure) return false;
        }
        return true;
    }
    const auto goes_on = [&](std::string_view key, const Value& inner) {
        const bool is_theirs =
            inner.kind == Value::Kind::array && (key == "structLogs" || key == "stdout");
        return collect(inner, is_theirs, dialect, found);
    };
    for (const Value& item : value.items)
        if (!goes_on("", item)) return false;
    for (const auto& [key, member] : value.members)
        if (!goes_on(key, member)) return false;
    return true;
}

}  // namespace

PlainObject read_plainly(std::string_view object, const Dialect& dialect) {
    bool is_unsure = false;
    const auto value = parse(object, is_unsure);
    if (is_unsure) return {};
    if (!value) return {PlainObject::Kind::malformed, {}};
    return meaning_of(*value, dialect);
}

std::optional<std::vector<PlainObject>> read_document_plainly(std::string_view document,
                                                              const Dialect& dialect) {
    bool is_unsure = false;
    const auto value = parse(document, is_unsure);
    if (!value || is_unsure) return std::nullopt;
    std::vector<PlainObject> found;
    if (!collect(*value, false, dialect, found)) return std::nullopt;
    return found;
}

}  // namespace evmmem::test
