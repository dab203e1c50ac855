// SPDX-License-Identifier: MIT
#include "wrapped_text.hpp"

#include <algorithm>
#include <sstream>

#include "escape.hpp"

namespace evmmem::app {

std::string wrapped_text(const std::string& text, std::size_t width, std::size_t indent) {
    std::istringstream words{text};
    std::string result, word;
    std::size_t column = 0;
    while (words >> word) {
        const std::size_t size = columns(word);
        if (column > 0 && size >= width - std::min(column, width)) {
            result += "\n" + std::string(indent, ' ');
            column = 0;
        } else if (column > 0) {
            result += " ";
            ++column;
        }
        for (std::size_t i = 0; i < word.size(); ++i) {
            const bool is_first_byte = (static_cast<unsigned char>(word[i]) & 0xc0U) != 0x80;
            if (is_first_byte && column >= std::max<std::size_t>(width, 1)) {
                result += "\n" + std::string(indent, ' ');
                column = 0;
            }
            result += word[i];
            column += is_first_byte;
        }
    }
    return result;
}

std::string wrapped_digits(std::string_view digits, std::size_t width, std::size_t indent) {
    const std::size_t step = std::max<std::size_t>(width / 2 * 2, 2);
    std::string result;
    while (digits.size() > step) {
        result += std::string{digits.substr(0, step)} + "\n" + std::string(indent, ' ');
        digits.remove_prefix(step);
    }
    return result += digits;
}

}  // namespace evmmem::app
