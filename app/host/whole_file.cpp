// SPDX-License-Identifier: MIT
#include "whole_file.hpp"

#include <fstream>
#include <sstream>

namespace evmmem::app {

std::expected<std::string, std::string> read_whole(const std::string& path) {
    const std::ifstream file{path, std::ios::binary};
    std::stringstream text;
    text << file.rdbuf();
    if (!file) return std::unexpected{"it cannot be read"};
    return text.str();
}

}  // namespace evmmem::app
