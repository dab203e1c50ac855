// SPDX-License-Identifier: MIT
#include "quantity.hpp"

#include <fmt/format.h>

namespace evmmem::app {

std::string grouped(std::uint64_t value) {
    std::string digits = fmt::format("{}", value);
    for (std::size_t i = digits.size(); i > 3; i -= 3)
        digits.insert(i - 3, ",");
    return digits;
}

std::string counted(std::uint64_t count, std::string_view noun) {
    return fmt::format("{} {}{}", grouped(count), noun, count == 1 ? "" : "s");
}

std::string three_digits(double value) {
    return fmt::format("{:.{}f}", value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}

std::string scaled(double value, std::string_view unit) {
    constexpr std::string_view prefixes[] = {"", "k", "M", "G", "T", "P"};
    const auto* prefix = std::begin(prefixes);
    while (value >= 999.5 && prefix + 1 != std::end(prefixes)) {
        value /= 1000;
        ++prefix;
    }
    return fmt::format("{} {}{}", three_digits(value), *prefix, unit);
}

std::string duration(double seconds) {
    constexpr std::string_view units[] = {"s", "ms", "us", "ns"};
    const auto* unit = std::begin(units);
    while (seconds < 0.9995 && unit + 1 != std::end(units)) {
        seconds *= 1000;
        ++unit;
    }
    return fmt::format("{} {}", three_digits(seconds), *unit);
}

std::string rounded_up_bytes(std::uint64_t bytes) {
    constexpr int mega = 20;
    if (bytes >> mega == 0) return fmt::format("{}", bytes);
    const std::uint64_t rest = bytes & ((std::uint64_t{1} << mega) - 1);
    return fmt::format("{}M", (bytes >> mega) + (rest != 0 ? 1 : 0));
}

std::string size_name(std::uint64_t bytes) {
    if (bytes != 0 && bytes % (1U << 20) == 0) return fmt::format("{}M", bytes >> 20);
    if (bytes != 0 && bytes % (1U << 10) == 0) return fmt::format("{}K", bytes >> 10);
    return fmt::format("{}", bytes);
}

}  // namespace evmmem::app
