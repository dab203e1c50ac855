// SPDX-License-Identifier: MIT
#include "terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>

namespace evmmem::app {
namespace {

constexpr std::size_t columns_min = 40;

// What COLUMNS says; 0 when that is no number.
std::size_t columns_wanted() {
    const char* value = std::getenv("COLUMNS");
    if (value == nullptr) return 0;
    const std::string_view text{value};
    std::size_t columns = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), columns);
    return error == std::errc{} && end == text.data() + text.size() ? columns : 0;
}

}  // namespace

std::size_t text_columns(int descriptor) {
    if (::isatty(descriptor) != 1) return unlimited_columns;
    std::size_t columns = columns_wanted();
    if (::winsize size{}; columns == 0 && ::ioctl(descriptor, TIOCGWINSZ, &size) == 0)
        columns = size.ws_col;
    return columns == 0 ? unlimited_columns : std::max(columns, columns_min);
}

}  // namespace evmmem::app
