// SPDX-License-Identifier: MIT
// Prints reports in a format, as they come from threads and in their order, with what cannot be read
// on standard error, and keeps the exit code of all of them.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "app/host/general_options.hpp"
#include "app/host/output.hpp"
#include "app/host/progress.hpp"
#include "app/report/reporter.hpp"
#include "app/report/run_summary.hpp"

namespace evmmem::app {

struct PrintingOptions {
    std::string format = "text";  ///< a row of reporter_formats()
    bool is_brief = false;
    bool only_failing = false;
    bool with_transactions = false;
    bool with_time = false;
    std::string show_options{};  ///< as in ReporterOptions
};

class ReportPrinting {
public:
    /// `progress`, which may be null, is wiped out before anything is printed.
    ReportPrinting(Output& output, const GeneralOptions& general, const PrintingOptions& options,
                   Progress* progress);

    // ---- on any thread ------------------------------------------------------------------------------
    /// Text tells them on standard error, unless they were asked for.
    void transaction(const std::string& file, const TransactionReport& transaction);
    void done(const ReplayReport& report);

    // ---- in order -----------------------------------------------------------------------------------
    void print(const ReplayReport& report);
    std::size_t printed() const { return printed_; }  ///< reports so far
    void not_replayed(const std::string& file);
    /// Something is missing of the whole: a sentence without a full stop.
    void lacks(const std::string& sentence);
    /// The time that all of it took, where it is not what passed since the beginning, in seconds.
    ExitCode finish(std::optional<double> seconds = std::nullopt);

private:
    void say_errors(const ReplayReport& report);

    Output& output_;
    Progress* progress_;
    bool is_text_;
    bool is_brief_;
    bool with_transactions_;
    std::unique_ptr<Reporter> reporter_;
    std::mutex mutex_;  ///< of the output and the reporter
    const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    std::size_t printed_ = 0;
    ExitCode code_ = ExitCode::agrees;
    WorthPrinting is_worth_printing_;
    std::uint64_t errors_hidden_ = 0;  ///< of files that were not worth printing
};

}  // namespace evmmem::app
