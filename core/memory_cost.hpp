// SPDX-License-Identifier: MIT
// The gas of memory: what it costs to have a size, to grow, and to copy or hash per word.
// Source: Yellow Paper, appendix H, equation for C_mem; constants from appendix G.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "rule_table.hpp"
#include "word.hpp"

namespace evmmem {

/// Words needed for `bytes`, rounded up. Exact for every 64-bit size.
constexpr std::uint64_t num_words(std::uint64_t bytes) {
    return bytes / word_size + (bytes % word_size != 0);
}

/// Gas of each word. No fork has changed memory's two numbers.
inline constexpr std::uint64_t memory_word_gas =
    rule_table::number_everywhere(Rule::memory_word_gas);
/// The square of the words is divided by it.
inline constexpr std::uint64_t memory_quadratic_divisor =
    rule_table::number_everywhere(Rule::memory_quadratic_divisor);

/// Total gas of a memory of `words` words: C(w) = 3*w + floor(w*w / 512).
/// Nothing when that is more gas than 64 bits can hold, that is, more gas than exists.
constexpr std::optional<std::uint64_t> memory_cost(std::uint64_t words) {
    __extension__ using Wide = unsigned __int128;
    const Wide total =
        Wide{memory_word_gas} * words + Wide{words} * words / memory_quadratic_divisor;
    if (total > std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
    return static_cast<std::uint64_t>(total);
}

/// Gas of growing from `old_words` to `new_words`: the difference of the totals, 0 when it does not
/// grow. Nothing when the new total is more gas than exists.
constexpr std::optional<std::uint64_t> expansion_cost(std::uint64_t old_words,
                                                      std::uint64_t new_words) {
    if (new_words <= old_words) return 0;
    const auto after = memory_cost(new_words);
    if (!after) return std::nullopt;
    return *after - *memory_cost(old_words);
}

}  // namespace evmmem
