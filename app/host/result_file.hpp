// SPDX-License-Identifier: MIT
// The file that an option asks to write a result to: what went wrong with it is said in one way,
// whatever the option.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "exit_code.hpp"

namespace evmmem::app {

/// Whether writing to `path`, the value of `option`, leaves the `inputs` as they are, files or members of archives. Says so
/// on the log if it does not. An empty path is no file, and "-" is standard output.
bool may_write(std::string_view option, const std::string& path,
               std::span<const std::string> inputs);

/// What came of writing a file: says on the log why it could not be written.
ExitCode could_not_write(const std::string& path, std::string_view reason);

/// Writes the whole of it, or leaves what was there. Says on the log what went wrong.
ExitCode write_result(const std::string& path, std::string_view text);

}  // namespace evmmem::app
