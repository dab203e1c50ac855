// SPDX-License-Identifier: MIT
#include "traces/observers/access_density.hpp"

#include <doctest/doctest.h>

#include <map>
#include <utility>

#include "traces/generate/pattern.hpp"

using namespace evmmem;
using namespace evmmem::traces;

namespace {

MemoryRange bytes_at(std::uint64_t offset, std::uint64_t size) {
    return MemoryRange::from(offset, size).value();
}

}  // namespace

TEST_CASE("rows are words at first, then four for each doubling of the offset, without a gap") {
    CHECK(AccessDensity::row_of(0) == 0);
    CHECK(AccessDensity::row_of(31) == 0);
    CHECK(AccessDensity::row_of(32) == 1);
    CHECK(AccessDensity::begin_of(8) == 8 * 32);
    CHECK(AccessDensity::begin_of(9) == 10 * 32);
    CHECK(AccessDensity::begin_of(12) == 16 * 32);
    for (std::size_t row = 0; row < 200; ++row) {
        const std::uint64_t begin = AccessDensity::begin_of(row);
        CAPTURE(row);
        CHECK(AccessDensity::row_of(begin) == row);
        CHECK(AccessDensity::row_of(AccessDensity::begin_of(row + 1) - 1) == row);
        CHECK(begin % 32 == 0);
    }
}

// Against a sum of every byte.
TEST_CASE("each byte counts in the column of its step and the row of its offset") {
    constexpr std::size_t columns_max = 16;
    AccessDensity density{columns_max};
    std::map<std::pair<std::uint64_t, std::size_t>, std::pair<std::uint64_t, std::uint64_t>> bytes;
    PatternRandom random{7};
    constexpr std::uint64_t steps = 300;
    for (std::uint64_t step = 0; step < steps; ++step) {
        const auto read = bytes_at(random.below(3000), random.below(300));
        const auto written = bytes_at(random.below(100), 32);
        density.note_read(step, read);
        density.note_written(step, written);
        for (std::uint64_t at = read.offset(); at < read.end(); ++at)
            ++bytes[{step, AccessDensity::row_of(at)}].first;
        for (std::uint64_t at = written.offset(); at < written.end(); ++at)
            ++bytes[{step, AccessDensity::row_of(at)}].second;
    }
    REQUIRE(density.columns().size() <= columns_max);
    CHECK(density.columns().size() * density.steps_a_column() >= steps);
    CHECK(density.columns().size() > columns_max / 2);
    for (const auto& column : density.columns()) {
        CHECK(column.step % density.steps_a_column() == 0);
        std::map<std::size_t, std::pair<std::uint64_t, std::uint64_t>> wanted;
        for (const auto& [place, sum] : bytes)
            if (place.first / density.steps_a_column() * density.steps_a_column() == column.step) {
                wanted[place.second].first += sum.first;
                wanted[place.second].second += sum.second;
            }
        REQUIRE(column.cells.size() == wanted.size());
        auto at = wanted.begin();
        for (const auto& cell : column.cells) {
            CHECK(cell.row == at->first);
            CHECK(cell.bytes_read == at->second.first);
            CHECK(cell.bytes_written == at->second.second);
            ++at;
        }
    }
}

TEST_CASE("columns without anything are left out, and one step far away fits, too") {
    AccessDensity density{4};
    density.note_read(3, bytes_at(0, 0));
    CHECK(density.columns().empty());
    density.note_read(3, bytes_at(0, 1));
    density.note_read(1'000'000'000'000, bytes_at(0, 1));
    REQUIRE(density.columns().size() == 2);
    CHECK(density.columns()[0].step == 3);
    CHECK(density.columns()[1].step == 1'000'000'000'000);
    CHECK(density.steps_a_column() == 1);
}

TEST_CASE("frames are counted with the least and the greatest depth of them") {
    AccessDensity density{2};
    density.note_entered(0, 3);
    density.note_entered(1, 5);
    density.note_failed(1);
    density.note_entered(2, 4);
    density.note_failed(1);  // late: in the last column
    REQUIRE(density.columns().size() == 2);
    CHECK(density.steps_a_column() == 2);
    const auto& [first, second] =
        std::pair{density.columns()[0].frames, density.columns()[1].frames};
    CHECK(first.entered == 2);
    CHECK(first.failed == 1);
    CHECK(first.depth_min == 3);
    CHECK(first.depth_max == 5);
    CHECK(second.entered == 1);
    CHECK(second.failed == 1);
    CHECK(second.depth_min == 4);
    CHECK(second.depth_max == 4);
}
