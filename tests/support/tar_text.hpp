// SPDX-License-Identifier: MIT
// tar archives written by hand, from the format's description (POSIX.1-2001, pax, "ustar interchange
// format"): a header of 512 bytes, the content filled up to as many, and two blocks of zeros.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace evmmem::test {

inline std::string tar_header(std::string_view name, std::size_t size, char type = '0') {
    constexpr std::size_t block = 512;
    std::string header(block, '\0');
    const auto put = [&](std::size_t at, std::string_view text) {
        header.replace(at, text.size(), text);
    };
    const auto octal = [](std::size_t value, std::size_t digits) {
        std::string text(digits, '0');
        for (std::size_t i = digits; i-- > 0; value >>= 3)
            text[i] = static_cast<char>('0' + (value & 7));
        return text;
    };
    put(0, name.substr(0, 100));
    put(100, "0000644");
    put(108, "0000000");
    put(116, "0000000");
    put(124, octal(size, 11));
    put(136, octal(0, 11));
    put(156, std::string_view{&type, 1});
    if (type == '1' || type == '2') put(157, "target");
    put(257, std::string_view{"ustar\00000", 8});
    put(148, "        ");
    std::size_t sum = 0;
    for (const char c : header)
        sum += static_cast<unsigned char>(c);
    put(148, octal(sum, 6) + std::string("\0 ", 2));
    return header;
}

inline std::string tar_member(std::string_view name, std::string_view content, char type = '0') {
    std::string text = tar_header(name, content.size(), type);
    text += content;
    text.resize((text.size() + 511) / 512 * 512);
    return text;
}

inline std::string tar_end() {
    return std::string(1024, '\0');
}

}  // namespace evmmem::test
