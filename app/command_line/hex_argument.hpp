// SPDX-License-Identifier: MIT
// Bytes on a command line: "0x6001", "6001", or "@FILE" for a file that holds such text.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

namespace evmmem::app {

/// The bytes, or a message that says what is wrong with them.
std::expected<std::vector<std::uint8_t>, std::string> read_hex_argument(const std::string& text);

}  // namespace evmmem::app
