// SPDX-License-Identifier: MIT
// The line on a terminal that shows a long replay going on, a few times a second. It leaves no
// trace: it is wiped out before anything else is printed.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace evmmem::app {

class Progress {
public:
    /// Shows nothing when not enabled. `file` is foreign text.
    Progress(bool is_enabled, std::string_view file);
    ~Progress() { wipe(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// To be called at every step; looks at the clock only now and then.
    void step(std::uint64_t bytes_read) {
        if (!is_enabled_ || (++steps_ & 0xfff) != 0) return;
        show(bytes_read);
    }

    /// Makes room for another line on standard error.
    void wipe();

private:
    void show(std::uint64_t bytes_read);

    bool is_enabled_;
    bool is_shown_ = false;
    std::string file_;
    std::uint64_t steps_ = 0;
    std::chrono::steady_clock::time_point last_;
};

}  // namespace evmmem::app
