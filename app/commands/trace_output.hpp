// SPDX-License-Identifier: MIT
// Where a command writes the trace that it makes: standard output, or a file, which gets its name once all
// of it is written, compressed if the name says so.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "app/host/exit_code.hpp"
#include "app/host/output.hpp"

namespace evmmem::app {

/// What came of making a trace.
struct MadeTrace {
    ExitCode code = ExitCode::agrees;
    bool is_whole = true;  ///< all of it was written: it is worth its name
};

/// Takes text; false when no more is wanted, for the reader is gone, the disk full, or an interrupt came.
using TraceSink = std::function<bool(std::string_view)>;

/// Has `make` write to `path`, "-" being `standard`. What was at the path before stays where the trace is
/// not whole, or could not be written. Says on the log what went wrong.
ExitCode write_trace(const std::string& path, Output& standard,
                     const std::function<MadeTrace(const TraceSink&)>& make);

}  // namespace evmmem::app
