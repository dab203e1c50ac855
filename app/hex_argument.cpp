// SPDX-License-Identifier: MIT
#include "hex_argument.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "core/hex.hpp"
#include "escape.hpp"

namespace evmmem::app {
namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace

std::expected<std::vector<std::uint8_t>, std::string> read_hex_argument(const std::string& text) {
    std::string content = text;
    if (text.starts_with('@')) {
        std::ifstream file{text.substr(1), std::ios::binary};
        content.assign(std::istreambuf_iterator<char>{file}, {});
        // A directory can be opened, but not be read.
        if (!file.is_open() || file.bad())
            return std::unexpected{
                fmt::format("cannot read {}: {}", escaped(text.substr(1)), std::strerror(errno))};
    }

    std::string_view digits = trimmed(content);
    if (digits.starts_with("0x") || digits.starts_with("0X")) digits.remove_prefix(2);
    if (digits.size() % 2 != 0)
        return std::unexpected{fmt::format("{} hex digits are no whole bytes", digits.size())};
    std::vector<std::uint8_t> bytes(digits.size() / 2);
    if (!decode_hex(digits, bytes.data()))
        return std::unexpected{fmt::format("expected hex digits, found {}", escaped(digits, 40))};
    return bytes;
}

}  // namespace evmmem::app
