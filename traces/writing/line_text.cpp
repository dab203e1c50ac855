// SPDX-License-Identifier: MIT
#include "line_text.hpp"

namespace evmmem::traces {
namespace {

/// One item that begins after its opening quote; null where it is no number in hex.
char* put_item(char* at, std::string_view digits) {
    if (digits.starts_with("0x") || digits.starts_with("0X")) digits.remove_prefix(2);
    while (digits.size() > 1 && digits.front() == '0')
        digits.remove_prefix(1);
    if (digits.empty() || digits.size() > 64) return nullptr;
    at = put(at, "\"0x");
    for (const char digit : digits) {
        const auto lower = static_cast<char>(digit | 0x20);
        const bool is_digit = (digit >= '0' && digit <= '9') || (lower >= 'a' && lower <= 'f');
        if (!is_digit) return nullptr;
        *at++ = lower;  // a digit of ten has that bit already
    }
    *at++ = '"';
    return at;
}

}  // namespace

char* put_stack(char* at, std::string_view items, std::size_t count) {
    char* const begin = at;
    std::size_t found = 0;
    for (std::size_t open = items.find('"'); open != std::string_view::npos; ++found) {
        const std::size_t close = items.find('"', open + 1);
        if (close == std::string_view::npos || found == count) return put(begin, items);
        if (found != 0) *at++ = ',';
        at = put_item(at, items.substr(open + 1, close - open - 1));
        if (at == nullptr) return put(begin, items);
        open = items.find('"', close + 1);
    }
    return found == count ? at : put(begin, items);
}

char* put_json_text(char* at, std::string_view text) {
    *at++ = '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            *at++ = '\\';
            *at++ = c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            at = put_digits(put(at, "\\u00"), static_cast<unsigned char>(c), 2);
        } else {
            *at++ = c;
        }
    }
    *at++ = '"';
    return at;
}

}  // namespace evmmem::traces
