// SPDX-License-Identifier: MIT
// A small file that is read at once: what an earlier command of this program wrote, or another tool.
#pragma once

#include <expected>
#include <string>

namespace evmmem::app {

/// All of the file's bytes. The error is a sentence without the file's name.
std::expected<std::string, std::string> read_whole(const std::string& path);

}  // namespace evmmem::app
