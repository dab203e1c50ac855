// SPDX-License-Identifier: MIT
#include "line_layout.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "json_text.hpp"
#if defined(__x86_64__)
#include "line_cursor.hpp"
#endif

namespace evmmem::traces {
namespace {

bool is_decimal(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

/// What the value of a field is from line to line, judged by one; `none` where only the same text
/// will do.
LineLayouts::Kind LineLayouts::kind_of(Field field, std::string_view raw) {
    const std::string_view inside = traces::inside(raw);
    if (field <= last_number_field) {
        if (is_decimal(raw) || is_decimal(inside)) return Kind::decimal;
        if (inside.starts_with("0x") && inside.size() > 2) return Kind::hex_number;
        return field == Field::op && is_text(raw) ? Kind::text : Kind::none;
    }
    if (field == Field::opName || field == Field::error)
        return is_text(raw) ? Kind::text : Kind::none;
    if (field == Field::returnData) return inside.starts_with("0x") ? Kind::bytes : Kind::none;
    if (field == Field::memory && is_text(raw))
        return inside.starts_with("0x") ? Kind::bytes : Kind::none;
    if (field == Field::memory && raw.starts_with('[')) return Kind::words;
    if (field == Field::stack && raw.starts_with('[')) return Kind::stack;
    return Kind::none;
}

/// Makes the layout of a line from its left to its right.
class LineLayouts::LayoutMaker {
public:
    LayoutMaker(std::string_view line, const ObjectFields& fields)
        : fields_{fields}, text_begin_{line.data()}, line_end_{line.data() + line.size()} {
        layout_.present = fields.present;
    }

    /// Adds the texts and values of the whole line. None where a value has a meaning for a step and
    /// no way to be read directly, or a text has what it must not have.
    std::optional<Layout> make() {
        for (const Field field : fields_in_order())
            if (!add_value(field)) return std::nullopt;
        if (text_begin_ > line_end_) return std::nullopt;
        add_text_before({line_end_, line_end_}, Slot{});
        if (!are_texts_plain_) return std::nullopt;
        return std::move(layout_);
    }

private:
    std::vector<Field> fields_in_order() const {
        std::vector<Field> present;
        for (std::size_t i = 0; i < field_count; ++i) {
            const auto field = static_cast<Field>(i);
            if (fields_.has(field)) present.push_back(field);
        }
        std::ranges::sort(present, {}, [&](Field field) { return fields_[field].data(); });
        return present;
    }

    /// Adds a value and the text before it. False where none can be read from a line like this.
    bool add_value(Field field) {
        const std::string_view raw = fields_[field];
        Slot slot;
        slot.kind = kind_of(field, raw);
        slot.field = field;
        if (slot.kind == Kind::none) {
            const bool is_absent = raw == "null" || (field == Field::error && raw == "false") ||
                                   (field == Field::storage && raw == "{}");
            if (is_absent) layout_.present &= ~bit(field);
            if (raw == "null") layout_.nulls |= bit(field);
            return is_absent || field > last_step_field;
        }
        if (slot.kind == Kind::words && !fields_.memory_words.empty())
            slot.has_0x = fields_.memory_words.front().starts_with("\"0x");
        const std::string_view changing = changing_part(slot.kind, raw);
        add_text_before(changing, slot);
        text_begin_ = changing.data() + changing.size();
        return true;
    }

    /// What of a value changes from line to line: no quotes, brackets and "0x" around it.
    std::string_view changing_part(Kind kind, std::string_view raw) const {
        switch (kind) {
            case Kind::none: break;
            case Kind::decimal: return raw.front() == '"' ? raw.substr(1, raw.size() - 2) : raw;
            case Kind::hex_number:
            case Kind::bytes: return raw.substr(3, raw.size() - 4);
            case Kind::text: return raw.substr(1, raw.size() - 2);
            case Kind::words:
                return fields_.memory_words.empty() ? raw.substr(1, 0)
                                                    : up_to(raw, fields_.memory_words.back());
            case Kind::stack:
                return fields_.stack_size == 0 ? raw.substr(1, 0)
                                               : up_to(raw, fields_.stack_top[0]);
        }
        return raw;
    }

    /// The items of an array, of which `last` is the last.
    static std::string_view up_to(std::string_view array, std::string_view last) {
        const char* const begin = array.data() + 1;
        return {begin, static_cast<std::size_t>(last.data() + last.size() - begin)};
    }

    /// Adds the text before `value`, in pieces that a slot can hold; the value comes after the last
    /// of them.
    void add_text_before(std::string_view value, const Slot& last) {
        for (;;) {
            const auto size = static_cast<std::size_t>(value.data() - text_begin_);
            Slot slot = size > Slot::text_max ? Slot{} : last;
            slot.text_size = static_cast<std::uint8_t>(std::min(size, Slot::text_max));
            slot.text_mask = slot.text_size == 32 ? ~0U : (1U << slot.text_size) - 1;
            std::memcpy(slot.text.data(), text_begin_, slot.text_size);
            note_text({text_begin_, slot.text_size});
            text_begin_ += slot.text_size;
            layout_.slots.push_back(slot);
            if (size <= Slot::text_max) return;
        }
    }

    /// Zeros would fit the padding after a line. With a backslash, the parser and those who look for
    /// an object's end may differ in what is a string, and so in where the end is.
    void note_text(std::string_view text) {
        are_texts_plain_ = are_texts_plain_ && !text.contains('\0') && !text.contains('\\');
        layout_.has_newlines = layout_.has_newlines || text.contains('\n');
    }

    const ObjectFields& fields_;
    bool are_texts_plain_ = true;
    const char* text_begin_;  ///< what comes after the last value added
    const char* line_end_;
    Layout layout_;
};

void LineLayouts::learn(std::string_view line, const ObjectFields& fields) {
    if (!is_on_ || !is_worth_learning()) return;
    auto layout = LayoutMaker{line, fields}.make();
    if (layout) keep(std::move(*layout));
}

bool LineLayouts::is_worth_learning() {
    if (pause_ != 0) {
        --pause_;
        return false;
    }
    constexpr std::uint64_t patience = 64;
    if (++learned_ >= patience) {
        if (reads_since_ < learned_) pause_ = 1000;
        learned_ = 0;
        reads_since_ = 0;
    }
    return true;
}

void LineLayouts::keep(Layout layout) {
    layout.last_use = ++uses_;
    ++changes_;
    if (layouts_.size() < layouts_max) {
        last_ = layouts_.size();
        layouts_.push_back(std::move(layout));
        return;
    }
    const auto oldest = std::ranges::min_element(layouts_, {}, &Layout::last_use);
    last_ = static_cast<std::size_t>(oldest - layouts_.begin());
    *oldest = std::move(layout);
}

template <typename Fits>
const char* LineLayouts::read_any(std::string_view text, LineValues& values, StepStack& stack,
                                  ByteBuffer& memory, ByteBuffer& return_data, Fits fits) {
    if (pause_ != 0 || layouts_.empty()) return nullptr;
    const auto attempt = [&](std::size_t i) -> const char* {
        const char* const end = read_as(layouts_[i], text, values, stack, memory, return_data);
        if (end == nullptr || !fits(end)) return nullptr;
        last_ = i;
        layouts_[i].last_use = ++uses_;
        ++reads_since_;
        return end;
    };
    const std::size_t first = last_;
    if (const char* const end = attempt(first)) return end;
    for (std::size_t i = 0; i < layouts_.size(); ++i) {
        if (i == first) continue;
        if (const char* const end = attempt(i)) return end;
    }
    return nullptr;
}

bool LineLayouts::read(std::string_view line, LineValues& values, StepStack& stack,
                       ByteBuffer& memory, ByteBuffer& return_data) {
    const char* const line_end = line.data() + line.size();
    return read_any(line, values, stack, memory, return_data,
                    [=](const char* end) { return end == line_end; }) != nullptr;
}

LineLayouts::Beginning LineLayouts::read_beginning(std::string_view text, LineValues& values,
                                                   StepStack& stack, ByteBuffer& memory,
                                                   ByteBuffer& return_data) {
    const char* const text_end = text.data() + text.size();
    const char* const end = read_any(text, values, stack, memory, return_data,
                                     [=](const char* at) { return at <= text_end; });
    if (end == nullptr) return {};
    return {static_cast<std::size_t>(end - text.data()), layouts_[last_].has_newlines};
}

std::size_t LineLayouts::read_line(std::string_view text, LineValues& values, StepStack& stack,
                                   ByteBuffer& memory, ByteBuffer& return_data) {
    const char* const text_end = text.data() + text.size();
    const auto newline = [=](const char* at) {
        if (at < text_end && *at == '\r') ++at;
        return at < text_end && *at == '\n' ? at : nullptr;
    };
    const char* const end = read_any(text, values, stack, memory, return_data,
                                     [=](const char* at) { return newline(at) != nullptr; });
    if (end == nullptr || layouts_[last_].has_newlines) return 0;
    return static_cast<std::size_t>(newline(end) - text.data());
}

#if defined(__x86_64__)

LineLayouts::LineLayouts()
    : is_on_{__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi") != 0 &&
             __builtin_cpu_supports("bmi2") != 0 && __builtin_cpu_supports("lzcnt") != 0 &&
             __builtin_cpu_supports("popcnt") != 0} {}

namespace {

/// How many items of a stack the replay needs to know of an instruction: what it takes, and the top,
/// which is the result of the one before.
std::size_t operands_of(std::uint64_t op) {
    if (op > 0xff) return operands_max;
    return std::clamp<std::size_t>(info(static_cast<Opcode>(op)).pops, 1, operands_max);
}

}  // namespace

EVMMEM_VECTOR const char* LineLayouts::read_as(Layout& layout, std::string_view text,
                                               LineValues& values, StepStack& stack,
                                               ByteBuffer& memory, ByteBuffer& return_data) {
    stack.has_stack = false;
    stack.stack_size = 0;
    stack.operand_count = 0;
    stack.stack_text = {};
    values.present = layout.present;
    values.nulls = layout.nulls;
    values.op_name = {};
    values.error = {};
    values.has_mnemonic = false;
    values.mnemonic = {};
    values.memory_form = LineValues::Bytes::absent;
    values.has_return_data = false;
    LineCursor cursor{text};
    std::size_t operands_wanted = operands_max;
    for (const Slot& slot : layout.slots) {
        if (!cursor.take_text(slot.text, slot.text_mask, slot.text_size)) return nullptr;
        const auto place = static_cast<std::size_t>(slot.field);
        bool is_good = true;
        switch (slot.kind) {
            case Kind::none: break;
            case Kind::decimal:
                is_good = cursor.take_decimal(values.numbers[place]);
                if (slot.field == Field::op && reads_few_operands_)
                    operands_wanted = operands_of(values.numbers[place]);
                break;
            case Kind::hex_number: is_good = cursor.take_hex_number(values.numbers[place]); break;
            case Kind::text:
                values.has_mnemonic = values.has_mnemonic || slot.field == Field::op;
                is_good = cursor.take_string(slot.field == Field::opName  ? values.op_name
                                             : slot.field == Field::error ? values.error
                                                                          : values.mnemonic);
                break;
            case Kind::bytes:
                if (slot.field == Field::memory) {
                    values.memory_form = LineValues::Bytes::text;
                    is_good = cursor.take_bytes(layout.memory_digits, memory, values.memory);
                } else {
                    std::size_t digits = 0;
                    values.has_return_data = true;
                    is_good = cursor.take_bytes(digits, return_data, values.return_data);
                }
                break;
            case Kind::words:
                values.memory_form = LineValues::Bytes::array;
                is_good = cursor.take_words(slot.has_0x, memory, values.memory);
                break;
            case Kind::stack: is_good = cursor.take_stack(stack, operands_wanted); break;
        }
        if (!is_good) return nullptr;
    }
    return cursor.at();
}

#else

// Without these instructions simdjson reads every line.
LineLayouts::LineLayouts() = default;
const char* LineLayouts::read_as(Layout&, std::string_view, LineValues&, StepStack&, ByteBuffer&,
                                 ByteBuffer&) {
    return nullptr;
}

#endif

}  // namespace evmmem::traces
