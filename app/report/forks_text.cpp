// SPDX-License-Identifier: MIT
#include "forks_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

namespace evmmem::app {

std::string forks_text(ForkSet forks) {
    std::vector<std::string> parts;
    int first = -1;
    for (int i = 0; i <= fork_count; ++i) {
        const bool is_in = i < fork_count && forks.contains(static_cast<Fork>(i));
        if (is_in && first < 0) first = i;
        if (is_in || first < 0) continue;
        const auto from = name(static_cast<Fork>(first));
        const auto to = name(static_cast<Fork>(i - 1));
        parts.push_back(from == to ? std::string{from} : fmt::format("{} to {}", from, to));
        first = -1;
    }
    return parts.empty() ? "none" : fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace evmmem::app
