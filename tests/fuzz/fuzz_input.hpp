// SPDX-License-Identifier: MIT
// How an input of a fuzz target that reads traces is laid out: the trace's text, and after it,
// where there are any, a NUL and three bytes of options. So a plain trace is an input as it is, and
// a saved finding can be looked at with any tool.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "traces/dialects/dialect.hpp"

namespace evmmem::fuzz {

struct Input {
    static constexpr std::size_t options_size = 4;  ///< the NUL included

    std::string_view text;
    const traces::Dialect* dialect = nullptr;  ///< forced; null: recognised
    std::uint8_t mode = 0;                     ///< which of its ways the target goes
    std::uint8_t salt = 0;                     ///< what the target makes of it

    explicit Input(std::string_view data) : text{data} {
        if (data.size() < options_size || data[data.size() - options_size] != '\0') return;
        text.remove_suffix(options_size);
        const auto option = [&](std::size_t i) {
            return static_cast<std::uint8_t>(data[data.size() - options_size + i]);
        };
        const auto all = traces::dialects();
        if (option(1) < all.size()) dialect = &all[option(1)];
        mode = option(2);
        salt = option(3);
    }
    Input(const std::uint8_t* data, std::size_t size)
        : Input{std::string_view{reinterpret_cast<const char*>(data), size}} {}
};

/// Ends the run with a message that names what does not hold.
inline void require(bool holds, const std::string& what) {
    if (holds) return;
    std::fprintf(stderr, "\nfuzz: %s\n", what.c_str());
    std::abort();
}

}  // namespace evmmem::fuzz
