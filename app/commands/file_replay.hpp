// SPDX-License-Identifier: MIT
// One file, from its bytes to a verdict: reader, replayer, and what all of it comes to.
#pragma once

#include <functional>
#include <string>

#include "app/command_line/options.hpp"
#include "app/host/progress.hpp"
#include "app/report/replay_report.hpp"

namespace evmmem::app {

/// Replays the file, and reads it again where there is something to explain. `on_transaction`, which
/// may be empty, is called when a transaction is over, and again when more is known of one that is.
ReplayReport replay_file(const std::string& file, const ReplayArguments& arguments,
                         Progress& progress,
                         const std::function<void(const TransactionReport&)>& on_transaction);

}  // namespace evmmem::app
