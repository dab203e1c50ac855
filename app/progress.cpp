// SPDX-License-Identifier: MIT
#include "progress.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "escape.hpp"
#include "quantity.hpp"

namespace evmmem::app {

Progress::Progress(bool is_enabled, std::string_view file)
    : is_enabled_{is_enabled}, file_{escaped(file, 40)}, last_{std::chrono::steady_clock::now()} {}

void Progress::show(std::uint64_t bytes_read) {
    using namespace std::chrono_literals;
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < 200ms) return;
    last_ = now;
    fmt::print(stderr, "\r\x1b[K{}: {} steps, {}", file_, grouped(steps_),
               scaled(static_cast<double>(bytes_read), "B"));
    std::fflush(stderr);
    is_shown_ = true;
}

void Progress::wipe() {
    if (!is_shown_) return;
    std::fputs("\r\x1b[K", stderr);
    std::fflush(stderr);
    is_shown_ = false;
}

}  // namespace evmmem::app
