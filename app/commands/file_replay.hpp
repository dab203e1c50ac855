// SPDX-License-Identifier: MIT
// One input, from its bytes to a verdict: reader, replayer, and what all of it comes to.
#pragma once

#include <functional>
#include <memory>

#include "app/command_line/options.hpp"
#include "app/host/progress.hpp"
#include "app/inputs/archive_files.hpp"
#include "app/inputs/input.hpp"
#include "app/report/replay_report.hpp"

namespace evmmem::app {

/// What came of an input: a report, or that it is an archive.
struct Replayed {
    ReplayReport report;
    std::unique_ptr<ArchiveFiles> archive;  ///< in the place of the report
    bool is_dropped = false;  ///< no report: it is no archive, and nothing else was of interest
};

/// Replays the input, and reads it again where there is something to explain; in a folder or an
/// archive, only what is a trace. `on_transaction`, which may be empty, is called when a transaction
/// is over, and again when more is known of one that is.
Replayed replay_input(Input input, const ReplayArguments& arguments, Progress& progress,
                      const std::function<void(const TransactionReport&)>& on_transaction);

}  // namespace evmmem::app
