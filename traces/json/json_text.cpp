// SPDX-License-Identifier: MIT
#include "json_text.hpp"

#include <cstdint>
#include <cstring>

#include "core/hex.hpp"

namespace evmmem::traces {
namespace {

void append_utf8(std::string& target, std::uint32_t code) {
    const auto put = [&](std::uint32_t byte) { target += static_cast<char>(byte); };
    if (code < 0x80) return put(code);
    if (code < 0x800)
        put(0xc0 | code >> 6);
    else if (code < 0x10000) {
        put(0xe0 | code >> 12);
        put(0x80 | (code >> 6 & 0x3f));
    } else {
        put(0xf0 | code >> 18);
        put(0x80 | (code >> 12 & 0x3f));
        put(0x80 | (code >> 6 & 0x3f));
    }
    put(0x80 | (code & 0x3f));
}

}  // namespace

std::optional<std::string> unescaped(std::string_view text) {
    constexpr std::string_view letters = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    std::string result;
    const auto unit_at = [&](std::size_t i) -> std::optional<std::uint32_t> {
        if (i + 6 > text.size() || text[i] != '\\' || text[i + 1] != 'u') return std::nullopt;
        const auto value = decode_hex_u64(text.substr(i + 2, 4));
        if (!value) return std::nullopt;
        return static_cast<std::uint32_t>(*value);
    };
    for (std::size_t i = 0; i < text.size();) {
        if (text[i] != '\\') {
            result += text[i++];
            continue;
        }
        if (i + 1 == text.size()) return std::nullopt;
        if (text[i + 1] != 'u') {
            const std::size_t letter = letters.find(text[i + 1]);
            if (letter == std::string_view::npos) return std::nullopt;
            result += meanings[letter];
            i += 2;
            continue;
        }
        auto code = unit_at(i);
        if (!code) return std::nullopt;
        i += 6;
        if (*code >= 0xd800 && *code < 0xdc00) {
            const auto low = unit_at(i);
            if (!low || *low < 0xdc00 || *low >= 0xe000) return std::nullopt;
            code = 0x10000 + ((*code - 0xd800) << 10) + (*low - 0xdc00);
            i += 6;
        } else if (*code >= 0xdc00 && *code < 0xe000) {
            return std::nullopt;
        }
        append_utf8(result, *code);
    }
    return result;
}

std::string unescaped_or_raw(std::string_view text) {
    return unescaped(text).value_or(std::string{text});
}

std::size_t find_in(std::string_view text, std::string_view word, std::size_t from) {
    if (from >= text.size()) return std::string_view::npos;
    const void* const found =
        memmem(text.data() + from, text.size() - from, word.data(), word.size());
    if (found == nullptr) return std::string_view::npos;
    return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

bool has_valid_escapes(std::string_view text) {
    for (std::size_t i = text.find('\\'); i < text.size(); i = text.find('\\', i)) {
        if (i + 1 == text.size()) return false;
        const bool is_unicode = text[i + 1] == 'u';
        if (is_unicode ? i + 6 > text.size() || !decode_hex_u64(text.substr(i + 2, 4))
                       : std::string_view{"\"\\/bfnrt"}.find(text[i + 1]) == std::string_view::npos)
            return false;
        i += is_unicode ? 6 : 2;
    }
    return true;
}

}  // namespace evmmem::traces
