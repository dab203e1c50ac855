// SPDX-License-Identifier: MIT
#include "client_marks.hpp"

#include <algorithm>
#include <utility>

#include "dialect_evidence.hpp"
#include "traces/json/json_text.hpp"
#include "traces/json/object_fields.hpp"

namespace evmmem::traces {
namespace {

/// Of a transaction's steps so much is looked at to find its end.
constexpr std::size_t look_bytes = std::size_t{256} * 1024;

std::string_view first_line(std::string_view text) {
    return text.substr(0, text.find('\n'));
}

bool is_step(std::string_view line) {
    return line.find("\"pc\"") != std::string_view::npos;
}

std::string_view object_on(std::string_view line) {
    const std::size_t begin = line.find('{');
    const std::size_t end = line.rfind('}');
    if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return {};
    return line.substr(begin, end + 1 - begin);
}

/// The first object of a text, up to the bracket that closes it; empty where that is not there.
std::string_view first_element(std::string_view text) {
    const std::size_t begin = text.find('{');
    bool is_quoted = false;
    std::size_t depth = 0;
    for (std::size_t i = begin; i < text.size(); ++i) {
        const char c = text[i];
        if (is_quoted && c == '\\')
            ++i;
        else if (c == '"')
            is_quoted = !is_quoted;
        else if (!is_quoted && c == '{')
            ++depth;
        else if (!is_quoted && c == '}' && --depth == 0)
            return text.substr(begin, i + 1 - begin);
    }
    return {};
}

char form_of(std::string_view raw) {
    if (raw == "null") return 'n';
    if (raw.front() != '"') return raw.front() == '[' ? 'a' : '1';
    return raw.starts_with("\"0x") ? 'x' : 't';
}

/// The keys of a step, each with the form of its value. Errors, and of documents refunds, are on some steps
/// only.
std::string shape_of(std::string_view object, bool is_document) {
    FieldPicker picker;
    ObjectFields fields;
    if (object.empty() || !picker.pick(object, fields) || !fields.has(Field::pc) ||
        !fields.has(Field::op))
        return {};
    std::string shape;
    for (std::size_t at = object.find('"'); at != std::string_view::npos;) {
        const std::size_t end = object.find('"', at + 1);
        if (end == std::string_view::npos) break;
        const std::string_view word = object.substr(at + 1, end - at - 1);
        at = object.find('"', end + 1);
        for (std::size_t i = 0; i < field_count; ++i) {
            const auto field = static_cast<Field>(i);
            const bool is_key = fields.has(field) && key(field) == word &&
                                fields[field].data() > object.data() + end;
            const bool is_on_some =
                field == Field::error || (is_document && field == Field::refund);
            if (!is_key || is_on_some) continue;
            shape.append(word) += form_of(fields[field]);
        }
    }
    return shape;
}

/// Whose summary the object is; 0 where it is none.
std::uint8_t ends_of(std::string_view object) {
    FieldPicker picker;
    ObjectFields fields;
    if (object.empty() || !picker.pick(object, fields)) return 0;
    Evidence seen;
    seen.note_other(object, fields);
    const std::uint32_t counts[] = {seen.summaries_besu,   seen.summaries_besu_run,
                                    seen.summaries_evmone, seen.summaries_revm,
                                    seen.summaries_parity, seen.summaries_ethereumjs,
                                    seen.outputs};
    std::uint8_t number = 0;
    for (const std::uint32_t count : counts) {
        ++number;
        if (count != 0) return number;
    }
    return 0;
}

}  // namespace

bool OtherLine::is_in(std::string_view text) {
    constexpr std::size_t beginning = 5;  // {"pc"
    const std::string_view first = text.substr(0, beginning);
    while (text.size() - at_ >= beginning) {
        if (text.substr(at_, beginning) != first) return true;
        const std::size_t end = text.find('\n', at_);
        if (end == std::string_view::npos) return false;
        at_ = end + 1;
    }
    return false;
}

bool begins_transaction(std::string_view line) {
    constexpr std::string_view name = "\"pc\":";
    const std::size_t pc = line.find(name);
    if (pc == std::string_view::npos) return false;
    std::string_view value = line.substr(pc + name.size());
    value.remove_prefix(std::min(value.size(), value.find_first_not_of(' ')));
    return value.starts_with("0,") || value.starts_with("\"0x0\"");
}

ClientMarks marks_of_lines(std::string_view ahead, std::size_t steps_size) {
    ClientMarks marks{.shape = shape_of(object_on(first_line(ahead)), false)};
    const std::string_view rest = ahead.substr(steps_size);
    const std::string_view line = first_line(rest);
    if (line.size() != rest.size()) marks.ends = ends_of(line);
    return marks;
}

ClientMarks marks_of_elements(std::string_view ahead) {
    return {.shape = shape_of(first_element(ahead), true)};
}

OneClient lines_of_one_client(std::string_view text) {
    OneClient first{.size = text.size(), .marks = {}};
    std::size_t begin = text.find("{\"");
    while (begin < text.size()) {
        if (begins_transaction(first_line(text.substr(begin)))) {
            const std::string_view ahead = text.substr(begin, look_bytes);
            ClientMarks marks = marks_of_lines(ahead, OtherLine{}.before(ahead).size());
            if (first.marks.shape.empty())
                first.marks = std::move(marks);
            else if (!marks.shape.empty() && !first.marks.may_be_same(marks))
                return {begin, std::move(first.marks)};
        }
        // The transaction ends with a summary, which other lines may follow.
        const std::size_t end = find_in(text, "\n", find_in(text, "\"gasUsed\"", begin));
        if (end == std::string_view::npos) break;
        begin = end + 1;
        while (begin < text.size() && !is_step(first_line(text.substr(begin))))
            begin += first_line(text.substr(begin)).size() + 1;
    }
    return first;
}

OneClient documents_of_one_client(std::string_view text) {
    constexpr std::string_view name = "\"structLogs\"";
    OneClient first{.size = text.size(), .marks = {}};
    for (std::size_t at = find_in(text, name); at != std::string_view::npos;
         at = find_in(text, name, at + 1)) {
        const std::size_t next = find_in(text, name, at + 1);
        ClientMarks marks =
            marks_of_elements(text.substr(at + name.size(), next - at - name.size()));
        if (first.marks.shape.empty())
            first.marks = std::move(marks);
        else if (!marks.shape.empty() && !first.marks.may_be_same(marks))
            return {at, std::move(first.marks)};
    }
    return first;
}

}  // namespace evmmem::traces
