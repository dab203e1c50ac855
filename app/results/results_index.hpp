// SPDX-License-Identifier: MIT
// Reads a results file: the header, and where the last line of each file stands. Lines are read
// again when they are asked for, so that what is kept of a file is its name and its place.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/host/json.hpp"
#include "app/report/replay_report.hpp"
#include "file_identity.hpp"
#include "results_header.hpp"

namespace evmmem::app {

/// What the last line of a run says, which went through all its files.
struct RunEnd {
    std::uint64_t files = 0;
    /// Files that an earlier run wrote down, and this one did not meet: they count no more.
    std::vector<std::string> gone;
    /// Folders and archives in which this shard saw no trace, and left files to others: how many
    /// files it skipped in them.
    std::map<std::string, std::uint64_t> without_trace;
};

class ResultsIndex {
public:
    struct Record {
        std::uint64_t offset = 0;  ///< of the line
        std::uint64_t size = 0;    ///< of the line, without its end
        std::optional<FileIdentity> identity;
        ExitCode code = ExitCode::bug;
    };

    /// Errors: what is wrong with it, a sentence without a full stop, and the line.
    static std::expected<ResultsIndex, std::string> read(const std::string& path);

    /// Nothing of a file without a whole line.
    const std::optional<ResultsHeader>& header() const { return header_; }
    /// By name: of files that stand there several times, the last; without those that were gone at
    /// the end of a later run.
    const std::map<std::string, Record>& records() const { return records_; }
    /// The run that wrote it went through all its files.
    bool is_finished() const { return is_finished_; }
    /// As the last run said at its end; empty where it has none.
    const std::map<std::string, std::uint64_t>& without_trace() const { return without_trace_; }
    /// Of whole lines; what comes after them is a line that was not written to its end.
    std::uint64_t whole_bytes() const { return whole_bytes_; }
    std::uint64_t torn_bytes() const { return torn_bytes_; }

    /// The report on the line of the record. Errors: as read().
    std::expected<ReplayReport, std::string> report(const Record& record) const;

private:
    void note_end(const nlohmann::ordered_json& object);

    std::string path_;
    std::optional<ResultsHeader> header_;
    std::map<std::string, Record> records_;
    std::map<std::string, std::uint64_t> without_trace_;
    bool is_finished_ = false;
    std::uint64_t whole_bytes_ = 0;
    std::uint64_t torn_bytes_ = 0;
};

/// The line of a file that is done: its identity, where it has one, and its report.
std::string record_line(const ReplayReport& report, const std::optional<FileIdentity>& identity);
std::string end_line(const RunEnd& end);

}  // namespace evmmem::app
