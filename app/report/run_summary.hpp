// SPDX-License-Identifier: MIT
// What many files come to: verdicts, kinds of findings, and the names of the files that do not
// agree. Its size does not grow with the number of files.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "replay_report.hpp"

namespace evmmem::app {

class RunSummary {
public:
    /// Findings of one kind in all files: of one check, on one instruction, in one dialect.
    struct Kind {
        traces::Check check{};
        traces::Severity severity = traces::Severity::finding;
        std::string op_name;
        std::string dialect;
        std::uint64_t findings = 0;
        std::uint64_t files = 0;
        std::string first_file;        ///< foreign text
        std::uint64_t first_line = 0;  ///< 0 where it was not kept

        std::string check_text() const;  ///< "memory.load", "gas.cost (warning)"
        std::string first_place()
            const;  ///< the file, and the line where it was kept; foreign text
    };
    /// The kinds that people are shown, and how many findings those have that they are not.
    struct ShownKinds {
        std::vector<const Kind*> kinds;
        std::uint64_t findings_hidden = 0;

        std::string hidden_text() const;  ///< "and 3 findings of more kinds"; empty where none are
    };
    /// A file that does not agree.
    struct Failing {
        std::string file;  ///< foreign text
        Verdict verdict = Verdict::agrees;
        std::string why;  ///< how many findings, or the first reason; foreign text
    };

    void add(const ReplayReport& report);
    void add_not_replayed() { ++not_replayed_; }

    std::uint64_t files() const;
    std::uint64_t files(Verdict verdict) const { return files_[static_cast<std::size_t>(verdict)]; }
    std::uint64_t not_replayed() const { return not_replayed_; }
    std::uint64_t transactions() const { return transactions_; }
    std::uint64_t steps() const { return steps_; }
    std::uint64_t findings() const { return findings_; }
    std::uint64_t warnings() const { return warnings_; }
    const traces::CheckCounts& checks() const { return checks_; }

    /// Findings before warnings, and of these those in most files first.
    std::vector<const Kind*> kinds() const;
    /// Findings of kinds that were not kept: a hostile trace can have thousands.
    std::uint64_t findings_of_more_kinds() const { return more_kinds_; }
    /// The first twenty of them.
    ShownKinds shown_kinds() const;

    /// The worst first; of each verdict the first `failing_max`, in the order they were added.
    std::vector<Failing> failing() const;
    static constexpr std::size_t failing_max = 20;

    /// Files that do not agree, and are not skipped.
    std::uint64_t failing_count() const;
    /// "and 3 more files that do not agree", than failing() names; empty where there are none.
    std::string more_failing_text() const;

    /// "skipped, as they are no traces, or links: a, b, and 2 more"; empty where there are none.
    std::string skipped_text() const;

    /// "4 files: 1 agrees, 2 findings, 1 incomplete"
    std::string files_text() const;

private:
    static constexpr std::size_t kinds_max = 1024;
    static constexpr std::size_t kinds_shown_max = 20;

    std::array<std::uint64_t, std::size(verdicts)> files_{};
    std::array<std::vector<Failing>, std::size(verdicts)> failing_;
    std::vector<std::string> skipped_;  ///< the first of them
    std::uint64_t not_replayed_ = 0;
    std::uint64_t transactions_ = 0;
    std::uint64_t steps_ = 0;
    std::uint64_t findings_ = 0;
    std::uint64_t warnings_ = 0;
    traces::CheckCounts checks_{};
    std::map<std::tuple<traces::Severity, traces::Check, std::string, std::string>, Kind> kinds_;
    std::uint64_t more_kinds_ = 0;
};

/// Which of many files are worth printing in full: of those with findings the ones that show a kind
/// for the first time, of the others that do not agree the first few. Files are asked about in the
/// order in which they would be printed.
class WorthPrinting {
public:
    bool operator()(const ReplayReport& report);

private:
    static constexpr std::uint64_t without_findings_max = 3;  ///< of each verdict
    static constexpr std::size_t kinds_max = 1024;

    std::set<std::tuple<traces::Check, std::string, std::string>> printed_;
    std::map<Verdict, std::uint64_t> printed_without_;
};

}  // namespace evmmem::app
