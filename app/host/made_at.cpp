// SPDX-License-Identifier: MIT
#include "made_at.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <ctime>
#include <string_view>

#include "app/text/escape.hpp"

namespace evmmem::app {

std::expected<std::string, std::string> made_at() {
    constexpr std::time_t seconds_max = 253402300799;  // of the year 9999
    std::time_t seconds = std::time(nullptr);
    if (const char* given = std::getenv("SOURCE_DATE_EPOCH")) {
        const std::string_view text = given;
        const char* const end = given + text.size();
        const auto [rest, error] = std::from_chars(given, end, seconds);
        if (error != std::errc{} || rest != end || seconds < 0 || seconds > seconds_max)
            return std::unexpected{
                fmt::format("SOURCE_DATE_EPOCH is '{}', not a number of seconds since 1970",
                            escaped(text, 60))};
    }
    std::tm moment{};
    if (::gmtime_r(&seconds, &moment) == nullptr) return std::unexpected{"the clock gives no date"};
    std::array<char, 32> text{};
    return std::string{text.data(),
                       std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M UTC", &moment)};
}

}  // namespace evmmem::app
