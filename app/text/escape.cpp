// SPDX-License-Identifier: MIT
#include "escape.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <iterator>

namespace evmmem::app {
namespace {

struct Character {
    char32_t code = 0;
    std::size_t size = 1;  // in bytes
    bool is_valid = false;
};

// The character that `text` begins with. Refuses what RFC 3629 refuses: overlong forms, surrogates,
// values above 10FFFF, cut sequences.
Character decode_first(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t lead = byte(0);
    if (lead < 0x80) return {lead, 1, true};

    const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return {};
    char32_t code = lead & (0x7fU >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xc0U) != 0x80) return {};
        code = code << 6 | (byte(i) & 0x3fU);
    }
    constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < smallest[size] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return {};
    return {code, size, true};
}

// Characters that do not stand for themselves on a screen.
bool is_harmful(char32_t code) {
    struct Range {
        char32_t first, last;
    };
    static constexpr Range ranges[] = {
        {0x0000, 0x001f},
        {0x007f, 0x009f},  // control characters, C0 and C1
        {0x00ad, 0x00ad},  // soft hyphen
        {0x061c, 0x061c},  // Arabic letter mark
        {0x180e, 0x180e},  // Mongolian vowel separator
        {0x200b, 0x200f},
        {0x2028, 0x202e},  // zero width, marks, separators, embeddings, overrides
        {0x2060, 0x206f},  // invisible operators, isolates
        {0xfeff, 0xfeff},
        {0xfff0, 0xfffb},    // byte order mark, annotations
        {0xfffe, 0xffff},    // not characters
        {0xe0000, 0xe0fff},  // tags
    };
    for (const auto& range : ranges)
        if (range.first <= code && code <= range.last) return true;
    return false;
}

void append_escaped(std::string& out, char32_t code) {
    switch (code) {
        case '\n': out += "\\n"; return;
        case '\r': out += "\\r"; return;
        case '\t': out += "\\t"; return;
        default: break;
    }
    const auto value = static_cast<std::uint32_t>(code);
    if (value < 0x80)
        fmt::format_to(std::back_inserter(out), "\\x{:02x}", value);
    else
        fmt::format_to(std::back_inserter(out), "\\u{{{:x}}}", value);
}

}  // namespace

std::string escaped(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const Character character = decode_first(text);
        if (!character.is_valid)
            fmt::format_to(std::back_inserter(out), "\\x{:02x}",
                           static_cast<std::uint8_t>(text[0]));
        else if (is_harmful(character.code))
            append_escaped(out, character.code);
        else
            out += text.substr(0, character.size);
        text.remove_prefix(character.size);
    }
    return out;
}

std::string escaped(std::string_view text, std::size_t columns_max) {
    // No character needs more than four bytes: what follows cannot be shown anyway.
    const bool is_cut = text.size() > columns_max * 4;
    std::string out = escaped(is_cut ? text.substr(0, columns_max * 4) : text);
    if (!is_cut && columns(out) <= columns_max) return out;

    constexpr std::string_view ellipsis = "...";
    std::size_t end = 0;
    for (std::size_t shown = 0; end < out.size() && shown + ellipsis.size() < columns_max; ++shown)
        end += decode_first(std::string_view{out}.substr(end)).size;
    out.resize(end);
    return out += ellipsis;
}

std::size_t columns(std::string_view text) {
    std::size_t count = 0;
    for (const char c : text)
        count += (static_cast<std::uint8_t>(c) & 0xc0U) != 0x80;
    return count;
}

}  // namespace evmmem::app
