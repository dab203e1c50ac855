// SPDX-License-Identifier: MIT
// Replays a trace for the sake of an observer: for the commands that show something of it. What is
// wrong with the trace as a text goes to the log, what is wrong with its EVM is replay's business.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/command_line/options.hpp"
#include "app/host/exit_code.hpp"
#include "traces/input/text_window.hpp"
#include "traces/replay/replay_observer.hpp"
#include "traces/replay_summary.hpp"
#include "traces/step_reader.hpp"

namespace evmmem::app {

struct Watched {
    /// agrees: all of it was read, or as much as was asked for.
    ExitCode code = ExitCode::agrees;
    traces::ReplaySummary summary;
    std::vector<std::string> gaps;       ///< why it is not whole: sentences without a full stop
    std::vector<std::string> gaps_said;  ///< those of them that are on the log already
    const traces::Dialect* dialect = nullptr;  ///< null when there was no trace
    /// It became clear late whose trace it is: what was found before may be no finding.
    bool may_be_misjudged = false;
};

/// For those who want the trace's text, too.
struct WatchedText {
    traces::TextTap* tap = nullptr;
    std::function<void(const traces::StepReader&)> on_opened = {};
};

/// Reads until the end, an error that ends it, an interrupt, or until `is_done()`.
Watched watch(const std::string& file, const TraceArguments& arguments,
              const GeneralOptions& general, traces::ReplayObserver& observer,
              const std::function<bool()>& is_done, const WatchedText& text = {});

}  // namespace evmmem::app
