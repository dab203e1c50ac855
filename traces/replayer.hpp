// SPDX-License-Identifier: MIT
// The loop: Step to effect to Memory to checks. Keeps the memory of every call frame itself, and
// says of every step whether the trace agrees.
#pragma once

#include <expected>
#include <memory>
#include <utility>

#include "finding.hpp"
#include "replay_summary.hpp"
#include "step_reader.hpp"
#include "traces/replay/replay_options.hpp"

namespace evmmem::traces {

class Replayer {
public:
    /// `sink` must outlive the replayer.
    Replayer(const Dialect& dialect, ReplayOptions options, FindingSink& sink);
    ~Replayer();

    /// Replays the reader's next record, which `record` then holds. False at the end of the trace.
    /// Errors: as StepReader::next(); to go on after one, call gap() first. Each step comes through
    /// here, also where callers are compiled to be small.
    [[gnu::always_inline]] std::expected<bool, TraceError> replay_next(StepReader& reader,
                                                                       Record& record) {
        auto kind = reader.next(record);
        if (!kind) return std::unexpected{std::move(kind.error())};
        // Words at an end, or in an error, may be the first to say whose trace it is.
        if (clients_ == 0 || *kind != RecordKind::step || !record.step.error.empty())
            learn_from(reader);
        if (*kind == RecordKind::step)
            step(record.step);
        else if (*kind == RecordKind::report)
            report(record.report);
        return *kind != RecordKind::end;
    }

    /// Replays all that is left of the reader. A line that cannot be read leaves a gap, and
    /// `on_error(TraceError)` hears of it; after an error that is not recoverable nothing is replayed.
    template <typename OnError>
    void replay_all(StepReader& reader, OnError on_error) {
        Record record;
        for (;;) {
            auto more = replay_next(reader, record);
            if (more && !*more) return;
            if (more) continue;
            gap();
            const bool is_recoverable = more.error().is_recoverable();
            on_error(std::move(more.error()));
            if (!is_recoverable) return;
        }
    }
    void replay_all(StepReader& reader) {
        replay_all(reader, [](const TraceError&) {});
    }

    void step(const Step& step);
    void report(const Report& report);
    /// A line could not be read: steps may be missing here.
    void gap();
    /// Ends the trace. Nothing may be replayed after it.
    ReplaySummary finish();

    /// Whether these checks look at items of a stack that the step's instruction does not take.
    static bool look_at_stacks(CheckSet checks);

    /// From now on the trace is of that dialect.
    void use(const Dialect& dialect);

private:
    class Impl;
    void learn_from(const StepReader& reader);

    std::uint64_t clients_ = 0;  ///< of the reader, that are known here
    std::unique_ptr<Impl> impl_;
};

}  // namespace evmmem::traces
