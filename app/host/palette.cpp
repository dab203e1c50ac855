// SPDX-License-Identifier: MIT
#include "palette.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

namespace evmmem::app {
namespace {

std::string_view environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string_view{} : value;
}

}  // namespace

bool wants_color(ColorChoice choice, int descriptor) {
    if (choice != ColorChoice::automatic) return choice == ColorChoice::always;
    return environment("NO_COLOR").empty() && environment("TERM") != "dumb" &&
           ::isatty(descriptor) == 1;
}

std::string Palette::wrapped(std::string_view code, std::string_view text) const {
    if (!is_on_) return std::string{text};
    return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

}  // namespace evmmem::app
