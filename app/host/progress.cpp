// SPDX-License-Identifier: MIT
#include "progress.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include "app/text/escape.hpp"
#include "app/text/quantity.hpp"
#include "traces/input/decompression.hpp"

namespace evmmem::app {
namespace {

using namespace std::chrono_literals;

/// How much text the file holds; nothing when it is no regular file, or compressed.
std::optional<std::uint64_t> text_size(const std::string& file) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error)) return std::nullopt;
    const auto size = std::filesystem::file_size(file, error);
    if (error) return std::nullopt;
    std::array<char, 4> magic{};
    std::ifstream{file, std::ios::binary}.read(magic.data(), magic.size());
    if (traces::looks_compressed({magic.data(), magic.size()})) return std::nullopt;
    return size;
}

}  // namespace

Progress::Progress(bool is_enabled, std::span<const std::string> files)
    : is_enabled_{is_enabled}, file_count_{files.size()} {
    if (!is_enabled) return;
    if (files.size() == 1) name_ = escaped(files.front(), 40);
    if (!files.empty()) size_ = 0;
    for (const std::string& file : files) {
        const auto size = text_size(file);
        if (!size) {
            size_.reset();
            break;
        }
        *size_ += *size;
    }
}

void Progress::add(std::uint64_t steps, std::uint64_t bytes) {
    const std::scoped_lock lock{mutex_};
    steps_ += steps;
    bytes_ += bytes;
    const auto now = Clock::now();
    if (now - start_ < 1s || now - shown_at_ < 100ms) return;
    shown_at_ = now;
    show(now);
}

void Progress::file_is_done() {
    const std::scoped_lock lock{mutex_};
    ++files_done_;
}

void Progress::show(Clock::time_point now) {
    const double seconds = std::chrono::duration<double>{now - start_}.count();
    std::string line = !name_.empty() ? name_
                       : files_done_ >= file_count_
                           ? counted(files_done_, "file")
                           : fmt::format("{} of {} files", files_done_, file_count_);
    line += fmt::format(": {}", scaled(static_cast<double>(bytes_), "B"));
    if (size_) line += fmt::format(" of {}", scaled(static_cast<double>(*size_), "B"));
    line += fmt::format(", {} steps, {}", grouped(steps_),
                        scaled(static_cast<double>(steps_) / seconds, "steps/s"));
    if (size_ && bytes_ != 0 && *size_ > bytes_)
        line += fmt::format(", {:.0f} s left", static_cast<double>(*size_ - bytes_) /
                                                   static_cast<double>(bytes_) * seconds);
    fmt::print(stderr, "\r\x1b[K{}", line);
    static_cast<void>(std::fflush(stderr));
    is_shown_ = true;
}

void Progress::wipe() {
    if (!is_shown_) return;
    fmt::print(stderr, "\r\x1b[K");
    is_shown_ = false;
}

}  // namespace evmmem::app
