// SPDX-License-Identifier: MIT
#include "file_replay.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <tuple>

#include "app/host/interrupt.hpp"
#include "app/host/log.hpp"
#include "app/report/diagnostic.hpp"
#include "app/results/results_header.hpp"
#include "app/text/escape.hpp"
#include "app/text/quantity.hpp"
#include "core/opcode_table.hpp"
#include "trace_arguments.hpp"
#include "traces/explain.hpp"
#include "traces/gap.hpp"
#include "traces/input/spool.hpp"
#include "traces/replayer.hpp"
#include "traces/step_reader.hpp"
#include "traces/transactions.hpp"
#include "write_report.hpp"

namespace evmmem::app {
namespace {

// The memory work of longer traces is timed by its beginning: the program stays small beside the
// trace.
constexpr std::size_t timed_operations_max = std::size_t{1} << 18;

// Keeps the first findings of each severity, and counts them all by kind and by transaction.
class FindingCollector final : public traces::FindingSink {
public:
    FindingCollector(ReplayReport& report, const ReplayArguments& arguments,
                     traces::Transactions& transactions)
        : report_{report}, arguments_{arguments}, transactions_{transactions} {}

    void on_finding(const traces::Finding& finding) override {
        auto& kept =
            finding.severity == traces::Severity::finding ? report_.findings : report_.warnings;
        if (kept.size() < arguments_.findings_max) kept.push_back(finding);
        ++kinds_[{finding.severity, finding.check, finding.op}];
        transactions_.note_finding(finding);
    }

    /// The kinds so far, findings before warnings.
    std::vector<FindingKind> kinds() const {
        std::vector<FindingKind> result;
        for (const auto& [kind, count] : kinds_)
            result.push_back({.check = std::get<traces::Check>(kind),
                              .severity = std::get<traces::Severity>(kind),
                              .op_name = op_name(std::get<Opcode>(kind)),
                              .count = count});
        return result;
    }

private:
    ReplayReport& report_;
    const ReplayArguments& arguments_;
    traces::Transactions& transactions_;
    std::map<std::tuple<traces::Severity, traces::Check, Opcode>, std::uint64_t> kinds_;
};

/// Measuring takes milliseconds, many times what a small trace's replay does, so it is not done
/// unasked where nobody looks.
bool measures_speed(const ReplayArguments& arguments, const Input& input) {
    return arguments.speed.value_or(arguments.files.size() == 1 && arguments.files_from.empty() &&
                                    input.group == nullptr && arguments.format == "text");
}

class FileReplay {
public:
    FileReplay(Input input, const ReplayArguments& arguments, Progress& progress,
               const std::function<void(const TransactionReport&)>& on_transaction)
        : input_{std::move(input)},
          arguments_{arguments},
          progress_{progress},
          transactions_{ReplayReport::transactions_max, listener(on_transaction)} {
        report_.file = input_.name;
        report_.code = ExitCode::agrees;
    }

    Replayed run() {
        const auto start = std::chrono::steady_clock::now();
        judge_file();
        if (report_.verdict == Verdict::unreadable) report_.code = without_trace(report_.code);
        report_.seconds =
            std::chrono::duration<double>{std::chrono::steady_clock::now() - start}.count();
        return {std::move(report_), std::move(archive_), is_dropped_};
    }

private:
    void judge_file() {
        if (is_interrupted()) return interrupted();
        if (input_.kind == Input::Kind::skipped) return skip(input_.skipped_because);
        const bool wants_it_twice = arguments_.with_blame || !arguments_.report.empty();
        if (wants_it_twice && !input_.can_be_read_twice()) spool_.emplace();
        const auto options = listening(reader_options(arguments_, spool()));
        auto source = input_.open(options.source);
        const std::string_view begin = source ? source->begin().value_or("") : "";
        if (may_be_archive() && is_archive(begin)) {
            source->stop_spooling();
            archive_ = std::make_unique<ArchiveFiles>(input_.name, std::move(*source));
            return;
        }
        if (input_.is_only_archive) {
            is_dropped_ = true;
            return;
        }
        if (may_be_archive() && traces::looks_like_damaged_tar(begin, input_.name))
            return keep_error(damage_of_archive(begin));
        auto reader = first_reader(std::move(source), begin, options);
        if (!reader) return;
        replay(*reader);
        if (was_misjudged(*reader)) reader = judge_again(std::move(*reader));
        for (const traces::TransactionResult& result : transactions_.kept())
            report_.transactions.push_back(
                {result, verdict_of(result, arguments_.strict_warnings)});
        if (fatal_error_ && report_.summary.steps == 0) return;
        report_.dialect = traces::find_dialect(reader->dialect().name);
        report_.bytes_read = reader->bytes_read();
        report_.lines_skipped = reader->lines_skipped();
        judge(*reader);
        if (arguments_.with_blame) explain();
        if (!arguments_.report.empty()) write_page();
    }

    bool may_be_archive() const {
        return input_.kind == Input::Kind::file && input_.may_be_archive;
    }

    bool is_archive(std::string_view begin) const {
        return traces::looks_like_tar(begin) ||
               (traces::is_named_as_tar(input_.name) && traces::looks_like_empty_tar(begin));
    }

    static traces::TraceError damage_of_archive(std::string_view begin) {
        using Kind = traces::TraceError::Kind;
        if (begin.size() < traces::tar_block)
            return traces::TraceError::of(Kind::truncated, "the tar archive ends too early");
        return traces::TraceError::of(
            Kind::io, "the tar archive is damaged in its first header, and not replayed");
    }

    /// Where bytes that come only once are kept; null where they need not be.
    traces::Spool* spool() { return spool_ ? &*spool_ : nullptr; }
    bool can_be_read_again() {
        return input_.can_be_read_twice() || (spool_ && spool_->error().empty());
    }

    /// Of what is, or may be, a trace; where nothing comes back, the report says why.
    std::optional<traces::StepReader> first_reader(
        std::expected<traces::ByteSource, traces::TraceError> source, std::string_view begin,
        const traces::ReaderOptions& options) {
        const bool is_empty = source && begin.empty();
        // They are often written beside the traces.
        if (input_.group != nullptr && looks_like_results(begin)) {
            skip("it holds results of evmmem, not a trace");
            return std::nullopt;
        }
        auto reader = read(std::move(source), options);
        if (!reader && is_interrupted()) {
            interrupted();
            return std::nullopt;
        }
        if (input_.group != nullptr && !is_named_as_trace(input_.name, is_empty)) {
            if (!reader && reader.error().kind == traces::TraceError::Kind::not_a_trace) {
                skip(reader.error().message);
                return std::nullopt;
            }
            if (reader && !reader->begins_like_a_trace()) {
                skip("nothing at its beginning is a step of a trace");
                return std::nullopt;
            }
        }
        if (!reader) {
            keep_error(reader.error());
            return std::nullopt;
        }
        return std::move(*reader);
    }

    /// Whether steps were judged before it was clear whose trace it is.
    bool was_misjudged(const traces::StepReader& reader) const {
        return reader.was_misread() || (reader.has_refined() && report_.summary.findings > 0);
    }

    /// Replays it once more as the trace of the client that it was found to be of; where it cannot
    /// be read again, no finding is believed. Returns the reader whose replay counts.
    traces::StepReader judge_again(traces::StepReader first) {
        if (!can_be_read_again()) {
            if (report_.summary.findings > 0) withdraw_findings();
            return first;
        }
        if (is_interrupted()) return first;
        client_ = first.dialect();
        traces::ReaderOptions anew = listening(reader_options(arguments_));
        anew.dialect = &*client_;
        auto again = read_again(anew);
        if (!again) return first;
        begin_anew();
        replay(*again);
        return std::move(*again);
    }

    static std::expected<traces::StepReader, traces::TraceError> read(
        std::expected<traces::ByteSource, traces::TraceError> source,
        const traces::ReaderOptions& options) {
        if (!source) return std::unexpected{std::move(source.error())};
        return traces::StepReader::from(std::move(*source), options);
    }

    /// From the spool, or where there is none, from where the first reading was.
    std::expected<traces::StepReader, traces::TraceError> read_again(
        const traces::ReaderOptions& options) const {
        if (!spool_) return read(input_.open(options.source), options);
        traces::SourceOptions of_spool = options.source;
        of_spool.undoes_compression = input_.undoes_compression;
        return read(traces::ByteSource::open(spool_->path(), of_spool), options);
    }

    void skip(std::string because) {
        report_.verdict = Verdict::skipped;
        report_.skipped_because = std::move(because);
    }

    traces::Transactions::Listener listener(
        const std::function<void(const TransactionReport&)>& on_transaction) const {
        if (!on_transaction) return {};
        return [on_transaction, strict = arguments_.strict_warnings](const auto& result) {
            // One that an interrupt cuts is not over.
            if (!is_interrupted()) on_transaction({result, verdict_of(result, strict)});
        };
    }

    traces::ReaderOptions listening(traces::ReaderOptions options) {
        options.transactions = &transactions_;
        return options;
    }

    void interrupted() {
        report_.gaps.emplace_back("interrupted before anything was replayed");
        report_.code = ExitCode::interrupted;
    }

    void replay(traces::StepReader& reader) {
        traces::ReplayOptions options = replay_options(arguments_);
        AccessProgram program{{.ops_max = timed_operations_max}};
        if (measures_speed(arguments_, input_)) options.program = &program;
        options.transactions = &transactions_;
        FindingCollector collector{report_, arguments_, transactions_};
        traces::Replayer replayer{reader.dialect(), std::move(options), collector};

        const auto start = std::chrono::steady_clock::now();
        traces::Record record;
        for (std::size_t steps_since = 0;;) {
            // An interrupt ends the reading: what was read before is still replayed, but no more of
            // it than takes a moment.
            if (is_interrupted() && steps_since++ == steps_after_interrupt) {
                was_interrupted_ = true;
                break;
            }
            const auto more = replayer.replay_next(reader, record);
            was_interrupted_ = !more && is_interrupted();
            if (was_interrupted_) break;
            if (!more) {
                keep_error(more.error());
                replayer.gap();
                if (more.error().is_recoverable()) continue;
                fatal_error_ = more.error();
                break;
            }
            if (!*more) break;
            if (progress_.is_shown()) progress_.step(reader.bytes_read());
        }
        report_.summary = replayer.finish();
        report_.kinds = collector.kinds();
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        if (measures_speed(arguments_, input_))
            report_.speed = ReplayReport::Speed{
                taken.count(), is_interrupted() ? std::nullopt : measure_memory_speed(program)};
    }

    // Reads the trace a second time, when something was found that this can say more about.
    void explain() {
        std::vector<traces::Finding*> findings;
        for (auto* kept : {&report_.findings, &report_.warnings})
            for (auto& finding : *kept)
                if (traces::can_be_explained(finding)) findings.push_back(&finding);
        if (findings.empty() || is_interrupted()) return;
        if (spool_ && !spool_->error().empty()) {
            report_.unexplained =
                "the input could not be kept to be read again, " + spool_->error();
            return;
        }
        auto reader = read_again(reader_options(arguments_));
        if (!reader) {
            report_.unexplained = "the second reading failed, " + reader.error().message;
            return;
        }
        const auto missed = traces::explain(*reader, replay_options(arguments_), findings,
                                            [] { return !is_interrupted(); });
        if (missed > 0)
            report_.unexplained =
                is_interrupted() ? "interrupted" : "the file changed while it was read";
    }

    void write_page() {
        if (is_interrupted()) return;
        if (spool_ && !spool_->error().empty()) {
            log_error("{}: no report: {}", escaped(report_.file), spool_->error());
            report_.code = worse(report_.code, ExitCode::io);
            return;
        }
        report_.code = write_report(arguments_.report, spool_ ? spool_->path() : report_.file,
                                    report_.file, arguments_, &report_, report_.code);
    }

    void begin_anew() {
        std::string file = std::move(report_.file);
        report_ = {};
        report_.file = std::move(file);
        report_.code = ExitCode::agrees;
        fatal_error_.reset();
        transactions_.clear();
    }

    // They were made for another client's habits.
    void withdraw_findings() {
        is_withdrawn_ = true;
        report_.findings.clear();
        report_.warnings.clear();
        report_.kinds.clear();
        transactions_.withdraw_findings();
        report_.summary.findings = 0;
        report_.summary.warnings = 0;
    }

    void keep_error(const traces::TraceError& error) {
        report_.code = worse(report_.code, exit_code(error.kind));
        transactions_.note_error();
        if (report_.error_count++ >= arguments_.findings_max) return;
        report_.errors.push_back(error);
    }

    // What all of it comes to. "Agrees" is said of nothing that was not checked to its end.
    void judge(const traces::StepReader& reader) {
        const auto& summary = report_.summary;
        auto& gaps = report_.gaps;
        gaps = gaps_of(summary, report_.error_count, fatal_error_ ? &*fatal_error_ : nullptr,
                       was_interrupted_);
        if (was_interrupted_ || summary.was_cancelled) report_.code = ExitCode::interrupted;
        std::ranges::move(gaps_of_unread(reader), std::back_inserter(gaps));
        if (is_withdrawn_)
            gaps.emplace_back(
                "whose trace it is became clear late, and it cannot be read again; give a file, or "
                "--dialect " +
                std::string{reader.dialect().name});
        if (const auto nothing = traces::gap_of_nothing(summary, reader.has_read_an_end()))
            gaps.emplace_back(*nothing == traces::Gap::no_step
                                  ? "there is no step in it"
                                  : "no check could be made: the trace does not show enough");

        // A finding is an answer, whatever could not be followed after it.
        if (summary.findings > 0 || (arguments_.strict_warnings && summary.warnings > 0)) {
            report_.verdict = Verdict::findings;
            report_.code = worse(report_.code, ExitCode::findings);
        } else if (!gaps.empty()) {
            report_.verdict = Verdict::incomplete;
            report_.code = worse(
                report_.code, has_reached_limit(summary) ? ExitCode::limit : ExitCode::incomplete);
        } else {
            report_.verdict = Verdict::agrees;
        }
    }

    Input input_;
    const ReplayArguments& arguments_;
    ProgressCounter progress_;
    traces::Transactions transactions_;
    ReplayReport report_;
    std::optional<traces::Spool> spool_;
    std::optional<traces::Dialect> client_;  // that a second reading takes it to be of
    std::unique_ptr<ArchiveFiles> archive_;  // that the input was found to be
    bool is_dropped_ = false;
    std::optional<traces::TraceError> fatal_error_;  // that ended the reading
    bool is_withdrawn_ = false;                      // the findings
    bool was_interrupted_ = false;                   // that was no error
};

}  // namespace

Replayed replay_input(Input input, const ReplayArguments& arguments, Progress& progress,
                      const std::function<void(const TransactionReport&)>& on_transaction) {
    return FileReplay{std::move(input), arguments, progress, on_transaction}.run();
}

}  // namespace evmmem::app
