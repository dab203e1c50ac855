// SPDX-License-Identifier: MIT
#include "log.hpp"

#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <memory>

#include "palette.hpp"

namespace evmmem::app {
namespace {

spdlog::level::level_enum spdlog_level(LogLevel level) {
    switch (level) {
        case LogLevel::error: return spdlog::level::err;
        case LogLevel::warning: return spdlog::level::warn;
        case LogLevel::info: return spdlog::level::info;
        case LogLevel::debug: return spdlog::level::debug;
    }
    std::unreachable();
}

std::shared_ptr<spdlog::logger> make_logger(ColorChoice color) {
    // spdlog does not know NO_COLOR, so it is set here.
    const auto mode =
        wants_color(color, STDERR_FILENO) ? spdlog::color_mode::always : spdlog::color_mode::never;
    auto sink = std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>(mode);
    auto logger = std::make_shared<spdlog::logger>("evmmem", std::move(sink));
    logger->set_pattern("%n: %^%l%$: %v");
    logger->set_level(spdlog::level::warn);
    return logger;
}

std::shared_ptr<spdlog::logger>& logger() {
    static std::shared_ptr<spdlog::logger> instance = make_logger(ColorChoice::automatic);
    return instance;
}

}  // namespace

void set_up_log(const GeneralOptions& options) {
    logger() = make_logger(options.color);
    logger()->set_level(spdlog_level(options.quiet ? LogLevel::error : options.log_level));
}

void log_message(LogLevel level, std::string_view message) {
    logger()->log(spdlog_level(level), spdlog::string_view_t{message.data(), message.size()});
}

}  // namespace evmmem::app
