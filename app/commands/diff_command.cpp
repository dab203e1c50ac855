// SPDX-License-Identifier: MIT
// Compares two traces. Reads them a second time where what they are turned out late: whose lines they are, or that their
// transactions are not the same ones in the same places.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "app/host/interrupt.hpp"
#include "app/host/log.hpp"
#include "app/host/progress.hpp"
#include "app/host/terminal.hpp"
#include "app/report/diagnostic.hpp"
#include "app/report/diff_report.hpp"
#include "app/text/escape.hpp"
#include "app/text/quantity.hpp"
#include "commands.hpp"
#include "trace_arguments.hpp"
#include "traces/compare/trace_comparison.hpp"
#include "traces/compare/transaction_pairs.hpp"
#include "traces/input/spool.hpp"
#include "traces/no_findings.hpp"

namespace evmmem::app {
namespace {

constexpr std::uint64_t errors_said_max = 10;

using traces::Side;

/// One of the two files, opened.
class DiffInput {
public:
    DiffInput(const DiffArguments& arguments, Side side, Progress& progress)
        : arguments_{arguments},
          file_{arguments.files[index(side)]},
          progress_{progress},
          counter_{progress} {}

    /// Whether it can be opened again, a pipe from its copy. Says on the log why it cannot.
    bool can_be_read_again() {
        if (!spool_ || spool_->error().empty()) return true;
        log_warning("{}: it could not be kept to be read again, {}", escaped(file_),
                    spool_->error());
        return false;
    }

    /// Opens it, as another dialect than the one that its beginning shows where that is known. Says on the log what is wrong.
    ExitCode open() {
        errors_ = 0;
        code_ = ExitCode::agrees;
        const bool is_first = openings_++ == 0;
        if (is_first && !traces::can_be_read_twice(file_)) spool_.emplace();
        if (!is_first && spool_) trace_->read_rest();
        trace_ = std::make_unique<traces::ComparedTrace>(traces::ComparedTrace::Options{
            .replay = replay_options(arguments_),
            .on_error = [this](const traces::TraceError& error) { report(error); },
            .goes_on = [this](const traces::StepReader& reader) { return goes_on(reader); }});
        traces::ReaderOptions options = reader_options(arguments_);
        options.transactions = &trace_->transactions();
        if (dialect_) options.dialect = &*dialect_;
        if (is_first && spool_) options.source.spool = &*spool_;
        auto reader =
            traces::StepReader::open(is_first || !spool_ ? file_ : spool_->path(), options);
        if (!reader && is_interrupted()) return ExitCode::interrupted;
        if (!reader) {
            report(reader.error());
            return code_;
        }
        trace_->begin(std::move(*reader));
        return ExitCode::agrees;
    }

    /// Whether it became clear late whose lines they are: then it is to be read again as what it is.
    bool was_misread() {
        const traces::StepReader& reader = trace_->reader();
        if (dialect_ || !(reader.has_refined() || reader.was_misread())) return false;
        dialect_ = reader.dialect();
        return true;
    }

    traces::ComparedTrace& trace() { return *trace_; }
    std::uint64_t transaction_count() const { return trace_->transaction_count(); }
    bool is_no_trace() const { return trace_->fatal() && trace_->summary().steps == 0; }
    ExitCode code() const { return code_; }

    /// What the comparison has to say of it.
    DiffReport::Trace described(bool is_part) const {
        DiffReport::Trace result{.file = file_,
                                 .dialect = std::string{trace_->dialect().name},
                                 .summary = trace_->summary(),
                                 .gaps = {}};
        if (is_part) return result;  // what comes after it was not read
        const auto& fatal = trace_->fatal();
        result.gaps =
            app::gaps_of(result.summary, errors_, fatal ? &*fatal : nullptr, trace_->was_stopped());
        std::ranges::move(gaps_of_unread(trace_->reader()), std::back_inserter(result.gaps));
        if (result.summary.steps == 0 && !trace_->reader().has_read_an_end())
            result.gaps.emplace_back("there is no step in it");
        return result;
    }

private:
    void report(const traces::TraceError& error) {
        code_ = worse(code_, exit_code(error.kind));
        if (errors_++ >= errors_said_max || openings_ > 1 || is_interrupted()) return;
        const Progress::Pause pause{progress_};
        log_error("{}", diagnostic(file_, error));
    }

    // What was read before an interrupt is not gone through any more.
    bool goes_on(const traces::StepReader& reader) {
        if (counter_.is_shown()) counter_.step(reader.bytes_read());
        return !is_interrupted();
    }

    const DiffArguments& arguments_;
    const std::string& file_;
    Progress& progress_;
    ProgressCounter counter_;
    std::unique_ptr<traces::ComparedTrace> trace_;
    std::optional<traces::Dialect> dialect_;
    std::optional<traces::Spool> spool_;  // of what can be read only once
    ExitCode code_ = ExitCode::agrees;
    std::uint64_t errors_ = 0;
    int openings_ = 0;  // what is wrong is said at the first
};

class Diff {
public:
    Diff(const DiffArguments& arguments, Progress& progress)
        : arguments_{arguments},
          inputs_{DiffInput{arguments, Side::a, progress},
                  DiffInput{arguments, Side::b, progress}} {}

    /// Nothing where one of them could not be read, or the user has interrupted it.
    std::optional<DiffReport> run() {
        if (!choose()) return std::nullopt;
        constexpr int readings_max = 3;
        for (int i = 1;; ++i) {
            if (!compare()) return std::nullopt;
            if (i == readings_max || !has_to_read_again()) break;
        }
        return report();
    }

    ExitCode code() const { return code_; }

private:
    // The user's transactions, by position: those that are named by hash are looked for.
    bool choose() {
        traces::TransactionPair pair;
        for (const Side side : traces::sides) {
            const auto& choice = arguments_.transactions[index(side)];
            if (!choice) return true;
            pair[index(side)] = choice->number;
            if (choice->hash.empty()) continue;
            const auto hashes = hashes_of(side);
            if (!hashes) return false;
            const auto found = std::ranges::find(*hashes, traces::with_small_letters(choice->hash));
            if (found == hashes->end()) {
                const traces::Transactions& all = inputs_[index(side)].trace().transactions();
                if (all.count() > all.kept().size())
                    log_error("{}: it has {}, too many to find one by its hash: give the position",
                              escaped(arguments_.files[index(side)]),
                              counted(all.count(), "transaction"));
                else
                    log_error("{}: no transaction of it is called {}",
                              escaped(arguments_.files[index(side)]), choice->hash);
                code_ = ExitCode::usage;
                return false;
            }
            pair[index(side)] = static_cast<std::uint64_t>(found - hashes->begin());
        }
        pairs_ = {pair};
        is_part_ = true;
        return true;
    }

    // By transaction; empty where it has none.
    std::optional<std::vector<std::string>> hashes_of(Side side) {
        DiffInput& input = inputs_[index(side)];
        code_ = worse(code_, input.open());
        if (code_ != ExitCode::agrees) return std::nullopt;
        while (input.trace().advance()) {
        }
        if (input.trace().was_stopped()) {
            code_ = ExitCode::interrupted;
            return std::nullopt;
        }
        return traces::hashes_of(input.trace().transactions());
    }

    bool compare() {
        for (DiffInput& input : inputs_)
            code_ = worse(code_, input.open());
        if (code_ != ExitCode::agrees) return false;
        const traces::TraceComparison::Options options{
            .ignored = arguments_.ignored,
            .differences_max = static_cast<std::size_t>(arguments_.differences_max),
            .before_max = static_cast<std::size_t>(arguments_.before_max),
            .pairs = pairs_,
            .reads_to_end = !is_part_};
        comparison_ = std::make_unique<traces::TraceComparison>(inputs_[0].trace(),
                                                                inputs_[1].trace(), options);
        comparison_->run();
        if (comparison_->was_stopped()) {
            code_ = ExitCode::interrupted;
            return false;
        }
        // What is no trace is met after the beginning, too.
        const bool are_traces = !inputs_[0].is_no_trace() && !inputs_[1].is_no_trace();
        for (const DiffInput& input : inputs_)
            if (!are_traces) code_ = worse(code_, input.code());
        return are_traces;
    }

    bool has_to_read_again() {
        bool is_again = false;
        for (DiffInput& input : inputs_)
            is_again = input.was_misread() || is_again;
        if (pairs_.empty() && comparison_->has_differed()) {
            pairs_ = traces::pairs_by_hash(traces::hashes_of(inputs_[0].trace().transactions()),
                                           traces::hashes_of(inputs_[1].trace().transactions()));
            is_again = is_again || !pairs_.empty();
        }
        return is_again && inputs_[0].can_be_read_again() && inputs_[1].can_be_read_again();
    }

    DiffReport report() {
        DiffReport report;
        bool is_incomplete = comparison_->has_met_incomplete();
        for (const Side side : traces::sides) {
            const DiffInput& input = inputs_[index(side)];
            DiffReport::Trace& trace = report.traces[index(side)];
            trace = input.described(is_part_);
            is_incomplete = is_incomplete || !trace.gaps.empty();
            if (has_reached_limit(trace.summary)) code_ = worse(code_, ExitCode::limit);
            code_ = worse(code_, input.code());
        }
        // Of a transaction that was asked for, and is not there, nothing can be compared.
        if (is_part_ && comparison_->transactions() == 0) {
            for (const Side side : traces::sides)
                note_missing(report, side);
            report.code = code_ = worse(code_, ExitCode::incomplete);
            report.ignored = arguments_.ignored;
            return report;
        }
        if (comparison_->has_differed())
            code_ = worse(code_, ExitCode::findings);
        else if (is_incomplete)
            code_ = worse(code_, ExitCode::incomplete);
        report.code = code_;
        report.verdict = comparison_->has_differed() ? DiffVerdict::different
                         : is_incomplete             ? DiffVerdict::incomplete
                                                     : DiffVerdict::same;
        const traces::DifferenceLog& log = comparison_->log();
        report.differences = log.differences();
        for (traces::TraceDifference& difference : report.differences)
            note_other_place(difference);
        report.difference_count = log.count();
        for (std::size_t i = 0; i < report.by_kind.size(); ++i)
            report.by_kind[i] = log.count(static_cast<traces::TraceDifference::Kind>(i));
        report.transactions = comparison_->transactions();
        report.compared = comparison_->counts();
        report.ignored = arguments_.ignored;
        report.stops_left_out = comparison_->stops_left_out();
        return report;
    }

    // Transactions are compared in the order of both; one that lies elsewhere is on each side alone.
    void note_other_place(traces::TraceDifference& difference) {
        if (difference.kind != traces::TraceDifference::Kind::transaction) return;
        const Side side = difference.transactions[0] ? Side::a : Side::b;
        const std::uint64_t here = *difference.transactions[index(side)];
        const auto own = traces::hashes_of(inputs_[index(side)].trace().transactions());
        const auto others = traces::hashes_of(inputs_[index(other(side))].trace().transactions());
        if (here >= own.size() || own[here].empty()) return;
        const auto found = std::ranges::find(others, own[here]);
        if (found == others.end()) return;
        const auto there = static_cast<std::uint64_t>(found - others.begin());
        const bool is_a = side == Side::a;
        difference.reason =
            fmt::format("{} has it in another place; --transaction {} --with {} compares the two",
                        is_a ? "B" : "A", is_a ? here : there, is_a ? there : here);
    }

    // The pair is reached on the side that has it; what was read there of others is no transaction of it.
    void note_missing(DiffReport& report, Side side) const {
        const std::uint64_t wanted = *pairs_.front()[index(side)];
        const std::uint64_t count = inputs_[index(side)].transaction_count();
        if (wanted < count) return;
        report.traces[index(side)].gaps.push_back(
            fmt::format("it has no transaction {}: it has {}, counted from 0", wanted,
                        counted(count, "transaction")));
    }

    const DiffArguments& arguments_;
    std::array<DiffInput, 2> inputs_;
    std::vector<traces::TransactionPair> pairs_;
    bool is_part_ = false;  // the user has chosen a transaction
    std::unique_ptr<traces::TraceComparison> comparison_;
    ExitCode code_ = ExitCode::agrees;
};

}  // namespace

ExitCode run(const DiffArguments& arguments, const GeneralOptions& general, Output& output) {
    notice_interrupts();
    const Palette palette{wants_color(general.color, STDOUT_FILENO)};
    Progress progress{!general.quiet && ::isatty(STDERR_FILENO) == 1, arguments.files};
    Diff diff{arguments, progress};
    if (const auto report = diff.run())
        output.write(arguments.format == ListFormat::json
                         ? diff_json(*report)
                         : diff_text(*report, text_columns(STDOUT_FILENO), palette));
    return diff.code();
}

}  // namespace evmmem::app
