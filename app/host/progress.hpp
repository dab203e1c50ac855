// SPDX-License-Identifier: MIT
// The line on a terminal that shows a long replay going on: bytes, steps a second, and the time
// left where the sizes of all inputs are known. It appears after a second, changes at most ten
// times a second, and leaves no trace: it is wiped out before anything else is printed. Replays on
// several threads share one.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>

namespace evmmem::app {

class Progress {
public:
    /// Shows nothing when not enabled. `files` are foreign text.
    Progress(bool is_enabled, std::span<const std::string> files);
    ~Progress() { wipe(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    bool is_enabled() const { return is_enabled_; }
    /// So much more was replayed.
    void add(std::uint64_t steps, std::uint64_t bytes);
    void file_is_done();

    /// While there is one, the line is not shown: other lines can be printed.
    class Pause {
    public:
        explicit Pause(Progress& progress) : lock_{progress.mutex_} { progress.wipe(); }

    private:
        std::unique_lock<std::mutex> lock_;
    };

private:
    using Clock = std::chrono::steady_clock;

    void show(Clock::time_point now);
    void wipe();

    const bool is_enabled_;
    std::string name_;  // of the one file; empty when there are several
    std::size_t file_count_;
    std::optional<std::uint64_t> size_;  // of all files, in bytes; nothing when one is not known
    const Clock::time_point start_ = Clock::now();

    std::mutex mutex_;  // guards what follows, and the line
    std::uint64_t steps_ = 0;
    std::uint64_t bytes_ = 0;
    std::size_t files_done_ = 0;
    Clock::time_point shown_at_ = start_;
    bool is_shown_ = false;
};

/// Counts what one replay does and reports it to the progress line now and then.
class ProgressCounter {
public:
    explicit ProgressCounter(Progress& progress) : progress_{progress} {}

    bool is_shown() const { return progress_.is_enabled(); }
    /// To be called at every step, where it is shown.
    void step(std::uint64_t bytes_read) {
        if (!progress_.is_enabled()) return;
        constexpr std::uint64_t steps_max = 4096;
        constexpr std::uint64_t bytes_max = std::uint64_t{1} << 22;
        if (++steps_ < steps_max && bytes_read - bytes_told_ < bytes_max) return;
        progress_.add(steps_, bytes_read - bytes_told_);
        steps_ = 0;
        bytes_told_ = bytes_read;
    }

private:
    Progress& progress_;
    std::uint64_t steps_ = 0;
    std::uint64_t bytes_told_ = 0;
};

}  // namespace evmmem::app
