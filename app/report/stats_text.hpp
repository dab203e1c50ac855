// SPDX-License-Identifier: MIT
// Where the gas of memory goes, as tables for people and as JSON.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "app/host/palette.hpp"
#include "app/host/terminal.hpp"
#include "traces/observers/memory_stats.hpp"
#include "traces/replay_summary.hpp"

namespace evmmem::app {

/// `top` rows of each list; no line longer than `columns`, but for the file's name.
std::string stats_text(const std::string& file, const traces::MemoryStats& stats,
                       const traces::ReplaySummary& summary, const std::vector<std::string>& gaps,
                       std::size_t top, std::size_t columns, const Palette& palette);
/// One object on a line.
std::string stats_json(const std::string& file, const traces::MemoryStats& stats,
                       const traces::ReplaySummary& summary, const std::vector<std::string>& gaps,
                       std::size_t top);

}  // namespace evmmem::app
