// SPDX-License-Identifier: MIT
// A line on a terminal that says what is being measured, and since when. It leaves no trace.
#pragma once

#include <chrono>
#include <string_view>

#include "general_options.hpp"

namespace evmmem::app {

class Ticker {
public:
    /// Shows nothing where standard error is no terminal, or with --quiet.
    explicit Ticker(const GeneralOptions& general);
    ~Ticker() { wipe(); }
    Ticker(const Ticker&) = delete;
    Ticker& operator=(const Ticker&) = delete;

    void show(std::string_view what);
    /// Makes room for another line on standard error.
    void wipe();

private:
    bool is_enabled_;
    bool is_shown_ = false;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace evmmem::app
