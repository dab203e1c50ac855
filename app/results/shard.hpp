// SPDX-License-Identifier: MIT
// A share of many files, chosen by their names alone, so that machines that know nothing of each
// other agree on who replays what.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace evmmem::app {

struct Shard {
    std::uint64_t number = 1;  ///< from 1
    std::uint64_t of = 1;      ///< how many there are

    /// Whether the file of that name is in it: the first eight bytes of the name's SHA-256, read as
    /// a big-endian number, leave number - 1 when divided by `of`.
    bool holds(std::string_view name) const;

    /// "2/4"
    std::string text() const;

    bool operator==(const Shard&) const = default;
};

/// From "I/N", 1 <= I <= N <= 65,536. Errors: what is wrong with it.
std::expected<Shard, std::string> read_shard(const std::string& text);

}  // namespace evmmem::app
