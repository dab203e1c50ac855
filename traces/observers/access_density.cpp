// SPDX-License-Identifier: MIT
#include "access_density.hpp"

#include <algorithm>
#include <bit>

namespace evmmem::traces {
namespace {

// The first words have a row each, then each doubling of the offset has four.
constexpr std::uint64_t single_words = 8;
constexpr std::size_t word_bits = 5;
constexpr std::size_t first_doubling = std::bit_width(single_words) - 1;

AccessDensity::Cell& cell_at(std::vector<AccessDensity::Cell>& cells, std::size_t row) {
    const auto at = std::ranges::lower_bound(cells, row, {}, &AccessDensity::Cell::row);
    if (at != cells.end() && at->row == row) return *at;
    return *cells.insert(at, {row, 0, 0});
}

void join(AccessDensity::Frames& frames, const AccessDensity::Frames& more) {
    frames.failed += more.failed;
    if (more.entered == 0) return;
    frames.depth_min =
        frames.entered == 0 ? more.depth_min : std::min(frames.depth_min, more.depth_min);
    frames.depth_max = std::max(frames.depth_max, more.depth_max);
    frames.entered += more.entered;
}

void join(AccessDensity::Column& column, const AccessDensity::Column& next) {
    for (const auto& cell : next.cells) {
        auto& sum = cell_at(column.cells, cell.row);
        sum.bytes_read += cell.bytes_read;
        sum.bytes_written += cell.bytes_written;
    }
    join(column.frames, next.frames);
}

}  // namespace

std::size_t AccessDensity::row_of(std::uint64_t offset) {
    const std::uint64_t word = offset >> word_bits;
    if (word < single_words) return word;
    const auto doubling = static_cast<std::size_t>(std::bit_width(word)) - 1;
    return single_words + (doubling - first_doubling) * 4 + ((word >> (doubling - 2)) & 3);
}

std::uint64_t AccessDensity::begin_of(std::size_t row) {
    if (row < single_words) return std::uint64_t{row} << word_bits;
    const std::size_t beyond = row - single_words;
    return std::uint64_t{4 + beyond % 4} << (beyond / 4 + first_doubling - 2 + word_bits);
}

void AccessDensity::note_entered(std::uint64_t step, std::uint32_t depth) {
    join(column_at(step).frames, {.entered = 1, .depth_min = depth, .depth_max = depth});
}

void AccessDensity::note_failed(std::uint64_t step) {
    ++column_at(step).frames.failed;
}

void AccessDensity::note(std::uint64_t step, MemoryRange range, std::uint64_t Cell::* bytes) {
    if (range.empty()) return;
    auto& cells = column_at(step).cells;
    std::uint64_t at = range.offset();
    for (std::size_t row = row_of(at); at < range.end(); ++row) {
        const std::uint64_t end = std::min(range.end(), begin_of(row + 1));
        cell_at(cells, row).*bytes += end - at;
        at = end;
    }
}

AccessDensity::Column& AccessDensity::column_at(std::uint64_t step) {
    const auto is_in_last = [&] {
        return !columns_.empty() &&
               step / steps_a_column_ <= columns_.back().step / steps_a_column_;
    };
    while (!is_in_last() && columns_.size() >= columns_max_)
        halve();
    if (!is_in_last()) columns_.push_back({step / steps_a_column_ * steps_a_column_, {}, {}});
    return columns_.back();
}

void AccessDensity::halve() {
    steps_a_column_ *= 2;
    std::vector<Column> fewer;
    for (auto& column : columns_) {
        column.step = column.step / steps_a_column_ * steps_a_column_;
        if (!fewer.empty() && fewer.back().step == column.step)
            join(fewer.back(), column);
        else
            fewer.push_back(std::move(column));
    }
    columns_ = std::move(fewer);
}

}  // namespace evmmem::traces
