// SPDX-License-Identifier: MIT
#include "results_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "app/host/log.hpp"
#include "app/host/system_failure.hpp"
#include "app/report/report_json.hpp"

namespace evmmem::app {
namespace {

// Lines are on the disk after that time at the latest. One fsync for each of thousands of small
// files would take longer than their replays.
constexpr std::chrono::milliseconds sync_interval{100};

class Descriptor {
public:
    explicit Descriptor(int number) : number_{number} {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    int number() const { return number_; }
    int release() { return std::exchange(number_, -1); }

private:
    int number_;
};

// That the file has a name is on the disk, too.
void sync_folder_of(const std::string& path) {
    const std::string folder = std::filesystem::path{path}.parent_path().string();
    const Descriptor opened{
        ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (opened.number() >= 0) ::fsync(opened.number());
}

}  // namespace

std::expected<std::unique_ptr<ResultsFile>, std::string> ResultsFile::open(
    const std::string& path, const ResultsHeader& header, bool resumes) {
    Descriptor file{::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666)};
    if (file.number() < 0) return system_failure(errno);
    struct ::stat status{};
    if (::fstat(file.number(), &status) != 0) return system_failure(errno);
    if (!S_ISREG(status.st_mode)) return std::unexpected{std::string{"it is no regular file"}};
    if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return system_failure(errno);
        return std::unexpected{std::string{"another evmmem is writing to it"}};
    }
    auto earlier = ResultsIndex::read(path);
    if (!earlier) return std::unexpected{std::move(earlier.error())};
    if (status.st_size != 0 && !resumes)
        return std::unexpected{std::string{"there are results in it; --resume goes on with them"}};
    if (earlier->header()) {
        if (auto why = difference(*earlier->header(), header); !why.empty())
            return std::unexpected{std::move(why)};
        if (earlier->header()->shard != header.shard)
            return std::unexpected{
                fmt::format("it is of {}", earlier->header()->shard
                                               ? "shard " + earlier->header()->shard->text()
                                               : std::string{"all files, not of a shard"})};
    }
    const std::uint64_t whole = earlier->whole_bytes();
    const bool is_new = !earlier->header();
    if (earlier->torn_bytes() != 0 && ::ftruncate(file.number(), static_cast<off_t>(whole)) != 0)
        return system_failure(errno);
    std::unique_ptr<ResultsFile> results{new ResultsFile{file.release(), std::move(*earlier)}};
    results->size_ = whole;
    if (is_new) results->write(json_line(header_json(header)));
    results->sync();
    if (is_new) sync_folder_of(path);
    if (results->error_ != 0) return system_failure(results->error_);
    try {
        results->syncing_ = std::thread{[raw = results.get()] { raw->keep_syncing(); }};
    } catch (const std::system_error& error) {
        log_debug("each result is waited for: no thread, {}", error.what());
    }
    return results;
}

ResultsFile::~ResultsFile() {
    {
        const std::scoped_lock lock{mutex_};
        is_over_ = true;
    }
    changed_.notify_all();
    if (syncing_.joinable()) syncing_.join();
    sync();
    ::close(descriptor_);
}

std::optional<ReplayReport> ResultsFile::find(const std::string& file,
                                              const std::optional<FileIdentity>& identity) {
    const auto found = earlier_.records().find(file);
    if (found == earlier_.records().end() || !identity) return std::nullopt;
    const ResultsIndex::Record& record = found->second;
    const bool may_be_better = record.code == ExitCode::io || record.code == ExitCode::bug;
    if (may_be_better || !record.identity || !record.identity->is_same(*identity))
        return std::nullopt;
    auto report = earlier_.report(record);
    if (!report) return std::nullopt;
    const std::scoped_lock lock{mutex_};
    note_met(file);
    return std::move(*report);
}

void ResultsFile::note_met(const std::string& file) {
    const auto found = earlier_.records().find(file);
    if (found != earlier_.records().end()) met_.insert(&found->second);
}

void ResultsFile::note_without_trace(const std::string& group, std::uint64_t skipped) {
    const std::scoped_lock lock{mutex_};
    without_trace_.emplace(group, skipped);
}

void ResultsFile::append(const ReplayReport& report, const std::optional<FileIdentity>& identity) {
    const std::string line = record_line(report, identity);
    {
        const std::scoped_lock lock{mutex_};
        note_met(report.file);
        write(line);
    }
    if (syncing_.joinable())
        changed_.notify_all();
    else
        sync();
}

std::vector<std::string> ResultsFile::end(std::uint64_t files) {
    RunEnd end;
    end.files = files;
    {
        const std::scoped_lock lock{mutex_};
        for (const auto& [name, record] : earlier_.records())
            if (!met_.contains(&record)) end.gone.push_back(name);
        end.without_trace = without_trace_;
        write(end_line(end));
    }
    sync();
    return std::move(end.gone);
}

std::string ResultsFile::error() {
    const std::scoped_lock lock{mutex_};
    return error_ == 0 ? std::string{} : std::strerror(error_);
}

// Appends the whole of it, or nothing.
void ResultsFile::write(const std::string& line) {
    if (error_ != 0) return;
    std::string_view rest = line;
    while (!rest.empty()) {
        const ::ssize_t written = ::write(descriptor_, rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) {
            error_ = errno;
            // What cannot be cut off here, the next run cuts off.
            if (rest.size() != line.size())
                static_cast<void>(!::ftruncate(descriptor_, static_cast<off_t>(size_)));
            return;
        }
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    size_ += line.size();
    is_unsynced_ = true;
}

void ResultsFile::sync() {
    {
        const std::scoped_lock lock{mutex_};
        if (!std::exchange(is_unsynced_, false)) return;
    }
    const bool is_done = ::fdatasync(descriptor_) == 0 || errno == EINVAL || errno == EROFS;
    const int code = errno;
    const std::scoped_lock lock{mutex_};
    if (!is_done && error_ == 0) error_ = code;
}

void ResultsFile::keep_syncing() {
    for (;;) {
        {
            std::unique_lock lock{mutex_};
            changed_.wait(lock, [&] { return is_unsynced_ || is_over_; });
            if (is_over_) return;
        }
        sync();
        std::unique_lock lock{mutex_};
        if (changed_.wait_for(lock, sync_interval, [&] { return is_over_; })) return;
    }
}

}  // namespace evmmem::app
