// SPDX-License-Identifier: MIT
// The options that every command has, and that decide what the terminal shows.
#pragma once

#include <cstdint>

namespace evmmem::app {

enum class ColorChoice : std::uint8_t { automatic, always, never };
enum class LogLevel : std::uint8_t { error, warning, info, debug };

/// Options that every command has.
struct GeneralOptions {
    ColorChoice color = ColorChoice::automatic;
    LogLevel log_level = LogLevel::warning;
    bool quiet = false;  ///< no progress line, and nothing but errors on standard error
};

}  // namespace evmmem::app
