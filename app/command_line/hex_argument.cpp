// SPDX-License-Identifier: MIT
#include "hex_argument.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "app/text/escape.hpp"
#include "core/hex.hpp"

namespace evmmem::app {
namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// The whole file, or errno.
std::expected<std::string, int> read_file(const std::string& path) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen(path.c_str(), "rb"),
                                                               std::fclose};
    if (!file) return std::unexpected{errno};
    std::string content;
    std::array<char, 4096> part{};
    for (std::size_t size = 0; (size = std::fread(part.data(), 1, part.size(), file.get())) > 0;)
        content.append(part.data(), size);
    if (std::ferror(file.get()) != 0) return std::unexpected{errno};
    return content;
}

}  // namespace

std::expected<std::vector<std::uint8_t>, std::string> read_hex_argument(const std::string& text) {
    std::string content = text;
    if (text.starts_with('@')) {
        const auto read = read_file(text.substr(1));
        if (!read)
            return std::unexpected{fmt::format("cannot read {}: {}", escaped(text.substr(1)),
                                               std::strerror(read.error()))};
        content = *read;
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
