// SPDX-License-Identifier: MIT
// What came of replaying one file: plain data, all that any reporter prints.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/host/exit_code.hpp"
#include "memory_speed.hpp"
#include "traces/dialects/dialect.hpp"
#include "traces/finding.hpp"
#include "traces/replay_summary.hpp"
#include "traces/trace_error.hpp"

namespace evmmem::app {

enum class Verdict : std::uint8_t {
    agrees,      ///< every step was replayed, and no check that could be made failed
    findings,    ///< at least one check failed
    incomplete,  ///< no check failed, but not all of the trace could be checked
    unreadable,  ///< there was no trace to replay
};

std::string_view name(Verdict verdict);

struct ReplayReport {
    std::string file;  ///< as the user named it: foreign text
    Verdict verdict = Verdict::unreadable;
    ExitCode code = ExitCode::bug;
    const traces::Dialect* dialect = nullptr;  ///< null when unreadable
    traces::ReplaySummary summary;

    // The first ones of each, in the order of the file; the counts are of all.
    std::vector<traces::Finding> findings;
    std::vector<traces::Finding> warnings;
    std::vector<traces::TraceError> errors;
    std::uint64_t error_count = 0;

    /// Why the findings do not say what wrote the wrong bytes, if they do not; a sentence without a
    /// full stop.
    std::string unexplained;

    /// Why the verdict is not "agrees" though no check failed; sentences without a full stop.
    std::vector<std::string> gaps;

    std::uint64_t bytes_read = 0;     ///< of trace text, decompressed
    std::uint64_t lines_skipped = 0;  ///< that were no steps and nothing else of interest

    /// Figures that differ from run to run.
    struct Speed {
        double seconds = 0;                 ///< for reading, replaying and checking
        std::optional<MemorySpeed> memory;  ///< nothing when the trace moves no bytes of memory
    };
    std::optional<Speed> speed;
};

}  // namespace evmmem::app
