// SPDX-License-Identifier: MIT
#include "trace_watch.hpp"

#include <unistd.h>

#include <optional>

#include "app/host/interrupt.hpp"
#include "app/host/log.hpp"
#include "app/host/progress.hpp"
#include "app/report/diagnostic.hpp"
#include "app/text/escape.hpp"
#include "trace_arguments.hpp"
#include "traces/no_findings.hpp"

namespace evmmem::app {
namespace {

constexpr std::uint64_t errors_told_max = 10;

}  // namespace

Watched watch(const std::string& file, const TraceArguments& arguments,
              const GeneralOptions& general, traces::ReplayObserver& observer,
              const std::function<bool()>& is_done, const WatchedText& text) {
    Watched result;
    Progress progress{!general.quiet && ::isatty(STDERR_FILENO) == 1, {&file, 1}};
    ProgressCounter counter{progress};
    std::uint64_t errors = 0;
    const auto report = [&](const traces::TraceError& error) {
        result.code = worse(result.code, exit_code(error.kind));
        if (errors++ >= errors_told_max) return;
        const Progress::Pause pause{progress};
        log_error("{}", diagnostic(file, error));
    };
    traces::ReaderOptions reading = reader_options(arguments);
    reading.tap = text.tap;
    auto reader = traces::StepReader::open(file, reading);
    if (!reader && is_interrupted()) {
        result.code = ExitCode::interrupted;
        return result;
    }
    if (!reader) {
        report(reader.error());
        result.code = without_trace(result.code);
        return result;
    }
    result.dialect = traces::find_dialect(reader->dialect().name);
    if (text.on_opened) text.on_opened(*reader);
    traces::NoFindings sink;
    traces::ReplayOptions options = replay_options(arguments);
    options.observer = &observer;
    traces::Replayer replayer{reader->dialect(), std::move(options), sink};
    std::optional<traces::TraceError> fatal;  // that ended the reading
    std::size_t steps_since = 0;              // the interrupt
    traces::Record record;
    while (!is_done()) {
        // What was read before an interrupt is still replayed, but no more than takes a moment.
        if (is_interrupted() && steps_since++ == steps_after_interrupt) {
            result.code = ExitCode::interrupted;
            break;
        }
        const auto more = replayer.replay_next(*reader, record);
        if (!more && is_interrupted()) {
            result.code = ExitCode::interrupted;
            break;
        }
        if (!more) {
            report(more.error());
            replayer.gap();
            if (more.error().is_recoverable()) continue;
            fatal = more.error();
            break;
        }
        if (!*more) break;
        if (counter.is_shown()) counter.step(reader->bytes_read());
    }
    result.summary = replayer.finish();
    if (fatal && result.summary.steps == 0) result.code = without_trace(result.code);
    result.dialect = traces::find_dialect(reader->dialect().name);
    result.may_be_misjudged = reader->has_refined() || reader->was_misread();
    if (result.summary.was_cancelled) result.code = ExitCode::interrupted;
    result.gaps = gaps_of(result.summary, errors, fatal ? &*fatal : nullptr,
                          result.code == ExitCode::interrupted);
    if (has_reached_limit(result.summary)) result.code = worse(result.code, ExitCode::limit);
    for (std::string& gap : gaps_of_unread(*reader)) {
        const Progress::Pause pause{progress};
        log_error("{}: {}", escaped(file), escaped(gap));
        result.gaps_said.push_back(gap);
        result.gaps.push_back(std::move(gap));
    }
    if (reader->unread_answer_count() > 0) result.code = worse(result.code, ExitCode::incomplete);
    if (const auto& limit = result.summary.memory_limit) {
        const Progress::Pause pause{progress};
        log_error("{}: {}", escaped(file), limit_text(*limit));
        result.gaps_said.push_back(limit_text(*limit));
    }
    return result;
}

}  // namespace evmmem::app
