// SPDX-License-Identifier: MIT
#include "struct_logs.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <initializer_list>
#include <utility>

#include "other_results.hpp"
#include "traces/input/line_reader.hpp"
#include "traces/json/json_fault.hpp"
#include "traces/json/json_text.hpp"

namespace evmmem::traces {
namespace {

constexpr std::size_t nesting_max = 1024;

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// The fields of a result that report its transaction's end.
constexpr std::pair<std::string_view, Field> kept_fields[] = {
    {"gas", Field::gas},         {"failed", Field::failed}, {"returnValue", Field::returnValue},
    {"return", Field::returned}, {"error", Field::error},   {"fork", Field::fork},
};

/// Of foreign words that are kept to be shown.
constexpr std::size_t words_max = 200;

std::string plain_words(std::string_view value) {
    if (!value.starts_with('"')) return std::string{value.substr(0, words_max)};
    std::string_view text = value.substr(1, value.size() - 2);
    if (text.size() > 4 * words_max) text = text.substr(0, words_max);
    return unescaped_or_raw(text).substr(0, words_max);
}

bool names_steps(std::string_view key) {
    return key == "structLogs" || key == "stdout";
}

/// Characters at which a search for the end of an object has something to do.
constexpr std::array<bool, 256> structural = [] {
    std::array<bool, 256> is_structural{};
    for (const char c : {'"', '{', '}', '[', ']'})
        is_structural[static_cast<unsigned char>(c)] = true;
    return is_structural;
}();

}  // namespace

bool StructLogs::fail(TraceError::Kind kind, std::string message) {
    error_ = {};
    error_.kind = kind;
    error_.message = std::move(message);
    error_.line = line_;
    error_.column = column_;
    if (kind == TraceError::Kind::malformed) error_.excerpt = window_.text().substr(0, 60);
    return false;
}

/// Fails once, at what is wrong here, and steps over `size` bytes of it: the next event can be
/// read.
bool StructLogs::complain(std::string message, std::size_t size) {
    goes_on_ = true;
    fail(TraceError::Kind::malformed, std::move(message));
    consume(size);
    return false;
}

void StructLogs::consume(std::size_t size) {
    const std::string_view text = window_.text().substr(0, size);
    const auto lines = std::ranges::count(text, '\n');
    line_ += static_cast<std::uint64_t>(lines);
    if (lines == 0)
        column_ += size;
    else
        column_ = size - text.rfind('\n');
    window_.take(size);
}

bool StructLogs::is_within_limit(std::size_t size) {
    if (size <= element_max_) return true;
    error_ = too_long(line_, element_max_);
    return false;
}

/// Reads on until more than `size` bytes of the text are there; false also at its end.
bool StructLogs::want(std::size_t size) {
    while (window_.text().size() <= size) {
        if (!is_within_limit(size)) return false;
        const auto more = window_.extend();
        if (!more) {
            error_ = more.error();
            error_.line = line_;
            return false;
        }
        if (!*more) return fail(TraceError::Kind::truncated, "the document is cut short");
    }
    return true;
}

/// The offset after the quote that closes the string that opens at `begin`.
bool StructLogs::string_end(std::size_t begin, std::size_t& end) {
    std::size_t i = begin + 1;
    for (;;) {
        if (!want(i)) return false;
        const std::string_view text = window_.text();
        const void* found = std::memchr(text.data() + i, '"', text.size() - i);
        if (found == nullptr) {
            i = text.size();
            continue;
        }
        i = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
        std::size_t backslashes = 0;
        while (text[i - 1 - backslashes] == '\\')
            ++backslashes;
        ++i;
        if (backslashes % 2 == 0) break;
    }
    end = i;
    return true;
}

bool StructLogs::atom_end(std::size_t begin, std::size_t& end) {
    std::size_t i = begin;
    for (;; ++i) {
        if (!want(i)) return false;
        const char c = at(i);
        if (is_blank(c) || c == ',' || c == ']' || c == '}') break;
    }
    end = i;
    return true;
}

/// The offset after the bracket that closes the object or array that opens at `begin`.
bool StructLogs::container_end(std::size_t begin, std::size_t& end) {
    std::size_t depth = 0;
    std::size_t i = begin;
    for (;;) {
        if (!want(i)) return false;
        const std::string_view text = window_.text();
        while (i < text.size() && !structural[static_cast<unsigned char>(text[i])])
            ++i;
        if (i == text.size()) continue;
        const char c = text[i];
        if (c == '"') {
            if (!string_end(i, i)) return false;
            continue;
        }
        ++i;
        if (c == '{' || c == '[')
            ++depth;
        else if (--depth == 0)
            break;
    }
    end = i;
    return true;
}

/// Consumes blanks. At the outermost level any text, too: the marks of .io files.
bool StructLogs::skip_to_token() {
    for (;;) {
        const std::string_view text = window_.text();
        std::size_t i = 0;
        if (containers_.empty()) {
            while (i < text.size() && text[i] != '{' && text[i] != '[')
                ++i;
        } else {
            while (i < text.size() && is_blank(text[i]))
                ++i;
        }
        const bool is_there = i < text.size();
        consume(i);
        if (is_there) return true;
        const auto more = window_.extend();
        if (!more) {
            error_ = more.error();
            error_.line = line_;
            return false;
        }
        if (!*more) {
            if (!containers_.empty())
                return fail(TraceError::Kind::truncated, "the document is cut short");
            is_finished_ = true;
            return true;
        }
    }
}

bool StructLogs::open(bool is_array, std::string_view key) {
    if (containers_.size() == nesting_max)
        return fail(TraceError::Kind::malformed, "nested too deeply");
    Container container;
    container.is_array = is_array;
    const bool may_hold_results = containers_.empty() || key == "result";
    container.holds_steps =
        is_array && (names_steps(key) || (may_hold_results && begins_with_step()));
    container.holds_results = is_array && may_hold_results && !container.holds_steps;
    container.is_error = !is_array && key == "error";
    if (!containers_.empty()) {
        Container& parent = containers_.back();
        if (parent.is_array) ++parent.elements;
        if (!parent.is_array && (key == "result" || container.is_error)) parent.is_answer = true;
        if (container.is_error) parent.has_error = true;
        if (!parent.is_array && key == "result") parent.has_result = true;
        note_member(key, {});
    }
    if (container.holds_steps) {
        if (!containers_.empty() && names_steps(key)) containers_.back().is_result = true;
        container.has_steps = true;
        has_begun_array_ = true;
        has_found_any_ = true;
    }
    containers_.push_back(std::move(container));
    consume(1);
    return true;
}

/// What a member says of the object that it belongs to: who it is, and what is wrong with it.
void StructLogs::note_member(std::string_view key, std::string_view value) {
    Container& object = containers_.back();
    if (object.is_array) return;
    if (containers_.size() == 1 && key == "pc") object.is_step = true;
    if (object.tracer.empty()) object.tracer = tracer_of(key);
    if (value.empty()) return;
    if (key == "txHash" || key == "transactionHash")
        object.name = "transaction " + plain_words(value);
    else if (key == "id" && object.name.empty())
        object.name = "answer with id " + plain_words(value);
    if (key == "result") {
        object.is_answer = true;
        object.has_result = true;
        if (object.why.empty()) object.why = "its result is " + plain_words(value);
    } else if (key == "error" && value != "null") {
        object.is_answer = true;
        object.has_error = true;
        object.why = "the node says: " + plain_words(value);
    } else if (object.is_error && key == "message") {
        object.why = "the node says: " + plain_words(value);
    } else if (names_steps(key) && value == "null") {
        object.has_steps = true;
        has_found_any_ = true;
    }
}

/// An answer, or an element of a block's answer, is over: was there anything to replay in it?
void StructLogs::note_unread(const Container& closed) {
    const Container* parent =
        containers_.size() > 1 ? &containers_[containers_.size() - 2] : nullptr;
    if (closed.is_step && !std::exchange(has_stray_step_, true)) {
        unread_which_ = "a step on a line of its own, and those after it";
        unread_why_ = "they stand beside documents; give JSON lines a file of their own";
        has_unread_ = true;
        return;
    }
    const bool is_element = parent != nullptr && parent->holds_results && containers_.size() > 2;
    const bool lacks_steps = !closed.has_steps && (closed.is_answer || is_element);
    const bool has_failed = closed.has_steps && closed.has_error && !closed.is_result;
    if (closed.is_array || closed.has_unread || closed.is_error || (!lacks_steps && !has_failed))
        return;
    // A tracer's own result reports an error, too: that of what it traced.
    if (!closed.has_result && !closed.tracer.empty() && !is_element) return;
    unread_which_ = !closed.name.empty() ? closed.name
                    : is_element         ? "transaction " + std::to_string(parent->elements)
                    : parent != nullptr && parent->holds_results
                        ? "answer " + std::to_string(parent->elements)
                        : "an answer";
    unread_why_ = !closed.why.empty()      ? closed.why
                  : !closed.tracer.empty() ? result_of(closed.tracer)
                                           : "it has no structLogs";
    has_unread_ = true;
    containers_.back().has_unread = true;
}

/// Of the innermost object around the array that begins, that has one.
std::string_view StructLogs::name_of_array() {
    name_.clear();
    for (std::size_t i = containers_.size(); i-- > 0 && name_.empty();) {
        if (containers_[i].name.empty()) continue;
        name_ = containers_[i].name;
        containers_[i].is_named = true;
    }
    return name_;
}

/// An object with an array of steps in it may say only after it who it is.
void StructLogs::note_name(const Container& closed) {
    const bool is_due =
        !closed.is_array && !closed.name.empty() && !closed.is_named && closed.has_steps;
    if (is_due) {
        name_ = closed.name;
        has_name_ = true;
    }
    // What is around it holds more than this one.
    if (containers_.size() > 1 && (is_due || closed.is_named))
        containers_[containers_.size() - 2].is_named = true;
}

/// Reads on until `size` bytes are there, if there are so many.
void StructLogs::want_ahead(std::size_t size) {
    while (window_.text().size() < size && !window_.at_end())
        if (const auto more = window_.extend(); !more || !*more) return;
}

std::string_view StructLogs::look_ahead(std::size_t size) {
    want_ahead(size);
    const std::string_view text = window_.text().substr(0, size);
    return text.substr(0, text.find("\"structLogs\""));
}

/// Whether the array that opens here is one of steps, though nothing names it: its first element
/// has a step's fields, before any that an answer has.
bool StructLogs::begins_with_step() {
    constexpr std::size_t look_bytes = 4096;
    want_ahead(look_bytes);
    const std::string_view text = window_.text().substr(0, look_bytes);
    const std::size_t begin = text.find_first_not_of(" \t\r\n", 1);
    if (begin == std::string_view::npos || text[begin] != '{') return false;
    const auto first_of = [&](std::initializer_list<std::string_view> marks) {
        std::size_t first = std::string_view::npos;
        for (const std::string_view mark : marks)
            first = std::min(first, text.find(mark));
        return first;
    };
    const std::size_t steps =
        first_of({"\"pc\"", "\"gasCost\"", "\"opName\"", "\"memSize\"", "\"stack\""});
    return steps < first_of({"\"structLogs\"", "\"result\"", "\"jsonrpc\"", "\"stdout\""});
}

void StructLogs::close(Item& item, bool& has_item) {
    if (const Container& empty = containers_.back();
        empty.holds_results && empty.elements == 0 && containers_.size() > 1) {
        containers_.back().has_steps = true;  // a block without transactions is whole
        has_found_any_ = true;
    }
    note_unread(containers_.back());
    note_name(containers_.back());
    if (containers_.size() > 1) {
        const Container& from = containers_.back();
        Container& to = containers_[containers_.size() - 2];
        to.has_steps = to.has_steps || from.has_steps;
        to.has_unread = to.has_unread || from.has_unread;
        const bool is_nodes_word = from.tracer.empty() && !from.why.empty();
        if (is_nodes_word && (to.why.empty() || from.is_error)) to.why = from.why;
        if (to.tracer.empty() && !to.is_array) to.tracer = from.tracer;
    }
    const Container& closed = containers_.back();
    if (closed.is_result && !closed.kept.empty()) {
        result_text_ = closed.texts;
        result_.clear();
        for (const Container::Kept& kept : closed.kept) {
            result_.present |= 1U << static_cast<unsigned>(kept.field);
            result_.raw[static_cast<std::size_t>(kept.field)] =
                std::string_view{result_text_}.substr(kept.offset, kept.size);
        }
        item = {Event::result_ends, line_, column_, {}, false, &result_, {}, {}};
        has_item = true;
    }
    kept_bytes_ -= closed.texts.size();
    containers_.pop_back();
    consume(1);
}

/// A key, a colon, and the value or, of an array or object, its opening bracket.
bool StructLogs::read_member() {
    std::size_t end = 0;
    if (!string_end(0, end)) return false;
    const std::string key{window_.text().substr(1, end - 2)};
    consume(end);
    for (const char expected : {':', '\0'}) {
        std::size_t i = 0;
        for (;; ++i) {
            if (!want(i)) return false;
            if (!is_blank(at(i))) break;
        }
        consume(i);
        if (expected == '\0') break;
        if (at(0) != expected) return fail(TraceError::Kind::malformed, "expected ':'");
        consume(1);
    }
    return read_value(key);
}

/// A plain value: a member's, or an element of an array, where there should be an answer.
void StructLogs::note_scalar(std::string_view key, std::string_view value) {
    Container& container = containers_.back();
    if (!container.is_array) {
        note_member(key, value);
        return;
    }
    ++container.elements;
    if (!container.holds_results) return;
    unread_which_ =
        (containers_.size() > 1 ? "transaction " : "answer ") + std::to_string(container.elements);
    unread_why_ = "it is " + plain_words(value);
    has_unread_ = true;
    container.has_unread = true;
}

bool StructLogs::read_value(std::string_view key) {
    const char c = at(0);
    if (c == '{' || c == '[') return open(c == '[', key);
    std::size_t end = 0;
    if (c == '"' ? !string_end(0, end) : !atom_end(0, end)) return false;
    if (end == 0) return fail(TraceError::Kind::malformed, "expected a value");
    if (!is_within_limit(end)) return false;
    if (!is_json_scalar(window_.text().substr(0, end))) return complain("expected a value", end);
    note_scalar(key, window_.text().substr(0, end));
    for (const auto& [name, field] : kept_fields) {
        if (name != key) continue;
        Container& container = containers_.back();
        if (std::ranges::find(container.kept, field, &Container::Kept::field) !=
            container.kept.end()) {
            complain("the field appears twice", end);
            error_.field = key;
            return false;
        }
        kept_bytes_ += end;
        if (!is_within_limit(kept_bytes_)) return false;
        container.kept.push_back({field, container.texts.size(), end});
        container.texts += window_.text().substr(0, end);
    }
    consume(end);
    return true;
}

StructLogs::Item StructLogs::beginning() {
    // An element as long as the last would otherwise be found to stop short only at its end.
    if (!window_.ends_where_a_unit_does()) want_ahead(last_size_);
    return {Event::beginning, line_, column_, window_.text(), true, nullptr, {}, {}};
}

std::expected<void, TraceError> StructLogs::taken(std::size_t size, bool has_newlines) {
    if (!is_within_limit(size)) {
        is_finished_ = true;
        return std::unexpected{std::move(error_)};
    }
    last_size_ = size;
    if (has_newlines) {
        consume(size);
    } else {
        column_ += size;
        window_.take(size);
    }
    return {};
}

std::expected<StructLogs::Item, TraceError> StructLogs::whole() {
    std::size_t end = 0;
    if (!container_end(0, end) || !is_within_limit(end)) {
        is_finished_ = true;
        return std::unexpected{std::move(error_)};
    }
    last_size_ = to_consume_ = end;
    return Item{Event::element, line_,   column_, window_.text().substr(0, end),
                true,           nullptr, {},      {}};
}

bool StructLogs::read_element(Item& item) {
    const char c = at(0);
    std::size_t end = 0;
    if (c == '{') {
        item = beginning();
        return true;
    }
    if (c == '[') {
        if (!container_end(0, end)) return false;
    } else if (c == '"' ? !string_end(0, end) : !atom_end(0, end)) {
        return false;
    }
    if (end == 0) return fail(TraceError::Kind::malformed, "expected an object");
    if (!is_within_limit(end)) return false;
    item = {Event::element, line_, column_, window_.text().substr(0, end), true, nullptr, {}, {}};
    to_consume_ = end;
    if (c != '"') return true;
    // A specification may hold the lines as strings.
    auto text = unescaped(item.text.substr(1, end - 2));
    if (!text) return true;
    element_text_ = std::move(*text);
    const std::size_t size = element_text_.size();
    element_text_.append(TextWindow::padding, '\0');
    item.text = std::string_view{element_text_}.substr(0, size);
    item.is_padded = false;
    return true;
}

/// A bracket, a comma, or a value with its key before it.
bool StructLogs::read_token(Item& item, bool& has_item) {
    using enum Container::Awaited;
    const char c = at(0);
    if (containers_.empty()) return open(c == '[', {});
    Container& container = containers_.back();
    const bool in_array = container.is_array;
    const auto awaited = std::exchange(container.awaited, c == ',' ? value : comma);
    if (c == ',') {
        if (awaited != comma) return complain("expected a value", 1);
        consume(1);
        return true;
    }
    if (c == (in_array ? ']' : '}')) {
        if (awaited == value) return complain("expected a value", 0);
        close(item, has_item);
        return true;
    }
    if (awaited == comma) {
        // Where another value clearly begins, only the comma is missing.
        container.awaited = value;
        const std::string message = in_array ? "expected ',' or ']'" : "expected ',' or '}'";
        const bool is_clear = c == '"' || (in_array && (c == '{' || c == '['));
        return is_clear ? complain(message, 0) : fail(TraceError::Kind::malformed, message);
    }
    if (container.holds_steps) {
        has_item = read_element(item);
        return has_item;
    }
    if (in_array) return read_value({});
    if (c == '"') return read_member();
    return fail(TraceError::Kind::malformed, "expected a field's name in quotes");
}

/// Whether a comma and an object follow an element, as they nearly always do; then the comma is
/// consumed.
bool StructLogs::begin_next_element() {
    const std::string_view text = window_.text();
    if (is_finished_ || has_unread_ || has_name_ || has_begun_array_ || !text.starts_with(",{"))
        return false;
    const Container& array = containers_.back();
    if (!array.holds_steps || array.awaited != Container::Awaited::comma) return false;
    ++column_;
    window_.take(1);
    return true;
}

std::expected<StructLogs::Item, TraceError> StructLogs::next() {
    if (to_consume_ != 0) consume(std::exchange(to_consume_, 0));
    if (!containers_.empty() && begin_next_element()) return beginning();
    Item item;
    const std::uint64_t begin = bytes_read();
    while (!is_finished_) {
        if (bytes_read() - begin > noise_bytes_max) {
            is_finished_ = true;
            return std::unexpected{too_noisy(line_, noise_bytes_max)};
        }
        if (std::exchange(has_unread_, false))
            return Item{Event::unread, line_,   column_,       {},
                        false,         nullptr, unread_which_, unread_why_};
        if (std::exchange(has_name_, false))
            return Item{Event::named, line_, column_, {}, false, nullptr, name_, {}};
        if (std::exchange(has_begun_array_, false))
            return Item{Event::array_begins, line_, column_, {}, false, nullptr,
                        name_of_array(),     {}};
        bool has_item = false;
        const bool is_good = skip_to_token() && (is_finished_ || read_token(item, has_item));
        if (!is_good) {
            is_finished_ = !std::exchange(goes_on_, false);
            return std::unexpected{std::move(error_)};
        }
        if (has_item) return item;
    }
    return Item{};
}

}  // namespace evmmem::traces
