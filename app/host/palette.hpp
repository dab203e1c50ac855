// SPDX-License-Identifier: MIT
// Colour, where it is wanted: on a terminal, unless NO_COLOR or --color says otherwise. Without
// colour every function returns its text as it is.
#pragma once

#include <string>
#include <string_view>

#include "general_options.hpp"

namespace evmmem::app {

/// Whether text for the file descriptor is to be coloured. NO_COLOR and TERM=dumb switch the
/// automatic choice off. Source: https://no-color.org
bool wants_color(ColorChoice choice, int descriptor);

class Palette {
public:
    explicit Palette(bool is_on) : is_on_{is_on} {}

    std::string good(std::string_view text) const { return wrapped("32", text); }
    std::string bad(std::string_view text) const { return wrapped("1;31", text); }
    std::string doubtful(std::string_view text) const { return wrapped("33", text); }
    std::string strong(std::string_view text) const { return wrapped("1", text); }
    std::string dim(std::string_view text) const { return wrapped("2", text); }

private:
    std::string wrapped(std::string_view code, std::string_view text) const;
    bool is_on_;
};

}  // namespace evmmem::app
