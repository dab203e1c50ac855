// SPDX-License-Identifier: MIT
#include "whole_file.hpp"

#include <fmt/format.h>

#include <array>
#include <fstream>

namespace evmmem::app {

std::expected<std::string, std::string> read_whole(const std::string& path, std::size_t bytes_max) {
    std::ifstream file{path, std::ios::binary};
    std::string text;
    std::array<char, 65536> part{};
    while (file.good() && text.size() <= bytes_max) {
        file.read(part.data(), part.size());
        text.append(part.data(), static_cast<std::size_t>(file.gcount()));
    }
    if (text.size() > bytes_max)
        return std::unexpected{fmt::format("it has more than {} bytes", bytes_max)};
    if (!file.eof()) return std::unexpected{"it cannot be read"};
    return text;
}

}  // namespace evmmem::app
