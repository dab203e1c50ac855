// SPDX-License-Identifier: MIT
#include "report_printing.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "app/host/log.hpp"
#include "app/host/terminal.hpp"
#include "app/report/diagnostic.hpp"
#include "app/report/transaction_text.hpp"
#include "app/text/escape.hpp"
#include "app/text/quantity.hpp"

namespace evmmem::app {

ReportPrinting::ReportPrinting(Output& output, const GeneralOptions& general,
                               const PrintingOptions& options, Progress* progress)
    : output_{output},
      progress_{progress},
      is_text_{options.format == "text"},
      is_brief_{options.is_brief},
      with_transactions_{options.with_transactions},
      reporter_{make_reporter(options.format, output,
                              {.palette = Palette{wants_color(general.color, STDOUT_FILENO)},
                               .columns = text_columns(STDOUT_FILENO),
                               .is_brief = options.is_brief,
                               .only_failing = options.only_failing,
                               .with_transactions = options.with_transactions,
                               .with_time = options.with_time,
                               .show_options = options.show_options})} {}

void ReportPrinting::transaction(const std::string& file, const TransactionReport& transaction) {
    const std::scoped_lock lock{mutex_};
    std::optional<Progress::Pause> pause;
    if (progress_ != nullptr) pause.emplace(*progress_);
    if (is_text_ && !with_transactions_) {
        fmt::print(stderr, "{}  {}\n", name(transaction.verdict), transaction_text(transaction));
        static_cast<void>(std::fflush(stderr));
        return;
    }
    reporter_->transaction(file, transaction);
    output_.flush();
}

void ReportPrinting::done(const ReplayReport& report) {
    const std::scoped_lock lock{mutex_};
    std::optional<Progress::Pause> pause;
    if (progress_ != nullptr) pause.emplace(*progress_);
    reporter_->done(report);
}

void ReportPrinting::print(const ReplayReport& report) {
    const std::scoped_lock lock{mutex_};
    std::optional<Progress::Pause> pause;
    if (progress_ != nullptr) pause.emplace(*progress_);
    ++printed_;
    code_ = worse(code_, report.code);
    // What is printed of a file stands together, also on standard error.
    say_errors(report);
    reporter_->report(report);
    output_.flush();
}

void ReportPrinting::say_errors(const ReplayReport& report) {
    if (is_brief_ && !is_worth_printing_(report)) {
        errors_hidden_ += report.error_count;
        return;
    }
    for (const traces::TraceError& error : report.errors)
        log_error("{}", diagnostic(report.file, error));
    if (const auto more = report.error_count - report.errors.size(); more > 0)
        log_error("{}: {} not shown; --max-findings {} shows all", escaped(report.file),
                  counted(more, "more error"), report.error_count);
}

void ReportPrinting::not_replayed(const std::string& file) {
    reporter_->not_replayed(file);
}

void ReportPrinting::lacks(const std::string& sentence) {
    code_ = worse(code_, ExitCode::incomplete);
    log_error("{}", escaped(sentence));
    reporter_->lacks(sentence);
}

ExitCode ReportPrinting::finish(std::optional<double> seconds) {
    if (errors_hidden_ > 0)
        log_error("{} of other files not shown; --format jsonl shows them",
                  counted(errors_hidden_, "more error"));
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start_;
    reporter_->finish(seconds.value_or(passed.count()));
    return code_;
}

}  // namespace evmmem::app
