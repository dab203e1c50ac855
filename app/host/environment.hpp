// SPDX-License-Identifier: MIT
// The machine and the build that a figure of speed belongs to; without them it says nothing.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace evmmem::app {

struct Environment {
    std::string program;   ///< "evmmem 0.1.0"
    std::string compiler;  ///< "gcc 12.2.0"
    std::string flags;     ///< that decide about speed
    std::string cpu;
    std::uint64_t cpus = 0;  ///< that this process may run on
    std::uint64_t page_bytes = 0;
    std::string huge_pages;  ///< the transparent ones: "always", "madvise", "never", or "unknown"
    std::string system;      ///< "Linux 6.1.0"
    std::string c_library;   ///< its memcpy is the baseline: "glibc 2.36"

    /// Names and values, in the order that reports print them.
    std::vector<std::pair<std::string, std::string>> rows() const;
};

Environment this_environment();

/// The value in brackets of a line like "always [madvise] never"; "unknown" when there is none.
std::string chosen_of(const std::string& line);

}  // namespace evmmem::app
