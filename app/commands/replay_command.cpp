// SPDX-License-Identifier: MIT
// Replays each file by itself, several at a time, and prints what came of them in their order: or
// takes it from what an earlier run has written down.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <span>
#include <utility>

#include "app/host/interrupt.hpp"
#include "app/host/log.hpp"
#include "app/host/progress.hpp"
#include "app/host/result_file.hpp"
#include "app/inputs/archive_files.hpp"
#include "app/inputs/input_list.hpp"
#include "app/inputs/seen_names.hpp"
#include "app/results/results_file.hpp"
#include "app/text/escape.hpp"
#include "app/text/quantity.hpp"
#include "commands.hpp"
#include "file_replay.hpp"
#include "ordered_jobs.hpp"
#include "report_printing.hpp"
#include "results_arguments.hpp"
#include "trace_arguments.hpp"
#include "traces/input/archive.hpp"
#include "traces/input/byte_source.hpp"
#include "traces/input/processors.hpp"

namespace evmmem::app {
namespace {

std::size_t job_count(const ReplayArguments& arguments) {
    if (arguments.jobs != 0) return arguments.jobs;
    return traces::processors();
}

std::size_t files_at_a_time(const ReplayArguments& arguments, const InputList& inputs) {
    const std::size_t jobs = job_count(arguments);
    return std::min(jobs, inputs.count().value_or(jobs));
}

// Whether what comes next may be long in coming.
bool is_stream(const std::string& file) {
    struct ::stat status{};
    const int found = file == "-" ? ::fstat(STDIN_FILENO, &status) : ::stat(file.c_str(), &status);
    return found == 0 && !S_ISREG(status.st_mode);
}

// Transactions are told as they end where that was asked for, or of streams: text then tells them on
// standard error. It tells those of one file only, for those of several would stand among each other.
bool tells_transactions(const ReplayArguments& arguments, const GeneralOptions& general,
                        const Input& input) {
    const bool is_text_of_one = arguments.format == "text" && arguments.files.size() == 1 &&
                                arguments.files_from.empty() && input.group == nullptr;
    if (arguments.format != "jsonl" && !is_text_of_one) return false;
    if (arguments.transactions) return *arguments.transactions;
    return is_stream(input.name) && !(is_text_of_one && general.quiet);
}

// A folder and an archive hold many until the opposite is known, and a list is for many.
bool is_of_many(const ReplayArguments& arguments, const InputList& inputs) {
    const auto count = inputs.count();
    if (!count || *count > files_in_full_max) return true;
    return std::ranges::any_of(arguments.files, [](const std::string& file) {
        if (file == "-" || is_stream(file)) return false;  // it can be read once
        auto source = traces::ByteSource::open(file);
        const auto begin = source ? source->begin() : std::string_view{};
        return begin && traces::looks_like_tar(*begin);
    });
}

PrintingOptions printing_options(const ReplayArguments& arguments, bool is_of_many) {
    const bool is_summary = arguments.format == "text" || arguments.format == "markdown";
    return {.format = arguments.format,
            .is_brief = arguments.only_failing || is_of_many,
            .only_failing = arguments.only_failing,
            .with_transactions = arguments.transactions.value_or(false),
            .with_time = arguments.speed.value_or(is_summary),
            .show_options = show_options(results_header(arguments))};
}

// Of files that an earlier run has written down, and that were not given now.
void say_gone(const std::string& results, const std::vector<std::string>& gone) {
    constexpr std::size_t shown_max = 5;
    if (gone.empty()) return;
    std::vector<std::string> shown;
    for (const std::string& name : std::span{gone}.first(std::min(gone.size(), shown_max)))
        shown.push_back(escaped(name));
    log_warning("{}: no longer counted, as this run did not meet {}: {}{}", escaped(results),
                gone.size() == 1 ? "it" : "them", fmt::join(shown, ", "),
                gone.size() > shown_max
                    ? fmt::format(", and {} more", grouped(gone.size() - shown_max))
                    : "");
}

/// Replays all inputs, writes down what came of them, and prints it in their order.
class InputReplay {
public:
    InputReplay(const ReplayArguments& arguments, const GeneralOptions& general, Output& output,
                ReportPrinting& printing, ResultsFile* results, Progress& progress)
        : arguments_{arguments},
          general_{general},
          output_{output},
          printing_{printing},
          results_{results},
          progress_{progress} {}

    /// Whether all of them were gone through.
    bool run(InputList& inputs) {
        replay_all([&] { return next_chosen(inputs); }, files_at_a_time(arguments_, inputs));
        if (repeated_ > 0)
            log_warning("{} given more than once; each file is replayed once",
                        repeated_ == 1 ? "a name was" : grouped(repeated_) + " names were");
        if (!is_interrupted()) return !output_.is_closed();
        inputs.close_folders();
        while (const auto input = next_chosen(inputs))
            if (input->kind == Input::Kind::file) printing_.not_replayed(input->name);
        return false;
    }
    ExitCode code() const { return code_; }  ///< of what no report stands for

private:
    struct Outcome {
        Replayed replayed;
        std::shared_ptr<InputGroup> group;
        bool is_group_end = false;
    };

    // Of the shard; and each name once, however often it was given. Each member of an
    // archive is in a shard of its own, so every shard looks into all that may be one; what is named
    // as a trace is not looked into.
    template <typename Inputs>
    std::optional<Input> next_chosen(Inputs& inputs) {
        while (auto input = inputs.next()) {
            if (input->kind == Input::Kind::group_end) return input;
            if (arguments_.shard) {
                const bool is_file = input->kind == Input::Kind::file;
                input->may_be_archive = is_file && !is_named_as_trace(input->name, true);
                input->is_only_archive =
                    input->may_be_archive && !arguments_.shard->holds(input->name);
            }
            const bool is_held =
                !arguments_.shard || input->is_only_archive || arguments_.shard->holds(input->name);
            // What is wrong with an archive bears the name under which it was begun.
            const bool is_error = input->kind == Input::Kind::failed;
            if (is_held && (is_error || is_new(input->name))) return input;
            if (input->group) ++input->group->left_out;
        }
        return std::nullopt;
    }

    // All names that one folder, or one archive, gives differ.
    bool is_new(const std::string& name) {
        const bool is_one = arguments_.files.size() == 1 && arguments_.files_from.empty();
        if (is_one || seen_.is_new(name)) return true;
        ++repeated_;
        return false;
    }

    template <typename Next>
    bool replay_all(Next next, std::size_t jobs) {
        bool goes_on = true;
        run_in_order([&] { return is_interrupted() ? std::nullopt : next(); }, jobs,
                     [&](Input input) {
                         Outcome outcome;
                         outcome.group = input.group;
                         outcome.is_group_end = input.kind == Input::Kind::group_end;
                         if (outcome.is_group_end) return outcome;
                         outcome.replayed = replay(std::move(input));
                         if (outcome.replayed.is_dropped) {
                             if (outcome.group) ++outcome.group->left_out;
                         } else if (!outcome.replayed.archive) {
                             progress_.file_is_done();
                         }
                         return outcome;
                     },
                     [&](Outcome outcome) {
                         if (outcome.replayed.archive) {
                             // Whether there is a trace in it, is its own group's to say.
                             if (outcome.group) ++outcome.group->traces;
                             goes_on = replay_archive(*outcome.replayed.archive);
                         } else if (outcome.is_group_end) {
                             end_group(*outcome.group);
                         } else if (!outcome.replayed.is_dropped) {
                             deliver(outcome);
                         }
                         goes_on = goes_on && !output_.is_closed();
                         return goes_on;
                     });
        return goes_on;
    }

    Replayed replay(Input input) {
        const std::string file = input.name;
        // A member is as its archive is.
        const std::string path =
            input.kind == Input::Kind::file || !input.group ? file : input.group->name;
        const auto identity =
            results_ != nullptr ? identity_of(path, arguments_.by_content) : std::nullopt;
        if (results_ != nullptr)
            if (auto earlier = results_->find(file, identity)) {
                printing_.done(*earlier);
                return {std::move(*earlier), nullptr, false};
            }
        const bool is_error = input.kind == Input::Kind::failed;
        std::function<void(const TransactionReport&)> on_transaction;
        if (tells_transactions(arguments_, general_, input))
            on_transaction = [&](const TransactionReport& transaction) {
                printing_.transaction(file, transaction);
            };
        Replayed replayed = replay_input(std::move(input), arguments_, progress_, on_transaction);
        if (replayed.archive || replayed.is_dropped ||
            replayed.report.code == ExitCode::interrupted)
            return replayed;
        if (results_ != nullptr) {
            // What was changed meanwhile is not known to be what was replayed; and an error of an
            // archive does not stand for its members.
            const auto now = identity_of(path, false);
            const bool is_same = !is_error && identity && now && now->size == identity->size &&
                                 now->time_ns == identity->time_ns;
            results_->append(replayed.report, is_same ? identity : std::nullopt);
        }
        printing_.done(replayed.report);
        return replayed;
    }

    /// It was found to be one only when its turn came to be replayed; the files after it wait.
    bool replay_archive(ArchiveFiles& archive) {
        if (!arguments_.report.empty()) {
            log_error("--report: {} is an archive, and a page is of one trace: {}:MEMBER",
                      escaped(archive.name()), escaped(archive.name()));
            code_ = worse(code_, ExitCode::usage);
            return true;
        }
        const bool goes_on =
            replay_all([&] { return next_chosen(archive); }, job_count(arguments_));
        if (is_interrupted()) printing_.not_replayed(archive.name());
        return goes_on;
    }

    void deliver(const Outcome& outcome) {
        const ReplayReport& report = outcome.replayed.report;
        if (outcome.group != nullptr)
            ++(report.verdict == Verdict::skipped ? outcome.group->skipped : outcome.group->traces);
        // The first one shows what the interrupt left; of others that it ended nothing is known.
        const bool is_unbegun = report.code == ExitCode::interrupted && report.summary.steps == 0;
        if (is_unbegun && std::exchange(has_shown_interrupt_, true))
            return printing_.not_replayed(report.file);
        // All others were said to be done when they were.
        if (report.code == ExitCode::interrupted) printing_.done(report);
        printing_.print(report);
    }

    /// A folder without a trace in it is no success. Where other shards have files of it, all of
    /// them must have been looked at: `merge` says so then.
    void end_group(const InputGroup& group) {
        if (group.traces > 0 || is_interrupted()) return;
        const bool is_ours = !arguments_.shard || arguments_.shard->holds(group.name);
        if (group.left_out > 0 || !is_ours) {
            if (arguments_.shard && results_ != nullptr)
                results_->note_without_trace(group.name, group.skipped);
            return;
        }
        const ReplayReport report = report_without_trace(group.name, group.skipped);
        if (results_ != nullptr) results_->append(report, std::nullopt);
        printing_.done(report);
        printing_.print(report);
    }

    const ReplayArguments& arguments_;
    const GeneralOptions& general_;
    Output& output_;
    ReportPrinting& printing_;
    ResultsFile* results_;
    Progress& progress_;
    SeenNames seen_;
    std::uint64_t repeated_ = 0;  // names
    ExitCode code_ = ExitCode::agrees;
    bool has_shown_interrupt_ = false;
};

}  // namespace

ExitCode run(const ReplayArguments& given, const GeneralOptions& general, Output& output) {
    ReplayArguments arguments = given;
    std::vector<std::string> inputs_named = read_files(arguments, arguments.files);
    if (!arguments.files_from.empty()) inputs_named.push_back(arguments.files_from);
    if (!may_write("--report", arguments.report, inputs_named) ||
        !may_write("--results", arguments.results, inputs_named))
        return ExitCode::usage;
    notice_interrupts();
    std::unique_ptr<ResultsFile> results;
    if (!arguments.results.empty()) {
        auto opened =
            ResultsFile::open(arguments.results, results_header(arguments), arguments.resumes);
        if (!opened) return could_not_use_results(arguments.results, opened.error());
        results = std::move(*opened);
        if (results->torn_bytes() > 0)
            log_warning("{}: the last line, {}, was not written to its end and is dropped",
                        escaped(arguments.results), counted(results->torn_bytes(), "byte"));
    }

    InputList inputs{arguments.files, arguments.files_from};
    // By two threads each, where there are as many.
    arguments.reads_ahead =
        job_count(arguments) / std::max<std::size_t>(1, files_at_a_time(arguments, inputs)) >= 2;
    Progress progress{!general.quiet && ::isatty(STDERR_FILENO) == 1, arguments.files};
    ReportPrinting printing{output, general,
                            printing_options(arguments, is_of_many(arguments, inputs)), &progress};
    InputReplay replay{arguments, general, output, printing, results.get(), progress};
    const bool is_whole = replay.run(inputs);
    ExitCode code = worse(printing.finish(), replay.code());
    if (is_interrupted()) code = ExitCode::interrupted;
    if (results) {
        if (is_whole) say_gone(arguments.results, results->end(printing.printed()));
        if (const std::string error = results->error(); !error.empty())
            code = worse(code, could_not_write(arguments.results, error));
    }
    return code;
}

}  // namespace evmmem::app
