// SPDX-License-Identifier: MIT
#include "ticker.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "app/text/escape.hpp"

namespace evmmem::app {

Ticker::Ticker(const GeneralOptions& general)
    : is_enabled_{!general.quiet && isatty(STDERR_FILENO) != 0} {}

void Ticker::show(std::string_view what) {
    if (!is_enabled_) return;
    const auto elapsed = std::chrono::steady_clock::now() - start_;
    fmt::print(stderr, "\r\x1b[K{:.0f} s  {}", std::chrono::duration<double>(elapsed).count(),
               escaped(what, 60));
    static_cast<void>(std::fflush(stderr));
    is_shown_ = true;
}

void Ticker::wipe() {
    if (is_shown_) fmt::print(stderr, "\r\x1b[K");
    is_shown_ = false;
}

}  // namespace evmmem::app
