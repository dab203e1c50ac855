// SPDX-License-Identifier: MIT
// The loop: Step to effect to Memory to checks. Keeps the memory of every call frame itself, and
// says of every step whether the trace agrees.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/access_program.hpp"
#include "core/fork.hpp"
#include "finding.hpp"
#include "replay_observer.hpp"
#include "replay_summary.hpp"
#include "step_reader.hpp"

namespace evmmem::traces {

struct ReplayOptions {
    ForkSet forks = ForkSet::all();  ///< that the trace may be of
    /// Of the outermost frame, where the user knows it.
    std::optional<std::vector<std::uint8_t>> calldata;
    /// Of the outermost frame, where the user knows it.
    std::optional<std::vector<std::uint8_t>> code;
    /// Bytes of memory, all open frames and the data that they were handed together, that are
    /// followed; a trace that grows beyond them has reached a limit. So much memory costs 34 Ggas.
    std::uint64_t memory_max = std::uint64_t{128} << 20;
    /// False: every step goes through every pass, also where one look shows that all is well. The
    /// outcome is the same, as tests show.
    bool takes_shortcuts = true;
    AccessProgram* program = nullptr;    ///< what the trace does to memory is appended here
    ReplayObserver* observer = nullptr;  ///< sees every step; outlives the replayer
};

class Replayer {
public:
    /// `dialect` and `sink` must outlive the replayer.
    Replayer(const Dialect& dialect, ReplayOptions options, FindingSink& sink);
    ~Replayer();

    /// Replays the reader's next record, which `record` then holds. False at the end of the trace.
    /// Errors: as StepReader::next(); who goes on behind one says gap() first.
    std::expected<bool, TraceError> replay_next(StepReader& reader, Record& record) {
        auto kind = reader.next(record);
        if (!kind) return std::unexpected{std::move(kind.error())};
        if (*kind == RecordKind::step)
            step(record.step);
        else if (*kind == RecordKind::report)
            report(record.report);
        return *kind != RecordKind::end;
    }

    /// Replays all that is left of the reader. Where it cannot read, there is a gap, and behind an
    /// error that is not recoverable nothing.
    void replay_all(StepReader& reader) {
        Record record;
        for (;;) {
            const auto more = replay_next(reader, record);
            if (!more) gap();
            if (more ? !*more : !more.error().is_recoverable()) return;
        }
    }

    void step(const Step& step);
    void report(const Report& report);
    /// A line could not be read: steps may be missing here.
    void gap();
    /// Ends the trace. Nothing may be replayed after it.
    ReplaySummary finish();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace evmmem::traces
