// SPDX-License-Identifier: MIT
// How much memory the parts of a trace read and write, by offset: a picture of bounded size of a
// trace of any length. Its columns are runs of steps, all of one length. Its rows are ranges of
// offsets: a word each at first, then four for each doubling, for most of what contracts do they do
// in the first kilobytes. The memories of all frames lie over each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/memory_range.hpp"

namespace evmmem::traces {

class AccessDensity {
public:
    struct Cell {
        std::size_t row = 0;
        std::uint64_t bytes_read = 0, bytes_written = 0;  ///< as often as they were
    };
    /// Frames that are counted only, and not recorded one by one.
    struct Frames {
        std::uint64_t entered = 0, failed = 0;
        std::uint32_t depth_min = 0, depth_max = 0;  ///< of those entered
    };
    struct Column {
        std::uint64_t step = 0;   ///< a multiple of steps_a_column()
        std::vector<Cell> cells;  ///< in the order of their rows; those that something touched
        Frames frames;
    };

    explicit AccessDensity(std::size_t columns_max) : columns_max_{columns_max} {}

    /// Steps come in order; one that comes late counts in the last column.
    void note_read(std::uint64_t step, MemoryRange range) { note(step, range, &Cell::bytes_read); }
    void note_written(std::uint64_t step, MemoryRange range) {
        note(step, range, &Cell::bytes_written);
    }
    void note_entered(std::uint64_t step, std::uint32_t depth);
    void note_failed(std::uint64_t step);

    std::uint64_t steps_a_column() const { return steps_a_column_; }
    /// In order; those in which nothing was are left out.
    const std::vector<Column>& columns() const { return columns_; }

    /// The row of an offset, and the first offset of a row. A row is a word at least.
    static std::size_t row_of(std::uint64_t offset);
    static std::uint64_t begin_of(std::size_t row);

private:
    Column& column_at(std::uint64_t step);
    void halve();
    void note(std::uint64_t step, MemoryRange range, std::uint64_t Cell::* bytes);

    std::size_t columns_max_;
    std::uint64_t steps_a_column_ = 1;
    std::vector<Column> columns_;
};

}  // namespace evmmem::traces
