// SPDX-License-Identifier: MIT
// From what the user said of a trace to how it is read and replayed: alike for every command.
#pragma once

#include "app/command_line/options.hpp"
#include "traces/replayer.hpp"
#include "traces/step_reader.hpp"

namespace evmmem::app {

/// Steps that are replayed at most after an interrupt.
inline constexpr std::size_t steps_after_interrupt = 4096;

traces::ReaderOptions reader_options(const TraceArguments& arguments,
                                     traces::Spool* spool = nullptr);

traces::ReplayOptions replay_options(const TraceArguments& arguments);

/// All files that are read: these, and those that the arguments' data were read from.
std::vector<std::string> read_files(const TraceArguments& arguments,
                                    std::vector<std::string> traces);

}  // namespace evmmem::app
