// SPDX-License-Identifier: MIT
#include "json_fault.hpp"

#include <cstdint>

#include "json_number.hpp"
#include "json_text.hpp"

namespace evmmem::traces {
namespace {

bool is_hex_digit(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// The size of the number at the front of `text`; 0 when there is none.
std::size_t number_size(std::string_view text) {
    std::size_t i = 0;
    const auto at = [&](char c) { return i < text.size() && text[i] == c; };
    const auto digits = [&] {
        const std::size_t first = i;
        while (i < text.size() && is_digit(text[i]))
            ++i;
        return i != first;
    };
    if (at('-')) ++i;
    if (at('0'))
        ++i;
    else if (!digits())
        return 0;
    if (at('.')) {
        ++i;
        if (!digits()) return 0;
    }
    if (at('e') || at('E')) {
        ++i;
        if (at('+') || at('-')) ++i;
        if (!digits()) return 0;
    }
    return i;
}

/// The size of the valid UTF-8 sequence at the front of `text`; 0 when it is none.
std::size_t utf8_size(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned first = byte(0);
    const std::size_t size = first < 0x80   ? 1
                             : first < 0xc2 ? 0
                             : first < 0xe0 ? 2
                             : first < 0xf0 ? 3
                             : first < 0xf5 ? 4
                                            : 0;
    if (size == 0 || size > text.size()) return 0;
    for (std::size_t i = 1; i < size; ++i)
        if ((byte(i) & 0xc0) != 0x80) return 0;
    if (first == 0xe0 && byte(1) < 0xa0) return 0;   // written longer than need be
    if (first == 0xed && byte(1) >= 0xa0) return 0;  // half of a surrogate pair
    if (first == 0xf0 && byte(1) < 0x90) return 0;
    if (first == 0xf4 && byte(1) >= 0x90) return 0;  // beyond U+10FFFF
    return size;
}

class Search {
public:
    explicit Search(std::string_view text) : text_{text} {}

    JsonFault run() {
        skip_blanks();
        if (at_end() || text_[at_] != '{')
            fail("expected a JSON object");
        else
            value();
        skip_blanks();
        if (!failed() && !at_end()) fail("unexpected text after the object");
        return fault_;
    }

private:
    static constexpr int nesting_max = 1024;  // simdjson's own limit, too

    bool at_end() const { return at_ == text_.size(); }
    bool failed() const { return !fault_.reason.empty(); }
    void fail(std::string reason) {
        if (failed()) return;
        fault_.offset = at_;
        fault_.stops_short = at_end();
        fault_.reason = at_end() ? "the JSON text stops in the middle" : std::move(reason);
    }
    void skip_blanks() {
        while (!at_end() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\r' ||
                             text_[at_] == '\n'))
            ++at_;
    }

    void value() {
        if (++depth_ > nesting_max) return fail("nested too deeply");
        skip_blanks();
        if (at_end())
            fail("");
        else if (text_[at_] == '{')
            members('}');
        else if (text_[at_] == '[')
            members(']');
        else if (text_[at_] == '"')
            string();
        else
            atom();
        --depth_;
    }

    /// The items of an object or array, from its opening to its closing bracket.
    void members(char close) {
        ++at_;
        skip_blanks();
        if (!at_end() && text_[at_] == close) {
            ++at_;
            return;
        }
        for (;;) {
            if (close == '}') {
                skip_blanks();
                if (at_end() || text_[at_] != '"') return fail("expected a field's name in quotes");
                string();
                skip_blanks();
                if (failed()) return;
                if (at_end() || text_[at_] != ':') return fail("expected ':'");
                ++at_;
            }
            value();
            skip_blanks();
            if (failed()) return;
            if (!at_end() && text_[at_] == close) {
                ++at_;
                return;
            }
            if (at_end() || text_[at_] != ',')
                return fail(close == '}' ? "expected ',' or '}'" : "expected ',' or ']'");
            ++at_;
        }
    }

    void string() {
        ++at_;
        while (!at_end() && text_[at_] != '"') {
            if (static_cast<unsigned char>(text_[at_]) < 0x20)
                return fail("control character in a string");
            if (text_[at_] == '\\') {
                escape();
                if (failed()) return;
                continue;
            }
            const std::size_t size = utf8_size(text_.substr(at_));
            if (size == 0) return fail("invalid UTF-8");
            at_ += size;
        }
        if (at_end()) return fail("");
        ++at_;
    }

    void escape() {
        if (at_ + 1 == text_.size()) {
            ++at_;
            return fail("");
        }
        const char kind = text_[at_ + 1];
        if (kind == 'u') {
            for (std::size_t i = 2; i < 6; ++i) {
                if (at_ + i >= text_.size()) {
                    at_ = text_.size();
                    return fail("");
                }
                if (!is_hex_digit(text_[at_ + i])) return fail("invalid escape in a string");
            }
            at_ += 6;
        } else if (std::string_view{"\"\\/bfnrt"}.find(kind) != std::string_view::npos) {
            at_ += 2;
        } else {
            fail("invalid escape in a string");
        }
    }

    void atom() {
        const std::string_view rest = text_.substr(at_);
        for (const std::string_view word : {"true", "false", "null"}) {
            if (rest.starts_with(word)) {
                at_ += word.size();
                return;
            }
            if (word.starts_with(rest)) {
                at_ = text_.size();
                return fail("");
            }
        }
        const std::size_t size = number_size(rest);
        if (size == 0) return fail("expected a value");
        at_ += size;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    int depth_ = 0;
    JsonFault fault_;
};

}  // namespace

JsonFault find_json_fault(std::string_view text) {
    JsonFault fault = Search{text}.run();
    // simdjson refused what this search finds nothing wrong with: say no more than is known.
    if (fault.reason.empty()) fault.reason = "not valid JSON";
    return fault;
}

bool is_json_number(std::string_view text) {
    return !text.empty() && number_size(text) == text.size();
}

bool is_json_scalar(std::string_view text) {
    if (text.empty()) return false;
    switch (text.front()) {
        case '"':
            return text.size() >= 2 && text.back() == '"' &&
                   has_valid_escapes(text.substr(1, text.size() - 2));
        case 't': return text == "true";
        case 'f': return text == "false";
        case 'n': return text == "null";
        default: return is_json_number(text);
    }
}

}  // namespace evmmem::traces
