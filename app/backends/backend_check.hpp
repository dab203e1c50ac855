// SPDX-License-Identifier: MIT
// Is a backend right? Runs a program on it and on the reference side by side and compares
// everything that can be seen: words loaded, sizes, ranges read, whole memories. What is wrong is
// not worth timing.
#pragma once

#include <chrono>
#include <expected>
#include <span>
#include <string>
#include <vector>

#include "backend.hpp"

namespace evmmem::app {

/// The error is one sentence that names the first operation that went wrong. The baseline is never
/// wrong, as it is no memory.
using BackendVerdict = std::expected<void, std::string>;
/// `is_cancelled`, which may be null, is asked before each operation: then the verdict is worthless.
BackendVerdict check_backend(const Backend& backend, const AccessProgram& program,
                             bool (*is_cancelled)() = nullptr);

/// A plug-in that takes longer than this for one thing that it is asked for is taken to hang.
inline constexpr std::chrono::seconds plugin_timeout{60};

/// Loads a plug-in in a process of its own and checks it there with each program, so that one that
/// crashes, or hangs for `timeout` in loading or in a program, is an answer too. Call it before the plug-in is loaded here: a runtime that a
/// plug-in brings along (Go's) does not survive in the child of a process that has it already. One
/// verdict a program.
std::vector<BackendVerdict> check_plugin(const std::string& path,
                                         std::span<const AccessProgram> programs,
                                         std::chrono::seconds timeout = plugin_timeout);

}  // namespace evmmem::app
