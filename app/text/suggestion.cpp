// SPDX-License-Identifier: MIT
#include "suggestion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "escape.hpp"

namespace evmmem::app {
namespace {

// Edits between two words: insert, delete, replace, swap neighbours (optimal string alignment).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        before_last.swap(last);
        last.swap(row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
    }
    return row.back();
}

}  // namespace

std::optional<std::string> suggestion(std::string_view word,
                                      std::span<const std::string> candidates) {
    constexpr std::size_t word_size_max = 64;  // longer ones are no typing errors
    if (word.size() > word_size_max) return std::nullopt;
    const std::string* best = nullptr;
    std::size_t best_distance = std::max<std::size_t>(word.size() / 3, word.size() > 2 ? 1 : 0) + 1;
    for (const auto& candidate : candidates) {
        const std::size_t edits = distance(word, candidate);
        if (edits >= best_distance || edits >= candidate.size()) continue;
        best = &candidate;
        best_distance = edits;
    }
    if (best == nullptr) return std::nullopt;
    return *best;
}

std::string refusal(const std::string& value, std::string_view what,
                    std::span<const std::string> names) {
    const auto guess = suggestion(value, names);
    return fmt::format("'{}' is {}{}", escaped(value, 60), what,
                       guess ? fmt::format("; did you mean '{}'?", *guess) : "");
}

std::string refusal(const std::string& value, std::span<const std::string> names) {
    return refusal(value, fmt::format("none of {}", fmt::join(names, ", ")), names);
}

}  // namespace evmmem::app
