// SPDX-License-Identifier: MIT
// A TraceError as people read it: file, line and column, what is wrong, the text around it made
// harmless, and a caret below the place; and as scripts do: the exit code.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/host/exit_code.hpp"
#include "traces/replay_summary.hpp"
#include "traces/step_reader.hpp"
#include "traces/trace_error.hpp"

namespace evmmem::app {

/// One line, or three with the text and the caret; the last without a newline. `file` is foreign
/// text.
std::string diagnostic(std::string_view file, const traces::TraceError& error);

/// Where and why memory was not followed any more, and what to do about it.
std::string limit_text(const traces::MemoryLimit& limit);

/// Why a replay is not whole: what of the trace could not be read, or was not followed. Sentences
/// without a full stop. `fatal`, which may be null, ended the reading and is one of `errors`.
std::vector<std::string> gaps_of(const traces::ReplaySummary& summary, std::uint64_t errors,
                                 const traces::TraceError* fatal, bool was_interrupted);
/// The same of what was read: answers of a batch, or transactions of a block, that hold no steps.
std::vector<std::string> gaps_of_unread(const traces::StepReader& reader);
/// Whether a limit that the user may raise was reached.
bool has_reached_limit(const traces::ReplaySummary& summary);

/// Of a command that goes on after what could not be read.
ExitCode exit_code(traces::TraceError::Kind kind);

}  // namespace evmmem::app
