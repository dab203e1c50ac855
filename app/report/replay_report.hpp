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
#include "traces/transactions.hpp"

namespace evmmem::app {

enum class Verdict : std::uint8_t {
    agrees,      ///< every step was replayed, and no check that could be made failed
    findings,    ///< at least one check failed
    incomplete,  ///< no check failed, but not all of the trace could be checked
    unreadable,  ///< there was no trace to replay
    skipped,     ///< a file in a folder or an archive that is no trace, by name and first bytes
};

/// All of them, in the order in which they are counted for people.
inline constexpr Verdict verdicts[] = {Verdict::agrees, Verdict::findings, Verdict::incomplete,
                                       Verdict::unreadable, Verdict::skipped};

std::string_view name(Verdict verdict);

/// One of several that the file holds; its verdict is never unreadable, and the file's is at least
/// as bad.
struct TransactionReport {
    traces::TransactionResult result;
    Verdict verdict = Verdict::agrees;
};

/// What a transaction comes to; `strict`: a warning is a finding.
Verdict verdict_of(const traces::TransactionResult& result, bool strict);

struct ReplayReport;
/// Of a folder or an archive without a trace in it: it is unreadable. `skipped`: files in it.
ReplayReport report_without_trace(std::string name, std::uint64_t skipped);

/// Findings, or warnings, of one check on one instruction.
struct FindingKind {
    traces::Check check{};
    traces::Severity severity = traces::Severity::finding;
    std::string op_name;
    std::uint64_t count = 0;
};

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

    std::vector<FindingKind> kinds;  ///< of all findings and warnings, in the order of the checks

    /// The first ones, in their order.
    static constexpr std::size_t transactions_max = 4096;
    std::vector<TransactionReport> transactions;

    /// Why the findings do not say what wrote the wrong bytes, if they do not; a sentence without a
    /// full stop.
    std::string unexplained;

    /// Of a skipped file: why; a sentence without a full stop.
    std::string skipped_because;

    /// Why the verdict is not "agrees" though no check failed; sentences without a full stop.
    std::vector<std::string> gaps;

    std::uint64_t bytes_read = 0;     ///< of trace text, decompressed
    std::uint64_t lines_skipped = 0;  ///< that were no steps and nothing else of interest

    double seconds = 0;  ///< that it took; differs from run to run

    /// Figures that differ from run to run.
    struct Speed {
        double seconds = 0;                 ///< for reading, replaying and checking
        std::optional<MemorySpeed> memory;  ///< nothing when the trace moves no bytes of memory
    };
    std::optional<Speed> speed;
};

}  // namespace evmmem::app
