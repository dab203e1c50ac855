// SPDX-License-Identifier: MIT
// A small file that is read at once: what an earlier command of this program wrote, or another tool.
#pragma once

#include <cstddef>
#include <expected>
#include <limits>
#include <string>

namespace evmmem::app {

/// All of the file's bytes, of which there may be so many. The error is a sentence without the file's name.
std::expected<std::string, std::string> read_whole(
    const std::string& path, std::size_t bytes_max = std::numeric_limits<std::size_t>::max());

}  // namespace evmmem::app
