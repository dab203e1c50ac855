// SPDX-License-Identifier: MIT
// The file that a replay writes down what it has done in: a line for each file, appended whole as
// soon as the file is done, and on the disk a moment later. A process that is killed loses what it
// was at; the next one goes on where it stopped.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include "app/report/replay_report.hpp"
#include "results_index.hpp"

namespace evmmem::app {

class ResultsFile {
public:
    /// Opens it, for this process alone, and writes the header where it is new. What stands there
    /// is kept, and must be of the same header: only with `resumes`, otherwise it must be empty. A
    /// last line that was not written to its end is cut off. Errors: a sentence without a full stop.
    static std::expected<std::unique_ptr<ResultsFile>, std::string> open(
        const std::string& path, const ResultsHeader& header, bool resumes);
    ResultsFile(const ResultsFile&) = delete;
    ResultsFile& operator=(const ResultsFile&) = delete;
    ~ResultsFile();

    /// Bytes of a line that was cut off.
    std::uint64_t torn_bytes() const { return earlier_.torn_bytes(); }
    /// What an earlier run has said of the file, if it is still the same; nothing where it could
    /// not be read then. Threads may ask at a time.
    std::optional<ReplayReport> find(const std::string& file,
                                     const std::optional<FileIdentity>& identity);

    /// Threads may append at a time.
    void append(const ReplayReport& report, const std::optional<FileIdentity>& identity);
    /// There is no trace in that folder or archive, as far as this shard can see.
    void note_without_trace(const std::string& group, std::uint64_t skipped);
    /// All files are done: what an earlier run has said of others counts no more, and is returned by
    /// its names. Waits until everything is on the disk.
    std::vector<std::string> end(std::uint64_t files);
    /// What went wrong first; empty where nothing did.
    std::string error();

private:
    ResultsFile(int descriptor, ResultsIndex earlier)
        : descriptor_{descriptor}, earlier_{std::move(earlier)} {}
    void note_met(const std::string& file);
    void write(const std::string& line);
    void sync();
    void keep_syncing();

    const int descriptor_;
    const ResultsIndex earlier_;

    std::mutex mutex_;  ///< of what follows
    std::condition_variable changed_;
    std::unordered_set<const ResultsIndex::Record*> met_;  ///< of the earlier ones
    std::map<std::string, std::uint64_t> without_trace_;   ///< as RunEnd has them
    std::uint64_t size_ = 0;                               ///< of whole lines
    bool is_unsynced_ = false;
    bool is_over_ = false;
    int error_ = 0;  ///< errno of the first failure
    std::thread syncing_;
};

}  // namespace evmmem::app
