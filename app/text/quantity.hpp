// SPDX-License-Identifier: MIT
// Numbers as people read them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace evmmem::app {

/// With a comma before every three digits: "1,234,567".
std::string grouped(std::uint64_t value);

/// "1 step", "2 steps", "1,234 steps".
std::string counted(std::uint64_t count, std::string_view noun);

/// Of a positive value, three digits or all before the point: "1.23", "12.3", "1234".
std::string three_digits(double value);

/// Three digits and a decimal prefix: "1.23 GB/s" for 1.23e9 and "B/s", "950 B".
std::string scaled(double value, std::string_view unit);

/// A duration in seconds with its unit: "1.20 us", "35.0 ms", "4.00 s".
std::string duration(double seconds);

/// "64K", "1M", "1000": exactly, with a binary prefix where it divides.
std::string size_name(std::uint64_t bytes);

/// So many bytes or a few more, as an option takes them: "64", "2049M".
std::string rounded_up_bytes(std::uint64_t bytes);

}  // namespace evmmem::app
