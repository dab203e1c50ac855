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
#include "replay_report.hpp"

namespace evmmem::app {

class Reporter {
public:
    virtual ~Reporter() = default;

    /// Prints what came of one file.
    virtual void report(const ReplayReport& report) = 0;
    /// The file's turn did not come, or was over before it was done: there was an interrupt.
    virtual void not_replayed(const std::string& file);
    /// Prints what belongs below all files. Called once, last.
    virtual void finish() {}
};

struct ReporterFormat {
    std::string_view name;      ///< as --format takes it
    std::string_view sentence;  ///< what it is for
    /// `output` must outlive the reporter. Text for people keeps within `columns`.
    std::unique_ptr<Reporter> (*make)(Output& output, const Palette& palette, std::size_t columns);
};

std::span<const ReporterFormat> reporter_formats();

/// The reporter of that format. The name is a row's.
std::unique_ptr<Reporter> make_reporter(std::string_view format, Output& output,
                                        const Palette& palette, std::size_t columns);

}  // namespace evmmem::app
