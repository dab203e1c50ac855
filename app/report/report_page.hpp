// SPDX-License-Identifier: MIT
// The report of a trace as one HTML page that needs nothing else: no network, no other file. It
// holds its data as JSON; the script in it draws them. Foreign text stays data.
#pragma once

#include <cstddef>
#include <string>

#include "replay_report.hpp"
#include "traces/observers/memory_stats.hpp"
#include "traces/observers/replay_recording.hpp"

namespace evmmem::app {

/// Rows of each table of a page.
inline constexpr std::size_t page_rows_max = 10;

struct ReportContent {
    const ReplayReport* replay = nullptr;  ///< null: the page shows memory only
    std::string file;                      ///< as the user named it: foreign text
    const traces::ReplaySummary& summary;
    const traces::ReplayRecording& recording;
    const traces::MemoryStats& stats;
};

/// `made` is the moment in which that is, as the page says it.
std::string report_page(const ReportContent& content, const std::string& made);

/// The steps that the page shows the neighbours of.
std::vector<std::uint64_t> steps_that_matter(const ReplayReport& replay);

}  // namespace evmmem::app
