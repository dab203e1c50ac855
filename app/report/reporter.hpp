// SPDX-License-Identifier: MIT
// How the results of replays are printed: a table of formats by name, each a Reporter. Adding a
// format is a file and a row.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "app/host/output.hpp"
#include "app/host/palette.hpp"
#include "app/host/terminal.hpp"
#include "replay_report.hpp"

namespace evmmem::app {

struct ReporterOptions {
    Palette palette{false};
    std::size_t columns = unlimited_columns;  ///< text for people keeps within them
    /// What agrees, and what only repeats others, is not printed by itself; a summary is.
    bool is_brief = false;
    bool only_failing = false;       ///< nor is anything printed of what agrees in other formats
    bool with_transactions = false;  ///< text: those that agree are listed, too
    bool with_time = false;          ///< a summary says how long it took, as no two runs do
    /// With which `evmmem show` reads the traces as they were read: " --rules eip-7923".
    std::string show_options;
};

/// Functions are called one at a time.
class Reporter {
public:
    virtual ~Reporter() = default;

    // ---- as it happens, in whatever order, on whatever thread --------------------------------------
    /// A transaction of the file is over, or more is known of one that is.
    virtual void transaction(const std::string& /*file*/,
                             const TransactionReport& /*transaction*/) {}
    /// The file is done.
    virtual void done(const ReplayReport& /*report*/) {}

    // ---- in the order of the files -----------------------------------------------------------------
    /// What came of one file.
    virtual void report(const ReplayReport& report) = 0;
    /// The file's turn did not come, or was over before it was done: there was an interrupt.
    virtual void not_replayed(const std::string& file);

    // ---- at the end --------------------------------------------------------------------------------
    /// Something is missing of the whole that no file stands for: a sentence without a full stop.
    virtual void lacks(const std::string& sentence) = 0;
    /// Prints what belongs below all files. Called once, last. `seconds` is the time that all of it
    /// took.
    virtual void finish(double /*seconds*/) {}
};

struct ReporterFormat {
    std::string_view name;      ///< as --format takes it
    std::string_view sentence;  ///< what it is for
    /// `output` must outlive the reporter.
    std::unique_ptr<Reporter> (*make)(Output& output, const ReporterOptions& options);
};

std::span<const ReporterFormat> reporter_formats();

/// The reporter of that format. The name is a row's.
std::unique_ptr<Reporter> make_reporter(std::string_view format, Output& output,
                                        const ReporterOptions& options);

/// From so many files on, only what does not agree is printed.
inline constexpr std::size_t files_in_full_max = 20;

}  // namespace evmmem::app
