// SPDX-License-Identifier: MIT
// The options of every command that plays access patterns: which ones, and in how much memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "traces/generate/pattern.hpp"

namespace CLI {
class App;
}

namespace evmmem::app {

/// "64K", "1M", "1000": bytes that a pattern can play in. Anything else is refused.
std::uint64_t pattern_size(const std::string& text);

void add_patterns(CLI::App& app, std::vector<const traces::Pattern*>& target);
void add_sizes(CLI::App& app, std::vector<std::uint64_t>& target);

}  // namespace evmmem::app
