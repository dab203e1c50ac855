// SPDX-License-Identifier: MIT
// Replays each file by itself, several at a time, and prints what came of them in their order: or
// takes it from what an earlier run has written down.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <thread>
#include <unordered_set>

#include "app/host/interrupt.hpp"
#include "app/host/log.hpp"
#include "app/host/progress.hpp"
#include "app/host/result_file.hpp"
#include "app/results/results_file.hpp"
#include "app/text/escape.hpp"
#include "app/text/quantity.hpp"
#include "commands.hpp"
#include "file_replay.hpp"
#include "ordered_jobs.hpp"
#include "report_printing.hpp"
#include "results_arguments.hpp"

namespace evmmem::app {
namespace {

std::size_t job_count(const ReplayArguments& arguments) {
    if (arguments.jobs != 0) return arguments.jobs;
    return std::max(1U, std::thread::hardware_concurrency());
}

// Of the shard; and each once, where they are written down by their names.
std::vector<std::string> chosen_files(const ReplayArguments& arguments) {
    std::vector<std::string> files;
    std::unordered_set<std::string> seen;
    for (const std::string& file : arguments.files) {
        if (arguments.shard && !arguments.shard->holds(file)) continue;
        if (!arguments.results.empty() && !seen.insert(file).second) continue;
        files.push_back(file);
    }
    return files;
}

PrintingOptions printing_options(const ReplayArguments& arguments, std::size_t files) {
    const bool is_summary = arguments.format == "text" || arguments.format == "markdown";
    return {.format = arguments.format,
            .is_brief = arguments.only_failing || files > files_in_full_max,
            .only_failing = arguments.only_failing,
            .with_transactions = arguments.transactions.value_or(false),
            .with_time = arguments.speed.value_or(is_summary)};
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
                        const std::string& file) {
    const bool is_text_of_one = arguments.format == "text" && arguments.files.size() == 1;
    if (arguments.format != "jsonl" && !is_text_of_one) return false;
    if (arguments.transactions) return *arguments.transactions;
    return is_stream(file) && !(is_text_of_one && general.quiet);
}

}  // namespace

ExitCode run(const ReplayArguments& arguments, const GeneralOptions& general, Output& output) {
    if (!may_write("--report", arguments.report, arguments.files) ||
        !may_write("--results", arguments.results, arguments.files))
        return ExitCode::usage;
    notice_interrupts();
    const std::vector<std::string> files = chosen_files(arguments);
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

    Progress progress{!general.quiet && ::isatty(STDERR_FILENO) == 1, files};
    ReportPrinting printing{output, general, printing_options(arguments, files.size()), &progress};
    const auto replay = [&](std::size_t index) {
        const std::string& file = files[index];
        const auto identity = results ? identity_of(file, arguments.by_content) : std::nullopt;
        if (results)
            if (auto earlier = results->find(file, identity)) {
                printing.done(*earlier);
                progress.file_is_done();
                return std::move(*earlier);
            }
        std::function<void(const TransactionReport&)> on_transaction;
        if (tells_transactions(arguments, general, file))
            on_transaction = [&](const TransactionReport& transaction) {
                printing.transaction(file, transaction);
            };
        ReplayReport report = replay_file(file, arguments, progress, on_transaction);
        if (report.code != ExitCode::interrupted) {
            if (results) {
                // What was changed meanwhile is not known to be what was replayed.
                const auto now = identity_of(file, false);
                const bool is_same = identity && now && now->size == identity->size &&
                                     now->time_ns == identity->time_ns;
                results->append(report, is_same ? identity : std::nullopt);
            }
            printing.done(report);
        }
        progress.file_is_done();
        return report;
    };
    const auto print = [&](const ReplayReport& report) {
        printing.print(report);
        return !output.is_closed() && !is_interrupted();
    };
    run_in_order(files.size(), job_count(arguments), replay, print);
    if (is_interrupted())
        for (std::size_t i = printing.printed(); i < files.size(); ++i)
            printing.not_replayed(files[i]);
    ExitCode code = printing.finish();
    if (is_interrupted()) code = ExitCode::interrupted;
    if (results) {
        if (printing.printed() == files.size() && !is_interrupted()) results->end(files.size());
        if (const std::string error = results->error(); !error.empty())
            code = worse(code, could_not_write(arguments.results, error));
    }
    return code;
}

}  // namespace evmmem::app
