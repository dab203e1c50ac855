// SPDX-License-Identifier: MIT
// What is said on standard error: errors, warnings, and with --log-level more. Set up once by main;
// before that the defaults hold, so that errors of the command line are printed, too.
#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "general_options.hpp"

namespace evmmem::app {

void set_up_log(const GeneralOptions& options);

/// One message, which may have several lines; foreign text in it has been escaped.
void log_message(LogLevel level, std::string_view message);

template <typename... Args>
void log_error(fmt::format_string<Args...> format, Args&&... args) {
    log_message(LogLevel::error, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void log_warning(fmt::format_string<Args...> format, Args&&... args) {
    log_message(LogLevel::warning, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void log_info(fmt::format_string<Args...> format, Args&&... args) {
    log_message(LogLevel::info, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void log_debug(fmt::format_string<Args...> format, Args&&... args) {
    log_message(LogLevel::debug, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace evmmem::app
